import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { BUNDLE_FILES, type BundleFile, MANIFEST_FILE, type TableFile } from '../format/contract.ts';
import { BundleRefused, refuse } from '../format/refusals.ts';
import { reason } from '../trust/statement.ts';
import { checkLayout } from './archive-layout.ts';
import type { ByteSource } from './byte-source.ts';
import type { BundleLimits } from './limits.ts';

/** Where the bytes of an entry lie in the archive. Stored entries need no unpacking. */
export interface StoredEntry {
  readonly name: BundleFile;
  readonly start: number;
  readonly size: number;
  readonly crc32: number;
}

export type Archive = ReadonlyMap<BundleFile, StoredEntry>;

/** What was copied out: the digest of the very bytes that now lie in the private folder. */
export interface Extracted {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly crc32: number;
}

/**
 * Reads the directory of an archive and holds it to the contract: exactly five stored entries of the known names that
 * cover the whole file. No entry is read. Refuses with ARCHIVE_REFUSED.
 */
export async function openArchive(source: ByteSource, limits: BundleLimits): Promise<Archive> {
  if (source.size === 0) refuse('ARCHIVE_REFUSED', 'The file is empty');
  if (source.size > limits.archiveBytes) {
    refuse('ARCHIVE_REFUSED', `The archive has ${source.size} bytes, at most ${limits.archiveBytes} are taken`);
  }
  try {
    const { zip, entries } = await readDirectory(source);
    const names = new Map(entries.map((entry) => [entry, acceptedName(entry, limits)]));
    if (new Set(names.values()).size !== BUNDLE_FILES.length) {
      refuse(
        'ARCHIVE_REFUSED',
        `The archive misses ${BUNDLE_FILES.filter((name) => ![...names.values()].includes(name)).join(', ')}`,
      );
    }
    const starts = await checkLayout(source, zip, entries);
    return new Map(
      entries.map((entry) => {
        const name = names.get(entry) ?? MANIFEST_FILE;
        return [name, { name, start: starts.get(entry) ?? 0, size: entry.uncompressedSize, crc32: entry.crc32 }];
      }),
    );
  } catch (error) {
    if (error instanceof BundleRefused) throw error;
    return refuse('ARCHIVE_REFUSED', `The archive cannot be read: ${reason(error)}`);
  }
}

/** Reads an entry whose size was bounded before. */
export async function readEntry(source: ByteSource, archive: Archive, name: BundleFile): Promise<Buffer> {
  const entry = entryOf(archive, name);
  return source.read(entry.start, entry.size);
}

/** Copies a Parquet file into the private folder, taking its digest and checksum on the way. */
export async function extract(
  source: ByteSource,
  archive: Archive,
  name: TableFile,
  folder: string,
): Promise<Extracted> {
  const entry = entryOf(archive, name);
  const path = join(folder, name);
  const file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let checksum = 0;
  try {
    for (let done = 0; done < entry.size; ) {
      const bytes = await source.read(entry.start + done, Math.min(COPY_BYTES, entry.size - done));
      hash.update(bytes);
      checksum = crc32(bytes, checksum);
      await file.writeFile(bytes);
      done += bytes.length;
    }
  } finally {
    await file.close();
  }
  return { path, sha256: hash.digest('hex'), bytes: entry.size, crc32: checksum };
}

const COPY_BYTES = 1024 * 1024;

export function entryOf(archive: Archive, name: BundleFile): StoredEntry {
  return archive.get(name) ?? refuse('ARCHIVE_REFUSED', `The archive misses ${name}`);
}

async function readDirectory(source: ByteSource): Promise<{ zip: ZipFile; entries: Entry[] }> {
  const zip = await yauzl.fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
    autoClose: false,
    strictFileNames: true,
    validateEntrySizes: true,
  });
  if (zip.entryCount !== BUNDLE_FILES.length) {
    refuse('ARCHIVE_REFUSED', `The archive has ${zip.entryCount} entries, a bundle has ${BUNDLE_FILES.length}`);
  }
  return { zip, entries: await Array.fromAsync(zip.eachEntry()) };
}

function acceptedName(entry: Entry, limits: BundleLimits): BundleFile {
  const name = BUNDLE_FILES.find((each) => each === entry.fileName);
  if (name === undefined)
    return refuse('ARCHIVE_REFUSED', `The archive holds "${entry.fileName}", which is no file of a bundle`);
  if (entry.compressionMethod !== 0 || entry.isEncrypted()) {
    refuse('ARCHIVE_REFUSED', `${name} is compressed or encrypted; entries are stored`, { file: name });
  }
  if (entry.compressedSize !== entry.uncompressedSize) {
    refuse('ARCHIVE_REFUSED', `${name} names two sizes, ${entry.compressedSize} and ${entry.uncompressedSize}`, {
      file: name,
    });
  }
  if (name === MANIFEST_FILE && entry.uncompressedSize > limits.manifestBytes) {
    refuse('ARCHIVE_REFUSED', `${name} has ${entry.uncompressedSize} bytes, at most ${limits.manifestBytes} are read`, {
      file: name,
    });
  }
  return name;
}

// Gives yauzl the same bytes that the entries are copied from.
class SourceReader extends yauzl.RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const stream = new PassThrough();
    this.#source.read(start, end - start).then(
      (bytes) => stream.end(bytes),
      (error: Error) => stream.destroy(error),
    );
    return stream;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#source.read(position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      },
      (error: Error) => callback(error),
    );
  }
}
