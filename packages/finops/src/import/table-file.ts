import { basename, join } from 'node:path';
import { type EntityNode, workFolder } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { readNumber } from './amounts.ts';
import { type FileEngine, openFileEngine, quoteName, quoteText } from './duckdb.ts';
import { readCsvHeader } from './header.ts';
import type { Notice } from './layout.ts';
import { readFault } from './read-faults.ts';
import {
  DEFAULT_EXPANSION,
  digestFile,
  type ExpansionLimits,
  openSourceFile,
  type SourceFile,
  withPrivateFolder,
} from './source-file.ts';

/** The columns of a small table that people or machines write: all of them, with those that a row cannot do without. */
export interface TableShape<Name extends string> {
  readonly required: readonly Name[];
  readonly optional: readonly Name[];
}

/** `semicolon` is what spreadsheets of half of Europe write: semicolons between values and a decimal comma. */
export type TableDialect = 'comma' | 'semicolon' | 'parquet';

/** One row as it stands in the file: trimmed texts, null where there is nothing. `row` counts below the header from 1. */
export interface TableRow<Name extends string> {
  readonly row: number;
  readonly values: Readonly<Record<Name, string | null>>;
}

/** A table file that is open: what it is, and its rows in order, a batch at a time. */
export interface TableFile<Name extends string> {
  readonly name: string;
  readonly kind: SourceFile['kind'];
  readonly bytes: number;
  readonly sha256: string;
  readonly dialect: TableDialect;
  readonly notices: readonly Notice[];
  /** @throws Problem `CSV_MALFORMED`, `FILE_UNREADABLE` where the file stops being what it began as */
  batches(): AsyncIterable<readonly TableRow<Name>[]>;
}

/** What is wrong with a row, for the member `violations` of `ROWS_REFUSED`. */
export interface RowFault {
  readonly row: number;
  readonly column: string;
  readonly value: string | null;
  readonly message: string;
}

const LISTED = 100;

/** Gathers what is wrong with the rows of a file: the first hundred are listed, all are counted. */
export class RowFaults {
  readonly #listed: RowFault[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(row: number, column: string, value: string | null, message: string): void {
    this.#count += 1;
    if (this.#listed.length < LISTED) {
      this.#listed.push({ row, column, value: value === null ? null : value.slice(0, 200), message });
    }
  }

  /** @throws Problem `ROWS_REFUSED`, when anything was added */
  refuse(name: string): void {
    const [first] = this.#listed;
    if (first === undefined) return;
    const place = `row ${first.row}, ${first.column} ${JSON.stringify(first.value)}: ${first.message}`;
    throw finopsProblem('ROWS_REFUSED', `${name} holds ${this.#count} unusable values; the first: ${place}`, {
      violations: this.#listed,
      violation_count: this.#count,
    });
  }
}

/**
 * Opens a table (CSV with commas, CSV with semicolons, gzip of either, Parquet) and hands it to `work`; nothing of it stays
 * outside. Names of columns are compared without case; columns that the shape does not name are left unread, with a notice.
 *
 * @throws Problem `FILE_NOT_FOUND`, `EMPTY_FILE`, `FILE_UNREADABLE`, `ARCHIVE_TOO_LARGE`, `COLUMNS_MISSING`, `COLUMNS_DUPLICATED`
 */
export async function withTableFile<Name extends string, T>(
  entity: Pick<EntityNode, 'dir'>,
  input: { readonly path: string; readonly name?: string | undefined; readonly limits?: ExpansionLimits },
  shape: TableShape<Name>,
  work: (file: TableFile<Name>) => Promise<T>,
): Promise<T> {
  return await withPrivateFolder(workFolder(entity.dir), async (dir) => {
    const opened = await openSourceFile(input.path, '', dir, input.limits ?? DEFAULT_EXPANSION);
    const file = { ...opened, name: input.name ?? basename(input.path), sha256: await digestFile(input.path) };
    const engine = await openFileEngine({ readable: [file.path], spillDir: join(dir, 'spill') });
    try {
      const laidOut = await layOut(engine, file, shape).catch((error: unknown) => {
        throw readFault(error, file.name);
      });
      const { name, kind, bytes, sha256 } = file;
      const { dialect, notices } = laidOut;
      const batches = () => readRows(engine, name, laidOut);
      return await work({ name, kind, bytes, sha256, dialect, notices, batches });
    } finally {
      engine.close();
    }
  });
}

interface LaidOut<Name extends string> {
  readonly dialect: TableDialect;
  readonly source: string;
  readonly columns: readonly (readonly [name: Name, sql: string])[];
  readonly notices: readonly Notice[];
}

async function layOut<Name extends string>(
  engine: FileEngine,
  file: SourceFile,
  shape: TableShape<Name>,
): Promise<LaidOut<Name>> {
  if (file.kind === 'parquet') {
    const source = `read_parquet(${quoteText(file.path)})`;
    const described = await engine.rows(`DESCRIBE SELECT * FROM ${source}`);
    const found = described.map((row) => row[0] ?? '');
    const { columns, notices } = matchColumns(file.name, found, shape);
    const floats = columns.filter(([, position]) => /^(FLOAT|DOUBLE)/.test(described[position]?.[1] ?? ''));
    const detail = 'is a floating-point column: each value is taken as the shortest decimal that stands for it';
    return {
      dialect: 'parquet',
      source,
      columns: columns.map(([name, position]) => [name, `CAST(${quoteName(found[position] ?? '')} AS VARCHAR)`]),
      notices: [
        ...notices,
        ...floats.map(([name]) => ({ code: 'FLOATING_POINT_SOURCE', detail: `${name} ${detail}` })),
      ],
    };
  }
  const commas = readCsvHeader(file.head);
  const semicolons = commas.names.length === 1 && (commas.names[0] ?? '').includes(';');
  const header = semicolons ? readCsvHeader(file.head, ';') : commas;
  const { columns, notices } = matchColumns(file.name, header.names, shape);
  const types = header.names.map((_, position) => `'c${position}': 'VARCHAR'`).join(', ');
  return {
    dialect: semicolons ? 'semicolon' : 'comma',
    source:
      `read_csv(${quoteText(file.path)}, auto_detect = false, header = true, delim = '${semicolons ? ';' : ','}', ` +
      `quote = '"', escape = '"', strict_mode = true, columns = {${types}})`,
    columns: columns.map(([name, position]) => [name, `c${position}`]),
    notices: [...notices, ...dialectNotices(semicolons, header.byteOrderMark)],
  };
}

function dialectNotices(semicolons: boolean, byteOrderMark: boolean): Notice[] {
  const notices: Notice[] = [];
  if (semicolons) {
    const detail = 'values are separated by semicolons, so a comma in a number is the decimal sign';
    notices.push({ code: 'SEMICOLON_DIALECT', detail });
  }
  if (byteOrderMark) notices.push({ code: 'BYTE_ORDER_MARK', detail: 'the file begins with a byte order mark' });
  return notices;
}

function matchColumns<Name extends string>(file: string, found: readonly string[], shape: TableShape<Name>) {
  const wanted = new Map<string, Name>(
    [...shape.required, ...shape.optional].map((name) => [name.toLowerCase(), name]),
  );
  const columns = new Map<Name, number>();
  const duplicated: string[] = [];
  const stray: string[] = [];
  for (const [position, given] of found.entries()) {
    const name = wanted.get(given.trim().toLowerCase());
    if (name === undefined) stray.push(given);
    else if (columns.has(name)) duplicated.push(name);
    else columns.set(name, position);
  }
  const missing = shape.required.filter((name) => !columns.has(name));
  if (missing.length > 0) {
    const shown = found.slice(0, 100).map((name) => name.slice(0, 100));
    throw finopsProblem('COLUMNS_MISSING', `${file} lacks ${missing.join(', ')}`, { missing, found: shown });
  }
  if (duplicated.length > 0) {
    throw finopsProblem('COLUMNS_DUPLICATED', `${file} has ${duplicated.join(', ')} twice`, { columns: duplicated });
  }
  const detail = `not among ${[...wanted.values()].join(', ')}, ignored: ${stray.map((name) => name.slice(0, 100)).join(', ')}`;
  return { columns: [...columns], notices: stray.length === 0 ? [] : [{ code: 'STRAY_COLUMNS', detail }] };
}

async function* readRows<Name extends string>(
  engine: FileEngine,
  name: string,
  { source, columns }: LaidOut<Name>,
): AsyncIterable<readonly TableRow<Name>[]> {
  const names = columns.map(([column]) => column);
  let row = 0;
  try {
    const result = await engine.connection.stream(`SELECT ${columns.map(([, sql]) => sql).join(', ')} FROM ${source}`);
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      yield chunk.getRows().map((cells) => {
        row += 1;
        const values = Object.fromEntries(names.map((column, index) => [column, textOrNull(cells[index])]));
        return { row, values: values as Record<Name, string | null> };
      });
    }
  } catch (error) {
    throw readFault(error, name);
  }
  if (row === 0) throw finopsProblem('EMPTY_FILE', `${name} has a header and no rows`);
}

/** The same null literals as in bills (`NULL_LITERALS`). */
function textOrNull(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = String(value).trim();
  return text === '' || /^(null|\(null\))$/i.test(text) ? null : text;
}

/**
 * A number of a table, exactly: at most 18 decimals and 20 digits before the point. Between semicolons a comma is the decimal
 * sign, and groups of three behind points (`1.234`) are refused there, because half of their writers mean a thousand.
 *
 * @returns a plain decimal, or undefined where the text is none
 */
export function readTableNumber(text: string, dialect: TableDialect): string | undefined {
  if (dialect !== 'semicolon') return readNumber(text);
  if (/^[+-]?\d{1,3}(\.\d{3})+$/.test(text) || (text.includes(',') && text.includes('.'))) return undefined;
  return readNumber(text.replace(',', '.'));
}

/** Why `readTableNumber` took nothing, in words for the row. */
export function numberFault(dialect: TableDialect): string {
  const rule = 'not an exact decimal of at most 18 decimals and 20 digits before the point';
  return dialect === 'semicolon'
    ? `${rule}; in a file with semicolons write 1234,5, without a sign between thousands`
    : `${rule}; write 1234.5, without a sign between thousands`;
}
