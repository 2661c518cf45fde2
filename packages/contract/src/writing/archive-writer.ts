import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { MANIFEST_FILE, TABLE_FILES } from '../format/contract.ts';

// The earliest time that ZIP can say. It is read in local time, so the stored bits are the same in every zone.
const FIXED_TIME = new Date(1980, 0, 1);
const ENTRY = { mtime: FIXED_TIME, mode: 0o100644, compress: false, forceDosTimestamp: true } as const;

/**
 * Packs manifest and Parquet files as stored entries in the order of the contract; equal content gives equal bytes.
 * The archive appears at `out` complete or not at all: it is written beside it, flushed and renamed.
 */
export async function writeArchive(folder: string, manifest: string, out: string): Promise<void> {
  const partial = `${out}.${process.pid}.partial`;
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(manifest), MANIFEST_FILE, ENTRY);
  for (const name of TABLE_FILES) zip.addFile(join(folder, name), name, ENTRY);
  zip.end();
  try {
    const written = pipeline(zip.outputStream, createWriteStream(partial, { flags: 'w', mode: 0o644 }));
    const failed = new Promise<never>((_, reject) => {
      zip.once('error', reject);
    });
    await Promise.race([written, failed]);
    await flush(partial);
    await rename(partial, out);
    await flush(dirname(out));
  } finally {
    await rm(partial, { force: true });
  }
}

// A rename survives a power cut only when the file and then its folder were flushed.
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
