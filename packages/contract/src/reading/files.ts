import type { Manifest } from '../format/manifest.ts';
import { type Violation, violation } from '../format/refusals.ts';
import { TABLES } from '../format/tables.ts';
import { type Archive, type Extracted, entryOf, extract } from './archive.ts';
import type { ByteSource } from './byte-source.ts';

export type ExtractedFiles = ReadonlyMap<string, Extracted>;

/** Copies the Parquet files into the private folder. */
export async function extractFiles(source: ByteSource, archive: Archive, folder: string): Promise<ExtractedFiles> {
  const files = new Map<string, Extracted>();
  for (const { file } of TABLES) files.set(file, await extract(source, archive, file, folder));
  return files;
}

/** FILE_DIGEST_MISMATCH: the copied bytes against what was signed. */
export function digestViolations(files: ExtractedFiles, manifest: Manifest): Violation[] {
  return manifest.files.flatMap((signed) => {
    const file = files.get(signed.name);
    if (file?.sha256 === signed.sha256 && file.bytes === signed.bytes) return [];
    const says = `${signed.name} has SHA-256 ${file?.sha256} and ${file?.bytes} bytes, the manifest says ${signed.sha256} and ${signed.bytes}`;
    return [violation('FILE_DIGEST_MISMATCH', says, { file: signed.name, value: file?.sha256 ?? null })];
  });
}

/** ARCHIVE_REFUSED: checksums of the archive that belie its bytes. Last, because a digest says more than a checksum. */
export function checksumViolations(archive: Archive, files: ExtractedFiles, manifestChecksum: number): Violation[] {
  return [...archive.values()].flatMap(({ name }) => {
    const actual = files.get(name)?.crc32 ?? manifestChecksum;
    if (actual === entryOf(archive, name).crc32) return [];
    return [
      violation('ARCHIVE_REFUSED', `The archive's checksum of ${name} does not belong to its bytes`, { file: name }),
    ];
  });
}
