import { type App, openIssuer, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MAPPING } from '../mapping/default-mapping.ts';
import { FINOPS_MODULE } from '../node/entity.ts';
import { joinGroup } from '../node/join.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity, testGroup } from '../testing/test-entity.ts';
import { buildEntityApp } from './server.ts';

let test: TestEntity;
let app: App;
let authorization: (role: string) => Promise<string>;

beforeAll(async () => {
  test = await openTestEntity();
  const { entity } = test;
  app = await buildEntityApp(entity, { log: false, requestsPerMinute: false });
  await app.ready();
  const issuer = await openIssuer({ dir: entity.dir, nodeId: entity.config.node_id });
  authorization = async (role) => {
    const token = await issuer.issueToken({
      tenant_id: entity.scope.tenantId,
      tenant_mode: 'POOLED',
      legal_entity_id: entity.scope.legalEntityId,
      entity_code: 'FR01',
      country_code: 'FR',
      locale: 'en',
      supported_locales: ['en'],
      billing_status: 'ACTIVE',
      enabled_modules: [FINOPS_MODULE],
      roles: [role],
      user_id: uuidv7(),
      deployment: 'prod',
    });
    return `Bearer ${token}`;
  };
});
afterAll(async () => {
  await app.close();
  await test.close();
});

async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object | string, role = 'finops.analyst') {
  const type = typeof body === 'string' ? 'application/octet-stream' : 'application/json';
  const reply = await app.inject({
    method,
    url: `/api/finops/${path}`,
    headers: { authorization: await authorization(role), ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: reply.statusCode, body: reply.json() };
}

describe('references, measurements and mapping over HTTP', () => {
  it('take references, end one, map one, and show what is unmapped', async () => {
    const file = 'kind,code,label,domain,unit\ndomain,Host,Host,,\nproduct,MIPS,MIPS,Host,h\napplication,core,Core,,\n';
    expect(await call('POST', 'references/imports?name=references.csv', file)).toMatchObject({
      status: 201,
      body: { added: 3, kinds: { product: 1 } },
    });
    expect(await call('POST', 'references/imports', `${file}domain,,,,\n`)).toMatchObject({
      status: 400,
      body: { code: 'REFERENCES_FILE_INVALID', errors: [{ place: 'row 4', column: 'code' }] },
    });
    const ended = await call('POST', 'references/deactivate', {
      kind: 'application',
      code: 'Core',
      last_month: '2025-09',
    });
    expect(ended.body).toMatchObject({ code: 'core', valid_to: '2025-09', version: 2 });
    await call('POST', 'references/reactivate', { kind: 'application', code: 'core' });
    const listed = await call('GET', 'references?kind=application', undefined, 'finops.reader');
    expect(listed.body).toMatchObject({ rows: [{ code: 'core', valid_to: null, version: 3 }], group: null });
    expect((await call('GET', 'references/changes?kind=application&code=CORE')).body.rows).toHaveLength(3);
    expect((await call('GET', 'references/unmapped')).body).toMatchObject({ code: 'NOT_JOINED' });
    expect((await call('POST', 'references/pull', {})).body).toMatchObject({ code: 'NOT_JOINED' });
    await joinGroup(test.entity, await testGroup().admit(test.entity, ['Mainframe']));
    const mapped = await call('POST', 'references/map', { kind: 'domain', code: 'Host', group_code: 'Mainframe' });
    expect(mapped.body).toMatchObject({ group_code: 'Mainframe' });
    expect((await call('GET', 'references/unmapped?month=2025-07')).body).toMatchObject({ rows: [], version: '1' });
    expect((await call('POST', 'references/pull', {})).body).toMatchObject({ code: 'REFERENCES_PULL_REFUSED' });
  });

  it('take measurements once, and tell corrections', async () => {
    const file = 'month,application,product,quantity,environment,charge_month\n2025-07,core,MIPS,-2.5,prod,2025-06\n';
    const path = 'consumption?source=host&name=host.csv';
    expect(await call('POST', path, file)).toMatchObject({
      status: 201,
      body: {
        file: 'host.csv',
        totals: [{ quantity: '-2.5', unit: 'h' }],
        waiting: [],
        notices: [{ code: 'CORRECTIONS' }],
      },
    });
    expect(await call('POST', path, file)).toMatchObject({ status: 200, body: { imported: false } });
    expect(await call('POST', path, `${file}2025-07,cor,MIPS,1,prod,\n`)).toMatchObject({
      status: 400,
      body: { code: 'ROWS_REFUSED', violations: [{ row: 2, column: 'application' }] },
    });
    expect((await call('GET', 'consumption')).body.rows).toMatchObject([{ source: 'host', scopes: [{ rows: 1 }] }]);
    expect((await call('GET', 'corrections?month=2025-07')).body.rows).toMatchObject([{ charge_month: '2025-06' }]);
    expect((await call('GET', 'corrections?month=2025-07&direction=CONCERNING')).body.rows).toEqual([]);
  });

  it('read, try, write and compare the mapping, and take a suggestion', async () => {
    const bill = focusCsv([{}, { Tags: '{"aplication":"Web Shop","environment":"prod"}' }]);
    await call('POST', 'imports', bill);
    const standing = (await call('GET', 'mapping', undefined, 'finops.reader')).body;
    expect(standing).toMatchObject({ text: DEFAULT_MAPPING, document: { schema: 'prorata.mapping/1' } });
    const trial = (await call('GET', 'mapping/test?month=2025-07')).body;
    expect(trial.summary).toMatchObject([{ allocated_share: '0.500000', cost_effective: '2.5' }]);
    const suggested = (await call('GET', 'mapping/suggestions?month=2025-07')).body.rows;
    expect(suggested).toMatchObject([{ kind: 'TAG_KEY', found: 'aplication', money: [{ cost_effective: '1.25' }] }]);
    const ids = [suggested[0].id];
    const stale = await call('POST', 'mapping/suggestions', { month: '2025-07', ids, if_sha256: 'f'.repeat(64) });
    expect(stale.body).toMatchObject({ code: 'MAPPING_CHANGED_MEANWHILE' });
    const accepted = await call('POST', 'mapping/suggestions', { month: '2025-07', ids, if_sha256: standing.sha256 });
    expect(accepted.body).toMatchObject({ version: 2, changed: true });
    const text = `${DEFAULT_MAPPING.replace('rules: []', '')}\nrules: [ { code: all, match: { provider: ["*"] }, set: { application: X } } ]\n`;
    expect((await call('PUT', 'mapping', { text })).body).toMatchObject({ version: 3, changed: true });
    expect((await call('PUT', 'mapping', { text: 'rules: 7' })).body).toMatchObject({ code: 'MAPPING_INVALID' });
    expect((await call('GET', 'mapping/versions')).body.rows).toMatchObject([{ version: 3, source: 'API' }, {}, {}]);
    expect((await call('GET', 'mapping/versions/1')).body.text).toBe(DEFAULT_MAPPING);
    const diff = (await call('GET', 'mapping/diff?from=1&to=3')).body.rows;
    expect(diff.filter((row: { sign: string }) => row.sign !== ' ').at(-1)).toMatchObject({ sign: '+' });
  });

  it.each([
    ['references/imports', 'x'],
    ['references/deactivate', { kind: 'domain', code: 'Host', last_month: '2025-09' }],
    ['references/map', { kind: 'domain', code: 'Host', group_code: null }],
    ['references/pull', {}],
    ['consumption', 'x'],
    ['mapping/suggestions', { month: '2025-07', ids: ['1'] }],
  ])('%s is not for whoever only reads or closes', async (path, body) => {
    for (const role of ['finops.reader', 'finops.controller']) {
      expect((await call('POST', path, body, role)).status).toBe(403);
    }
  });

  it.each([
    ['references/deactivate', { kind: 'domain', code: 'Host', last_month: '2025-9' }],
    ['references/deactivate', { kind: 'colour', code: 'Host', last_month: '2025-09' }],
    ['references/map', { kind: 'domain', code: 'Host' }],
    ['references/pull', { url: 'http://elsewhere.example' }],
    ['mapping/suggestions', { month: '2025-07', ids: [] }],
  ])('%s refuses %j', async (path, body) => {
    expect(await call('POST', path, body)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
});
