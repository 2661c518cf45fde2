import { buffer } from 'node:stream/consumers';
import { TextDecoder } from 'node:util';
import { uploadOf } from '@prorata/platform';
import type { FastifyRequest } from 'fastify';
import { analyticProblem } from '../problems.ts';

/**
 * The text of an uploaded CSV file. What the content type says of its characters holds; without that, a mark at its beginning, UTF-8
 * where the whole file is UTF-8, and otherwise windows-1252, which is what spreadsheets of Western Europe save. No character is replaced.
 *
 * @throws Problem `CSV_INVALID` where the bytes are not what the content type or the mark says
 */
export async function csvOf(request: FastifyRequest): Promise<string> {
  const bytes = await buffer(uploadOf(request));
  const told = /;\s*charset\s*=\s*"?([\w.:-]+)"?/i.exec(request.headers['content-type'] ?? '')?.[1] ?? markOf(bytes);
  if (told !== undefined) {
    return decoded(bytes, told) ?? refuse(`the file is not ${told}, as its content type or its first bytes say`);
  }
  return decoded(bytes, 'utf-8') ?? decoded(bytes, 'windows-1252') ?? refuse('the file is no text');
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\u0000') ? undefined : text;
  } catch {
    return undefined;
  }
}

function refuse(message: string): never {
  throw analyticProblem('CSV_INVALID', message, { errors: [{ line: 1, message }] });
}
