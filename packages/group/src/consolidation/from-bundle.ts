import type { FactSums, VerifiedBundle } from '@prorata/contract';
import type { Tx } from '@prorata/platform';
import { type Ahead, startAhead } from '../intake/read-ahead.ts';
import { type DomainShare, deriveCoarser, type Slice } from './derive.ts';
import { ADDITIVE } from './views.ts';

/** A view as sums of a bundle: its columns and where their values stand in the sums. */
interface SummedView {
  readonly name: string;
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
  summedView(
    'mv_group_entity_application_month',
    ['application_id', 'currency', 'consumption_type', 'is_tax'],
    ADDITIVE,
  ),
];

const SUMMED_NAMES: ReadonlySet<string> = new Set(SUMMED_VIEWS.map(({ name }) => name));

/** Some rows of one of the views. */
export interface ViewRows {
  readonly view: SummedView;
  readonly rows: FactSums;
}

/** Batches of rows that wait for the database: some 25 MB. */
const READY = 32;

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
    name,
    keys,
    columns: columns.map((column) => NAME_IN_SUMS[column] ?? column),
    statement: `
      INSERT INTO ${name} (tenant_id, entity_id, period_month, ${columns.join(', ')})
      SELECT $1, $2, $3, ${lists.join(', ')}`,
  };
}

/** Begins to add a bundle up for the views, which takes none of the time in which the database stores the facts. Stop it, always. */
export function sumUp(bundle: Pick<VerifiedBundle, 'sums'>): Ahead<ViewRows> {
  return startAhead(sumsOf(bundle), READY);
}

async function* sumsOf(bundle: Pick<VerifiedBundle, 'sums'>): AsyncGenerator<ViewRows> {
  for (const view of SUMMED_VIEWS) {
    for await (const rows of bundle.sums(view.keys)) yield { view, rows };
  }
}

/**
 * Writes what `deriveSlice` would, with the large views from facts added up in the bundle instead: its columns lie in memory
 * there, while the database takes nearly as long to add them up as to store them. A test compares both, and `verifyViews` whenever
 * somebody asks.
 *
 * @returns what the slice puts into the shared rows; hand it to `adjustShared`
 * @throws BundleRefused `TOTALS_MISMATCH` where a sum is beyond DECIMAL(38,18)
 */
export async function deriveFromBundle(tx: Tx, slice: Slice, sums: AsyncIterable<ViewRows>): Promise<DomainShare> {
  const place = [slice.tenantId, slice.entityId, slice.month];
  // The database finds the next batch there when it is done with one; the failure of one is told before a third is sent.
  let [before, last]: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  for await (const { view, rows } of sums) {
    await before;
    before = last;
    last = tx.execute(view.statement, [...place, ...view.columns.map((column) => rows.get(column))]);
    last.catch(() => {});
  }
  await before;
  await last;
  return await deriveCoarser(tx, slice, SUMMED_NAMES);
}
