import pg from 'pg';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RequestContext } from '../identity/context.ts';
import { enqueueJob } from '../jobs/enqueue.ts';
import { defineJobs } from '../jobs/jobs.ts';
import { getJob } from '../jobs/view.ts';
import { startWorker } from '../jobs/worker.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { openDatabase } from './database.ts';
import { ownName, type TenantEntry, type TenantMode } from './registry.ts';
import { checkRowSecurity, type RlsFinding } from './rls-check.ts';
import { PLATFORM_MIGRATIONS } from './sets.ts';

const POOLED = '01890000-0000-7000-8000-000000000001';
const SCHEMA = '01890000-0000-7000-8000-000000000002';
const DEDICATED = '01890000-0000-7000-8000-000000000003';
const TENANTS = [POOLED, SCHEMA, DEDICATED];

let test: TestDatabase;
let dedicated: pg.Client;
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS], {
    tenants: [
      { id: SCHEMA, mode: 'SCHEMA' },
      { id: DEDICATED, mode: 'DEDICATED_DB' },
    ],
  });
  dedicated = new pg.Client({ host: test.connection.host, user: 'prorata_super', database: test.dedicated[0] ?? '' });
  await dedicated.connect();
  for (const id of TENANTS) {
    await test.db.transaction({ tenantId: id }, (tx) =>
      tx.execute('INSERT INTO tenant (tenant_id, code, label) VALUES ($1, $2, $2)', [id, 'ACME']),
    );
  }
});
afterAll(async () => {
  await dedicated.end();
  await test.close();
});

const rowsOf = async (tenantId: string) =>
  await test.db.transaction({ tenantId }, (tx) => tx.query('SELECT tenant_id FROM tenant'));

it('keeps each tenant where the registry says, under one code that all of them may use', async () => {
  for (const id of TENANTS) expect(await rowsOf(id)).toEqual([{ tenant_id: id }]);
  expect(TENANTS.map((id) => test.db.tenantMode(id))).toEqual(['POOLED', 'SCHEMA', 'DEDICATED_DB'] as TenantMode[]);
  expect(await test.admin('SELECT tenant_id FROM prorata.tenant')).toEqual([{ tenant_id: POOLED }]);
  expect(await test.admin(`SELECT tenant_id FROM ${ownName(SCHEMA)}.tenant`)).toEqual([{ tenant_id: SCHEMA }]);
  expect((await dedicated.query('SELECT tenant_id FROM prorata.tenant')).rows).toEqual([{ tenant_id: DEDICATED }]);
});

it('leaves no search path behind on a connection', async () => {
  const order = [SCHEMA, POOLED, SCHEMA, POOLED, DEDICATED, POOLED];
  const found = await Promise.all(order.map(rowsOf));
  expect(found).toEqual(order.map((tenant_id) => [{ tenant_id }]));
});

it('lets no tenant reach into the schema of another, by name', async () => {
  const reach = (tenantId: string, schema: string) =>
    test.db.transaction({ tenantId }, (tx) => tx.query(`SELECT 1 FROM ${schema}.tenant`));
  expect(await reach(POOLED, ownName(SCHEMA))).toEqual([]);
  expect(await reach(SCHEMA, 'prorata')).toEqual([]);
});

it('has its walls in every place', async () => {
  expect(await checkRowSecurity((sql) => test.admin<RlsFinding>(sql))).toEqual([]);
  expect(await checkRowSecurity(async (sql) => (await dedicated.query<RlsFinding>(sql)).rows)).toEqual([]);
  await test.admin(`ALTER TABLE ${ownName(SCHEMA)}.tenant NO FORCE ROW LEVEL SECURITY`);
  const found = await checkRowSecurity((sql) => test.admin<RlsFinding>(sql));
  await test.admin(`ALTER TABLE ${ownName(SCHEMA)}.tenant FORCE ROW LEVEL SECURITY`);
  expect(found).toEqual([{ table_name: `${ownName(SCHEMA)}.tenant`, problem: 'row-level security is not forced' }]);
});

it('does the jobs of all of them', async () => {
  const jobs = defineJobs({
    'example.whose': {
      schema: Type.Object({}),
      run: (_payload, { db, context }) =>
        db.transaction({ tenantId: context.tenantId }, (tx) => tx.query('SELECT tenant_id FROM tenant')),
    },
  });
  const worker = startWorker(test.db, jobs);
  try {
    for (const tenantId of TENANTS) {
      const context = { tenantId, userId: tenantId, correlationId: tenantId } as RequestContext;
      const { jobId } = await test.db.transaction({ tenantId }, (tx) => enqueueJob(tx, context, 'example.whose', {}));
      await expect
        .poll(() => getJob(test.db, context, jobId), { timeout: 30_000 })
        .toMatchObject({ status: 'COMPLETED', result: [{ tenant_id: tenantId }] });
    }
  } finally {
    await worker.stop();
  }
});

it('refuses a configuration that would make a tenant begin anew', async () => {
  const open = (tenants: readonly TenantEntry[]) =>
    openDatabase({
      dir: test.connection.host,
      database: test.connection.database,
      migrations: [PLATFORM_MIGRATIONS],
      durable: false,
      tenants,
    }).then((db) => db.close());
  const schema = { id: SCHEMA, mode: 'SCHEMA' } as const;
  const own = { id: DEDICATED, mode: 'DEDICATED_DB', database: test.dedicated[0] } as const;
  for (const tenants of [
    [],
    [schema],
    [own],
    [{ id: DEDICATED, mode: 'SCHEMA' } as const, schema],
    [schema, own, { id: POOLED, mode: 'SCHEMA' } as const],
    [schema, own, schema],
  ]) {
    await expect(open(tenants), JSON.stringify(tenants)).rejects.toMatchObject({ code: 'TENANT_MODE_CHANGED' });
  }
  await open([own, schema]);
});
