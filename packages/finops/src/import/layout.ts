import { finopsProblem } from '../problems.ts';
import { type ColumnLayout, type FocusColumn, layOutColumns, OPTIONAL_COLUMNS, REQUIRED_COLUMNS } from './columns.ts';
import { type FileEngine, quoteName, quoteText } from './duckdb.ts';
import { readCsvHeader } from './header.ts';
import type { SourceFile } from './source-file.ts';

/** What was seen in a file that its reader may want to know; never a reason to refuse it. */
export interface Notice {
  readonly code: string;
  readonly detail: string;
}

/** How to read one file: an SQL source, and an SQL expression of type VARCHAR for each kept column. */
export interface FileLayout {
  readonly source: string;
  readonly text: ReadonlyMap<FocusColumn, string>;
  /** Amount columns that a Parquet file already types as exact numbers. */
  readonly exact: ReadonlyMap<FocusColumn, string>;
  /** Timestamp columns that a Parquet file types as such: their UTC day, of type DATE. */
  readonly days: ReadonlyMap<FocusColumn, string>;
  readonly notices: readonly Notice[];
}

/**
 * Finds out how to read a file: its header or its Parquet schema against the FOCUS columns.
 *
 * @throws Problem `COLUMNS_MISSING`, `COLUMNS_DUPLICATED`, `EMPTY_FILE`, `FILE_UNREADABLE`
 */
export async function layOutFile(file: SourceFile, engine: FileEngine): Promise<FileLayout> {
  return file.kind === 'parquet' ? await layOutParquet(file, engine) : layOutCsv(file);
}

function layOutCsv(file: SourceFile): FileLayout {
  const header = readCsvHeader(file.head);
  const layout = accepted(file, header.names);
  const columns = header.names.map((_, position) => `'c${position}': 'VARCHAR'`).join(', ');
  const notices: Notice[] = strayNotices(layout);
  if (header.byteOrderMark) notices.push({ code: 'BYTE_ORDER_MARK', detail: 'the file begins with a byte order mark' });
  return {
    source:
      `read_csv(${quoteText(file.path)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', ` +
      `strict_mode = true, columns = {${columns}})`,
    text: new Map(everyColumn((column, position) => [column, position === undefined ? NONE : `c${position}`], layout)),
    exact: new Map(),
    days: new Map(),
    notices,
  };
}

const NONE = 'NULL::VARCHAR';
const AMOUNTS: readonly FocusColumn[] = ['BilledCost', 'EffectiveCost', 'ConsumedQuantity'];

async function layOutParquet(file: SourceFile, engine: FileEngine): Promise<FileLayout> {
  const source = `read_parquet(${quoteText(file.path)})`;
  const described = await engine.rows(`DESCRIBE SELECT * FROM ${source}`);
  const names = described.map((row) => row[0] ?? '');
  const types = described.map((row) => row[1] ?? '');
  const layout = accepted(file, names);
  const exact = new Map<FocusColumn, string>();
  const days = new Map<FocusColumn, string>();
  const notices = strayNotices(layout);
  const text = new Map<FocusColumn, string>(
    everyColumn((column, position) => {
      if (position === undefined) return [column, NONE];
      const name = quoteName(names[position] ?? '');
      const type = types[position] ?? '';
      if (AMOUNTS.includes(column)) {
        if (isExact(type)) exact.set(column, `try_cast(${name} AS DECIMAL(38,18))`);
        else if (/^(FLOAT|DOUBLE)/.test(type)) {
          notices.push({
            code: 'FLOATING_POINT_SOURCE',
            detail: `${column} is ${type} in the file: each value is taken as the shortest decimal that stands for it`,
          });
        }
      }
      if (/^(TIMESTAMP|DATE)/.test(type)) days.set(column, dayOf(name, type));
      return [
        column,
        /^(MAP|STRUCT|JSON)/.test(type) ? `CAST(to_json(${name}) AS VARCHAR)` : `CAST(${name} AS VARCHAR)`,
      ];
    }, layout),
  );
  return { source, text, exact, days, notices };
}

/** The UTC day is all that a month needs, and reaching it by the epoch avoids the slow rules of time zones. */
function dayOf(name: string, type: string): string {
  return type === 'TIMESTAMP WITH TIME ZONE'
    ? `CAST(make_timestamp(epoch_us(${name})) AS DATE)`
    : `CAST(${name} AS DATE)`;
}

/** Integers and decimals of up to 18 places and 20 digits before the point lose nothing in DECIMAL(38,18). */
function isExact(type: string): boolean {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal === null) return /^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/.test(type);
  return Number(decimal[2]) <= 18 && Number(decimal[1]) - Number(decimal[2]) <= 20;
}

function everyColumn<T>(take: (column: FocusColumn, position: number | undefined) => T, layout: ColumnLayout): T[] {
  return [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS].map((column) => take(column, layout.positions.get(column)));
}

function strayNotices(layout: ColumnLayout): Notice[] {
  if (layout.stray.length === 0) return [];
  return [{ code: 'STRAY_COLUMNS', detail: `not in FOCUS 1.0 to 1.2, ignored: ${layout.stray.join(', ')}` }];
}

function accepted(file: SourceFile, names: readonly string[]): ColumnLayout {
  const layout = layOutColumns(names);
  if (layout.missing.length > 0) {
    throw finopsProblem('COLUMNS_MISSING', `${file.name} lacks ${layout.missing.join(', ')}`, {
      missing: layout.missing,
      found: names.slice(0, 100).map((name) => name.slice(0, 100)),
    });
  }
  if (layout.duplicated.length > 0) {
    throw finopsProblem('COLUMNS_DUPLICATED', `${file.name} has ${layout.duplicated.join(', ')} twice`, {
      columns: layout.duplicated,
    });
  }
  return layout;
}
