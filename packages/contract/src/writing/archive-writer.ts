import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { MANIFEST_FILE, TABLE_FILES } from '../format/contract.ts';
import { removeAbandoned } from '../tables/private-folder.ts';

// The earliest time that ZIP can say. It is read in local time, so the stored bits are the same in every zone.
const FIXED_TIME = new Date(1980, 0, 1);
const ENTRY = { mtime: FIXED_TIME, mode: 0o100644, compress: false, forceDosTimestamp: true } as const;

/**
 * Packs manifest and Parquet files as stored entries in the order of the contract; equal content gives equal bytes.
 * The archive appears at `out` complete or not at all: it is written beside it, flushed and renamed. What a killed writer
 * left beside it is removed.
 */
export async function writeArchive(folder: string, manifest: string, out: string): Promise<void> {
  const partial = `${out}.${process.pid}.partial`;
  await removeAbandoned(dirname(out), new RegExp(`^${RegExp.escape(basename(out))}\\.(\\d+)\\.partial$`));
  const zip = new ZipFile();
  // A file that cannot be read ends both streams, so that nothing stays open.
  const failed = new AbortController();
  zip.once('error', (error: Error) => failed.abort(error));
  zip.addBuffer(Buffer.from(manifest), MANIFEST_FILE, ENTRY);
  for (const name of TABLE_FILES) zip.addFile(join(folder, name), name, ENTRY);
  zip.end();
  try {
    await pipeline(zip.outputStream, createWriteStream(partial, { flags: 'w', mode: 0o644 }), {
      signal: failed.signal,
    }).catch((error: unknown) => {
      throw failed.signal.aborted ? failed.signal.reason : error;
    });
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
