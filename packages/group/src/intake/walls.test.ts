import { checkRowSecurity, type DatabaseRole, type RlsFinding, type Scope } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf, enrolMember } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { receive } from './receive.ts';

const OF_ENTITY = [
  'fact_consumption_group',
  'publication',
  'publication_bundle',
  'dim_application_group',
  'dim_product_group',
  'mv_group_entity_month',
  'mv_group_entity_domain_month',
  'mv_group_application_month',
  'mv_group_comparison_entities',
  'mv_group_product_month',
];
/** Nobody copies into the partitions of a distributed group: a default of theirs is no wall. */
const isDistributed = process.env.CITUS_URL !== undefined;
const OTHER_TENANT = '018f3a2e-0000-7000-8000-00000000dead';

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
  for (const code of ['FR01', 'DE02']) {
    const member = await enrolMember(test.group, code);
    await receive(test.group, { file: (await bundleOf(test.group, member)).bytes });
  }
});
afterAll(() => test.close());

const run = (scope: Scope, role: DatabaseRole, sql: string) =>
  test.group.db.transaction(scope, (tx) => tx.query<{ entity_id: string }>(sql), { role });

const PARTITION = 'fact_consumption_group_2025_07';
const SCOPED = "NULLIF(current_setting('app.current_tenant', true), '')::uuid";
const FORGED = {
  period_month: '2025-07-01',
  application_id: 'forged',
  domain_id: 'Compute',
  unit: 'none',
  environment: 'prod',
  consumption_type: 'DIRECT',
  currency: 'EUR',
  quantity: '1',
};

/** Copies one fact into the partition, as an intake. */
async function copyFact(scope: Scope, fact: Readonly<Record<string, string>>): Promise<void> {
  async function* text(): AsyncGenerator<string> {
    yield `${Object.values(fact).join('\t')}\n`;
  }
  const statement = `COPY ${PARTITION} (${Object.keys(fact).join(', ')}) FROM STDIN`;
  await test.group.db.transaction(scope, (tx) => tx.copyFrom(statement, text()), { role: 'intake' });
}

describe('the wall between entities', () => {
  it('stands on every table with a tenant', async () => {
    expect(await checkRowSecurity((sql) => test.admin<RlsFinding>(sql))).toEqual([]);
  });

  it.each(OF_ENTITY)('shows the publisher of DE02 its own rows of %s and none of FR01', async (table) => {
    const scope = { ...test.group.scope, entityId: 'DE02' };
    for (const role of ['app', 'intake'] as const) {
      const rows = await run(scope, role, `SELECT DISTINCT entity_id FROM ${table}`);
      expect(rows, role).toEqual([{ entity_id: 'DE02' }]);
    }
  });

  it.each(OF_ENTITY)('shows the consolidated reader both entities in %s, and lets it write nothing', async (table) => {
    const rows = await run(test.group.scope, 'reader', `SELECT DISTINCT entity_id FROM ${table} ORDER BY 1`);
    expect(rows.map((row) => row.entity_id)).toEqual(['DE02', 'FR01']);
    await expect(run(test.group.scope, 'reader', `DELETE FROM ${table}`)).rejects.toThrow(
      /permission denied|cannot delete from view/,
    );
  });

  it.each([...OF_ENTITY, 'mv_group_domain_month', 'dim_entity', 'entity_key'])(
    'shows another tenant nothing of %s',
    async (table) => {
      expect(await run({ tenantId: OTHER_TENANT }, 'reader', `SELECT * FROM ${table}`)).toEqual([]);
      expect(await run({ tenantId: OTHER_TENANT, entityId: 'FR01' }, 'intake', `SELECT * FROM ${table}`)).toEqual([]);
    },
  );

  it('keeps an intake from writing or removing facts of another entity', async () => {
    const scope = { ...test.group.scope, entityId: 'DE02' };
    const forged = `INSERT INTO mv_group_entity_month SELECT (jsonb_populate_record(e, '{"entity_id":"FR01","currency":"XXX"}')).* FROM mv_group_entity_month e`;
    await expect(run(scope, 'intake', forged)).rejects.toThrow(/row-level security/);
    await run(scope, 'intake', `DELETE FROM mv_group_entity_month WHERE entity_id = 'FR01'`);
    const left = await test.admin(`SELECT 1 FROM mv_group_entity_month WHERE entity_id = 'FR01'`);
    expect(left.length).toBeGreaterThan(0);
  });

  it.each([
    ['that names its entity', 'entity_id', 'FR01', /permission denied/],
    ['that names its tenant', 'tenant_id', OTHER_TENANT, /permission denied/],
    ['of another month', 'period_month', '2025-08-01', /partition constraint/],
  ])('lets an intake copy no fact into a partition %s', async (_what, column, value, refusal) => {
    const scope = { ...test.group.scope, entityId: 'DE02' };
    const forged = { ...FORGED, [column]: value };
    const says = isDistributed ? /permission denied/ : refusal;
    await expect(copyFact(scope, forged)).rejects.toThrow(says);
    expect(await test.admin(`SELECT 1 FROM fact_consumption_group WHERE application_id = 'forged'`)).toEqual([]);
  });

  it.skipIf(isDistributed)(
    'gives a copied fact the entity and the tenant of the scope, and takes none where there is no scope',
    async () => {
      const { tenantId } = test.group.scope;
      await expect(copyFact({ tenantId }, FORGED)).rejects.toThrow(/null value in column "entity_id"/);
      await copyFact({ tenantId: OTHER_TENANT, entityId: 'XX99' }, FORGED);
      const stored = `SELECT tenant_id, entity_id FROM fact_consumption_group WHERE application_id = 'forged'`;
      expect(await test.admin(stored)).toEqual([{ tenant_id: OTHER_TENANT, entity_id: 'XX99' }]);
      await test.admin(`DELETE FROM fact_consumption_group WHERE application_id = 'forged'`);
    },
  );

  it('lets the application write no fact, and nobody but the intake see staged rows or the shared rows of all', async () => {
    const scope = { ...test.group.scope, entityId: 'DE02' };
    await expect(run(scope, 'app', 'DELETE FROM fact_consumption_group')).rejects.toThrow(/permission denied/);
    await expect(run(scope, 'app', 'SELECT * FROM intake_staging')).rejects.toThrow(/permission denied/);
    await expect(run(scope, 'reader', 'SELECT * FROM intake_staging')).rejects.toThrow(/permission denied/);
    await expect(run(scope, 'app', 'SELECT * FROM mv_group_domain_month')).rejects.toThrow(/permission denied/);
  });

  it.each(
    [
      [
        'ALTER tenant_id DROP DEFAULT',
        `ALTER tenant_id SET DEFAULT ${SCOPED}`,
        'a column of a partition is granted directly',
      ],
      ['GRANT INSERT (tenant_id)', 'REVOKE INSERT (tenant_id)', 'a column of a partition is granted directly'],
      ['GRANT INSERT (entity_id)', 'REVOKE INSERT (entity_id)', 'a column of a partition is granted directly'],
      ['GRANT UPDATE (quantity)', 'REVOKE UPDATE (quantity)', 'a column of a partition is granted directly'],
      ['GRANT INSERT', 'REVOKE INSERT', 'a partition is granted directly'],
      ['GRANT DELETE', 'REVOKE DELETE', 'a partition is granted directly'],
      ['GRANT SELECT (quantity)', 'REVOKE SELECT (quantity)', 'a column of a partition is granted directly'],
    ].filter(([open = '']) => !(isDistributed && open.startsWith('ALTER'))),
  )('is missed by the check of a partition after %s', async (open, shut, problem) => {
    const on = (what: string) =>
      what.startsWith('ALTER')
        ? `ALTER TABLE ${PARTITION} ${what}`
        : `${what} ON ${PARTITION} ${what.startsWith('GRANT') ? 'TO' : 'FROM'} prorata_intake`;
    await test.admin(on(open));
    const found = await checkRowSecurity((sql) => test.admin<RlsFinding>(sql));
    await test.admin(on(shut));
    expect(found).toEqual([expect.objectContaining({ problem })]);
  });

  it('cannot be walked around through a partition', async () => {
    const partition = PARTITION;
    for (const role of ['reader', 'app', 'intake'] as const) {
      await expect(run(test.group.scope, role, `SELECT * FROM ${partition}`), role).rejects.toThrow(
        /permission denied/,
      );
    }
    for (const statement of [`DELETE FROM ${partition}`, `UPDATE ${partition} SET quantity = 0`]) {
      const scope = { ...test.group.scope, entityId: 'DE02' };
      await expect(run(scope, 'intake', statement), statement).rejects.toThrow(/permission denied/);
    }
    await expect(run(test.group.scope, 'app', `SELECT ensure_fact_partition('2025-01-01')`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(run(test.group.scope, 'intake', `SELECT ensure_fact_partition('2025-01-02')`)).rejects.toThrow(
      /not a month/,
    );
  });
});
