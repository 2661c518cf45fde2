import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { openPrivateFolder } from '@prorata/contract';
import { groupProblem } from '../problems.ts';

/** A bundle as it came, in a folder that only this process's user may enter. What is verified, stored and hashed is this copy. */
export interface Spooled {
  readonly path: string;
  readonly folder: string;
  readonly sha256: string;
  readonly bytes: number;
  /** False where the source holds more than the limit: what is here is its beginning. */
  readonly whole: boolean;
  remove(): Promise<void>;
}

export type BundleSource = string | Uint8Array | Readable;

/**
 * Copies a bundle into the node's folder, so that nobody can exchange the file between the check and the storing. Stops one byte
 * after `limit`: the check then refuses it by its size. What a killed process left behind is removed first.
 *
 * @throws Problem `BUNDLE_UNREADABLE` when the source cannot be read
 */
export async function spool(dir: string, source: BundleSource, limit: number): Promise<Spooled> {
  const incoming = join(dir, 'incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const { path: folder, remove } = await openPrivateFolder(incoming);
  try {
    const path = join(folder, 'bundle.zip');
    return { path, folder, ...(await copy(source, path, limit)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function copy(
  source: BundleSource,
  path: string,
  limit: number,
): Promise<Pick<Spooled, 'sha256' | 'bytes' | 'whole'>> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(source)) {
      const kept = chunk.subarray(0, limit + 1 - bytes);
      hash.update(kept);
      await file.writeFile(kept);
      bytes += kept.length;
      if (bytes > limit) break;
    }
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), bytes, whole: bytes <= limit };
}

async function* chunksOf(source: BundleSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) {
    yield source;
    return;
  }
  if (typeof source !== 'string') {
    for await (const chunk of source) yield chunk as Uint8Array;
    return;
  }
  try {
    for await (const chunk of createReadStream(source)) yield chunk as Uint8Array;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw groupProblem('BUNDLE_UNREADABLE', `${source}: ${error.message}`, { file: source }, error);
  }
}
