import { gzipSync } from 'node:zlib';
import { type App, NIL_UUID, openIssuer, type TenantClaims, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FINOPS_MODULE } from '../node/entity.ts';
import { joinGroup } from '../node/join.ts';
import { sha256 } from '../publish/publications.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity, testGroup } from '../testing/test-entity.ts';
import { buildEntityApp } from './server.ts';

let test: TestEntity;
let app: App;
let token: (change?: Partial<TenantClaims>) => Promise<string>;

beforeAll(async () => {
  test = await openTestEntity();
  const { entity } = test;
  app = await buildEntityApp(entity, { log: false, requestsPerMinute: false });
  await app.ready();
  const issuer = await openIssuer({ dir: entity.dir, nodeId: entity.config.node_id });
  token = (change) =>
    issuer.issueToken({
      tenant_id: entity.scope.tenantId,
      tenant_mode: 'POOLED',
      legal_entity_id: entity.scope.legalEntityId,
      entity_code: 'FR01',
      country_code: 'FR',
      locale: 'fr',
      supported_locales: ['fr', 'en'],
      billing_status: 'ACTIVE',
      enabled_modules: [FINOPS_MODULE],
      roles: ['finops.admin'],
      user_id: uuidv7(),
      deployment: 'prod',
      ...change,
    });
});
afterAll(async () => {
  await app.close();
  await test.close();
});

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly responses: object;
}

interface Call {
  readonly method?: 'GET' | 'POST';
  readonly body?: string | Buffer;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly claims?: Partial<TenantClaims>;
}

const call = async (url: string, { method = 'GET', body, type, headers, claims }: Call = {}) => {
  const reply = await app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${await token(claims)}`,
      ...(type === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: reply.statusCode, headers: reply.headers, raw: reply.rawPayload, json: () => reply.json() };
};
const post = (url: string, body: object, more: Call = {}) =>
  call(url, { method: 'POST', body: JSON.stringify(body), type: 'application/json', ...more });
const upload = (body: string | Buffer, query = '', more: Call = {}) =>
  call(`/api/finops/imports${query}`, { method: 'POST', body, type: 'application/octet-stream', ...more });

const BILL = focusCsv([{}, { Tags: '{"application":"Search"}' }, { Tags: '{"shared":"true"}' }]);

describe('the walk from a bill to a bundle', () => {
  it('imports, once', async () => {
    const first = await upload(gzipSync(BILL), '?name=july.csv.gz');
    expect(first.status).toBe(201);
    expect(first.json()).toMatchObject({
      file: 'july.csv.gz',
      kind: 'csv.gz',
      rows: 3,
      imported: true,
      totals: [{ billed_cost: '4.5' }],
    });
    const second = await upload(gzipSync(BILL));
    expect(second.status).toBe(200);
    expect(second.json()).toMatchObject({ file: 'july.csv.gz', imported: false });
    expect((await upload(`${BILL}\n`)).json()).toMatchObject({ status: 409, code: 'SCOPE_EXISTS' });
    expect((await upload(`${BILL}\n`, '?replace=true')).json()).toMatchObject({ replaced: ['july.csv.gz'] });
    expect((await call('/api/finops/imports')).json().rows).toHaveLength(2);
  });

  it('gives the stored answer to the same key, and refuses the key for another file', async () => {
    const headers = { 'idempotency-key': 'upload-1' };
    const other = focusCsv([{ BillingAccountId: 'KEYED' }]);
    const first = await upload(other, '', { headers, claims: { user_id: '01900000-0000-7000-8000-000000000001' } });
    const again = await upload(other, '', { headers, claims: { user_id: '01900000-0000-7000-8000-000000000001' } });
    expect(again.json()).toEqual(first.json());
    const misuse = await upload(focusCsv([{ BillingAccountId: 'MISUSED' }]), '', {
      headers,
      claims: { user_id: '01900000-0000-7000-8000-000000000001' },
    });
    expect(misuse.json()).toMatchObject({ status: 409, code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('runs, reports and explains', async () => {
    const run = await post('/api/finops/runs', { month: '2025-07' });
    expect(run.status).toBe(201);
    expect(run.json()).toMatchObject({ status: 'COMPLETED', totals: [{ currency: 'EUR', cost_billed: '6' }] });
    expect((await call('/api/finops/runs?month=2025-07')).json().rows).toHaveLength(1);
    const facts = (await call('/api/finops/facts?month=2025-07&limit=2')).json();
    expect(facts).toMatchObject({ conservation: { equal: true }, next: expect.any(String) });
    const next = (await call(`/api/finops/facts?month=2025-07&after=${facts.next}`)).json();
    expect([...facts.rows, ...next.rows]).toHaveLength(
      facts.totals.reduce((sum: number, total: { rows: number }) => sum + total.rows, 0),
    );
    const search = (await call('/api/finops/facts?month=2025-07&application=search&consumption_type=DIRECT')).json();
    expect(search.rows).toMatchObject([{ application_id: 'search', cost_effective: '1.25' }]);
    const csv = await call('/api/finops/facts/export?month=2025-07&application=search');
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.raw.toString().split('\r\n')).toHaveLength(4);
    expect((await call('/api/finops/coverage?month=2025-07')).json()).toMatchObject({ unmapped_domains: null });
    const explained = (await call('/api/finops/explain?month=2025-07&application=Search')).json();
    expect(explained.parts[0].words).toContain('sa part est');
  });

  it('publishes and hands the very bytes out', async () => {
    expect((await post('/api/finops/publications', { month: '2025-07' })).json()).toMatchObject({
      code: 'NOT_JOINED',
      status: 409,
    });
    await joinGroup(test.entity, await testGroup().admit(test.entity));
    const published = await post('/api/finops/publications', { month: '2025-07' });
    expect(published.status).toBe(201);
    expect((await post('/api/finops/publications', { month: '2025-07' })).status).toBe(200);
    const list = (await call('/api/finops/publications?since=0')).json();
    expect(list.rows).toMatchObject([{ period_month: '2025-07', revision: 1 }]);
    expect((await call(`/api/finops/publications?since=${list.next}`)).json().rows).toEqual([]);
    expect((await call('/api/finops/publications/2025-07/1')).json()).toMatchObject({ state: 'SEALED', pushes: [] });
    expect((await call('/api/finops/publications/2025-07/preview')).json()).toMatchObject({ unchanged: true });
    const bundle = await call('/api/finops/publications/2025-07/1/bundle');
    expect(bundle.headers['content-type']).toBe('application/zip');
    expect(sha256(bundle.raw)).toBe(published.json().bundle_sha256);
  });
});

describe('refusals', () => {
  it.each([
    ['/api/finops/facts?month=2025-13', 400, 'VALIDATION_FAILED'],
    ['/api/finops/facts', 400, 'VALIDATION_FAILED'],
    ['/api/finops/facts?month=2025-07&after=abc', 400, 'CURSOR_INVALID'],
    ['/api/finops/facts?month=2019-01', 409, 'NO_RUN'],
    ['/api/finops/publications/2025-07/0', 400, 'VALIDATION_FAILED'],
    ['/api/finops/publications/2025-07/-1', 400, 'VALIDATION_FAILED'],
    ['/api/finops/publications/2025-07/99', 404, 'PUBLICATION_NOT_FOUND'],
    ['/api/finops/nothing', 404, 'NOT_FOUND'],
  ])('GET %s', async (url, status, code) => {
    expect((await call(url)).json()).toMatchObject({ status, code });
  });

  it('of months and bodies', async () => {
    expect((await post('/api/finops/runs', { month: '2025-13' })).json()).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect((await post('/api/finops/runs', { month: '2025-07', extra: 1 })).json()).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect((await post('/api/finops/runs', { month: '2019-01' })).json()).toMatchObject({
      status: 409,
      code: 'NO_CONSUMPTION',
    });
    expect((await upload('not a bill')).json()).toMatchObject({ status: 400, code: 'COLUMNS_MISSING' });
    expect((await upload('')).json()).toMatchObject({ status: 400 });
    expect((await upload(BILL, '?name=../x')).json()).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    expect((await upload(gzipSync(Buffer.alloc(96 * 1024 ** 2, 'a')))).json()).toMatchObject({
      status: 413,
      code: 'ARCHIVE_TOO_LARGE',
    });
  });

  it('of roles, modules, tenants and entities', async () => {
    const reader = { roles: ['finops.reader'] };
    expect((await upload(BILL, '', { claims: reader })).json()).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect((await post('/api/finops/runs', { month: '2025-07' }, { claims: reader })).status).toBe(403);
    expect((await call('/api/finops/runs', { claims: { enabled_modules: [] } })).json()).toMatchObject({
      code: 'MODULE_DISABLED',
    });
    for (const claims of [{ tenant_id: uuidv7() }, { legal_entity_id: NIL_UUID.replace('0', '1') }]) {
      expect((await call('/api/finops/runs', { claims })).json()).toMatchObject({
        status: 403,
        code: 'ENTITY_NOT_SERVED',
      });
    }
    expect((await app.inject({ url: '/api/finops/runs' })).statusCode).toBe(401);
  });

  it('says in French what it refuses, whatever that is', async () => {
    const refused = await call(`/api/finops/batches/${NIL_UUID}`, { headers: { 'accept-language': 'fr' } });
    expect(refused.json()).toMatchObject({
      code: 'BATCH_NOT_FOUND',
      title: 'Ce lot n’existe pas',
      next: expect.stringContaining('Listez les lots'),
    });
  });

  it('describes all of it', async () => {
    const description = (await app.inject({ url: '/openapi.json' })).json();
    const operations = Object.entries<Record<string, Operation>>(description.paths)
      .filter(([path]) => path.startsWith('/api/finops'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, one]) => ({ name: `${method} ${path}`, ...one })),
      );
    const poor = operations.filter(({ operationId, summary, tags, responses }) => {
      const answers = Object.keys(responses);
      return (
        !operationId || !summary || tags?.length !== 1 || !answers.includes('4XX') || !answers.some((one) => one < '3')
      );
    });
    expect(poor.map(({ name }) => name)).toEqual([]);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(operations.map(({ name }) => name)).toContain('get /api/finops/tie-out/{month}');
  });
});
