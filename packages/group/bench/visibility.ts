import { adjustShared, deriveSlice, type Slice, withdrawSlice } from '../src/consolidation/derive.ts';
import { lockMonth, lockSlice } from '../src/consolidation/locks.ts';
import { GROUP_VIEWS, MEASURED_FACTS } from '../src/consolidation/views.ts';
import { openTestGroup, type TestGroup } from '../src/testing/test-group.ts';
import { type BenchResult, median, milliseconds } from './figures.ts';
import { fillHistory, sliceOf } from './history.ts';

const ROUNDS = 7;
const RIVAL = 'mv_group_application_month';

/**
 * How long it takes until a slice of 10 000 facts stands in all views, with a history of facts behind it, against refreshing one
 * of them as a materialized view. `PRORATA_BENCH_FACTS` is the larger history; the smaller one is a tenth of it.
 */
export async function run(): Promise<BenchResult[]> {
  const large = Number(process.env.PRORATA_BENCH_FACTS ?? 1_000_000);
  const small = await measure(large / 10, false);
  const big = await measure(large, true);
  const facts = large.toLocaleString('en');
  return [
    {
      name: `slice of 10 000 facts visible in the group views, ${facts} facts before it`,
      value: big.slice,
      unit: 'ms',
      floor: {
        name: `REFRESH MATERIALIZED VIEW CONCURRENTLY of one of them (${RIVAL})`,
        value: big.refresh,
        unit: 'ms',
      },
      ratio: big.refresh / big.slice,
      note: 'reach: 100 at 10 million facts (PRORATA_BENCH_FACTS=10000000)',
    },
    {
      name: `the same with a tenth of the history`,
      value: small.slice,
      unit: 'ms',
      floor: { name: `with ${facts} facts`, value: big.slice, unit: 'ms' },
      ratio: big.slice / small.slice,
      note: 'reach: at most 1.3',
    },
  ];
}

async function measure(facts: number, withRefresh: boolean): Promise<{ slice: number; refresh: number }> {
  const test = await openTestGroup();
  try {
    const slices = await fillHistory(test, facts);
    const slice = await timeOfSlice(test, slices);
    return { slice, refresh: withRefresh ? await refresh(test) : Number.NaN };
  } finally {
    await test.close();
  }
}

/** Milliseconds, the median of some slices of a history, far apart. */
export async function timeOfSlice(test: TestGroup, slices: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const slice = sliceOf(test, (round * 37) % slices);
    times.push(await milliseconds(() => replaceSlice(test, slice)));
  }
  return median(times);
}

/** What an intake does between the check of the bundle and the commit, without reading the bundle. */
async function replaceSlice(test: TestGroup, slice: Slice): Promise<void> {
  const values = [slice.tenantId, slice.entityId, slice.month];
  await test.group.db.transaction(
    { ...test.group.scope, entityId: slice.entityId },
    async (tx) => {
      await lockSlice(tx, slice.tenantId, slice.entityId, slice.month);
      const withdrawn = await withdrawSlice(tx, slice);
      await tx.execute(
        `WITH gone AS (DELETE FROM fact_consumption_group WHERE tenant_id = $1 AND entity_id = $2 AND period_month = $3 RETURNING *)
         INSERT INTO intake_staging (period_month, entity_id, application_id, domain_id, family_id, product_id, unit, environment,
                                     consumption_type, currency, quantity, cost_effective, cost_billed, cost_standard)
         SELECT period_month, entity_id, application_id, domain_id, family_id, product_id, unit, environment,
                consumption_type, currency, quantity, cost_effective + 1, cost_billed, cost_standard FROM gone`,
        values,
      );
      await tx.execute(
        `INSERT INTO fact_consumption_group (tenant_id, period_month, entity_id, application_id, domain_id, family_id, product_id,
                unit, environment, consumption_type, currency, quantity, cost_effective, cost_billed, cost_standard)
         SELECT $1, period_month, entity_id, application_id, domain_id, family_id, product_id, unit, environment,
                consumption_type, currency, quantity, cost_effective, cost_billed, cost_standard
           FROM intake_staging WHERE staged_by = pg_current_xact_id() AND entity_id = $2 AND period_month = $3`,
        values,
      );
      await tx.execute('DELETE FROM intake_staging WHERE staged_by = pg_current_xact_id()');
      const added = await deriveSlice(tx, slice);
      await lockMonth(tx, slice.tenantId, slice.month);
      await adjustShared(tx, slice, added, withdrawn);
    },
    { role: 'intake' },
  );
}

/** Milliseconds of one refresh of the rival. */
export async function refresh(test: TestGroup): Promise<number> {
  const view = GROUP_VIEWS.find((one) => one.name === RIVAL);
  await test.admin(`CREATE MATERIALIZED VIEW rival AS WITH measured AS (${MEASURED_FACTS}) ${view?.definition}`);
  await test.admin(
    'CREATE UNIQUE INDEX rival_grain ON rival (tenant_id, period_month, entity_id, domain_id, application_id, currency, consumption_type, is_tax)',
  );
  return await milliseconds(() => test.admin('REFRESH MATERIALIZED VIEW CONCURRENTLY rival'));
}
