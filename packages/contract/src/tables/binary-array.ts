import {
  DuckDBBlobVector,
  DuckDBBooleanVector,
  type DuckDBDataChunk,
  DuckDBDecimal128Vector,
  DuckDBIntegerVector,
  type DuckDBVector,
} from '@duckdb/node-api';
import { NUMERIC_BYTES, writeNumeric } from './binary-numeric.ts';

/** Object ids of PostgreSQL's types, the same in every server (pg_type.dat). */
const [BOOL, INT4, TEXT, NUMERIC] = [16, 23, 25, 1700];
const HEAD_BYTES = 20;

/**
 * One column of some chunks as a PostgreSQL array in its binary form (`array_send`), as a driver sends it for a parameter: texts come from
 * BLOB columns (their UTF-8), decimals from DECIMAL(38,18). None is an element without a value.
 */
export function binaryArray(chunks: readonly DuckDBDataChunk[], column: number): Buffer {
  const vectors = chunks.map((chunk) => chunk.getColumnVector(column));
  const rows = vectors.reduce((sum, vector) => sum + vector.itemCount, 0);
  const writers = vectors.map((vector) => ({ vector, ...writerOf(vector) }));
  const room = writers.reduce((sum, writer) => sum + writer.room, HEAD_BYTES);
  const out = Buffer.allocUnsafe(room);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  view.setInt32(0, 1);
  // Whether an element is none: the server looks at each, whatever stands here.
  view.setInt32(4, 1);
  view.setInt32(8, writers[0]?.type ?? TEXT);
  view.setInt32(12, rows);
  view.setInt32(16, 1);
  let at = HEAD_BYTES;
  for (const { vector, write } of writers) {
    for (let row = 0; row < vector.itemCount; row += 1) at = write(view, at, row);
  }
  return out.subarray(0, at);
}

interface Writer {
  readonly type: number;
  /** Bytes that the elements take at most. */
  readonly room: number;
  write(out: DataView, at: number, row: number): number;
}

function writerOf(vector: DuckDBVector): Writer {
  const rows = vector.itemCount;
  if (vector instanceof DuckDBDecimal128Vector) {
    const write = (out: DataView, at: number, row: number) => writeNumeric(out, at, vector.getScaledValue(row));
    return { type: NUMERIC, room: rows * NUMERIC_BYTES, write };
  }
  if (vector instanceof DuckDBBlobVector) {
    const texts = Array.from({ length: rows }, (_, row) => vector.getItemBytes(row));
    const room = texts.reduce((sum, text) => sum + 4 + (text?.length ?? 0), 0);
    return { type: TEXT, room, write: (out, at, row) => writeBytes(out, at, texts[row] ?? null) };
  }
  if (vector instanceof DuckDBIntegerVector) {
    return { type: INT4, room: rows * 8, write: (out, at, row) => writeInteger(out, at, vector.getItem(row)) };
  }
  if (vector instanceof DuckDBBooleanVector) {
    return { type: BOOL, room: rows * 5, write: (out, at, row) => writeBoolean(out, at, vector.getItem(row)) };
  }
  throw new TypeError(`No array of ${vector.type} is written`);
}

function writeBytes(out: DataView, at: number, bytes: Uint8Array | null): number {
  out.setInt32(at, bytes?.length ?? -1);
  if (bytes === null) return at + 4;
  new Uint8Array(out.buffer, out.byteOffset + at + 4, bytes.length).set(bytes);
  return at + 4 + bytes.length;
}

function writeInteger(out: DataView, at: number, value: number | null): number {
  out.setInt32(at, value === null ? -1 : 4);
  if (value === null) return at + 4;
  out.setInt32(at + 4, value);
  return at + 8;
}

function writeBoolean(out: DataView, at: number, value: boolean | null): number {
  out.setInt32(at, value === null ? -1 : 1);
  if (value === null) return at + 4;
  out.setInt8(at + 4, value ? 1 : 0);
  return at + 5;
}
