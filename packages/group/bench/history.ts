import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { administer } from '@prorata/platform';
import type { Slice } from '../src/consolidation/derive.ts';
import { GROUP_VIEWS, MEASURED_FACTS } from '../src/consolidation/views.ts';
import { initGroup, openGroup } from '../src/node/open-group.ts';
import { openTestGroup, type TestGroup } from '../src/testing/test-group.ts';

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
  for (const { name, derivedFrom, definition } of GROUP_VIEWS) {
    const source = derivedFrom === 'facts' ? MEASURED_FACTS : `SELECT * FROM ${derivedFrom}`;
    await test.admin(`INSERT INTO ${name} WITH measured AS (${source}) ${definition}`);
  }
  await test.admin('ANALYZE');
  return slices;
}

/** Makes the entities of the history known, and names what their facts mention. */
export async function enrolHistory(test: Pick<TestGroup, 'admin'>): Promise<void> {
  await test.admin(`INSERT INTO dim_entity (tenant_id, entity_id, legal_entity_id, label, country, currency, created_by)
    SELECT tenant_id, entity_id, gen_random_uuid(), entity_id, 'FR', 'EUR', gen_random_uuid()
      FROM (SELECT DISTINCT tenant_id, entity_id FROM mv_group_entity_month) AS publisher ON CONFLICT DO NOTHING`);
  for (const [table, code, view] of [
    ['dim_application_group', 'application_id', 'mv_group_entity_application_month'],
    ['dim_product_group', 'product_id', 'mv_group_comparison_entities'],
  ]) {
    await test.admin(`INSERT INTO ${table} (tenant_id, entity_id, ${code}, label)
      SELECT DISTINCT tenant_id, entity_id, ${code}, initcap(${code}) FROM ${view} ON CONFLICT DO NOTHING`);
  }
  await test.admin('ANALYZE');
}

/**
 * A group with so many facts behind it. Ten million take a quarter of an hour to make: with `PRORATA_BENCH_GROUP` they are made once, in
 * that folder, and found there by the next bench, which changes nothing of them.
 */
export async function openHistory(facts: number): Promise<TestGroup> {
  const dir = process.env.PRORATA_BENCH_GROUP;
  if (dir === undefined) {
    const test = await openTestGroup();
    await fillHistory(test, facts);
    await enrolHistory(test);
    return test;
  }
  const isThere = existsSync(join(dir, 'prorata.yaml'));
  const group = isThere ? await openGroup(dir) : await initGroup({ dir, tenantCode: 'ACME', currency: 'EUR' });
  const admin: TestGroup['admin'] = async <Row extends object>(sql: string, values?: readonly unknown[]) =>
    await administer({ dir }, async (client) => (await client.query<Row>(sql, values && [...values])).rows);
  const test: TestGroup = { group, admin, close: () => group.close() };
  const [held] = await admin<{ facts: string | null }>(
    'SELECT sum(fact_rows)::text AS facts FROM mv_group_entity_month',
  );
  if (held?.facts === null) {
    await fillHistory(test, facts);
    await enrolHistory(test);
  } else if (Number(held?.facts) !== facts) {
    await test.close();
    throw new Error(`${dir} holds ${held?.facts} facts, not ${facts}: set PRORATA_BENCH_FACTS, or name another folder`);
  }
  return test;
}
