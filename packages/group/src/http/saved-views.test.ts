import { type App, openIssuer, type TenantClaims, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { grantReader } from '../access/grants.ts';
import { GROUP_MODULE } from '../node/group-node.ts';
import { enrolMember } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { MOST_VIEWS } from '../views/saved-views.ts';
import { buildGroupApp } from './server.ts';

let test: TestGroup;
let app: App;
let call: (method: 'GET' | 'POST' | 'DELETE', as: Partial<TenantClaims>, body?: object, id?: string) => Promise<Answer>;

interface View {
  readonly view_id: string;
  readonly name: string;
  readonly address: string;
  readonly shared: boolean;
  readonly mine: boolean;
}
interface Answer {
  readonly status: number;
  readonly body: View & { readonly rows: View[]; readonly code: string };
}

const anna = { user_id: uuidv7() };
const boris = { user_id: uuidv7() };
const admin = { user_id: uuidv7(), roles: ['group.admin'] };
let ofDe: Partial<TenantClaims>;

beforeAll(async () => {
  test = await openTestGroup();
  const { group } = test;
  const de = await enrolMember(group, 'DE02');
  await grantReader(group, { entity: 'DE02' });
  ofDe = { ...boris, roles: ['entity.reader'], entity_code: 'DE02', legal_entity_id: de.legalEntityId };
  app = await buildGroupApp(group, { log: false, requestsPerMinute: false });
  const issuer = await openIssuer({ dir: group.dir, nodeId: group.config.node_id });
  call = async (method, as, body, id) => {
    const token = await issuer.issueToken({
      tenant_id: group.scope.tenantId,
      tenant_mode: 'POOLED',
      country_code: 'FR',
      locale: 'en',
      supported_locales: ['en'],
      billing_status: 'ACTIVE',
      enabled_modules: [GROUP_MODULE],
      roles: ['group.reader'],
      user_id: uuidv7(),
      deployment: 'prod',
      ...as,
    });
    const reply = await app.inject({
      method,
      url: `/api/group/saved-views${id === undefined ? '' : `/${id}`}`,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: reply.statusCode, body: reply.json() };
  };
});
afterAll(async () => {
  await app?.close();
  await test?.close();
});

const view = (name: string, shared = false, address = '/domains?month=2025-03') => ({ name, address, shared });
const names = async (as: Partial<TenantClaims>) => (await call('GET', as)).body.rows.map(({ name }) => name);

it('keeps what a reader saves, by name, and shows others what is shared', async () => {
  await call('POST', anna, view(' Board ', true));
  await call('POST', anna, view('Mine'));
  await call('POST', anna, view('Mine', false, '/?without_tax=true'));
  expect((await call('GET', anna)).body.rows).toMatchObject([
    { name: 'Board', shared: true, mine: true },
    { name: 'Mine', shared: false, mine: true, address: '/?without_tax=true' },
  ]);
  expect((await call('GET', boris)).body.rows).toMatchObject([{ name: 'Board', mine: false }]);
});

it('lets nobody delete the view of another, but who governs the shared ones', async () => {
  const [board, mine] = (await call('GET', anna)).body.rows;
  for (const [as, id] of [
    [boris, board?.view_id],
    [boris, mine?.view_id],
    [admin, mine?.view_id],
  ] as const) {
    expect(await call('DELETE', as, undefined, id)).toMatchObject({
      status: 404,
      body: { code: 'SAVED_VIEW_UNKNOWN' },
    });
  }
  expect((await call('DELETE', admin, undefined, board?.view_id)).status).toBe(200);
  expect((await call('DELETE', anna, undefined, mine?.view_id)).status).toBe(200);
  expect(await names(anna)).toEqual([]);
});

it('keeps the views of a reader inside the walls of an entity there, and those of the group out', async () => {
  await call('POST', anna, view('Secret of the group', true));
  expect((await call('POST', ofDe, view('Of DE02', true))).status).toBe(200);
  expect(await names(ofDe)).toEqual(['Of DE02']);
  expect(await names(boris)).toEqual(['Secret of the group']);
  const [secret] = (await call('GET', anna)).body.rows;
  expect((await call('DELETE', ofDe, undefined, secret?.view_id)).status).toBe(404);
});

it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', '/a b', ' /'])(
  'refuses the address %j',
  async (address) => {
    expect(await call('POST', anna, view('x', false, address))).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    expect((await call('POST', anna, view('  '))).status).toBe(400);
  },
);

it('keeps no more than somebody can find again', async () => {
  const { tenantId } = test.group.scope;
  await test.admin(`INSERT INTO prorata.saved_view (tenant_id, view_id, entity_id, owner_id, name, address, shared)
    SELECT '${tenantId}', gen_random_uuid(), '', '${boris.user_id}', 'view ' || n, '/', false
      FROM generate_series(1, ${MOST_VIEWS}) AS n`);
  expect(await call('POST', boris, view('one more'))).toMatchObject({
    status: 409,
    body: { code: 'SAVED_VIEWS_FULL' },
  });
  expect((await call('POST', boris, view('view 7', false, '/?month=2025-01'))).status).toBe(200);
});
