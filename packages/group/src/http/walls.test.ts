import {
  type App,
  audienceOf,
  openIssuer,
  openWebhookNode,
  registerEvents,
  registerJobRoutes,
  signDelegatedToken,
  type TenantClaims,
  uuidv7,
} from '@prorata/platform';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantReader } from '../access/grants.ts';
import { enrolEntity } from '../enrolment/enrol.ts';
import { receive } from '../intake/receive.ts';
import { GROUP_MODULE } from '../node/group-node.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { buildGroupApp } from './server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Route {
  readonly method: Method;
  readonly path: string;
}

/** Every role that a token for a group node can carry, and those of other nodes. */
const ROLES = [
  'group.reader',
  'group.admin',
  'entity.reader',
  'entity.publisher',
  'platform.admin',
  'events.reader',
  'finops.admin',
];
/** Who may open a route at the most. A new one that is open to more fails; one that is meant so is added here, with a second look. */
function mostOf({ method, path }: Route): readonly string[] {
  if (path === '/events') return ['events.reader', 'platform.admin', 'group.admin'];
  if (path.startsWith('/api/platform/')) return ['platform.admin', 'group.admin'];
  // Everybody sees his own jobs; what they show is tested below.
  if (path.startsWith('/api/jobs')) return ROLES;
  if (method === 'PUT' && path === '/api/group/publications/{entity}/{month}/{revision}') return ['entity.publisher'];
  // A reader's own bookmarks, in the reach of the reader; what each may see and delete is tested beside them.
  if (path.startsWith('/api/group/saved-views')) return ['group.reader', 'group.admin', 'entity.reader'];
  if (method !== 'GET') return ['group.admin'];
  if (path.startsWith('/api/group/publications'))
    return ['group.reader', 'group.admin', 'entity.reader', 'entity.publisher'];
  if (/^\/api\/group\/(access-log|reader-grants)/.test(path)) return ['group.admin'];
  // Entities pull the references of the group with their own key.
  if (path.startsWith('/api/group/references'))
    return ['group.reader', 'group.admin', 'entity.reader', 'entity.publisher'];
  return ['group.reader', 'group.admin', 'entity.reader'];
}

const QUERY: Readonly<Record<string, string>> = {
  q: 'secret',
  from: '2025-07',
  to: '2025-07',
  month: '2025-07',
  from_month: '2025-07',
  to_month: '2025-07',
  entities: 'FR01',
  entity: 'FR01',
};

let test: TestGroup;
let app: App;
let routes: (Route & { readonly query: string })[];
let fr: Member;
let de: Member;
let token: (change?: Partial<TenantClaims>) => Promise<string>;

beforeAll(async () => {
  test = await openTestGroup();
  const { group } = test;
  const { db, dir, config } = group;
  fr = await enrolMember(group, 'FR01');
  de = await enrolMember(group, 'DE02');
  const own = { application_id: 'secret-fr', domain_id: 'Networking', product_id: null, unit: 'none' };
  await receive(group, { file: (await bundleOf(group, fr, { facts: [fact(), fact(own)] })).bytes });
  await receive(group, { file: (await bundleOf(group, de)).bytes });
  await grantReader(group, { entity: 'DE02' });
  const webhooks = await openWebhookNode({ db, dir, config });
  app = await buildGroupApp(group, {
    log: false,
    requestsPerMinute: false,
    also(guarded) {
      registerJobRoutes(guarded, { db, operators: ['group.admin'] });
      registerEvents(guarded, webhooks, 'group');
    },
  });
  const { paths } = (await app.inject({ url: '/openapi.json' })).json() as {
    paths: Record<string, Record<string, Operation>>;
  };
  routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { security = [] }]) => security.length > 0)
      .map(([method, { parameters = [] }]) => ({
        path,
        method: method.toUpperCase() as Method,
        query: parameters
          .filter((one) => one.in === 'query' && (one.required === true || one.name === 'from' || one.name === 'to'))
          .map(({ name }) => `${name}=${QUERY[name] ?? 'x'}`)
          .join('&'),
      })),
  );
  const issuer = await openIssuer({ dir, nodeId: config.node_id });
  token = (change) =>
    issuer.issueToken({
      tenant_id: group.scope.tenantId,
      tenant_mode: 'POOLED',
      country_code: 'FR',
      locale: 'en',
      supported_locales: ['en'],
      billing_status: 'ACTIVE',
      enabled_modules: [GROUP_MODULE],
      roles: ['group.admin'],
      user_id: uuidv7(),
      deployment: 'prod',
      ...change,
    });
});
afterAll(async () => {
  await app?.close();
  await test?.close();
});

interface Operation {
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[];
}

async function call(route: (typeof routes)[number], bearer: string | undefined, entity = 'FR01') {
  const path = route.path
    .replace('{entity}', entity)
    .replace('{month}', '2025-07')
    .replace('{revision}', '1')
    .replace('{id}', uuidv7())
    .replace(/\{[^}]+\}/g, 'x');
  const url = route.query === '' ? path : `${path}?${route.query}`;
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const reply = await app.inject({ method: route.method, url, headers });
  const problem = reply.statusCode >= 400 ? (JSON.parse(reply.body) as { code: string }) : undefined;
  return { status: reply.statusCode, code: problem?.code, body: reply.body };
}
// References are nobody's figures: every entity pulls them.
const isOfEntities = ({ path }: Route) => path.startsWith('/api/group/') && !path.startsWith('/api/group/references');
const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const ofDe = (role: string) => ({ roles: [role], entity_code: 'DE02', legal_entity_id: de.legalEntityId });
const traces = async () => {
  const [count] = await test.admin<{ rows: number }>(
    'SELECT ((SELECT count(*) FROM audit_log) + (SELECT count(*) FROM outbox_event))::int AS rows',
  );
  return count?.rows;
};

describe('every route of a group node', () => {
  it('is opened by nobody beyond those it is for', async () => {
    expect(routes.length).toBeGreaterThan(30);
    const wrong: string[] = [];
    for (const role of ROLES) {
      const bearer = await token(ofDe(role));
      for (const route of routes.filter((one) => !mostOf(one).includes(role))) {
        const { code } = await call(route, bearer, 'DE02');
        if (code !== 'FORBIDDEN') wrong.push(`${nameOf(route)} as ${role}: ${code}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('answers nobody from elsewhere, and keeps no trace of the attempt', async () => {
    const before = await traces();
    const entity = { legal_entity_id: de.legalEntityId };
    const key = { privateJwk: { ...fr.key.privateJwk }, kid: fr.key.kid };
    const strangers: readonly (readonly [string, string | undefined, readonly string[]])[] = [
      ['no token', undefined, ['MISSING_TENANT_CONTEXT']],
      ['garbage', 'a.b.c', ['MISSING_TENANT_CONTEXT']],
      ['no role', await token({ roles: [], ...entity }), ['FORBIDDEN']],
      ['no module', await token({ enabled_modules: [], ...entity }), ['MODULE_DISABLED', 'FORBIDDEN']],
      ['suspended', await token({ billing_status: 'SUSPENDED', ...entity }), ['TENANT_SUSPENDED']],
      [
        'another tenant',
        await token({ tenant_id: uuidv7(), roles: ['group.admin', 'entity.publisher'], ...entity }),
        ['TENANT_UNKNOWN'],
      ],
      ['the other deployment', await token({ deployment: 'test' }), ['ENVIRONMENT_MISMATCH']],
      [
        'a key of an entity for another node',
        await signDelegatedToken({ issuer: 'entity:FR01', audience: audienceOf('elsewhere'), ...key }),
        ['MISSING_TENANT_CONTEXT'],
      ],
      [
        'a key of an entity under the name of another',
        await signDelegatedToken({ issuer: 'entity:DE02', audience: audienceOf(test.group.signingKey.kid), ...key }),
        ['MISSING_TENANT_CONTEXT'],
      ],
    ];
    const wrong: string[] = [];
    for (const [name, bearer, codes] of strangers) {
      for (const route of routes) {
        // The platform's own routes need no module of the group; everybody may ask for his own jobs.
        const ofPlatform = !route.path.startsWith('/api/group/') && name === 'no module';
        const ofEverybody = ofPlatform || (route.path.startsWith('/api/jobs') && name === 'no role');
        const { code, status, body } = await call(route, bearer);
        if (ofEverybody ? body.includes('FR01') : !codes.includes(code ?? '')) {
          wrong.push(`${nameOf(route)} as ${name}: ${status} ${code}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(await traces()).toBe(before);
  });

  it.each(['entity.reader', 'entity.publisher'])('shows %s of one entity nothing of another', async (role) => {
    const bearer = await token(ofDe(role));
    const secrets = ['secret-fr', 'FR01 Ltd', fr.legalEntityId, fr.key.kid];
    const leaks: string[] = [];
    let answered = 0;
    for (const route of routes) {
      for (const entity of ['FR01', 'DE02']) {
        const { body, status } = await call(route, bearer, entity);
        if (status < 300) answered += 1;
        const found = secrets.filter((secret) => body.includes(secret));
        if (found.length > 0) leaks.push(`${nameOf(route)} for ${entity}: ${found.join(', ')}`);
      }
    }
    expect(leaks).toEqual([]);
    expect(answered).toBeGreaterThan(role === 'entity.reader' ? 15 : 5);
    // The same questions by somebody who may: otherwise the secrets would be missing for another reason.
    const all = await Promise.all(
      routes.filter(({ method }) => method === 'GET').map(async (route) => call(route, await token())),
    );
    for (const secret of secrets)
      expect(
        all.some(({ body }) => body.includes(secret)),
        secret,
      ).toBe(true);
  });

  it('shows a caller who names no entity none at all', async () => {
    for (const role of ['entity.reader', 'entity.publisher']) {
      const bearer = await token({ roles: [role] });
      for (const route of routes.filter(isOfEntities)) {
        const { status, body } = await call(route, bearer);
        expect(status, nameOf(route)).toBeGreaterThanOrEqual(400);
        expect(body).not.toMatch(/secret-fr|Ltd/);
      }
    }
  });
});

describe('production and test', () => {
  it('do not mix in tokens and cookies', async () => {
    const issuer = await openIssuer({ dir: test.group.dir, nodeId: test.group.config.node_id });
    const claims = JSON.parse(
      Buffer.from((await token({ deployment: 'test' })).split('.')[1] ?? '', 'base64url').toString(),
    );
    const { iss: _iss, aud: _aud, sub: _sub, jti: _jti, iat: _iat, exp: _exp, ...own } = claims;
    const until = Math.floor(Date.now() / 1000) + 600;
    const extra = { sid: uuidv7(), session_until: until, session_opened: until - 600 };
    const cookie = await issuer.issueToken(own, { type: 'prorata-session+jwt', extra });
    const name = `prorata_session_${test.group.config.node_id.replaceAll('-', '').slice(-12)}`;
    const reply = await app.inject({ url: '/api/group/entities', cookies: { [name]: cookie } });
    expect([reply.statusCode, reply.json().code]).toEqual([403, 'ENVIRONMENT_MISMATCH']);
    const signIn = await app.inject({
      method: 'POST',
      url: '/session',
      payload: { token: await token({ deployment: 'test' }) },
    });
    expect([signIn.statusCode, signIn.json().code]).toEqual([403, 'ENVIRONMENT_MISMATCH']);
  });

  it('do not mix in bundles and enrolments', async () => {
    const bundle = await bundleOf(test.group, de, { month: '2025-08', manifest: { deployment: 'test' } });
    await expect(receive(test.group, { file: bundle.bytes })).rejects.toMatchObject({ code: 'ENVIRONMENT_MISMATCH' });
    const { createEnrolment, fingerprint, generateSigningKey } = await import('@prorata/contract');
    const key = generateSigningKey();
    const entity = { code: 'ES06', label: 'ES06 Ltd', country: 'ES', currency: 'EUR' };
    const enrolment = await createEnrolment({ entity, deployment: 'test', privateJwk: key.privateJwk });
    const enrolling = enrolEntity(test.group, { enrolment, fingerprint: fingerprint(key.publicJwk) });
    await expect(enrolling).rejects.toMatchObject({ code: 'DEPLOYMENT_MISMATCH' });
  });
});
