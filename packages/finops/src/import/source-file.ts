import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { finopsProblem } from '../problems.ts';
import { storeFault } from '../store-faults.ts';

/** How far a compressed file may expand before it is taken for an attack. */
export interface ExpansionLimits {
  readonly bytes: number;
  /** Expanded to compressed bytes, judged once 64 MiB are expanded. Deflate itself ends at 1032; real bills stay below 60. */
  readonly ratio: number;
}

export const DEFAULT_EXPANSION: ExpansionLimits = { bytes: 16 * 1024 ** 3, ratio: 400 };

const RATIO_JUDGED_FROM_BYTES = 64 * 1024 ** 2;
const CHUNK_BYTES = 1024 ** 2;
const HEAD_BYTES = 256 * 1024 + 4;

export type FileKind = 'csv' | 'csv.gz' | 'parquet';

/** A file ready to be scanned: plain CSV or Parquet at a path that DuckDB takes literally. */
export interface SourceFile {
  readonly name: string;
  readonly kind: FileKind;
  readonly path: string;
  readonly bytes: number;
  /** The first bytes of the plain file. */
  readonly head: Uint8Array;
  /** SHA-256 of the file as it was given, in hexadecimal. */
  readonly sha256: string;
}

/**
 * SHA-256 of a file, in hexadecimal. One buffer is filled again and again: a stream makes one for each chunk, which costs as much as
 * the hashing.
 *
 * @throws Problem `FILE_NOT_FOUND`, `FILE_UNREADABLE`
 */
export async function digestFile(path: string): Promise<string> {
  await sizeOf(path);
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/**
 * Looks at a file by its first bytes, never by its name, and makes it readable: gzip is expanded into `privateDir` within
 * the limits, and a path that DuckDB would take for a pattern is copied there.
 *
 * @throws Problem `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `EMPTY_FILE`, `ARCHIVE_TOO_LARGE`
 */
export async function openSourceFile(
  path: string,
  sha256: string,
  privateDir: string,
  limits: ExpansionLimits = DEFAULT_EXPANSION,
): Promise<SourceFile> {
  const name = basename(path);
  const bytes = await sizeOf(path);
  if (bytes === 0) throw finopsProblem('EMPTY_FILE', `${name} has 0 bytes`);
  const head = await readHead(path);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const plain = join(privateDir, 'expanded.csv');
    await expand(path, name, plain, limits);
    return { name, kind: 'csv.gz', path: await realpath(plain), bytes, head: await readHead(plain), sha256 };
  }
  const kind = Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PAR1' ? 'parquet' : 'csv';
  let plain = await realpath(path);
  if (/[*?[\]{}]/.test(plain)) {
    const copy = join(await realpath(privateDir), `copied.${kind}`);
    await copyFile(plain, copy);
    plain = copy;
  }
  return { name, kind, path: plain, bytes, head, sha256 };
}

/** Size of a regular file in bytes. @throws Problem `FILE_NOT_FOUND`, `FILE_UNREADABLE` */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw finopsProblem('FILE_NOT_FOUND', `${path} does not exist`);
  if (!found.isFile()) throw finopsProblem('FILE_UNREADABLE', `${path} is not a file`);
  return found.size;
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function expand(path: string, name: string, target: string, limits: ExpansionLimits): Promise<void> {
  let read = 0;
  let written = 0;
  const compressed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length;
      done(null, chunk);
    },
  });
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      written += chunk.length;
      const ratio = written / Math.max(1, read);
      if (written > limits.bytes || (written > RATIO_JUDGED_FROM_BYTES && ratio > limits.ratio)) {
        const detail = `${name} expands to more than ${written} bytes from ${read}`;
        done(finopsProblem('ARCHIVE_TOO_LARGE', detail, { limit_bytes: limits.bytes, limit_ratio: limits.ratio }));
      } else done(null, chunk);
    },
  });
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: CHUNK_BYTES }),
      compressed,
      createGunzip({ chunkSize: CHUNK_BYTES }),
      bounded,
      createWriteStream(target, { mode: 0o600 }) satisfies Writable,
    );
  } catch (error) {
    if (error instanceof Error && 'errno' in error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw finopsProblem('FILE_UNREADABLE', `${name} is not a whole gzip file: ${error.message}`, {}, error);
    }
    throw error;
  }
}

/**
 * Runs `work` with a folder of its own that only this user can read, and removes it whatever happens.
 *
 * @throws Problem `DISK_FULL` where there was no room for what `work` wrote, into the folder or into the database, `AMOUNT_TOO_LARGE`
 */
export async function withPrivateFolder<T>(parent: string, work: (dir: string) => Promise<T>): Promise<T> {
  const dir = join(parent, `${process.pid}-${randomUUID()}`);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  try {
    return await work(dir);
  } catch (error) {
    throw storeFault(error);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
