import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { groupProblem } from '../problems.ts';

export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
}

/** The folder of archived bundles below a node's folder. */
export function archiveFolder(dir: string): string {
  return join(dir, 'archive');
}

/** Writes a file that is whole once it has its name, and is on the disk by then; answers the digest of what can be read back. */
export async function writeArchived(dir: string, path: string, content: Readable): Promise<FileDigest> {
  const target = join(archiveFolder(dir), path);
  const unfinished = `${target}.unfinished`;
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    await pipeline(content, createWriteStream(unfinished, { mode: 0o600, flush: true }));
    const digest = await digestOf(unfinished);
    await rename(unfinished, target);
    const folder = await open(dirname(target));
    await folder.sync().finally(() => folder.close());
    return digest;
  } finally {
    await rm(unfinished, { force: true });
  }
}

/**
 * An archived bundle, whose bytes are those that were archived.
 *
 * @throws Problem `ARCHIVE_DAMAGED`
 */
export async function readArchived(dir: string, entry: FileDigest & { readonly path: string }): Promise<Readable> {
  const file = join(archiveFolder(dir), entry.path);
  const found = await digestOf(file).catch((error: unknown) => {
    throw groupProblem('ARCHIVE_DAMAGED', `archive/${entry.path} cannot be read`, { path: entry.path }, error);
  });
  if (found.sha256 !== entry.sha256) {
    const detail = `archive/${entry.path} has the SHA-256 ${found.sha256}, not ${entry.sha256}`;
    throw groupProblem('ARCHIVE_DAMAGED', detail, { path: entry.path });
  }
  return createReadStream(file);
}

async function digestOf(file: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
