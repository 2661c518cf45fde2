import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import type { TenantClaims } from '../identity/claims.ts';
import type { RequestContext } from '../identity/context.ts';
import { type ExampleServer, exampleServer } from '../testing/example-server.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { enqueueJob } from './enqueue.ts';
import { registerJobRoutes } from './jobs.routes.ts';

const TENANT = randomUUID();
const COMPANY = randomUUID();
const [ME, OTHER] = [randomUUID(), randomUUID()];

let test: TestDatabase;
let server: ExampleServer;
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
  server = await exampleServer({
    register: (app) => registerJobRoutes(app, { db: test.db, operators: ['example.operator'] }),
  });
});
afterAll(async () => {
  await server.stop();
  await test.close();
});

async function asked(userId: string): Promise<string> {
  const context = { tenantId: TENANT, legalEntityId: COMPANY, userId, correlationId: randomUUID() } as RequestContext;
  const { jobId } = await test.db.transaction({ tenantId: TENANT, legalEntityId: COMPANY }, (tx) =>
    enqueueJob(tx, context, 'example.job', { month: '2025-07' }),
  );
  return jobId;
}

async function call(path: string, claims: Partial<TenantClaims>, method = 'GET') {
  const token = await server.token({ tenant_id: TENANT, legal_entity_id: COMPANY, user_id: ME, roles: [], ...claims });
  const response = await fetch(`${server.url}/api/jobs${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  const body = (await response.json()) as { rows: { job_id: string }[]; next: string | null; code?: string };
  return { status: response.status, body };
}

it('shows everybody his own jobs, and all of them to whoever operates the node, page by page', async () => {
  const mine = await asked(ME);
  const others = [await asked(OTHER), await asked(OTHER)];
  expect((await call('', {})).body.rows).toMatchObject([{ job_id: mine, status: 'QUEUED', created_by: ME }]);
  const operator = { roles: ['example.operator'] };
  const first = await call('?limit=2', operator);
  const second = await call(`?limit=2&after=${first.body.next}`, operator);
  const seen = [...first.body.rows, ...second.body.rows].map(({ job_id }) => job_id);
  expect(seen).toEqual([...others.toReversed(), mine]);
  expect(second.body.next).toBeNull();
  expect(await call('?after=nonsense', operator)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  expect((await call('?status=FAILED', operator)).body.rows).toEqual([]);
});

it('shows and cancels nothing of others', async () => {
  const job = await asked(OTHER);
  for (const claims of [
    {},
    { user_id: OTHER, tenant_id: randomUUID() },
    { user_id: OTHER, legal_entity_id: randomUUID() },
    { tenant_id: randomUUID(), roles: ['example.operator'] },
  ]) {
    expect(await call(`/${job}`, claims)).toMatchObject({ status: 404, body: { code: 'JOB_NOT_FOUND' } });
    expect(await call(`/${job}/cancel`, claims, 'POST')).toMatchObject({
      status: 404,
      body: { code: 'JOB_NOT_FOUND' },
    });
  }
  expect((await call(`/${job}`, { user_id: OTHER })).body).toMatchObject({ status: 'QUEUED' });
  expect((await call(`/${job}/cancel`, { user_id: OTHER }, 'POST')).body).toMatchObject({ status: 'CANCELLED' });
  const audit = await test.admin('SELECT action, subject_id, user_id FROM audit_log WHERE tenant_id = $1', [TENANT]);
  expect(audit).toEqual([{ action: 'job.cancel', subject_id: job, user_id: OTHER }]);
});
