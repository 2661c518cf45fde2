import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { ledgerProblem } from '../problems.ts';

export type FecEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'iso-8859-15' | 'windows-1252';

/** What the bytes of a file are, before anybody reads a line of it. */
export interface FecSource {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly encoding: FecEncoding;
  readonly byteOrderMark: boolean;
  readonly modified: number;
}

const CHUNK_BYTES = 1 << 18;

export function byteChunks(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

/**
 * Reads the file once for its digest and its encoding. Only the whole file tells: a name with an accent may stand in its last line.
 * What is valid UTF-8 is UTF-8. Otherwise bytes 0x80 to 0x9F, which ISO-8859-15 gives no letters, mean windows-1252.
 *
 * @throws Problem `FEC_NOT_FOUND`, `FEC_EMPTY`, `FEC_ENCODING_BROKEN`
 */
export async function inspectSource(path: string): Promise<FecSource> {
  const { size, mtimeMs } = await statFile(path);
  if (size === 0) throw ledgerProblem('FEC_EMPTY', `${path} has no bytes`);
  const hash = createHash('sha256');
  let mark: FecEncoding | undefined;
  let decoder: TextDecoder | undefined;
  let valid = true;
  let highControls = false;
  let before: Uint8Array = new Uint8Array();
  let bytes = 0;
  for await (const chunk of byteChunks(path)) {
    if (decoder === undefined) {
      mark = markOf(chunk);
      decoder = new TextDecoder(mark ?? 'utf-8', { fatal: true });
    }
    bytes += chunk.length;
    hash.update(chunk);
    if (valid) valid = decodes(decoder, chunk);
    // Asked only of what is no UTF-8: in UTF-8 these bytes are parts of letters.
    if (!valid && !highControls) highControls = hasHighControls(chunk) || hasHighControls(before);
    before = chunk;
  }
  if (valid && decoder !== undefined) valid = decodes(decoder);
  if (mark !== undefined && !valid) throw ledgerProblem('FEC_ENCODING_BROKEN', `${path} bears the mark of ${mark}`);
  const encoding = mark ?? (valid ? 'utf-8' : highControls ? 'windows-1252' : 'iso-8859-15');
  return { path, sha256: hash.digest('hex'), bytes, encoding, byteOrderMark: mark !== undefined, modified: mtimeMs };
}

/** @throws Problem `FEC_CHANGED` when the file is no longer the one that was inspected */
export async function requireUnchanged(source: FecSource): Promise<void> {
  const { size, mtimeMs } = await statFile(source.path);
  if (size !== source.bytes || mtimeMs !== source.modified) {
    throw ledgerProblem('FEC_CHANGED', `${source.path} had ${source.bytes} bytes and has ${size}`);
  }
}

async function statFile(path: string) {
  try {
    const found = await stat(path);
    if (found.isFile()) return found;
    throw ledgerProblem('FEC_NOT_FOUND', `${path} is not a file`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      throw ledgerProblem('FEC_NOT_FOUND', `${path} does not exist`);
    }
    throw error;
  }
}

function decodes(decoder: TextDecoder, chunk?: Uint8Array): boolean {
  try {
    if (chunk === undefined) decoder.decode();
    else decoder.decode(chunk, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function markOf(start: Uint8Array): FecEncoding | undefined {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return undefined;
}

function hasHighControls(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80 && byte <= 0x9f) return true;
  return false;
}
