import { type App, openIssuer, startWorker, type TenantClaims, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { finopsRunJobs } from '../batch/jobs.ts';
import { importFocus } from '../import/import-focus.ts';
import { FINOPS_MODULE } from '../node/entity.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { buildEntityApp } from './server.ts';

let test: TestEntity;
let app: App;
const user = uuidv7();
let token: (roles: readonly string[]) => Promise<string>;

beforeAll(async () => {
  test = await openTestEntity();
  const { entity } = test;
  app = await buildEntityApp(entity, { log: false, requestsPerMinute: false });
  await app.ready();
  const issuer = await openIssuer({ dir: entity.dir, nodeId: entity.config.node_id });
  token = (roles) =>
    issuer.issueToken({
      tenant_id: entity.scope.tenantId,
      tenant_mode: 'POOLED',
      legal_entity_id: entity.scope.legalEntityId,
      entity_code: 'FR01',
      country_code: 'FR',
      locale: 'en',
      supported_locales: ['en'],
      billing_status: 'ACTIVE',
      enabled_modules: [FINOPS_MODULE],
      roles: [...roles],
      user_id: user,
      deployment: 'prod',
    } satisfies TenantClaims);
  const bill = focusCsv([{}, { Tags: '{"application":"Search"}' }, { Tags: '{"shared":"true"}' }]);
  await importFocus(entity, { path: await test.file('bill.csv', bill) });
});
afterAll(async () => {
  await app.close();
  await test.close();
});

interface Call {
  readonly roles?: readonly string[];
  readonly key?: string;
  readonly type?: string;
}

async function call(method: 'GET' | 'POST', url: string, body?: object | string, more: Call = {}) {
  const { roles = ['finops.analyst'], key, type = 'application/json' } = more;
  const reply = await app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${await token(roles)}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: reply.statusCode, replayed: reply.headers['idempotent-replayed'], body: reply.json() };
}

const rules = (weight: string) => ({
  schema: 'prorata.indirect-rules/1',
  rules: [{ code: 'keys', label: 'Keys', order: 1, from: { pools: ['platform'] }, by: { fixed: { search: weight } } }],
});
const PATH = '/api/finops/indirect-rules';

describe('over HTTP', () => {
  it('a month runs once a key, and says when an answer is the stored one', async () => {
    const first = await call('POST', '/api/finops/runs', { month: '2025-07' }, { key: 'run-1' });
    expect(first).toMatchObject({ status: 201, replayed: undefined });
    const second = await call('POST', '/api/finops/runs', { month: '2025-07' }, { key: 'run-1' });
    expect(second).toEqual({ ...first, replayed: 'true' });
    const shown = await call('GET', `/api/finops/runs/${first.body.run_id}`, undefined, { roles: ['finops.reader'] });
    expect(shown.body).toMatchObject({ run_id: first.body.run_id, batch_id: null, status: 'COMPLETED' });
    expect(shown.body.steps).toHaveLength(first.body.steps.length);
    expect((await call('GET', `/api/finops/runs/${uuidv7()}`)).body).toMatchObject({
      status: 404,
      code: 'RUN_NOT_FOUND',
    });
  });

  it('a range is a job, one at a time, that a worker does', async () => {
    const range = { from: '2025-06', to: '2025-08' };
    const asked = await call('POST', '/api/finops/runs', range);
    expect(asked).toMatchObject({ status: 202, body: { created: true, ...range } });
    const again = await call('POST', '/api/finops/runs', range);
    expect(again.body).toEqual({ ...asked.body, created: false });
    const worker = startWorker(test.database.db, finopsRunJobs(test.entity));
    const done = () =>
      test.database.admin<{ status: string; created_by: string }>(
        'SELECT status, created_by FROM job WHERE job_id = $1',
        [asked.body.job_id],
      );
    await vi.waitFor(async () => expect(await done()).toEqual([{ status: 'COMPLETED', created_by: user }]), {
      timeout: 15_000,
      interval: 20,
    });
    await worker.stop();
    const { rows } = (await call('GET', '/api/finops/runs?month=2025-07')).body;
    expect(rows[0]).toMatchObject({ trigger: 'JOB', status: 'COMPLETED' });
  });

  it.each([
    [{}, 'VALIDATION_FAILED'],
    [{ month: '2025-07', from: '2025-07' }, 'VALIDATION_FAILED'],
    [{ from: '2025-07' }, 'VALIDATION_FAILED'],
    [{ from: '2025-08', to: '2025-07' }, 'MONTH_INVALID'],
    [{ months: ['2025-07'] }, 'VALIDATION_FAILED'],
  ])('%j asks for nothing', async (body, code) => {
    expect((await call('POST', '/api/finops/runs', body)).body).toMatchObject({ status: 400, code });
  });

  it('rules are taken, tried, published and archived', async () => {
    expect((await call('POST', PATH, { document: rules('1') })).body.rows).toEqual([
      { code: 'keys', version: 1, status: 'DRAFT', change: 'CREATED' },
    ]);
    const tried = await call('POST', `${PATH}/test`, { month: '2025-07', document: rules('1') });
    expect(tried.body.rows).toMatchObject([{ rule_code: 'keys', pool: 'platform' }]);
    expect(tried.body.effects).toMatchObject([
      { application: 'search', difference: '0.625' },
      { application: 'web shop', difference: '-0.625' },
    ]);
    // Who writes a rule does not put it into force.
    expect((await call('POST', `${PATH}/keys/1/publish`)).status).toBe(403);
    const atOnce = await call('POST', PATH, { document: rules('1'), publish: true });
    expect(atOnce).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    const controller = async (verb: string) =>
      (await call('POST', `${PATH}/keys/1/${verb}`, undefined, { roles: ['finops.controller'] })).body;
    expect(await controller('publish')).toMatchObject({ status: 'PUBLISHED' });
    expect(await controller('publish')).toMatchObject({ status: 409, code: 'RULE_STATUS' });
    expect(await controller('archive')).toMatchObject({
      status: 'ARCHIVED',
      document: rules('1').rules[0],
    });
    expect((await call('GET', `${PATH}/keys/1`)).body.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await call('GET', PATH)).body.rows).toHaveLength(1);
    const wrong = await call('POST', PATH, { document: { ...rules('1'), rules: [{ code: 'X' }] } });
    expect(wrong.body).toMatchObject({ status: 400, code: 'RULES_INVALID' });
    expect(wrong.body.errors[0].pointer).toMatch(/^\/rules\/0/);
  });

  it('drivers are taken and listed', async () => {
    const file = 'driver,month,application,value\nheads,2025-07,Search,3\n';
    const type = 'application/octet-stream';
    const first = await call('POST', '/api/finops/drivers?name=heads.csv', file, { type });
    expect(first).toMatchObject({ status: 201, body: { file: 'heads.csv', imported: true } });
    expect((await call('POST', '/api/finops/drivers', file, { type })).body).toMatchObject({ imported: false });
    expect((await call('GET', '/api/finops/drivers?driver=HEADS')).body.rows).toMatchObject([{ total: '3' }]);
  });

  it('who only reads changes nothing', async () => {
    for (const [url, body] of [
      ['/api/finops/runs', { month: '2025-07' }],
      [PATH, { document: rules('2') }],
      [`${PATH}/keys/1/archive`, {}],
      [`${PATH}/test`, { month: '2025-07' }],
    ] as const) {
      expect((await call('POST', url, body, { roles: ['finops.reader'] })).status, url).toBe(403);
    }
  });
});
