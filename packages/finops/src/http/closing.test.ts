import { type App, openIssuer, type TenantClaims, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FINOPS_MODULE } from '../node/entity.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { buildEntityApp } from './server.ts';

const VM = 'Compute/Virtual Machines/Hours';
let test: TestEntity;
let app: App;
let token: (roles: readonly string[]) => Promise<string>;

beforeAll(async () => {
  test = await openTestEntity();
  const { entity } = test;
  app = await buildEntityApp(entity, { log: false, requestsPerMinute: false });
  await app.ready();
  const issuer = await openIssuer({ dir: entity.dir, nodeId: entity.config.node_id });
  const userId = uuidv7();
  token = (roles) => {
    const claims: TenantClaims = {
      tenant_id: entity.scope.tenantId,
      tenant_mode: 'POOLED',
      legal_entity_id: entity.scope.legalEntityId,
      entity_code: 'FR01',
      country_code: 'FR',
      locale: 'fr',
      supported_locales: ['fr', 'en'],
      billing_status: 'ACTIVE',
      enabled_modules: [FINOPS_MODULE],
      roles: [...roles],
      user_id: userId,
      deployment: 'prod',
    };
    return issuer.issueToken(claims);
  };
});
afterAll(async () => {
  await app?.close();
  await test?.close();
});

interface Call {
  readonly role?: string;
  readonly body?: string | object;
  readonly key?: string;
}

async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, { role, body, key }: Call = {}) {
  const type = typeof body === 'string' ? 'application/octet-stream' : 'application/json';
  const reply = await app.inject({
    method,
    url: `/api/finops/${url}`,
    headers: {
      authorization: `Bearer ${await token([role ?? 'finops.admin'])}`,
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: reply.statusCode, replayed: reply.headers['idempotent-replayed'], json: reply.json() };
}

describe('prices and closing over HTTP', () => {
  it('price, run and compare a month', async () => {
    await call('POST', 'imports', { body: focusCsv([{}, { Tags: '{"application":"Search"}' }]) });
    await call('POST', 'runs', { body: { month: '2025-07' } });
    const list = `product,unit,unit_price\n${VM},Hours,2\n`;
    const first = await call('POST', 'prices?view=STANDARD&name=july.csv', { body: list, key: 'prices-1' });
    expect(first).toMatchObject({
      status: 201,
      json: { code: 'STANDARD', version: 1, status: 'DRAFT', file: 'july.csv' },
    });
    const again = await call('POST', 'prices?view=STANDARD&name=july.csv', { body: list, key: 'prices-1' });
    expect(again).toMatchObject({ status: 201, replayed: 'true', json: first.json });
    const refused = await call('POST', 'prices?view=STANDARD', { body: `product,unit,unit_price\n${VM},Days,2\n` });
    expect(refused).toMatchObject({
      status: 400,
      json: { code: 'ROWS_REFUSED', violations: [{ row: 1, column: 'unit' }] },
    });
    expect((await call('POST', 'prices/STANDARD/1/publish', { role: 'finops.analyst' })).status).toBe(403);
    const published = await call('POST', 'prices/STANDARD/1/publish', { role: 'finops.controller' });
    expect(published.json).toMatchObject({ status: 'PUBLISHED', revalued: ['2025-07'] });
    expect((await call('GET', 'prices')).json.rows).toHaveLength(1);
    expect((await call('GET', 'prices/STANDARD/1')).json.rows).toMatchObject([{ product: VM, unit_price: '2' }]);
    const actual = (await call('GET', 'prices/actual?month=2025-07')).json;
    expect(actual.totals).toEqual([{ currency: 'EUR', value: '2.5', residual: '0', cost_effective: '2.5' }]);
    expect((await call('POST', 'prices/actual', { body: { month: '2025-07', view: 'ACTUAL' } })).status).toBe(201);
    const supposed = await call('GET', 'prices/what-if?month=2025-07&view=ACTUAL&by=application');
    expect(supposed.json.totals).toMatchObject([{ before: '8', after: '2.5', effect: '-5.5', percent: '-68.750000' }]);
    const compared = await call('GET', 'prices/comparison?month=2025-07&from=STANDARD@1&to=ACTUAL@1');
    expect(compared.json).toMatchObject({ from: 'STANDARD@1', to: 'ACTUAL@1', rows: [{ code: VM }] });
    expect((await call('GET', 'prices/months?from=2025-07&to=2025-07')).json.totals).toMatchObject([{ effect: '0' }]);
    expect((await call('PUT', 'prices/calendar/2025-07', { body: { view: 'STANDARD@1' } })).json).toMatchObject({
      changed: true,
    });
    expect((await call('GET', 'prices/calendar')).json.rows).toMatchObject([{ month: '2025-07', set: 'STANDARD@1' }]);
    expect((await call('DELETE', 'prices/calendar/2025-07')).json).toMatchObject({ view: 'STANDARD@1', changed: true });
  });

  it('close, wait, adjust, withdraw, lock and reopen', async () => {
    const closed = await call('POST', 'periods/2025-07/close', { role: 'finops.controller', key: 'close-1' });
    expect(closed).toMatchObject({ status: 200, json: { state: 'CLOSED', frozen: { view: 'STANDARD@1' } } });
    expect(await call('POST', 'periods/2025-07/close', { role: 'finops.controller', key: 'close-1' })).toMatchObject({
      replayed: 'true',
      json: closed.json,
    });
    expect((await call('POST', 'runs', { body: { month: '2025-07' } })).json).toMatchObject({
      status: 409,
      code: 'PERIOD_CLOSED',
    });
    const late = focusCsv([{ BillingAccountId: 'LATE', EffectiveCost: '7' }]);
    expect((await call('POST', 'imports', { body: late })).json).toMatchObject({ waiting: ['2025-07'] });
    const [period] = (await call('GET', 'periods')).json.rows;
    expect(period).toMatchObject({
      period_month: '2025-07',
      waiting: [{ billing_account: 'LATE', cost_effective: '7' }],
    });
    const booked = await call('POST', 'periods/2025-07/adjustments', { body: {}, role: 'finops.controller' });
    expect(booked).toMatchObject({ status: 201, json: { period_month: '2025-08', lines: 1 } });
    expect((await call('GET', 'periods/2025-08/adjustments')).json.rows).toMatchObject([
      { adjusts_month: '2025-07', cost_effective: '7', quantity: '2' },
    ]);
    const bare = await call('POST', 'periods/2025-07/reopen', { body: {} });
    expect(bare).toMatchObject({ status: 400, json: { code: 'VALIDATION_FAILED' } });
    expect((await call('DELETE', 'periods/2025-07/adjustments')).json.withdrawn).toHaveLength(1);
    expect((await call('POST', 'periods/2025-07/lock')).json).toMatchObject({ state: 'LOCKED' });
    const reason = { reason: 'An invoice was missing' };
    const controller = await call('POST', 'periods/2025-07/reopen', { body: reason, role: 'finops.controller' });
    expect(controller).toMatchObject({ status: 403, json: { code: 'FORBIDDEN', roles: ['finops.admin'] } });
    const opened = await call('POST', 'periods/2025-07/reopen', { body: reason });
    expect(opened.json).toMatchObject({ state: 'OPEN', taken: [{ billing_account: 'LATE' }] });
    expect((await call('GET', 'periods/history?month=2025-07')).json.rows).toMatchObject([
      { to_state: 'CLOSED' },
      { to_state: 'LOCKED' },
      { to_state: 'OPEN', reason: 'An invoice was missing' },
    ]);
  });
});
