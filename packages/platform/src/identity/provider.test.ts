import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, type JWTPayload } from 'jose';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../http/listen.ts';
import { buildServer } from '../http/server.ts';
import type { NodeConfig } from '../node/config.ts';
import { exampleClaims } from '../testing/example-server.ts';
import { CookieJar, startTestProvider, type TestProvider } from '../testing/identity-provider.ts';
import { audienceOf, type Issuer, openIssuer } from './issuer.ts';
import { type OidcConfig, oidcConfigFault } from './oidc-config.ts';
import { openIdentityProvider } from './provider.ts';
import { createSessions } from './session.ts';
import { signInCodes } from './sign-in-codes.ts';
import { createVerifier } from './verifier.ts';

const SECRET = 'a secret of the client';
const ENTITY = { id: randomUUID(), code: 'FR01' };
const ACCOUNTS = {
  alice: { groups: ['finance', 'staff'], tenant: 'ACME', locale: 'fr' },
  nobody: { groups: ['staff'], tenant: 'ACME' },
  stranger: { groups: ['finance'], tenant: 'GLOBEX' },
  fr: { groups: ['subsidiary'], tenant: 'ACME', entity: 'FR01' },
  lost: { groups: ['subsidiary'], tenant: 'ACME', entity: 'ZZ99' },
};

let dir: string;
let provider: TestProvider;
let issuer: Issuer;
let config: NodeConfig;
let node: Listening;
const codes = signInCodes();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prorata-oidc-'));
  await writeFile(join(dir, 'client.secret'), `${SECRET}\n`, { mode: 0o600 });
  provider = await startTestProvider({
    accounts: ACCOUNTS,
    clientId: 'prorata',
    clientSecret: SECRET,
    audience: 'urn:prorata:api',
    node: () => node.url,
  });
  config = nodeConfig({});
  issuer = await openIssuer({ dir, nodeId: config.node_id });
  node = await serve(config);
  await provider.restart();
});
afterAll(async () => {
  await node?.stop();
  await provider?.stop();
  await rm(dir, { recursive: true, force: true });
});

function nodeConfig(change: Partial<OidcConfig>): NodeConfig {
  return {
    schema: 'prorata.node/1',
    kind: 'group',
    node_id: randomUUID(),
    deployment: 'prod',
    tenant: { id: randomUUID(), code: 'ACME', label: 'Acme' },
    currency: 'EUR',
    identity: {
      oidc: {
        issuer: provider.issuer,
        client_id: 'prorata',
        client_secret_file: 'client.secret',
        audience: 'urn:prorata:api',
        roles_claim: 'groups',
        role_map: { finance: ['group.reader'], subsidiary: ['entity.reader'] },
        entity_claim: 'entity',
        tenant: { claim: 'tenant', value: 'ACME' },
        ...change,
      },
    },
  };
}

async function serve(of: NodeConfig): Promise<Listening> {
  const findEntity = async (code: string) => (code === ENTITY.code ? ENTITY : undefined);
  const app = await buildServer({
    title: 'Example',
    version: '1.0.0',
    trust: {
      issuer,
      deployment: of.deployment,
      codes,
      provider: await openIdentityProvider({ config: of, dir, modules: ['FINOPS_GROUP'], findEntity }),
    },
    log: false,
    requestsPerMinute: false,
    register: (guarded) => {
      const config = { roles: ['group.reader', 'entity.reader'], legalEntity: 'none' } as const;
      guarded.get('/figures', { config }, async ({ context }) => ({
        user: context.userId,
        entity: context.entityCode,
      }));
      guarded.post('/figures', { config, schema: { body: Type.Object({}) } }, async () => ({}));
    },
  });
  return await listen(app, { port: 0 });
}

const cookieName = () => `prorata_session_${config.node_id.replaceAll('-', '').slice(-12)}`;
const problemAt = async (jar: CookieJar, url: string) => {
  const reply = await jar.go(url);
  return { status: reply.status, code: ((await reply.json()) as { code?: string }).code };
};
const withBearer = async (token: string, at = node) => {
  const reply = await fetch(`${at.url}/figures`, { headers: { authorization: `Bearer ${token}` } });
  return { status: reply.status, ...((await reply.json()) as { code?: string; detail?: string; user?: string }) };
};
/** A browser that has signed in. */
async function signedIn(login: string): Promise<CookieJar> {
  const jar = new CookieJar();
  const reply = await jar.go(await jar.signIn(node.url, login));
  expect([reply.status, reply.headers.get('location')]).toEqual([303, '/']);
  return jar;
}

describe('signing in with an OpenID provider', () => {
  it('opens a session with the mapped roles, and no token reaches the browser', async () => {
    const jar = new CookieJar();
    const back = await jar.signIn(node.url, 'alice', `?return_to=${encodeURIComponent('/drilldown?entity=FR01')}`);
    const reply = await jar.go(back);
    expect(reply.headers.get('location')).toBe('/drilldown?entity=FR01');
    const set = reply.headers.getSetCookie().find((line) => line.startsWith(`${cookieName()}=`)) ?? '';
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
    const session = (await (await jar.go(`${node.url}/session`)).json()) as object;
    expect(session).toMatchObject({
      roles: ['group.reader'],
      locale: 'fr',
      tenant: { id: config.tenant.id },
      entity_code: null,
    });
    expect((await jar.go(`${node.url}/figures`)).status).toBe(200);
    expect(jar.names().filter((name) => name.includes('_to_'))).toEqual([]);
    const kept = JSON.stringify(decodeJwt(jar.cookie(cookieName()) ?? ''));
    expect(kept).not.toMatch(/access_token|id_token|refresh/);
    const again = await signedIn('alice');
    const user = async (one: CookieJar) =>
      ((await (await one.go(`${node.url}/figures`)).json()) as { user: string }).user;
    expect(await user(again)).toBe(await user(jar));
  });

  it('gives an entity to who speaks for one, and nothing to others', async () => {
    const jar = await signedIn('fr');
    expect(await (await jar.go(`${node.url}/session`)).json()).toMatchObject({
      entity_code: 'FR01',
      roles: ['entity.reader'],
    });
    for (const [login, status, code] of [
      ['nobody', 403, 'SIGN_IN_WITHOUT_ROLE'],
      ['stranger', 401, 'SIGN_IN_REFUSED'],
      ['lost', 401, 'SIGN_IN_REFUSED'],
    ] as const) {
      const other = new CookieJar();
      expect(await problemAt(other, await other.signIn(node.url, login)), login).toEqual({ status, code });
      expect(other.cookie(cookieName()), login).toBeUndefined();
    }
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', '/a\nb'])(
    'never returns to %j',
    async (wish) => {
      const jar = new CookieJar();
      const back = await jar.signIn(node.url, 'alice', `?return_to=${encodeURIComponent(wish)}`);
      const refused = back.endsWith('/session/oidc');
      if (!refused) expect((await jar.go(back)).headers.get('location')).toBe('/');
    },
  );

  it('refuses a code that was used, a state of somebody else, an answer that nobody asked for, and what was changed on the way', async () => {
    const refusal = { status: 401, code: 'SIGN_IN_REFUSED' };
    const jar = new CookieJar();
    const back = await jar.signIn(node.url, 'alice');
    const attempt = jar.names().find((name) => name.includes('_to_')) ?? '';
    const kept = jar.cookie(attempt) ?? '';
    // Login CSRF: the victim's browser follows the attacker's way back.
    expect(await problemAt(new CookieJar(), back)).toEqual(refusal);
    const victim = new CookieJar();
    await victim.signIn(node.url, 'alice');
    expect(await problemAt(victim, back)).toEqual(refusal);
    const forged = new CookieJar();
    forged.put(attempt, `${kept.slice(0, -4)}AAAA`);
    expect(await problemAt(forged, back)).toEqual(refusal);
    expect((await jar.go(back)).status).toBe(303);
    jar.put(attempt, kept);
    expect(await problemAt(jar, back)).toEqual(refusal);
    const page = await jar.go(back, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('SIGN_IN_REFUSED');
    const french = await jar.go(back, { headers: { accept: 'text/html', 'accept-language': 'fr' } });
    expect([french.headers.get('content-language'), french.headers.get('vary')]).toEqual(['fr', 'accept-language']);
    expect(await french.text()).toMatch(/<html lang="fr">.*La connexion a été refusée.*Demandez.*Se reconnecter/);
  });

  it('ends here and at the provider when the user signs out, and not for another page', async () => {
    const jar = await signedIn('alice');
    const kept = jar.cookie(cookieName()) ?? '';
    const foreign = await jar.go(`${node.url}/session`, {
      method: 'DELETE',
      headers: { origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
    const out = await jar.go(`${node.url}/session`, { method: 'DELETE', headers: { 'x-requested-with': 'test' } });
    const { continue_at: url } = (await out.json()) as { continue_at: string };
    expect(new URL(url).searchParams.get('post_logout_redirect_uri')).toBe(`${node.url}/sign-in`);
    expect(new URL(url).searchParams.has('id_token_hint')).toBe(true);
    expect((await jar.go(url)).status).toBe(200);
    jar.put(cookieName(), kept);
    expect((await jar.go(`${node.url}/figures`)).status).toBe(401);
  });

  it('ends with the session at the provider, whatever the cookie says', async () => {
    const jar = await signedIn('alice');
    const { idp_sid: sid } = decodeJwt(jar.cookie(cookieName()) ?? '');
    expect(sid).toEqual(expect.any(String));
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const now = Math.floor(Date.now() / 1000);
    const good = { iss: provider.issuer, aud: 'prorata', iat: now, exp: now + 60, jti: randomUUID(), events, sid };
    const send = async (claims: JWTPayload) => {
      const body = new URLSearchParams({ logout_token: await provider.sign(claims, { typ: 'logout+jwt' }) });
      return (await fetch(`${node.url}/session/oidc/back-channel-logout`, { method: 'POST', body })).status;
    };
    const { sid: _sid, ...nameless } = good;
    for (const bad of [
      { ...good, aud: 'other' },
      { ...good, iss: 'http://x' },
      { ...good, events: {} },
      { ...good, nonce: 'n' },
      nameless,
    ]) {
      expect(await send(bad as JWTPayload)).toBe(400);
    }
    expect((await jar.go(`${node.url}/figures`)).status).toBe(200);
    expect(await send(good as JWTPayload)).toBe(200);
    expect((await jar.go(`${node.url}/figures`)).status).toBe(401);
    const other = await signedIn('fr');
    expect(await send({ ...nameless, sub: 'fr', iat: now + 2 })).toBe(200);
    expect((await other.go(`${node.url}/figures`)).status).toBe(401);
  });

  it('is over when its time is, and was opened by nobody else', async () => {
    const verifier = createVerifier({ issuer, deployment: 'prod' });
    let now = Date.now();
    const sessions = createSessions(issuer, verifier, { trusted: provider.issuer, now: () => now });
    const until = Math.floor(now / 1000) + 20 * 60;
    const cookie = await sessions.open(exampleClaims(), { until, provider: { issuer: provider.issuer } });
    expect(cookie.maxAgeSeconds).toBe(20 * 60);
    const verified = await sessions.read(cookie.value);
    now += 19 * 60_000;
    expect(await sessions.renew(verified)).toBeUndefined();
    const local = await createSessions(issuer, verifier).open(exampleClaims());
    await expect(sessions.read(local.value)).rejects.toMatchObject({ code: 'MISSING_TENANT_CONTEXT' });
  });
});

describe('the embedded issuer beside a provider', () => {
  it('is off: its tokens, its codes and its sessions open nothing', async () => {
    const own = await issuer.issueToken(exampleClaims({ roles: ['group.reader'] }));
    expect(await withBearer(own)).toMatchObject({ status: 401, code: 'MISSING_TENANT_CONTEXT' });
    const post = async (body: object) => {
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch(`${node.url}/session`, { method: 'POST', headers, body: JSON.stringify(body) });
      return ((await reply.json()) as { code: string }).code;
    };
    expect(await post({ token: own })).toBe('MISSING_TENANT_CONTEXT');
    expect(await post({ code: codes.create(exampleClaims()) })).toBe('EMBEDDED_ISSUER_OFF');
    const before = await createSessions(issuer, createVerifier({ issuer, deployment: 'prod' })).open(exampleClaims());
    const jar = new CookieJar();
    jar.put(cookieName(), before.value);
    expect((await jar.go(`${node.url}/figures`)).status).toBe(401);
    expect(await (await fetch(`${node.url}/session/ways`)).json()).toEqual({ provider: '/session/oidc', code: false });
  });
});

describe("the provider's access tokens", () => {
  const claims = (change: JWTPayload = {}): JWTPayload => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: provider.issuer,
      aud: 'urn:prorata:api',
      sub: 'alice',
      iat: now,
      exp: now + 60,
      ...ACCOUNTS.alice,
      ...change,
    };
  };

  it('open the API, for the audience of the API, and no longer than they last', async () => {
    expect(await withBearer(await provider.accessToken('alice'))).toMatchObject({ status: 200 });
    expect(await withBearer(await provider.sign(claims()))).toMatchObject({ status: 200 });
    const past = Math.floor(Date.now() / 1000) - 600;
    for (const [change, status] of [
      [{ aud: 'prorata' }, 401],
      [{ aud: audienceOf(config.node_id) }, 401],
      [{ iss: 'http://127.0.0.1:1' }, 401],
      [{ exp: past }, 401],
      [{ iat: past - 90_000 }, 401],
      [{ groups: [] }, 403],
      [{ groups: 'group.reader' }, 403],
      [{ groups: ['__proto__', 'constructor'] }, 403],
      [{ tenant: 'GLOBEX' }, 401],
      [{ sub: undefined }, 401],
    ] as const) {
      expect((await withBearer(await provider.sign(claims(change as JWTPayload)))).status, JSON.stringify(change)).toBe(
        status,
      );
    }
    expect((await withBearer(await provider.sign(claims(), { kid: 'unknown' }))).status).toBe(401);
    const [head = '', body = ''] = (await provider.sign(claims())).split('.');
    expect((await withBearer(`${head}.${body}.AAAA`)).status).toBe(401);
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: 'x' })).toString('base64url');
    expect((await withBearer(`${none}.${body}.`)).status).toBe(401);
  });

  it('are known by a new key at once when the provider rotates, and no longer by the old one', async () => {
    const old = await provider.sign(claims({ jti: 'before' }));
    await provider.rotate();
    // The keys are fetched at most once a second.
    await expect.poll(async () => (await withBearer(await provider.sign(claims()))).status).toBe(200);
    expect((await withBearer(old)).status).toBe(401);
    expect((await signedIn('alice')).cookie(cookieName())).toBeDefined();
  });
});

describe('a provider that is down, or not who it says', () => {
  it('answers sign-ins with 503 until it is back, while sessions go on', async () => {
    const jar = await signedIn('alice');
    provider.fail();
    const fresh = await serve(config);
    try {
      expect(await problemAt(new CookieJar(), `${fresh.url}/session/oidc`)).toEqual({
        status: 503,
        code: 'IDENTITY_PROVIDER_UNAVAILABLE',
      });
      expect((await withBearer(await provider.sign({ iss: provider.issuer }), fresh)).status).toBe(503);
      expect((await jar.go(`${fresh.url}/figures`)).status).toBe(200);
      await provider.restart();
      expect((await new CookieJar().go(`${fresh.url}/session/oidc`)).status).toBe(303);
    } finally {
      await provider.restart();
      await fresh.stop();
    }
  });

  it('is not believed under another name', async () => {
    const { port } = new URL(provider.issuer);
    const other = await serve(nodeConfig({ issuer: `http://localhost:${port}` }));
    expect(await problemAt(new CookieJar(), `${other.url}/session/oidc`)).toMatchObject({ status: 503 });
    await other.stop();
  });

  it('is refused by the configuration where it could not be trusted', () => {
    const oidc = (change: Partial<OidcConfig>) => nodeConfig(change).identity?.oidc as OidcConfig;
    expect(oidcConfigFault(oidc({}))).toBeUndefined();
    expect(oidcConfigFault(oidc({ issuer: 'http://idp.example' }))).toMatch(/not https/);
    expect(oidcConfigFault(oidc({ audience: 'prorata' }))).toMatch(/differ/);
    expect(oidcConfigFault(oidc({ role_map: { x: [] } }))).toMatch(/gives no role/);
  });
});
