import { type DuckDBDataChunk, DuckDBDecimal128Vector } from '@duckdb/node-api';
import { formatDecimal } from '../format/decimal.ts';
import { type Column, FACTS, type Table } from '../format/tables.ts';
import { grainOrder, text, type Workspace } from './workspace.ts';

/** Text of the facts that is kept after it was made once: about 400 000 facts. */
const KEPT_BYTES = 64 * 1024 ** 2;

/** How the text of facts is handed out. */
export interface CopyTextOptions {
  /** Stands before the columns of each row, for example a tenant id; may hold no tab, line break or backslash (RangeError). */
  readonly prefix?: readonly string[];
  /** `grain` unless told; `file` comes sooner, because nothing is sorted first. */
  readonly order?: 'grain' | 'file';
}

/** The facts as PostgreSQL COPY text (tab separated, `\N` for null) in FACT_COLUMNS order, one Buffer per few thousand rows. */
export function factCopyText(
  workspace: Workspace,
  { prefix = [], order = 'grain' }: CopyTextOptions = {},
): AsyncIterable<Uint8Array> {
  refusePrefix(prefix);
  return tableText(workspace, FACTS, prefix, order);
}

/** @throws RangeError for a constant that would break the text */
export function refusePrefix(prefix: readonly string[] = []): void {
  const bad = prefix.find((value) => /[\t\n\r\\]/.test(value));
  if (bad !== undefined) throw new RangeError(`"${bad}" cannot stand before the columns of COPY text`);
}

/** Rows of a table in the same text form: what the content digest is taken over. */
export function sortedText(workspace: Workspace, table: Table): AsyncIterable<Uint8Array> {
  return tableText(workspace, table, []);
}

/**
 * Makes a text once and hands the same chunks out again, as long as they are no more than `limit` bytes. Making the
 * text of the facts costs as much as verifying them, and an intake wants it twice: as digest and for COPY.
 */
export function keptText(make: () => AsyncIterable<Uint8Array>, limit = KEPT_BYTES): () => AsyncIterable<Uint8Array> {
  let kept: Uint8Array[] | undefined;
  return async function* () {
    if (kept) return yield* kept;
    let chunks: Uint8Array[] | undefined = [];
    let bytes = 0;
    for await (const chunk of make()) {
      bytes += chunk.length;
      if (bytes > limit) chunks = undefined;
      chunks?.push(chunk);
      yield chunk;
    }
    kept = chunks;
  };
}

// DuckDB joins the texts of a row (one string to carry over instead of ten); decimals come as 128-bit integers and
// are written here, because DuckDB's own decimal to text divides bit by bit and costs three times the rest.
async function* tableText(
  workspace: Workspace,
  table: Table,
  prefix: readonly string[],
  order: 'grain' | 'file' = 'grain',
): AsyncGenerator<Uint8Array> {
  const runs = columnRuns(table.columns);
  const selected = runs.map((run) =>
    run.kind === 'text' ? joined(run.columns, prefixOf(run, runs, prefix)) : run.column.name,
  );
  const result = await workspace.connection.stream(
    `SELECT ${selected.join(', ')} FROM ${table.name}${order === 'file' ? '' : ` ORDER BY ${grainOrder(table)}`}`,
  );
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield Buffer.from(linesOf(chunk, runs));
  }
}

type Run =
  | { readonly kind: 'text'; readonly columns: Column[] }
  | { readonly kind: 'decimal'; readonly column: Column };

// Neighbouring text columns travel as one.
function columnRuns(columns: readonly Column[]): Run[] {
  const runs: Run[] = [];
  for (const column of columns) {
    const last = runs.at(-1);
    if (column.kind === 'decimal') runs.push({ kind: 'decimal', column });
    else if (last?.kind === 'text') last.columns.push(column);
    else runs.push({ kind: 'text', columns: [column] });
  }
  return runs;
}

function prefixOf(run: Run, runs: readonly Run[], prefix: readonly string[]): readonly string[] {
  return run === runs[0] ? prefix : [];
}

// Control characters were refused before, so only the backslash needs an escape (PostgreSQL, COPY, "Text Format").
function joined(columns: readonly Column[], prefix: readonly string[]): string {
  const parts = columns.map((column) => {
    const value = ['month', 'count', 'choice', 'currency'].includes(column.kind)
      ? `CAST(${column.name} AS VARCHAR)`
      : `replace(${column.name}, '\\', '\\\\')`;
    return column.nullable ? `coalesce(${value}, '\\N')` : value;
  });
  const joined = `concat_ws(chr(9), ${[...prefix.map(text), ...parts].join(', ')})`;
  return isMarked(columns) ? `'${MARK}' || ${joined}` : joined;
}

const MARK = '.';

// Whatever reads a text from DuckDB takes a byte order mark at its beginning away, and a code may begin with one: then two codes would be
// one. A month never does, with which the facts begin.
function isMarked(columns: readonly Column[]): boolean {
  return columns[0]?.kind !== 'month';
}

function linesOf(chunk: DuckDBDataChunk, runs: readonly Run[]): string {
  const columns = runs.map((run, index) =>
    run.kind === 'text' ? textsOf(chunk, index, isMarked(run.columns)) : decimalsOf(chunk, index),
  );
  let lines = '';
  for (let row = 0; row < chunk.rowCount; row += 1) {
    let separator = '';
    for (const column of columns) {
      lines += separator + column(row);
      separator = '\t';
    }
    lines += '\n';
  }
  return lines;
}

function textsOf(chunk: DuckDBDataChunk, index: number, marked: boolean): (row: number) => string {
  const vector = chunk.getColumnVector(index);
  if (marked) return (row) => String(vector.getItem(row)).slice(MARK.length);
  return (row) => String(vector.getItem(row));
}

function decimalsOf(chunk: DuckDBDataChunk, index: number): (row: number) => string {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBDecimal128Vector)) throw new TypeError(`Column ${index} is not a DECIMAL(38,18)`);
  return (row) => {
    const scaled = vector.getScaledValue(row);
    return scaled === null ? '\\N' : formatDecimal(scaled);
  };
}
