import { type DuckDBDataChunk, DuckDBDecimal128Vector } from '@duckdb/node-api';
import { formatDecimal } from '../format/decimal.ts';
import { FACTS, MEASURES } from '../format/tables.ts';
import { withinRange } from './range.ts';
import type { Workspace } from './workspace.ts';

/** Some rows of sums, by column; the same number of values in each. Decimals are text, counts whole numbers. */
export type FactSums = ReadonlyMap<string, readonly SumValue[]>;
export type SumValue = string | number | boolean | null;

/** Of the facts added up: how many, how many have a cost at all, and how many carry each measure. */
const COUNTS = ['rows', 'valued_rows', ...MEASURES.map((measure) => `${measure}_rows`)];

/** `cost` is the effective cost, and the standard cost where there is none. A cost that is missing adds 0. */
const AMOUNTS = ['quantity', 'cost', ...MEASURES];

const EXPRESSIONS: ReadonlyMap<string, string> = new Map([
  ['is_tax', "product_id IS NOT DISTINCT FROM 'TAX'"],
  ['rows', 'count(*)::INTEGER'],
  ['valued_rows', 'count(coalesce(cost_effective, cost_standard))::INTEGER'],
  ...MEASURES.map((measure) => [`${measure}_rows`, `count(${measure})::INTEGER`] as const),
  ['quantity', 'sum(quantity)'],
  ['cost', 'coalesce(sum(coalesce(cost_effective, cost_standard)), 0)::DECIMAL(38,18)'],
  ...MEASURES.map((measure) => [measure, `coalesce(sum(${measure}), 0)::DECIMAL(38,18)`] as const),
]);

/** Rows that are handed out together. */
const BATCH_ROWS = 4096;

/**
 * The facts added up exactly by columns of their grain or `is_tax` (whether the product is TAX), in the order of these: beside them
 * `rows`, `valued_rows`, `quantity`, `cost`, and of each measure the sum and `…_rows`.
 *
 * @throws BundleRefused `TOTALS_MISMATCH` where a sum is beyond DECIMAL(38,18)
 */
export async function* factSums(workspace: Workspace, keys: readonly string[]): AsyncGenerator<FactSums> {
  const unknown = keys.find((key) => key !== 'is_tax' && !FACTS.grain.includes(key));
  if (unknown !== undefined) throw new RangeError(`${unknown} is no column of the grain of facts`);
  const columns = [...keys, ...COUNTS, ...AMOUNTS];
  const selected = columns.map((column) => `${EXPRESSIONS.get(column) ?? column} AS "${column}"`);
  const places = keys.map((_, index) => index + 1).join(', ');
  const sql = `SELECT ${selected.join(', ')} FROM facts GROUP BY ${places} ORDER BY ${places}`;
  const result = await withinRange('TOTALS_MISMATCH', () => workspace.connection.run(sql));
  let batch = empty(columns);
  for (let rows = 0; ; ) {
    const chunk = await result.fetchChunk();
    const isLast = chunk === null || chunk.rowCount === 0;
    if (!isLast) {
      for (const [index, column] of columns.entries()) batch.get(column)?.push(...valuesOf(chunk, index));
      rows += chunk.rowCount;
    }
    if (rows > 0 && (isLast || rows >= BATCH_ROWS)) {
      yield batch;
      batch = empty(columns);
      rows = 0;
    }
    if (isLast) return;
  }
}

function empty(columns: readonly string[]): Map<string, SumValue[]> {
  return new Map(columns.map((column) => [column, []]));
}

function valuesOf(chunk: DuckDBDataChunk, index: number): SumValue[] {
  const vector = chunk.getColumnVector(index);
  return Array.from({ length: chunk.rowCount }, (_, row) => {
    if (vector instanceof DuckDBDecimal128Vector) {
      const scaled = vector.getScaledValue(row);
      return scaled === null ? null : formatDecimal(scaled);
    }
    const value = vector.getItem(row);
    if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
    return String(value);
  });
}
