import { type App, audienceOf, signDelegatedToken } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revokeKey } from '../enrolment/entities.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { readerToken } from '../testing/reader-token.ts';
import { snapshot } from '../testing/snapshot.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { buildGroupApp } from './server.ts';

let test: TestGroup;
let app: App;
let france: Member;
let germany: Member;
beforeAll(async () => {
  test = await openTestGroup();
  app = await buildGroupApp(test.group, { log: false });
  france = await enrolMember(test.group, 'FR01');
  germany = await enrolMember(test.group, 'DE02');
});
afterAll(async () => {
  await app.close();
  await test.close();
});

/** A short-lived token that the entity signs with the key it enrolled. */
const tokenOf = (member: Member, of: { issuer?: string } = {}) =>
  signDelegatedToken({
    issuer: of.issuer ?? `entity:${member.code}`,
    audience: audienceOf(test.group.signingKey.kid),
    privateJwk: { ...member.key.privateJwk },
    kid: member.key.kid,
  });

async function put(url: string, payload: Buffer, token: string, type = 'application/zip') {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type };
  const answer = await app.inject({ method: 'PUT', url: `/api/group/publications/${url}`, payload, headers });
  return { status: answer.statusCode, body: answer.json() };
}

async function get(url: string, token: string) {
  const answer = await app.inject({
    url: `/api/group/publications${url}`,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.statusCode, answer };
}

describe('pushing a bundle', () => {
  it('works with a token signed by the enrolled key: 201, then 200 for the same', async () => {
    const { bytes } = await bundleOf(test.group, france);
    const first = await put('FR01/2025-07/1', bytes, await tokenOf(france));
    expect(first).toMatchObject({
      status: 201,
      body: { outcome: 'ACCEPTED', entity: 'FR01', replayed: false, rows: 2 },
    });
    const again = await put('FR01/2025-07/1', bytes, await tokenOf(france));
    expect(again).toEqual({ status: 200, body: { ...first.body, replayed: true } });
  });

  it.each([
    ['for another entity', 'DE02/2025-07/1', 403, 'FORBIDDEN'],
    ['under another month', 'FR01/2025-06/1', 409, 'REVISION_CONFLICT'],
    ['under another revision', 'FR01/2025-08/2', 409, 'REVISION_CONFLICT'],
    ['for a month that is none', 'FR01/2025-13/1', 400, 'VALIDATION_FAILED'],
    ['as a negative revision', 'FR01/2025-08/-1', 400, 'VALIDATION_FAILED'],
  ])('is refused %s, and changes nothing', async (_what, url, status, code) => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-08' });
    const before = await snapshot(test);
    expect(await put(url, bytes, await tokenOf(france))).toMatchObject({ status, body: { code } });
    expect(await snapshot(test)).toEqual(before);
  });

  it('is refused where token and signature name two entities', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-08' });
    const refused = await put('DE02/2025-08/1', bytes, await tokenOf(germany));
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'ENTITY_MISMATCH', violations: [{ code: 'ENTITY_MISMATCH' }] },
    });
  });

  it('is refused for a token of another issuer name, of a revoked key, and for JSON', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-08' });
    expect(await put('FR01/2025-08/1', bytes, await tokenOf(germany, { issuer: 'entity:FR01' }))).toMatchObject({
      status: 401,
    });
    const leaver = await enrolMember(test.group, 'IT07');
    await revokeKey(test.group, { kid: leaver.key.kid, reason: 'left' });
    expect(await put('IT07/2025-08/1', bytes, await tokenOf(leaver))).toMatchObject({ status: 401 });
    const json = await put('FR01/2025-08/1', Buffer.from('{}'), await tokenOf(france), 'application/json');
    expect(json).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
    expect(await put('FR01/2025-08/1', bytes, await readerToken(test))).toMatchObject({
      status: 400,
      body: { code: 'LEGAL_ENTITY_REQUIRED' },
    });
  });

  it('answers a signature that does not hold with 422: the token is good, the content is not', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-09' });
    const at = bytes.indexOf('"signature":"') + 20;
    bytes[at] = bytes[at] === 65 ? 66 : 65;
    expect(await put('FR01/2025-09/1', bytes, await tokenOf(france))).toMatchObject({
      status: 422,
      body: { code: 'SIGNATURE_INVALID' },
    });
  });

  it('answers what is no bundle with a problem that names the file', async () => {
    const refused = await put('FR01/2025-08/1', Buffer.from('no zip'), await tokenOf(france));
    expect(refused).toMatchObject({ status: 422, body: { code: 'ARCHIVE_REFUSED', file: 'FR01_2025-08_r1.zip' } });
    const url = '/api/group/refusals?limit=1';
    const log = (await app.inject({ url, headers: { authorization: `Bearer ${await readerToken(test)}` } })).json();
    expect(log.rows).toMatchObject([{ entity: 'FR01', code: 'ARCHIVE_REFUSED', file: 'FR01_2025-08_r1.zip' }]);
    const own = await app.inject({ url, headers: { authorization: `Bearer ${await tokenOf(france)}` } });
    expect(own.statusCode).toBe(403);
  });
});

describe('reading publications', () => {
  it('shows a publisher its own and no other, and a reader all', async () => {
    const { bytes } = await bundleOf(test.group, germany);
    await put('DE02/2025-07/1', bytes, await tokenOf(germany));
    const own = (await get('?entity=FR01&entity=DE02', await tokenOf(germany))).answer.json();
    expect(own.rows.map((row: { entity: string }) => row.entity)).toEqual(['DE02']);
    expect((await get('/FR01/2025-07', await tokenOf(germany))).status).toBe(404);
    expect((await get('/FR01/2025-07/1', await tokenOf(germany))).status).toBe(404);
    const all = (await get('', await readerToken(test))).answer.json();
    expect(all.rows.map((row: { entity: string }) => row.entity)).toEqual(['DE02', 'FR01']);
  });

  it('gives back the very bytes, also of a superseded revision, and the difference of two', async () => {
    const first = await bundleOf(test.group, germany, { month: '2025-09' });
    await put('DE02/2025-09/1', first.bytes, await tokenOf(germany));
    const facts = [fact({ cost_effective: '70' }), fact({ application_id: 'new' })];
    const second = await bundleOf(test.group, germany, {
      month: '2025-09',
      revision: 2,
      supersedes: first.manifestDigest,
      facts,
    });
    expect((await put('DE02/2025-09/2', second.bytes, await tokenOf(germany))).status).toBe(201);
    const { answer } = await get('/DE02/2025-09/1', await tokenOf(germany));
    expect(answer.rawPayload.equals(first.bytes)).toBe(true);
    expect(answer.headers['content-type']).toBe('application/zip');
    const history = (await get('/DE02/2025-09', await readerToken(test))).answer.json();
    expect(history.rows.map((row: { status: string }) => row.status)).toEqual(['SUPERSEDED', 'ACCEPTED']);
    const difference = (await get('/DE02/2025-09/diff?from=1&to=2', await readerToken(test))).answer.json();
    const changes = difference.rows.map((row: { change: string; grain: { application_id: string } }) => [
      row.change,
      row.grain.application_id,
    ]);
    expect(changes).toEqual([
      ['changed', 'billing'],
      ['added', 'new'],
      ['removed', 'payroll'],
    ]);
    expect(difference.rows[0]).toMatchObject({ before: { cost_effective: '100' }, after: { cost_effective: '70' } });
  });

  it('answers 404 for a revision that there is not', async () => {
    const { status, answer } = await get('/DE02/2025-09/diff?from=1&to=9', await readerToken(test));
    expect([status, answer.json().code]).toEqual([404, 'PUBLICATION_NOT_FOUND']);
  });
});
