import {
  DATE,
  DECIMAL,
  type DuckDBAppender,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { parseDecimal, SCALE } from '../format/decimal.ts';
import { BundleRefused, type Violation, violation } from '../format/refusals.ts';
import type { Column, ColumnKind, Table } from '../format/tables.ts';
import type { Workspace } from '../tables/workspace.ts';

/** Rows in batches of any size, from memory or from a cursor. */
export type RowBatches<Row> = AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;

// DuckDB's vectors hold 2048 rows.
const CHUNK_ROWS = 2048;

const TYPES: Readonly<Record<ColumnKind, DuckDBType>> = {
  month: DATE,
  entity: VARCHAR,
  code: VARCHAR,
  label: VARCHAR,
  choice: VARCHAR,
  currency: VARCHAR,
  decimal: DECIMAL(38, SCALE),
  count: INTEGER,
};

/**
 * Appends rows to their table as they come. What a column's type cannot hold is refused at once with its row
 * (SCHEMA_VIOLATION): a decimal that would be rounded, a month that is none, a member that the contract does not know.
 * Everything else is judged later by the rules that the reader applies as well.
 */
export async function loadRows<Row extends object>(
  workspace: Workspace,
  table: Table,
  batches: RowBatches<Row>,
): Promise<number> {
  const appender = await workspace.connection.createAppender(table.name);
  const converters = table.columns.map((column) => converter(table, column));
  const known = new Set(table.columns.map((column) => column.name));
  let rows = 0;
  try {
    for await (const batch of batches) {
      for (let start = 0; start < batch.length; start += CHUNK_ROWS) {
        const part = batch.slice(start, start + CHUNK_ROWS) as ReadonlyArray<Readonly<Record<string, unknown>>>;
        appendChunk(appender, table, converters, known, part, rows);
        rows += part.length;
      }
    }
  } finally {
    appender.closeSync();
  }
  return rows;
}

type Converter = (value: unknown, row: number) => DuckDBValue;

function appendChunk(
  appender: DuckDBAppender,
  table: Table,
  converters: readonly Converter[],
  known: ReadonlySet<string>,
  part: ReadonlyArray<Readonly<Record<string, unknown>>>,
  before: number,
): void {
  part.forEach((row, index) => {
    for (const name in row) {
      if (!known.has(name)) fail(table, before + index + 1, name, null, 'is not a column of the contract');
    }
  });
  const chunk = DuckDBDataChunk.create(
    table.columns.map((column) => TYPES[column.kind]),
    part.length,
  );
  chunk.setColumns(
    table.columns.map(({ name }, position) => {
      const convert = converters[position];
      return part.map((row, index) => convert?.(row[name], before + index + 1) ?? null);
    }),
  );
  appender.appendDataChunk(chunk);
}

function converter(table: Table, column: Column): Converter {
  const wrong = (row: number, value: unknown, says: string) => fail(table, row, column.name, String(value), says);
  switch (column.kind) {
    case 'month':
      return orNull((value, row) => monthOf(value) ?? wrong(row, value, 'is not a month (YYYY-MM)'));
    case 'decimal':
      return orNull((value, row) => {
        const scaled = typeof value === 'string' ? parseDecimal(value) : null;
        if (scaled === null) return wrong(row, value, 'is not a decimal string of at most 20 digits and 18 decimals');
        return new DuckDBDecimalValue(scaled, 38, SCALE);
      });
    case 'count':
      return orNull((value, row) => {
        if (Number.isInteger(value) && Math.abs(Number(value)) <= 2_147_483_647) return Number(value);
        return wrong(row, value, 'is not a whole number');
      });
    default:
      return orNull((value, row) => {
        if (typeof value !== 'string') return wrong(row, value, 'is not a text');
        // A lone surrogate has no UTF-8 form and would be replaced on the way to the file.
        return value.isWellFormed() ? value : wrong(row, value, 'is not well-formed Unicode');
      });
  }
}

function orNull(convert: Converter): Converter {
  return (value, row) => (value === null || value === undefined ? null : convert(value, row));
}

const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;
const DAY_MS = 86_400_000;

function monthOf(value: unknown): DuckDBDateValue | null {
  if (typeof value !== 'string' || !MONTH.test(value)) return null;
  return new DuckDBDateValue(Date.parse(`${value}-01T00:00:00Z`) / DAY_MS);
}

function fail(table: Table, row: number, column: string, value: string | null, says: string): never {
  const found: Violation = violation('SCHEMA_VIOLATION', `${column} ${says}`, { file: table.file, row, column, value });
  throw new BundleRefused([found]);
}
