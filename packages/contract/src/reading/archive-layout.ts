import type { Entry, LocalFileHeader, ZipFile } from 'yauzl';
import { refuse } from '../format/refusals.ts';
import type { ByteSource } from './byte-source.ts';

const DIRECTORY_HEADER = 0x02014b50;
const DATA_DESCRIPTOR = 0x08074b50;
const END_OF_DIRECTORY = 0x06054b50;

const LOCAL_BYTES = 30;
const DIRECTORY_BYTES = 46;
const END_BYTES = 22;

/** General purpose bits: sizes follow the data (3), the name is UTF-8 (11). No other bit is accepted. */
const SIZES_FOLLOW = 1 << 3;
const NAME_IS_UTF8 = 1 << 11;

/** Extra field "UT": a modification time. No other extra field is accepted, so none can carry a second name or size. */
const EXTRA_TIME = 0x5455;

/**
 * Holds an archive to a layout in which every byte has one meaning: entries from byte 0, one after the other, then
 * the directory, then its end, which is the end of the file; whatever is said twice is said equally. So there is no
 * room for a hidden entry, and two ZIP readers cannot see two contents (a damaged byte shows as well).
 * Answers where the bytes of each entry start. Refuses with ARCHIVE_REFUSED.
 */
export async function checkLayout(
  source: ByteSource,
  zip: ZipFile,
  entries: readonly Entry[],
): Promise<ReadonlyMap<Entry, number>> {
  const starts = new Map<Entry, number>();
  let position = 0;
  for (const entry of [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)) {
    if (entry.relativeOffsetOfLocalHeader !== position) bad(entry, `does not start at byte ${position}`);
    checkFields(entry);
    const header = await zip.readLocalFileHeaderPromise(entry, { minimal: false });
    checkLocalHeader(entry, header);
    starts.set(entry, header.fileDataStart);
    position = header.fileDataStart + entry.compressedSize;
    if (entry.generalPurposeBitFlag & SIZES_FOLLOW) {
      await same(source, position, descriptorOf(entry), entry.fileName);
      position += 16;
    }
  }
  checkAlike(entries);
  const directory = Buffer.concat(entries.map(directoryEntryOf));
  await same(source, position, directory, 'the directory');
  await same(
    source,
    position + directory.length,
    endOf(entries.length, position, directory.length),
    'the end of the directory',
  );
  if (source.size !== position + directory.length + END_BYTES)
    refuse('ARCHIVE_REFUSED', 'The archive goes on after its end');
  return starts;
}

function checkFields(entry: Entry): void {
  if (entry.generalPurposeBitFlag & ~(SIZES_FOLLOW | NAME_IS_UTF8)) bad(entry, 'has flags that are not accepted');
  if (entry.versionNeededToExtract > 45) bad(entry, 'needs a newer ZIP reader');
  if (entry.fileComment !== '') bad(entry, 'has a comment');
  const fileType = (entry.externalFileAttributes >>> 28) & 0xf;
  if (fileType !== 0 && fileType !== 0o10) bad(entry, 'is not a regular file');
  if (entry.extraFields.some((field) => field.id !== EXTRA_TIME)) bad(entry, 'has an extra field that is not accepted');
}

// The same tool wrote all five entries.
function checkAlike(entries: readonly Entry[]): void {
  const kinds = new Set(entries.map((entry) => `${entry.versionMadeBy} ${entry.externalFileAttributes}`));
  if (kinds.size > 1)
    refuse('ARCHIVE_REFUSED', 'The entries differ in the tool that wrote them or in their attributes');
}

function checkLocalHeader(entry: Entry, header: LocalFileHeader): void {
  const follow = (entry.generalPurposeBitFlag & SIZES_FOLLOW) !== 0;
  const agrees =
    header.versionNeededToExtract === entry.versionNeededToExtract &&
    header.generalPurposeBitFlag === entry.generalPurposeBitFlag &&
    header.compressionMethod === entry.compressionMethod &&
    header.lastModFileTime === entry.lastModFileTime &&
    header.lastModFileDate === entry.lastModFileDate &&
    header.crc32 === (follow ? 0 : entry.crc32) &&
    header.compressedSize === (follow ? 0 : entry.compressedSize) &&
    header.uncompressedSize === (follow ? 0 : entry.uncompressedSize) &&
    header.fileName.equals(entry.fileNameRaw);
  if (!agrees) bad(entry, 'is described in two ways');
  if (header.extraField.length > 0 && header.extraField.readUInt16LE(0) !== EXTRA_TIME) {
    bad(entry, 'has an extra field that is not accepted');
  }
  if (header.extraField.length > 13) bad(entry, 'has an extra field that is not accepted');
  if (
    header.fileDataStart !==
    entry.relativeOffsetOfLocalHeader + LOCAL_BYTES + header.fileName.length + header.extraField.length
  ) {
    bad(entry, 'does not start where its header says');
  }
}

function descriptorOf(entry: Entry): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(DATA_DESCRIPTOR, 0);
  bytes.writeUInt32LE(entry.crc32, 4);
  bytes.writeUInt32LE(entry.compressedSize, 8);
  bytes.writeUInt32LE(entry.uncompressedSize, 12);
  return bytes;
}

// Disk numbers and internal attributes are 0, and there is no comment.
function directoryEntryOf(entry: Entry): Buffer {
  const bytes = Buffer.alloc(DIRECTORY_BYTES);
  bytes.writeUInt32LE(DIRECTORY_HEADER, 0);
  bytes.writeUInt16LE(entry.versionMadeBy, 4);
  bytes.writeUInt16LE(entry.versionNeededToExtract, 6);
  bytes.writeUInt16LE(entry.generalPurposeBitFlag, 8);
  bytes.writeUInt16LE(entry.compressionMethod, 10);
  bytes.writeUInt16LE(entry.lastModFileTime, 12);
  bytes.writeUInt16LE(entry.lastModFileDate, 14);
  bytes.writeUInt32LE(entry.crc32, 16);
  bytes.writeUInt32LE(entry.compressedSize, 20);
  bytes.writeUInt32LE(entry.uncompressedSize, 24);
  bytes.writeUInt16LE(entry.fileNameRaw.length, 28);
  bytes.writeUInt16LE(entry.extraFieldRaw.length, 30);
  bytes.writeUInt32LE(entry.externalFileAttributes, 38);
  bytes.writeUInt32LE(entry.relativeOffsetOfLocalHeader, 42);
  return Buffer.concat([bytes, entry.fileNameRaw, entry.extraFieldRaw]);
}

function endOf(count: number, start: number, bytesOfDirectory: number): Buffer {
  const bytes = Buffer.alloc(END_BYTES);
  bytes.writeUInt32LE(END_OF_DIRECTORY, 0);
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(bytesOfDirectory, 12);
  bytes.writeUInt32LE(start, 16);
  return bytes;
}

async function same(source: ByteSource, position: number, expected: Buffer, what: string): Promise<void> {
  const actual = await source.read(position, expected.length);
  if (!actual.equals(expected))
    refuse('ARCHIVE_REFUSED', `At byte ${position}, ${what} is not what the archive's directory says`);
}

function bad(entry: Entry, says: string): never {
  return refuse('ARCHIVE_REFUSED', `${entry.fileName} ${says}`);
}
