import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REFUSAL_CODES } from '@prorata/contract';
import { DAMAGES, random, type SampleBundle, sampleBundle } from '@prorata/contract/testing';
import { type App, audienceOf, signDelegatedToken } from '@prorata/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enrolMember, type Member } from '../testing/members.ts';
import { snapshot } from '../testing/snapshot.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { buildGroupApp } from './server.ts';

/** How much of the campaign is run; all of it unless told. */
const SHARE = Number(process.env.PRORATA_DAMAGES ?? 800) / 2000;

let test: TestGroup;
let app: App;
let member: Member;
let sample: SampleBundle;
const codes = new Map<string, number>();
beforeAll(async () => {
  test = await openTestGroup();
  app = await buildGroupApp(test.group, { log: false, requestsPerMinute: false });
  member = await enrolMember(test.group, 'FR01');
  const { tenant, deployment } = test.group.config;
  const entity = { id: member.legalEntityId, code: member.code };
  sample = await sampleBundle({
    key: member.key,
    manifest: { tenant: { id: tenant.id, code: tenant.code }, entity, deployment },
  });
});
afterAll(async () => {
  console.log(JSON.stringify(Object.fromEntries([...codes].sort())));
  await app.close();
  await test.close();
});

async function push(payload: Buffer) {
  const token = await signDelegatedToken({
    issuer: `entity:${member.code}`,
    audience: audienceOf(test.group.signingKey.kid),
    privateJwk: { ...member.key.privateJwk },
    kid: member.key.kid,
  });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/zip' };
  return await app.inject({ method: 'PUT', url: '/api/group/publications/FR01/2025-07/1', payload, headers });
}

/** Files that an intake may make: in the node's folder, and where the system keeps temporary ones. */
async function left(): Promise<string[]> {
  const incoming = await readdir(join(test.group.dir, 'incoming')).catch(() => []);
  const temporary = (await readdir(tmpdir())).filter((name) => name.startsWith(`prorata-bundle-${process.pid}-`));
  return [...incoming, ...temporary];
}

it.each(DAMAGES)(
  '%s, pushed over HTTP: refused with a code, nothing changed, nothing left behind',
  async (name, damage, times) => {
    const before = { tables: await snapshot(test), files: await left() };
    for (let seed = 1; seed <= Math.max(1, Math.round(times * SHARE)); seed += 1) {
      const bytes = Buffer.from(await damage({ bytes: sample.bytes, key: member.key }, random(seed)));
      const answer = await push(bytes);
      const where = `${name}, seed ${seed}: ${answer.statusCode} ${answer.body.slice(0, 200)}`;
      expect(answer.statusCode, where).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode, where).toBeLessThan(500);
      const { code } = answer.json<{ code: string }>();
      expect(REFUSAL_CODES, where).toContain(code);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(await left()).toEqual(before.files);
    expect(await snapshot(test)).toEqual(before.tables);
  },
);

it('takes the bundle itself afterwards', async () => {
  expect((await push(sample.bytes)).statusCode).toBe(201);
});
