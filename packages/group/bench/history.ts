import type { Slice } from '../src/consolidation/derive.ts';
import { GROUP_VIEWS, MEASURED_FACTS } from '../src/consolidation/views.ts';
import type { TestGroup } from '../src/testing/test-group.ts';

const SLICE_FACTS = 10_000;
const MONTHS = 36;

/** The slices of one entity after the other, over 36 months. */
export function sliceOf(test: TestGroup, number: number): Slice {
  const month = new Date(Date.UTC(2023, number % MONTHS, 1)).toISOString().slice(0, 10);
  return { tenantId: test.group.scope.tenantId, entityId: `E${Math.floor(number / MONTHS)}`, month };
}

/** Facts of 400 applications with 25 products each, in the slices of the first entities; the views from their definitions. Answers the number of slices. */
export async function fillHistory(test: TestGroup, facts: number): Promise<number> {
  const slices = Math.max(1, Math.round(facts / SLICE_FACTS));
  for (let number = 0; number < slices; number += 1) {
    const { tenantId, entityId, month } = sliceOf(test, number);
    await test.admin('SELECT prorata.ensure_fact_partition($1::date)', [month]);
    await test.admin(
      `INSERT INTO fact_consumption_group
       SELECT $1, $2, $3::date, 'app-' || i % 400, 'Domain ' || (i / 400) % 19, NULL, 'product-' || i / 400, 'Hours',
              CASE WHEN i % 2 = 0 THEN 'prod' ELSE 'non_prod' END, CASE WHEN i % 10 = 0 THEN 'INDIRECT' ELSE 'DIRECT' END, 'EUR',
              i + 0.123456789, i * 0.0100000001, i * 0.01, NULL
         FROM generate_series(0, ${SLICE_FACTS - 1}) AS i`,
      [tenantId, entityId, month],
    );
  }
  for (const view of GROUP_VIEWS) {
    await test.admin(`INSERT INTO ${view.name} WITH measured AS (${MEASURED_FACTS}) ${view.definition}`);
  }
  await test.admin('ANALYZE');
  return slices;
}
