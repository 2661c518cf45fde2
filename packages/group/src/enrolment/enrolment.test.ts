import { readFile } from 'node:fs/promises';
import {
  createEnrolment,
  fingerprint,
  generateSigningKey,
  type SigningKey,
  signRotation,
  verifyAdmission,
} from '@prorata/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receive } from '../intake/receive.ts';
import { bundleOf, enrolMember } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { enrolEntity } from './enrol.ts';
import { listEntities, revokeKey, rotateKey, setEntityActivity } from './entities.ts';

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
});
afterAll(() => test.close());

const identity = { code: 'FR01', label: 'France', country: 'FR', currency: 'EUR' };

async function introduce(of: { code?: string; deployment?: 'prod' | 'test' } = {}) {
  const key = generateSigningKey();
  const enrolment = await createEnrolment({
    entity: { ...identity, code: of.code ?? 'FR01' },
    deployment: of.deployment ?? 'prod',
    privateJwk: key.privateJwk,
  });
  return { key, enrolment, fingerprint: fingerprint(key.publicJwk) };
}

describe('enrolling an entity', () => {
  it('answers with an admission that the entity can verify, and that binds its key', async () => {
    const { key, ...input } = await introduce();
    const enrolled = await enrolEntity(test.group, { ...input, address: 'http://127.0.0.1:8080' });
    expect(enrolled).toMatchObject({ entity: 'FR01', kid: key.kid, known: false });
    const admission = await verifyAdmission(await readFile(enrolled.path, 'utf8'), { entityKid: key.kid });
    expect(admission).toMatchObject({
      tenant: { id: test.group.scope.tenantId, code: 'ACME' },
      entity: { id: enrolled.legal_entity_id, code: 'FR01' },
      group: { label: 'Acme Group', currency: 'EUR', address: 'http://127.0.0.1:8080' },
      groupKid: test.group.signingKey.kid,
      references: { domains: { version: '1' } },
    });
    expect(admission.references.domains.rows.map((row) => row.code)).toContain('Other');
    expect(admission.references.domains.rows).toHaveLength(19);
    await expect(verifyAdmission(enrolled.admission, { entityKid: generateSigningKey().kid })).rejects.toThrow(
      /ENTITY_MISMATCH/,
    );
  });

  it('again with the same key answers anew with the same ids; with another key it is refused', async () => {
    const { key: _key, ...input } = await introduce({ code: 'DE02' });
    const first = await enrolEntity(test.group, input);
    const again = await enrolEntity(test.group, input);
    expect(again).toMatchObject({ known: true, legal_entity_id: first.legal_entity_id });
    const { key: _other, ...stranger } = await introduce({ code: 'DE02' });
    await expect(enrolEntity(test.group, stranger)).rejects.toMatchObject({ code: 'ENTITY_EXISTS' });
  });

  it('is refused for an unconfirmed fingerprint, another deployment, a broken statement, a code that is no code', async () => {
    const { key: _key, ...input } = await introduce({ code: 'XX01' });
    const other = fingerprint(generateSigningKey().publicJwk);
    await expect(enrolEntity(test.group, { ...input, fingerprint: other })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    });
    const { key: _test, ...trial } = await introduce({ code: 'XX01', deployment: 'test' });
    await expect(enrolEntity(test.group, trial)).rejects.toMatchObject({ code: 'DEPLOYMENT_MISMATCH' });
    await expect(enrolEntity(test.group, { ...input, enrolment: '{}' })).rejects.toMatchObject({
      code: 'ENROLMENT_REFUSED',
    });
    const { key: _low, ...lower } = await introduce({ code: '../up' });
    await expect(enrolEntity(test.group, lower)).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
    expect((await listEntities(test.group)).map((entity) => entity.entity)).not.toContain('XX01');
  });

  it('lets an entity whose key was revoked come back with a new one, under its old id', async () => {
    const { key, ...input } = await introduce({ code: 'ES08' });
    const first = await enrolEntity(test.group, input);
    await revokeKey(test.group, { kid: key.kid, reason: 'lost' });
    await expect(enrolEntity(test.group, input)).rejects.toMatchObject({ code: 'ENTITY_EXISTS' });
    const { key: _fresh, ...fresh } = await introduce({ code: 'ES08' });
    expect(await enrolEntity(test.group, fresh)).toMatchObject({
      known: false,
      legal_entity_id: first.legal_entity_id,
    });
    const entry = (await listEntities(test.group)).find((entity) => entity.entity === 'ES08');
    expect(entry?.keys.map((one) => one.revoked)).toEqual([true, false]);
  });

  it('leaves an audit row and an event for each', async () => {
    const [row] = await test.admin<{ audits: string; events: string }>(
      `SELECT (SELECT count(*) FROM audit_log WHERE action = 'group.entity.enrol' AND subject = 'dim_entity') AS audits,
              (SELECT count(*) FROM outbox_event WHERE event = 'GROUP.ENTITY.ENROLLED') AS events`,
    );
    expect(row?.audits).toBe('4');
    expect(row?.events).toBe('4');
  });
});

describe('a key', () => {
  it('hands over to the next one by a statement that both signed', async () => {
    const member = await enrolMember(test.group, 'IT07');
    const next = generateSigningKey();
    const statement = await signRotation({
      entityCode: 'IT07',
      oldPrivateJwk: member.key.privateJwk,
      newPrivateJwk: next.privateJwk,
    });
    expect(await rotateKey(test.group, { statement })).toMatchObject({ entity: 'IT07', kid: next.kid });
    const old = await bundleOf(test.group, member);
    await expect(receive(test.group, { file: old.bytes })).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    const fresh = await bundleOf(test.group, { ...member, key: next });
    expect(await receive(test.group, { file: fresh.bytes })).toMatchObject({ kid: next.kid });
    await expect(rotateKey(test.group, { statement })).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
  });

  it('hands over once, however many statements arrive together, and to no key that is known already', async () => {
    const member = await enrolMember(test.group, 'NL09');
    const statementFor = (next: SigningKey) =>
      signRotation({ entityCode: 'NL09', oldPrivateJwk: member.key.privateJwk, newPrivateJwk: next.privateJwk });
    const known = rotateKey(test.group, { statement: await statementFor((await enrolMember(test.group, 'BE10')).key) });
    await expect(known).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
    const statements = await Promise.all(Array.from({ length: 6 }, () => statementFor(generateSigningKey())));
    const outcomes = await Promise.allSettled(statements.map((statement) => rotateKey(test.group, { statement })));
    const lost = outcomes.filter((one) => one.status === 'rejected').map((one) => one.reason.code);
    expect(lost).toEqual(Array(5).fill('ENROLMENT_REFUSED'));
    const entry = (await listEntities(test.group)).find((entity) => entity.entity === 'NL09');
    expect(entry?.keys.filter((key) => !key.revoked)).toHaveLength(1);
  });

  it('that nobody enrolled cannot be revoked', async () => {
    const revoked = revokeKey(test.group, { kid: generateSigningKey().kid, reason: 'x' });
    await expect(revoked).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
  });
});

describe('the activity of an entity', () => {
  it('is refused for an unknown entity or months in the wrong order', async () => {
    const set = (entity: string, active_from: string | null, active_to: string | null) =>
      setEntityActivity(test.group, { entity, active_from, active_to });
    await expect(set('ZZ99', null, null)).rejects.toMatchObject({ code: 'ENTITY_UNKNOWN' });
    await expect(set('FR01', '2025-02', '2025-01')).rejects.toMatchObject({ code: 'MONTH_INVALID' });
    await expect(set('FR01', '2025-13', null)).rejects.toMatchObject({ code: 'MONTH_INVALID' });
  });
});
