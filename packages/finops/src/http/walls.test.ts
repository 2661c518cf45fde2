import { generateSigningKey, type PrivateJwk, publicOf, thumbprint } from '@prorata/contract';
import { type App, NIL_UUID, openIssuer, signDelegatedToken, type TenantClaims, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { FINOPS_MODULE, signingKeyOf } from '../node/entity.ts';
import { groupIssuer, pullAudience } from '../node/group-tokens.ts';
import { joinGroup } from '../node/join.ts';
import { sha256 } from '../publish/publications.ts';
import { publishMonth } from '../publish/publish-month.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity, testGroup } from '../testing/test-entity.ts';
import { buildEntityApp } from './server.ts';

const ROLES = ['finops.reader', 'finops.analyst', 'finops.controller', 'finops.admin', 'finops.puller'] as const;
const PULLED = [
  '/api/finops/publications',
  '/api/finops/publications/{month}/{revision}',
  '/api/finops/publications/{month}/{revision}/bundle',
];
/** What brings data in, and what seals it: every write of the service is one of them, or this list is wrong. */
const ANALYST = 'finops.analyst';
const CONTROLLER = 'finops.controller';
/** The one write that is the group's alone. */
const TOLD = 'POST /api/finops/publications/answers';
const WRITES: Readonly<Record<string, typeof ANALYST | typeof CONTROLLER>> = {
  'POST /api/finops/imports': ANALYST,
  'POST /api/finops/consumption': ANALYST,
  'POST /api/finops/references/imports': ANALYST,
  'POST /api/finops/references/deactivate': ANALYST,
  'POST /api/finops/references/reactivate': ANALYST,
  'POST /api/finops/references/map': ANALYST,
  'POST /api/finops/references/pull': ANALYST,
  'PUT /api/finops/mapping': ANALYST,
  'POST /api/finops/mapping/suggestions': ANALYST,
  'POST /api/finops/runs': ANALYST,
  'POST /api/finops/indirect-rules': ANALYST,
  'POST /api/finops/indirect-rules/{code}/{version}/publish': CONTROLLER,
  'POST /api/finops/indirect-rules/{code}/{version}/archive': CONTROLLER,
  'POST /api/finops/indirect-rules/test': ANALYST,
  'POST /api/finops/drivers': ANALYST,
  'POST /api/finops/prices': ANALYST,
  'POST /api/finops/prices/actual': ANALYST,
  'POST /api/finops/prices/{code}/{version}/publish': CONTROLLER,
  'POST /api/finops/prices/{code}/{version}/archive': CONTROLLER,
  'PUT /api/finops/prices/calendar/{month}': CONTROLLER,
  'DELETE /api/finops/prices/calendar/{month}': CONTROLLER,
  'POST /api/finops/periods/{month}/close': CONTROLLER,
  'POST /api/finops/periods/{month}/lock': CONTROLLER,
  'POST /api/finops/periods/{month}/reopen': CONTROLLER,
  'POST /api/finops/periods/{month}/adjustments': CONTROLLER,
  'DELETE /api/finops/periods/{month}/adjustments': CONTROLLER,
  'POST /api/finops/publications': CONTROLLER,
  'POST /api/finops/publications/{month}/{revision}/push': CONTROLLER,
};

let test: TestEntity;
let app: App;
let routes: { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; readonly path: string }[];
let token: (change?: Partial<TenantClaims>) => Promise<string>;
const group = testGroup();

beforeAll(async () => {
  test = await openTestEntity();
  const { entity } = test;
  app = await buildEntityApp(entity, { log: false, requestsPerMinute: false });
  const description = (await app.inject({ url: '/openapi.json' })).json();
  routes = Object.entries<object>(description.paths)
    .filter(([path]) => path.startsWith('/api/finops'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() as 'GET' })),
    );
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
      user_id: '01900000-0000-7000-8000-000000000001',
      deployment: 'prod',
      ...change,
    });
});
afterAll(async () => {
  await app?.close();
  await test?.close();
});

const filled = (path: string) =>
  path
    .replace('{month}', '2025-07')
    .replace('{revision}', '1')
    .replace(/\{[^}]+\}/g, 'x');
const call = async (route: (typeof routes)[number], bearer: string | undefined) => {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const reply = await app.inject({ method: route.method, url: filled(route.path), headers });
  return { status: reply.statusCode, code: reply.statusCode < 400 ? undefined : reply.json().code };
};
/** A token of the group; see its claims in group-tokens.ts. */
const signed = (change: { issuer?: string; audience?: string; key?: PrivateJwk; lifetimeSeconds?: number } = {}) => {
  const key = change.key ?? group.key.privateJwk;
  return signDelegatedToken({
    issuer: change.issuer ?? groupIssuer(group.tenant.code),
    audience: change.audience ?? pullAudience('FR01'),
    privateJwk: { ...key },
    kid: thumbprint(publicOf(key)),
    lifetimeSeconds: change.lifetimeSeconds ?? 120,
  });
};
const get = async (url: string, bearer: string) =>
  app.inject({ url: `/api/finops/publications${url}`, headers: { authorization: `Bearer ${bearer}` } });
const isTold = ({ method, path }: (typeof routes)[number]) => `${method} ${path}` === TOLD;
/** Everything that a write leaves behind. */
const traces = async () => {
  const [count] = await test.database.admin<{ rows: number }>(
    'SELECT ((SELECT count(*) FROM audit_log) + (SELECT count(*) FROM outbox_event))::int AS rows',
  );
  return count?.rows;
};

it('the group that pulls is nobody until the entity has joined it', async () => {
  expect((await get('?since=0', await signed())).statusCode).toBe(401);
  await joinGroup(test.entity, await group.admit(test.entity));
});

describe('every route of the service', () => {
  it('is opened by the roles that it is for, and by no other', async () => {
    const opened: string[] = [];
    const bearerOf = (role: string) => (role === 'finops.puller' ? signed() : token({ roles: [role] }));
    const bearers = await Promise.all(ROLES.map(async (role) => [role, await bearerOf(role)] as const));
    for (const route of routes) {
      for (const [role, bearer] of bearers) {
        const { code } = await call(route, bearer);
        // A write without a body is refused later, for what it lacks.
        if (code !== 'FORBIDDEN') opened.push(`${route.method} ${route.path} ${role}`);
      }
    }
    const expected = routes.flatMap((route) => {
      const name = `${route.method} ${route.path}`;
      const pulled = route.method === 'GET' && PULLED.includes(route.path);
      const readers = ROLES.filter((role) => role !== 'finops.puller' || pulled);
      const writers = [WRITES[name], 'finops.admin'] as const;
      const wanted = route.method === 'GET' ? readers : ROLES.filter((role) => writers.includes(role as never));
      const roles = name === TOLD ? ['finops.puller'] : wanted;
      return roles.map((role) => `${name} ${role}`);
    });
    expect(opened).toEqual(expected);
    expect(
      routes
        .filter(({ method }) => method !== 'GET')
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([...Object.keys(WRITES), TOLD].sort());
  });

  it('answers nobody else: no token, no module, a suspended tenant, another tenant or entity', async () => {
    const before = await traces();
    const roles = ['finops.admin'];
    const strangers = [
      [undefined, 401, 'MISSING_TENANT_CONTEXT'],
      [await token({ roles, enabled_modules: [] }), 403, 'MODULE_DISABLED'],
      [await token({ roles, billing_status: 'SUSPENDED' }), 403, 'TENANT_SUSPENDED'],
      [await token({ roles, tenant_id: uuidv7() }), 403, 'ENTITY_NOT_SERVED'],
      [await token({ roles, legal_entity_id: NIL_UUID.replace('0', '1') }), 403, 'ENTITY_NOT_SERVED'],
      [await token({ roles: ['group.admin', 'analytic.admin', 'entity.publisher'] }), 403, 'FORBIDDEN'],
    ] as const;
    const reader = [await token({ roles: ['finops.reader'] }), 403, 'FORBIDDEN'] as const;
    const answers = new Set<string>();
    for (const route of routes) {
      for (const [bearer, status, code] of route.method === 'GET' ? strangers : [...strangers, reader]) {
        const answer = await call(route, bearer);
        // What the group alone may say is closed to every role of the entity's own, its administrator of another entity included.
        const wanted = isTold(route) && code === 'ENTITY_NOT_SERVED' ? 'FORBIDDEN' : code;
        if (answer.status !== status || answer.code !== wanted)
          answers.add(`${route.method} ${route.path}: ${answer.code}, not ${wanted}`);
      }
    }
    expect([...answers]).toEqual([]);
    expect(before).toBe(await traces());
  });
});

describe('the group that pulls', () => {
  it('lists what was published since, and fetches the very bytes', async () => {
    await importFocus(test.entity, { path: await test.file('july.csv', focusCsv([{}])) });
    await runMonth(test.entity, '2025-07');
    const published = await publishMonth(test.entity, '2025-07');
    const list = (await get('?since=0', await signed())).json();
    expect(list).toMatchObject({ rows: [{ period_month: '2025-07', revision: 1, state: 'SEALED' }] });
    expect((await get(`?since=${list.next}`, await signed())).json().rows).toEqual([]);
    const bundle = await get('/2025-07/1/bundle', await signed());
    expect(bundle.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-length': String(published.bytes),
      etag: `"${published.bundle_sha256}"`,
    });
    expect(sha256(bundle.rawPayload)).toBe(published.bundle_sha256);
    const tell = async (answer: object) =>
      app.inject({
        method: 'POST',
        url: '/api/finops/publications/answers',
        headers: { authorization: `Bearer ${await signed()}` },
        payload: { answers: [answer] },
      });
    const of = { period_month: '2025-07', revision: 1, manifest_sha256: published.manifest_sha256 };
    const state = async () => (await get('?since=0', await signed())).json().rows[0].state;
    expect(await state()).toBe('PULLED');
    const foreign = { ...of, manifest_sha256: 'ab'.repeat(32) };
    expect((await tell({ ...foreign, outcome: 'ACCEPTED' })).json()).toEqual({ taken: 0, unknown: [foreign] });
    expect((await tell({ ...of, revision: 9, outcome: 'ACCEPTED' })).json()).toMatchObject({ taken: 0 });
    for (const wrong of [{ ...of, outcome: 'LOST' }, { ...of, outcome: 'ACCEPTED', note: 1 }, of]) {
      expect((await tell(wrong)).statusCode).toBe(400);
    }
    expect(await state()).toBe('PULLED');
    expect((await tell({ ...of, outcome: 'REFUSED', report: { code: 'X' } })).json()).toEqual({
      taken: 1,
      unknown: [],
    });
    expect(await state()).toBe('REFUSED');
  });

  it('reaches nothing else', async () => {
    const bearer = await signed();
    const others = routes.filter(({ method, path }) =>
      method === 'GET' ? !PULLED.includes(path) : `${method} ${path}` !== TOLD,
    );
    for (const route of others)
      expect(await call(route, bearer), route.path).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });

  it('is not believed under another name, key, entity or for long', async () => {
    const own = await signingKeyOf(test.dir);
    for (const bearer of [
      await signed({ issuer: 'group:OTHER' }),
      await signed({ issuer: 'entity:FR01' }),
      await signed({ audience: pullAudience('DE02') }),
      await signed({ key: generateSigningKey().privateJwk }),
      await signed({ key: own }),
      await signed({ lifetimeSeconds: 3600 }),
      // Nor is anybody else believed under its role, whoever signs for the entity.
      await token({ roles: ['finops.puller'] }),
      await token({ roles: ['finops.admin', 'finops.puller'] }),
    ]) {
      expect((await get('?since=0', bearer)).statusCode).toBe(401);
    }
  });
});
