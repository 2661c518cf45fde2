import { checkRowSecurity, type DatabaseRole, type RlsFinding, type Scope } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf, enrolMember } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { copyInto } from './accept.sql.ts';
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

async function* streamOf(text: string): AsyncGenerator<string> {
  yield text;
}

const PARTITION = 'fact_consumption_group_2025_07';

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
    ['of another entity', 'FR01', undefined, '2025-07-01', /row-level security/],
    ['of another tenant', 'DE02', OTHER_TENANT, '2025-07-01', /row-level security/],
    ['of another month', 'DE02', undefined, '2025-08-01', /partition constraint/],
  ])('lets an intake copy no fact %s into a partition', async (_what, entity, tenant, month, refusal) => {
    const scope = { ...test.group.scope, entityId: 'DE02' };
    const row = [
      tenant ?? scope.tenantId,
      month,
      entity,
      'forged',
      'Compute',
      '\\N',
      '\\N',
      'none',
      'prod',
      'DIRECT',
      'EUR',
      '1',
    ];
    const text = `${[...row, '1', '\\N', '\\N'].join('\t')}\n`;
    const copy = (scope: Scope) =>
      test.group.db.transaction(
        scope,
        (tx) => tx.copyFrom(copyInto('fact_consumption_group_2025_07'), streamOf(text)),
        {
          role: 'intake',
        },
      );
    // Nobody copies into the partitions of a distributed group.
    const says = process.env.CITUS_URL === undefined ? refusal : /permission denied/;
    await expect(copy(scope)).rejects.toThrow(says);
    await expect(copy({ tenantId: scope.tenantId })).rejects.toThrow(says);
    expect(await test.admin(`SELECT 1 FROM fact_consumption_group WHERE application_id = 'forged'`)).toEqual([]);
  });

  it('lets the application write no fact, and nobody but the intake see staged rows or the shared rows of all', async () => {
    const scope = { ...test.group.scope, entityId: 'DE02' };
    await expect(run(scope, 'app', 'DELETE FROM fact_consumption_group')).rejects.toThrow(/permission denied/);
    await expect(run(scope, 'app', 'SELECT * FROM intake_staging')).rejects.toThrow(/permission denied/);
    await expect(run(scope, 'reader', 'SELECT * FROM intake_staging')).rejects.toThrow(/permission denied/);
    await expect(run(scope, 'app', 'SELECT * FROM mv_group_domain_month')).rejects.toThrow(/permission denied/);
  });

  it.each([
    ['DISABLE TRIGGER own_rows_only', 'ENABLE TRIGGER own_rows_only', 'a partition is granted directly'],
    ['ENABLE REPLICA TRIGGER own_rows_only', 'ENABLE TRIGGER own_rows_only', 'a partition is granted directly'],
    ['GRANT DELETE', 'REVOKE DELETE', 'a partition is granted directly'],
    ['GRANT SELECT (quantity)', 'REVOKE SELECT (quantity)', 'a column of a partition is granted directly'],
  ])('is missed by the check of a partition after %s', async (open, shut, problem) => {
    const on = (what: string) =>
      what.includes('TRIGGER')
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
