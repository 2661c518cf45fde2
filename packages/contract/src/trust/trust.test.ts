import { calculateJwkThumbprint } from 'jose';
import { describe, expect, test } from 'vitest';
import { type AdmissionDraft, signAdmission, verifyAdmission } from './admission.ts';
import { createEnrolment, verifyEnrolment } from './enrolment.ts';
import { readKeySet } from './key-set.ts';
import { fingerprint, generateSigningKey, readPrivateJwk, readPublicJwk, sameFingerprint, thumbprint } from './keys.ts';
import { signRotation, verifyRotation } from './rotation.ts';
import { STATEMENT_TYPES, signJson } from './statement.ts';

const ENTITY = { code: 'FR01', label: 'ACME France', country: 'FR', currency: 'EUR' };

describe('keys', () => {
  test('the thumbprint of the example in RFC 8037, appendix A.3', () => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } as const;
    expect(thumbprint(jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  test('a thumbprint is what other libraries compute', async () => {
    const { publicJwk, kid } = generateSigningKey();
    expect(kid).toBe(await calculateJwkThumbprint(publicJwk));
  });

  test('a fingerprint is the whole thumbprint in 13 groups, whatever its spelling', () => {
    const { publicJwk } = generateSigningKey();
    const text = fingerprint(publicJwk);
    expect(text).toMatch(/^([A-Z2-7]{4}-){12}[A-Z2-7]{4}$/);
    expect(sameFingerprint(text, ` ${text.toLowerCase().replaceAll('-', ' ')}`)).toBe(true);
    expect(sameFingerprint(text, fingerprint(generateSigningKey().publicJwk))).toBe(false);
  });

  test.each([
    ['a private key', { ...generateSigningKey().privateJwk }],
    ['another curve', { kty: 'OKP', crv: 'X25519', x: generateSigningKey().publicJwk.x }],
    ['a short x', { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' }],
    [
      'the neutral point',
      { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(`01${'00'.repeat(31)}`, 'hex').toString('base64url') },
    ],
    [
      'a point of order 8',
      {
        kty: 'OKP',
        crv: 'Ed25519',
        x: Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa', 'hex').toString('base64url'),
      },
    ],
    ['nothing', null],
  ])('%s is not taken as public key', (_, jwk) => {
    expect(() => readPublicJwk(jwk)).toThrow(TypeError);
  });

  test('a private key is read back, and one with the wrong half is not', () => {
    const key = generateSigningKey();
    expect(readPrivateJwk({ ...key.privateJwk, kid: key.kid })).toEqual(key.privateJwk);
    expect(() => readPrivateJwk({ ...key.privateJwk, x: generateSigningKey().publicJwk.x })).toThrow(/belong together/);
  });
});

describe('enrolment', () => {
  test('proves possession of the key that it carries', async () => {
    const key = generateSigningKey();
    const text = await createEnrolment({ entity: ENTITY, deployment: 'prod', privateJwk: key.privateJwk });
    const enrolment = await verifyEnrolment(text);
    expect(enrolment).toMatchObject({ entity: ENTITY, deployment: 'prod', publicJwk: key.publicJwk, kid: key.kid });
    expect(enrolment.fingerprint).toBe(fingerprint(key.publicJwk));
    expect(text).not.toContain(key.privateJwk.d);
  });

  test('with the key of someone else is refused', async () => {
    const [mine, theirs] = [generateSigningKey(), generateSigningKey()];
    const claim = {
      contract: { name: 'prorata.finops-facts', version: '1.0.0' },
      entity: ENTITY,
      deployment: 'prod',
      public_jwk: theirs.publicJwk,
      issued_at: '2025-08-01T00:00:00Z',
    };
    const text = await signJson(STATEMENT_TYPES.enrolment, claim, mine.privateJwk);
    await expect(verifyEnrolment(text)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  test('changed on the way is refused', async () => {
    const text = await createEnrolment({
      entity: ENTITY,
      deployment: 'prod',
      privateJwk: generateSigningKey().privateJwk,
    });
    const jws = JSON.parse(text) as { payload: string };
    const claim = { ...(JSON.parse(Buffer.from(jws.payload, 'base64url').toString()) as object), deployment: 'test' };
    const changed = JSON.stringify({ ...jws, payload: Buffer.from(JSON.stringify(claim)).toString('base64url') });
    await expect(verifyEnrolment(changed)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await expect(verifyEnrolment('{}')).rejects.toMatchObject({ code: 'MANIFEST_UNREADABLE' });
  });

  test('an entity without a country code cannot be enrolled', async () => {
    const { privateJwk } = generateSigningKey();
    await expect(
      createEnrolment({ entity: { ...ENTITY, country: 'France' }, deployment: 'prod', privateJwk }),
    ).rejects.toThrow('/entity/country');
  });
});

describe('admission', () => {
  const group = generateSigningKey();
  const entity = generateSigningKey();
  const draft: AdmissionDraft = {
    tenant: { id: '018f3a2e-0000-7000-8000-00000000000a', code: 'ACME' },
    entity: { id: '018f3a2e-0000-7000-8000-0000000000f1', ...ENTITY },
    entityKid: entity.kid,
    group: { label: 'ACME Group', currency: 'EUR', address: null },
    deployment: 'prod',
    references: { domains: { version: '1', rows: [{ code: 'Compute', label: 'Compute' }] } },
  };

  test('brings tenant, ids, references and the key of the group', async () => {
    const admission = await verifyAdmission(await signAdmission(draft, group.privateJwk), { entityKid: entity.kid });
    expect(admission).toMatchObject({ tenant: draft.tenant, entity: draft.entity, references: draft.references });
    expect(admission).toMatchObject({
      groupKid: group.kid,
      groupPublicJwk: group.publicJwk,
      groupFingerprint: fingerprint(group.publicJwk),
    });
  });

  test('is worth nothing to another key, another deployment, or when another group signs', async () => {
    const text = await signAdmission(draft, group.privateJwk);
    const other = generateSigningKey();
    await expect(verifyAdmission(text, { entityKid: other.kid })).rejects.toMatchObject({ code: 'ENTITY_MISMATCH' });
    await expect(verifyAdmission(text, { entityKid: entity.kid, deployment: 'test' })).rejects.toMatchObject({
      code: 'ENVIRONMENT_MISMATCH',
    });
    await expect(verifyAdmission(text, { entityKid: entity.kid, groupKid: other.kid })).rejects.toMatchObject({
      code: 'KEY_UNKNOWN',
    });
    const enrolment = await createEnrolment({ entity: ENTITY, deployment: 'prod', privateJwk: group.privateJwk });
    await expect(verifyAdmission(enrolment, { entityKid: entity.kid })).rejects.toMatchObject({
      code: 'MANIFEST_UNREADABLE',
    });
  });
});

describe('rotation', () => {
  const [before, after] = [generateSigningKey(), generateSigningKey()];
  const resolveKey = (kid: string) => (kid === before.kid ? { publicJwk: before.publicJwk, entityCode: 'FR01' } : null);
  const rotate = (of: Partial<Parameters<typeof signRotation>[0]> = {}) =>
    signRotation({ entityCode: 'FR01', oldPrivateJwk: before.privateJwk, newPrivateJwk: after.privateJwk, ...of });

  test('hands over from the old key to the new', async () => {
    expect(await verifyRotation(await rotate(), { resolveKey })).toMatchObject({
      entityCode: 'FR01',
      oldKid: before.kid,
      newKid: after.kid,
      newPublicJwk: after.publicJwk,
    });
  });

  test('by an unknown or revoked key, or for another entity, is refused', async () => {
    const stranger = await rotate({ oldPrivateJwk: generateSigningKey().privateJwk });
    await expect(verifyRotation(stranger, { resolveKey })).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    await expect(verifyRotation(await rotate({ entityCode: 'DE02' }), { resolveKey })).rejects.toMatchObject({
      code: 'ENTITY_MISMATCH',
    });
    const revoked = () => ({ publicJwk: before.publicJwk, entityCode: 'FR01', revokedAt: '2025-01-01T00:00:00Z' });
    await expect(verifyRotation(await rotate(), { resolveKey: revoked })).rejects.toMatchObject({
      code: 'KEY_REVOKED',
    });
  });

  test('to a key whose holder did not agree is refused', async () => {
    const jws = JSON.parse(await rotate()) as { payload: string };
    const claim = JSON.parse(Buffer.from(jws.payload, 'base64url').toString()) as Record<string, unknown>;
    const stolen = await signJson(
      STATEMENT_TYPES.rotation,
      { ...claim, new_public_jwk: generateSigningKey().publicJwk },
      before.privateJwk,
    );
    await expect(verifyRotation(stolen, { resolveKey })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    const other = { entity_code: 'FR01', old_kid: before.kid, new_kid: before.kid, issued_at: claim.issued_at };
    const misnamed = await signJson(
      STATEMENT_TYPES.rotation,
      { ...claim, possession: await signJson(STATEMENT_TYPES.possession, other, after.privateJwk) },
      before.privateJwk,
    );
    await expect(verifyRotation(misnamed, { resolveKey })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    const elsewhere = await rotate({ issuedAt: '2024-01-01T00:00:00Z' });
    const { possession } = JSON.parse(
      Buffer.from((JSON.parse(elsewhere) as { payload: string }).payload, 'base64url').toString(),
    ) as { possession: string };
    const replayed = await signJson(STATEMENT_TYPES.rotation, { ...claim, possession }, before.privateJwk);
    await expect(verifyRotation(replayed, { resolveKey })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });
});

describe('key sets for the conformance kit', () => {
  test('a JWK set with entities, or an enrolment', async () => {
    const key = generateSigningKey();
    const set = await readKeySet(JSON.stringify({ keys: [{ ...key.publicJwk, kid: key.kid, entity: 'FR01' }] }));
    expect(await set(key.kid)).toMatchObject({ entityCode: 'FR01', publicJwk: key.publicJwk });
    expect(await set('other')).toBeNull();
    const enrolled = await readKeySet(
      await createEnrolment({ entity: ENTITY, deployment: 'prod', privateJwk: key.privateJwk }),
    );
    expect(await enrolled(key.kid)).toMatchObject({ entityCode: 'FR01' });
  });

  test('a private key, a key without entity or a wrong kid is refused', async () => {
    const { publicJwk, privateJwk } = generateSigningKey();
    await expect(readKeySet(JSON.stringify({ keys: [{ ...privateJwk, entity: 'FR01' }] }))).rejects.toThrow(
      'not accepted: d',
    );
    await expect(readKeySet(JSON.stringify({ keys: [publicJwk] }))).rejects.toThrow('entity');
    await expect(readKeySet(JSON.stringify({ keys: [{ ...publicJwk, entity: 'FR01', kid: 'x' }] }))).rejects.toThrow(
      'thumbprint',
    );
  });
});
