import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TenantClaims } from './claims.ts';
import { isCountryCode } from './countries.ts';
import { type Issuer, openIssuer, signDelegatedToken } from './issuer.ts';
import { createSessions } from './session.ts';
import { signInCodes } from './sign-in-codes.ts';
import { isUuid, uuidv7 } from './uuid.ts';
import { createVerifier } from './verifier.ts';

let dir: string;
let issuer: Issuer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prorata-identity-'));
  issuer = await openIssuer({ dir, nodeId: randomUUID() });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function claims(change: Partial<TenantClaims> = {}): TenantClaims {
  return {
    tenant_id: randomUUID(),
    tenant_mode: 'POOLED',
    country_code: 'FR',
    locale: 'fr',
    supported_locales: ['fr', 'en'],
    billing_status: 'ACTIVE',
    enabled_modules: ['FINOPS_GROUP'],
    roles: ['group.reader'],
    user_id: randomUUID(),
    deployment: 'prod',
    ...change,
  };
}

const missing = { code: 'MISSING_TENANT_CONTEXT' };

describe('the embedded issuer', () => {
  it('keeps its key in a file that only its owner reads, and opens with the same key again', async () => {
    expect((await stat(join(dir, 'keys', 'issuer.jwk.json'))).mode & 0o777).toBe(0o600);
    expect((await openIssuer({ dir, nodeId: issuer.nodeId })).kid).toBe(issuer.kid);
    expect(JSON.stringify(issuer.jwks())).not.toContain('"d"');
  });

  it('ends with one key when many processes start at once', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'prorata-keys-'));
    const issuers = await Promise.all(Array.from({ length: 20 }, () => openIssuer({ dir: fresh, nodeId: 'n' })));
    expect(new Set(issuers.map((one) => one.kid)).size).toBe(1);
    await rm(fresh, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')('refuses a key file that others may read', async () => {
    const open = await mkdtemp(join(tmpdir(), 'prorata-keys-'));
    await openIssuer({ dir: open, nodeId: 'n' });
    await chmod(join(open, 'keys', 'issuer.jwk.json'), 0o644);
    await expect(openIssuer({ dir: open, nodeId: 'n' })).rejects.toMatchObject({ code: 'KEY_FILE_EXPOSED' });
    await rm(open, { recursive: true });
  });

  it('issues nothing with malformed claims or an endless lifetime', async () => {
    await expect(issuer.issueToken(claims({ user_id: 'root' }))).rejects.toThrow(/user_id/);
    await expect(issuer.issueToken(claims(), { lifetimeSeconds: 1e9 })).rejects.toThrow(RangeError);
  });
});

describe('the verifier', () => {
  it('gives the identity of a good token, cached or not', async () => {
    const verifier = createVerifier({ issuer, deployment: 'prod' });
    const mine = claims({ entity_code: 'FR01', legal_entity_id: randomUUID() });
    const token = await issuer.issueToken(mine);
    const first = await verifier.verify(token);
    expect(first.identity).toMatchObject({ tenantId: mine.tenant_id, entityCode: 'FR01', roles: ['group.reader'] });
    expect(await verifier.verify(token)).toBe(first);
  });

  it('forgets a cached token when it expires', async () => {
    const verifier = createVerifier({ issuer, deployment: 'prod' });
    const token = await issuer.issueToken(claims(), { lifetimeSeconds: 1 });
    await verifier.verify(token);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7_000 });
    try {
      await expect(verifier.verify(token)).rejects.toMatchObject(missing);
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses another key, issuer, audience, type, algorithm and deployment', async () => {
    const verifier = createVerifier({ issuer, deployment: 'prod' });
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const forge = (change: { typ?: string; iss?: string; aud?: string; kid?: string } = {}) =>
      new SignJWT({ ...claims() })
        .setProtectedHeader({ alg: 'EdDSA', typ: change.typ ?? 'at+jwt', kid: change.kid ?? issuer.kid })
        .setIssuer(change.iss ?? issuer.issuer)
        .setAudience(change.aud ?? issuer.audience)
        .setSubject('s')
        .setJti('j')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(pair.privateKey);
    await expect(verifier.verify(await forge())).rejects.toMatchObject(missing);
    await expect(verifier.verify(await forge({ iss: 'entity:FR01' }))).rejects.toMatchObject(missing);
    await expect(verifier.verify('x.y.z')).rejects.toMatchObject(missing);
    await expect(verifier.verify('a'.repeat(1_000_000))).rejects.toMatchObject(missing);

    const other = await openIssuer({ dir, nodeId: randomUUID() });
    await expect(verifier.verify(await other.issueToken(claims()))).rejects.toMatchObject(missing);
    await expect(
      verifier.verify(await issuer.issueToken(claims(), { type: 'prorata-session+jwt' })),
    ).rejects.toMatchObject(missing);
    await expect(verifier.verify(await issuer.issueToken(claims({ deployment: 'test' })))).rejects.toMatchObject({
      code: 'ENVIRONMENT_MISMATCH',
    });
    const [, body = ''] = (await issuer.issueToken(claims())).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: issuer.kid })).toString('base64url');
    await expect(verifier.verify(`${none}.${body}.`)).rejects.toMatchObject(missing);
  });

  it('takes a delegated token with the claims of the resolver, never its own', async () => {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const [privateJwk, publicJwk] = await Promise.all([exportJWK(pair.privateKey), exportJWK(pair.publicKey)]);
    const known = claims({ entity_code: 'FR01', roles: ['group.publisher'] });
    let revoked = false;
    const verifier = createVerifier({
      issuer,
      deployment: 'prod',
      delegated: [
        {
          ownRoles: ['group.publisher'],
          accepts: (name) => name.startsWith('entity:'),
          resolve: async (name, kid) =>
            name === 'entity:FR01' && kid === 'k1' && !revoked ? { publicJwk, claims: known } : undefined,
        },
      ],
    });
    const sign = (name: string, lifetimeSeconds = 60, audience = issuer.audience) =>
      signDelegatedToken({ issuer: name, audience, privateJwk, kid: 'k1', lifetimeSeconds });
    const token = await sign('entity:FR01');
    expect((await verifier.verify(token)).identity).toMatchObject({ entityCode: 'FR01', roles: ['group.publisher'] });
    await expect(verifier.verify(await sign('entity:FR01', 3_600))).rejects.toMatchObject(missing);
    await expect(verifier.verify(await sign('entity:FR01', 60, 'prorata:other'))).rejects.toMatchObject(missing);
    await expect(verifier.verify(await sign('entity:DE02'))).rejects.toMatchObject(missing);
    // Its role comes with its key alone: the node's own issuer gives it to nobody, neither in a token nor in a session.
    for (const roles of [['group.publisher'], ['group.admin', 'group.publisher']]) {
      await expect(verifier.verify(await issuer.issueToken(claims({ roles })))).rejects.toMatchObject(missing);
      const session = await issuer.issueToken(claims({ roles }), { type: 'prorata-session+jwt' });
      await expect(verifier.verifySession(session)).rejects.toMatchObject(missing);
    }
    revoked = true;
    await expect(verifier.verify(token)).rejects.toMatchObject(missing);
  });
});

describe('sessions', () => {
  it('end when the right that opened them ends, are renewed on use, and stay closed', async () => {
    let now = Date.now();
    const verifier = createVerifier({ issuer, deployment: 'prod' });
    const sessions = createSessions(issuer, verifier, { now: () => now });
    const short = await sessions.open(claims(), { until: Math.floor(now / 1000) + 60 });
    expect(short.maxAgeSeconds).toBe(60);
    const long = await sessions.open(claims());
    expect(long.maxAgeSeconds).toBe(1_800);
    const verified = await sessions.read(long.value);
    expect(await sessions.renew(verified)).toBeUndefined();
    now += 16 * 60_000;
    const renewed = await sessions.renew(verified);
    expect(renewed?.maxAgeSeconds).toBe(1_800);
    sessions.close(verified);
    await expect(sessions.read(long.value)).rejects.toMatchObject(missing);
    await expect(sessions.read(renewed?.value ?? '')).rejects.toMatchObject(missing);
    await expect(sessions.read(await issuer.issueToken(claims()))).rejects.toMatchObject(missing);
  });

  it('take a sign-in code once, and not after ten minutes', () => {
    let now = 0;
    const codes = signInCodes(() => now);
    const mine = claims();
    const code = codes.create(mine);
    expect(codes.redeem('other')).toBeUndefined();
    expect(codes.redeem(code)).toBe(mine);
    expect(codes.redeem(code)).toBeUndefined();
    const late = codes.create(mine);
    now += 10 * 60_000;
    expect(codes.redeem(late)).toBeUndefined();
  });
});

describe('names', () => {
  it('knows the assigned countries and no others', () => {
    expect(['FR', 'CH', 'GB', 'US', 'DE'].every(isCountryCode)).toBe(true);
    expect(['EU', 'UK', 'ZZ', 'fr', ''].some(isCountryCode)).toBe(false);
  });

  it('makes ids that sort by time', () => {
    const ids = [uuidv7(), uuidv7()];
    expect(ids.every(isUuid)).toBe(true);
    expect(ids[0]?.[14]).toBe('7');
    expect(Number.parseInt(ids[0]?.replaceAll('-', '').slice(0, 12) ?? '', 16)).toBeCloseTo(Date.now(), -3);
  });
});
