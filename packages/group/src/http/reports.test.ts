import type { App } from '@prorata/platform';
import { openIssuer, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fact, plantFacts } from '../testing/facts.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { buildGroupApp } from './server.ts';

let test: TestGroup;
let app: App;
let token: (roles: string[], of?: object) => Promise<string>;

beforeAll(async () => {
  test = await openTestGroup();
  await plantFacts(test.group, [fact(), fact({ domain_id: 'Storage', product_id: 'disk', unit: 'GB' })]);
  app = await buildGroupApp(test.group, { log: false });
  const issuer = await openIssuer({ dir: test.group.dir, nodeId: test.group.config.node_id });
  token = (roles, of = {}) =>
    issuer.issueToken({
      tenant_id: test.group.scope.tenantId,
      tenant_mode: 'POOLED',
      country_code: 'FR',
      locale: 'en',
      supported_locales: ['en', 'fr'],
      billing_status: 'ACTIVE',
      enabled_modules: ['FINOPS_GROUP'],
      roles,
      user_id: uuidv7(),
      deployment: 'prod',
      ...of,
    });
});
afterAll(async () => {
  await app.close();
  await test.close();
});

async function get(url: string, roles = ['group.reader'], of: object = {}) {
  const answer = await app.inject({ url, headers: { authorization: `Bearer ${await token(roles, of)}` } });
  return { status: answer.statusCode, body: answer.json() };
}

const PATHS = [
  'months',
  'entities',
  'domains',
  'families',
  'matrix',
  'applications',
  'products',
  'comparison',
  'drilldown',
  'completeness',
  'filters',
  'exchange',
];

describe('the reports over HTTP', () => {
  it.each(PATHS)('answer /api/group/%s to a consolidated reader', async (path) => {
    const { status, body } = await get(`/api/group/${path}`);
    expect([status, body.code]).toEqual([200, undefined]);
    expect(body).toMatchObject(path === 'filters' ? { months: ['2025-07'] } : { rows: expect.any(Array) });
  });

  it.each(PATHS)('keep /api/group/%s from a publisher, and from a tenant without the module', async (path) => {
    expect(await get(`/api/group/${path}`, ['entity.publisher'])).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
    const disabled = await get(`/api/group/${path}`, ['group.reader'], { enabled_modules: [] });
    expect(disabled).toMatchObject({ status: 403, body: { code: 'MODULE_DISABLED' } });
  });

  it.each(PATHS)('show another tenant none of /api/group/%s', async (path) => {
    const { status, body } = await get(`/api/group/${path}`, ['group.reader'], { tenant_id: uuidv7() });
    expect(status).toBe(403);
    expect(JSON.stringify(body)).not.toContain('billing');
  });

  it('take repeated filters', async () => {
    const { body } = await get('/api/group/domains?domain=Compute&domain=Storage&entity=FR01');
    expect(body.rows.map((row: { domain: string }) => row.domain).sort()).toEqual(['Compute', 'Storage']);
  });

  it.each([
    ['/api/group/months?from=2025-13', 'VALIDATION_FAILED'],
    ['/api/group/months?from=2025-07&to=2025-01', 'MONTH_INVALID'],
    ['/api/group/months?from=1825-07', 'MONTH_INVALID'],
    ['/api/group/months?measure=list', 'VALIDATION_FAILED'],
    ['/api/group/months?surprise=1', 'VALIDATION_FAILED'],
    ['/api/group/applications?limit=0', 'VALIDATION_FAILED'],
    ['/api/group/applications?limit=1e2', 'VALIDATION_FAILED'],
    ['/api/group/drilldown?domain=Compute', 'DRILLDOWN_PATH_INVALID'],
  ])('refuse %s with %s', async (url, code) => {
    expect(await get(url)).toMatchObject({ status: 400, body: { code } });
  });

  it.each(['months', 'entities', 'matrix', 'drilldown', 'completeness'])(
    'refuse an unknown entity in %s',
    async (path) => {
      expect(await get(`/api/group/${path}?entity=XX99`)).toMatchObject({
        status: 404,
        body: { code: 'ENTITY_UNKNOWN' },
      });
    },
  );

  it.each([
    '/api/group/months?entity=%00',
    '/api/group/applications?application=a%00b',
    '/api/group/drilldown?entity=%00',
    '/api/group/completeness?entity=%00',
    '/api/group/domains?domain=%ED%A0%80',
  ])('answer %s without a failure of their own', async (url) => {
    expect((await get(url)).status).toBeLessThan(500);
  });

  const ask = async (url: string, headers: object = {}) =>
    app.inject({ url, headers: { authorization: `Bearer ${await token(['group.reader'])}`, ...headers } });

  it.each([
    'months',
    'entities',
    'domains',
    'families',
    'matrix',
    'applications',
    'products',
    'comparison',
    'drilldown',
  ])('leave as CSV: %s', async (path) => {
    const file = await ask(`/api/group/${path}`, { accept: 'text/csv' });
    const json = await ask(`/api/group/${path}?format=json`, { accept: 'text/csv' });
    const [names = '', ...lines] = file.body.trimEnd().split('\r\n');
    expect([file.statusCode, file.headers['content-type'], lines.length]).toEqual([
      200,
      'text/csv; charset=utf-8',
      json.json().rows.length,
    ]);
    const cost = names.split(',').indexOf('cost');
    expect(lines.map((line) => line.split(',')[cost])).toEqual(
      json.json().rows.map((row: { cost: string }) => row.cost),
    );
  });

  const fact1 = 'period_month=2025-07&entity=FR01&application=billing&domain=Compute&environment=prod&currency=EUR';
  it.each([
    'completeness',
    'filters',
    'exchange',
    'search?q=bill',
    `explain?${fact1}&consumption_type=DIRECT&product=VM&unit=Hours`,
  ])('answer 304 to who has them: %s', async (path) => {
    const first = await ask(`/api/group/${path}`);
    expect([first.statusCode, first.headers['cache-control']]).toEqual([200, 'private, no-cache']);
    const again = await ask(`/api/group/${path}`, { 'if-none-match': first.headers.etag });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('answer 304 while nothing changed, and anew once anything did', async () => {
    const url = '/api/group/months';
    const first = await ask(url);
    const known = { 'if-none-match': first.headers.etag };
    expect([(await ask(url, known)).statusCode, (await ask(url, known)).body]).toEqual([304, '']);
    expect((await ask(`${url}?format=csv`, known)).statusCode).toBe(200);
    await plantFacts(test.group, [
      fact({ application_id: 'moved' }),
      fact({ domain_id: 'Storage', product_id: 'disk', unit: 'GB' }),
    ]);
    expect((await ask(url, known)).statusCode).toBe(200);
  });

  it('page through a list by cursor, and take no cursor of another list or of other filters', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { rows: { product: string }[]; next_cursor: string | null } = (
        await ask(`/api/group/products?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
      ).json();
      seen.push(...page.rows.map((row: { product: string }) => row.product));
      const stranger = page.next_cursor ?? cursor;
      for (const other of ['applications?limit=1', 'products?limit=1&entity=FR01']) {
        const refused = await ask(`/api/group/${other}&cursor=${stranger}`);
        expect([refused.statusCode, refused.json().code]).toEqual([400, 'CURSOR_INVALID']);
      }
      cursor = page.next_cursor;
    }
    expect(seen.sort()).toEqual(['VM', 'disk']);
    for (const forged of ['x', 'bnVsbA', Buffer.from('["\\u0000"]').toString('base64url')]) {
      expect((await ask(`/api/group/products?cursor=${forged}`)).json().code).toBe('CURSOR_INVALID');
    }
  });

  it.each([
    ['domain=Nowhere', 404, 'CODE_UNKNOWN'],
    ['family=none', 404, 'CODE_UNKNOWN'],
    ['product=none', 404, 'CODE_UNKNOWN'],
    ['application=none', 404, 'CODE_UNKNOWN'],
    ['currency=XXX', 400, 'CURRENCY_UNKNOWN'],
    ['environment=staging', 400, 'VALIDATION_FAILED'],
    ['hierarchy=tomorrow', 400, 'VALIDATION_FAILED'],
    [Array.from({ length: 10_000 }, () => 'entity=FR01').join('&'), 400, 'VALIDATION_FAILED'],
  ])('refuse %.40s precisely, also as CSV', async (query, status, code) => {
    for (const accept of ['application/json', 'text/csv']) {
      const refused = await ask(`/api/group/entities?${query}`, { accept });
      expect([refused.statusCode, refused.json().code]).toEqual([status, code]);
    }
  });

  it('are described in OpenAPI 3.1 with what they answer', async () => {
    const document = (await app.inject({ url: '/openapi.json' })).json();
    expect(document.openapi).toMatch(/^3\.1/);
    for (const path of PATHS) {
      const answer = document.paths[`/api/group/${path}`]?.get?.responses?.['200'];
      expect(answer?.content?.['application/json']?.schema?.type, path).toBe('object');
    }
  });
});
