import type { VerifiedBundle } from '@prorata/contract';
import type { Tx } from '@prorata/platform';
import { type DomainShare, deriveCoarser, type Slice } from './derive.ts';
import { ADDITIVE } from './views.ts';

/** A view that is derived from facts, as sums of a bundle: its columns and where their values stand in the sums. */
interface SummedView {
  readonly keys: readonly string[];
  readonly statement: string;
  readonly columns: readonly string[];
}

/** How the sums of a bundle name what the views name otherwise. */
const NAME_IN_SUMS: Readonly<Record<string, string>> = {
  fact_rows: 'rows',
  effective_rows: 'cost_effective_rows',
  billed_rows: 'cost_billed_rows',
  standard_rows: 'cost_standard_rows',
};

const SUMMED_VIEWS: readonly SummedView[] = [
  summedView(
    'mv_group_application_month',
    ['domain_id', 'application_id', 'currency', 'consumption_type', 'is_tax'],
    ADDITIVE,
  ),
  summedView(
    'mv_group_comparison_entities',
    ['domain_id', 'family_id', 'product_id', 'unit', 'environment', 'currency', 'consumption_type', 'is_tax'],
    ['quantity', ...ADDITIVE],
  ),
];

function summedView(name: string, keys: readonly string[], measures: readonly string[]): SummedView {
  const columns = [...keys, ...measures];
  const type = (column: string) => {
    if (column === 'is_tax') return 'boolean';
    if (keys.includes(column)) return 'text';
    return column.endsWith('_rows') ? 'integer' : 'numeric';
  };
  // Lists of one length, beside each other: as functions in FROM, each would be written down before the first row is there.
  const lists = columns.map((column, index) => `unnest($${index + 4}::${type(column)}[])`);
  return {
    keys,
    columns: columns.map((column) => NAME_IN_SUMS[column] ?? column),
    statement: `
      INSERT INTO ${name} (tenant_id, entity_id, period_month, ${columns.join(', ')})
      SELECT $1, $2, $3, ${lists.join(', ')}`,
  };
}

/**
 * Writes what `deriveSlice` would, with the two views that come from facts added up in the bundle instead: its columns lie in memory
 * there, while the database takes nearly as long to add them up as to store them. A test compares both, and `verifyViews` whenever
 * somebody asks.
 *
 * @returns what the slice puts into the shared rows; hand it to `adjustShared`
 * @throws BundleRefused `TOTALS_MISMATCH` where a sum is beyond DECIMAL(38,18)
 */
export async function deriveFromBundle(
  tx: Tx,
  slice: Slice,
  bundle: Pick<VerifiedBundle, 'sums'>,
): Promise<DomainShare> {
  const place = [slice.tenantId, slice.entityId, slice.month];
  let sent: Promise<unknown> = Promise.resolve();
  for (const { statement, keys, columns } of SUMMED_VIEWS) {
    for await (const batch of bundle.sums(keys)) {
      // The database takes one batch while the next one is put together; its failure is told before another is sent.
      await sent;
      sent = tx.execute(statement, [...place, ...columns.map((column) => batch.get(column))]);
      sent.catch(() => {});
    }
  }
  await sent;
  return await deriveCoarser(tx, slice);
}
