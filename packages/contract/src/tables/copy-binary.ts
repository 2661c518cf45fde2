import { type DuckDBDataChunk, DuckDBDecimal128Vector } from '@duckdb/node-api';
import { type Column, FACTS } from '../format/tables.ts';
import { NUMERIC_BYTES, writeNumeric } from './binary-numeric.ts';
import type { Workspace } from './workspace.ts';

/** Facts of a month repeat few texts: beyond so many different ones of a kind they are carried row by row instead of listed. */
const LISTED_TEXTS = 50_000;

/** Columns whose values come together, so that as few different texts as possible are carried over for them. */
const KINDS: readonly (readonly string[])[] = [
  ['period_month', 'entity_id', 'environment', 'consumption_type', 'currency'],
  ['application_id'],
  ['domain_id', 'family_id', 'product_id', 'unit'],
];

const FIRST_DAY = Date.UTC(2000, 0, 1);
const DAY = 86_400_000;

/** "PGCOPY\n\xff\r\n\0", no flags, no extension (PostgreSQL, COPY, "Binary Format"). */
const HEADER = Buffer.from([...Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), 0, 0, 0, 0, 0, 0, 0, 0]);
const TRAILER = Buffer.from([0xff, 0xff]);

const NONE = '\u0000';
const BETWEEN = '\u001f';

/** Texts of one kind, as fields of a row that are ready to be copied. */
interface Kind {
  readonly columns: readonly Column[];
  /** Where the texts are listed, by number; else each row carries its own. */
  readonly listed: readonly Uint8Array[] | null;
}

/** The columns of a fact in the order of `copyBinary()`. */
export function binaryColumns(without: readonly string[] = []): readonly string[] {
  return [...kindsOf(without).flat(), ...measures()].map((column) => column.name);
}

/**
 * The facts as PostgreSQL COPY in its binary form, whole with header and trailer, unsorted; one Buffer per few thousand rows.
 * Columns as `binaryColumns(without)` names them. The database reads it in half the time that text takes.
 *
 * @param without columns that the receiver fills in itself
 */
export async function* factCopyBinary(
  workspace: Workspace,
  without: readonly string[] = [],
  listedTexts = LISTED_TEXTS,
): AsyncGenerator<Uint8Array> {
  const kinds: Kind[] = [];
  for (const [index, columns] of kindsOf(without).entries()) {
    kinds.push(await listTexts(workspace, columns, index, listedTexts));
  }
  yield HEADER;
  const result = await workspace.connection.stream(selectOf(kinds));
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    yield rowsOf(chunk, kinds);
  }
  yield TRAILER;
}

function kindsOf(without: readonly string[]): Column[][] {
  const wanted = new Map(FACTS.columns.filter(({ name }) => !without.includes(name)).map((each) => [each.name, each]));
  return KINDS.map((names) => names.flatMap((name) => wanted.get(name) ?? [])).filter((kind) => kind.length > 0);
}

function measures(): Column[] {
  return FACTS.columns.filter((column) => column.kind === 'decimal');
}

/** Lists the different texts of a kind, in a table of the workspace and here, unless they are too many. */
async function listTexts(workspace: Workspace, columns: readonly Column[], index: number, most: number): Promise<Kind> {
  const names = columns.map((column) => column.name).join(', ');
  await workspace.connection.run(
    `CREATE OR REPLACE TABLE texts_${index} AS
     SELECT (row_number() OVER () - 1)::INTEGER AS number, * FROM (SELECT DISTINCT ${names} FROM facts LIMIT ${most + 1})`,
  );
  const rows = await workspace.texts(`SELECT ${joined(columns)} AS texts FROM texts_${index} ORDER BY number`);
  if (rows.length > most) return { columns, listed: null };
  return { columns, listed: rows.map((row) => fieldsOf(row.texts ?? '', columns)) };
}

function selectOf(kinds: readonly Kind[]): string {
  const selected = kinds.map(({ columns, listed }, index) =>
    listed === null ? joined(columns, 'facts.') : `texts_${index}.number`,
  );
  const joins = kinds.map(({ columns, listed }, index) => {
    if (listed === null) return '';
    const same = columns.map(({ name, nullable }) =>
      nullable ? `facts.${name} IS NOT DISTINCT FROM texts_${index}.${name}` : `facts.${name} = texts_${index}.${name}`,
    );
    return `JOIN texts_${index} ON ${same.join(' AND ')}`;
  });
  return `SELECT ${[...selected, ...measures().map((column) => column.name)].join(', ')} FROM facts ${joins.join(' ')}`;
}

// Control characters were refused before, so that they can stand between texts, and for none. One stands in front as well: whatever reads
// a text from DuckDB takes a byte order mark at its beginning away, and a code may begin with one.
function joined(columns: readonly Column[], of = ''): string {
  const parts = columns.map(({ name, nullable }) => {
    const value = `CAST(${of}${name} AS VARCHAR)`;
    return nullable ? `coalesce(${value}, chr(${NONE.charCodeAt(0)}))` : value;
  });
  return `concat_ws(chr(${BETWEEN.charCodeAt(0)}), ${["''", ...parts].join(', ')})`;
}

/** The fields of a row for joined texts: each its length, then its bytes. */
function fieldsOf(texts: string, columns: readonly Column[]): Uint8Array {
  const values = texts.split(BETWEEN).slice(1);
  if (values.length !== columns.length) throw new TypeError(`"${texts}" is not of ${columns.length} columns`);
  return Buffer.concat(values.map((value, index) => fieldOf(value, columns[index]?.kind === 'month')));
}

function fieldOf(value: string, isDay: boolean): Uint8Array {
  const bytes = isDay ? Buffer.alloc(4) : Buffer.from(value);
  if (isDay) bytes.writeInt32BE((Date.parse(`${value}T00:00:00Z`) - FIRST_DAY) / DAY);
  const length = Buffer.alloc(4);
  length.writeInt32BE(value === NONE ? -1 : bytes.length);
  return value === NONE ? length : Buffer.concat([length, bytes]);
}

function rowsOf(chunk: DuckDBDataChunk, kinds: readonly Kind[]): Uint8Array {
  const rows = chunk.rowCount;
  const texts = kinds.map((kind, index) => textsOf(chunk, index, kind));
  const decimals = measures().map((_, index) => decimalsOf(chunk, kinds.length + index));
  const fields = kinds.reduce((sum, kind) => sum + kind.columns.length, decimals.length);
  const room = texts.reduce((sum, list) => list.reduce((all, each) => all + each.length, sum), 0);
  const out = Buffer.allocUnsafe(room + rows * (2 + decimals.length * NUMERIC_BYTES));
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    view.setInt16(at, fields);
    at += 2;
    for (const list of texts) {
      const bytes = list[row];
      if (bytes === undefined) throw new RangeError(`row ${row} has no text`);
      out.set(bytes, at);
      at += bytes.length;
    }
    for (const decimal of decimals) at = writeNumeric(view, at, decimal.getScaledValue(row));
  }
  return out.subarray(0, at);
}

function textsOf(chunk: DuckDBDataChunk, index: number, { columns, listed }: Kind): Uint8Array[] {
  const vector = chunk.getColumnVector(index);
  return Array.from({ length: chunk.rowCount }, (_, row) => {
    const value = vector.getItem(row);
    const fields = typeof value === 'number' ? listed?.[value] : fieldsOf(String(value), columns);
    if (fields === undefined) throw new RangeError(`text ${String(value)} is not listed`);
    return fields;
  });
}

function decimalsOf(chunk: DuckDBDataChunk, index: number): DuckDBDecimal128Vector {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBDecimal128Vector)) throw new TypeError(`Column ${index} is not a DECIMAL(38,18)`);
  return vector;
}
