import type { DuckDBDataChunk } from '@duckdb/node-api';
import { FACTS, MEASURES } from '../format/tables.ts';
import { binaryArray } from './binary-array.ts';
import { withinRange } from './range.ts';
import type { Workspace } from './workspace.ts';

/**
 * Some rows of sums, by column; the same number of values in each. A column is a PostgreSQL array in its binary form: of text for a
 * column of the grain, boolean for `is_tax`, integer for counts, numeric for amounts.
 */
export type FactSums = ReadonlyMap<string, Uint8Array>;

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
  const selected = columns.map((column) => `${EXPRESSIONS.get(column) ?? `encode(${column})`} AS "${column}"`);
  const order = keys.map((key) => (key === 'is_tax' ? EXPRESSIONS.get(key) : key)).join(', ');
  const sql = `SELECT ${selected.join(', ')} FROM facts GROUP BY ${order} ORDER BY ${order}`;
  const result = await withinRange('TOTALS_MISMATCH', () => workspace.connection.run(sql));
  let batch: DuckDBDataChunk[] = [];
  for (let rows = 0; ; ) {
    const chunk = await result.fetchChunk();
    const isLast = chunk === null || chunk.rowCount === 0;
    if (!isLast) {
      batch.push(chunk);
      rows += chunk.rowCount;
    }
    if (rows > 0 && (isLast || rows >= BATCH_ROWS)) {
      const full = batch;
      yield new Map(columns.map((column, index) => [column, binaryArray(full, index)]));
      batch = [];
      rows = 0;
    }
    if (isLast) return;
  }
}
