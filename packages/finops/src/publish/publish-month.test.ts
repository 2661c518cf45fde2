import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { publicOf, thumbprint, verifyBundle } from '@prorata/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { signingKeyOf } from '../node/entity.ts';
import { joinGroup } from '../node/join.ts';
import { reportCoverage } from '../report/reports.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity, testGroup } from '../testing/test-entity.ts';
import { listPublications, readPublication, sha256 } from './publications.ts';
import { publishMonth } from './publish-month.ts';

let test: TestEntity;
const group = testGroup();
beforeAll(async () => {
  test = await openTestEntity();
});
afterAll(async () => {
  await test.close();
});

const bill = async (cost: string, replace = false) => {
  const rows = ['Web Shop', 'Search', 'Platform'].map((application) => ({
    BilledCost: cost,
    Tags: JSON.stringify({
      application,
      environment: 'prod',
      ...(application === 'Platform' ? { shared: 'true' } : {}),
    }),
  }));
  const path = await test.file(`bill-${cost}.csv`, focusCsv(rows));
  await importFocus(test.entity, { path, replace });
};

describe('publishing', () => {
  it('needs bills, a run, a group, and domains that the group knows, in this order of asking', async () => {
    await expect(publishMonth(test.entity, '2025-13')).rejects.toMatchObject({ code: 'MONTH_INVALID' });
    await expect(publishMonth(test.entity, '2025-07')).rejects.toMatchObject({ code: 'NOT_JOINED' });
    await joinGroup(test.entity, await group.admit(test.entity, ['Storage'], '1'));
    await expect(publishMonth(test.entity, '2025-07')).rejects.toMatchObject({ code: 'NO_RUN' });
    await bill('1');
    await runMonth(test.entity, '2025-07');
    await expect(publishMonth(test.entity, '2025-07')).rejects.toMatchObject({
      code: 'DOMAIN_UNMAPPED',
      extensions: { domains: [{ domain_id: 'Compute', facts: 4 }] },
    });
    expect((await reportCoverage(test.entity, '2025-07')).unmapped_domains).toEqual([
      { domain_id: 'Compute', facts: 4 },
    ]);
    expect((await listPublications(test.entity)).rows).toEqual([]);
  });

  it('signs a bundle that the contract accepts, once', async () => {
    await joinGroup(test.entity, await group.admit(test.entity, undefined, '2'));
    const first = await publishMonth(test.entity, '2025-07');
    expect(first).toMatchObject({
      revision: 1,
      supersedes: null,
      created: true,
      file: 'FR01_2025-07_r1.zip',
      warnings: [],
      pushed: null,
    });
    expect(first.path).toBe(join(test.dir, 'publications', 'FR01_2025-07_r1.zip'));
    const publicJwk = publicOf(await signingKeyOf(test.dir));
    const verified = await verifyBundle(first.path, {
      resolveKey: (kid) => (kid === thumbprint(publicJwk) ? { publicJwk, entityCode: 'FR01' } : null),
      tenantId: group.tenant.id,
      entityCode: 'FR01',
      deployment: 'prod',
    });
    expect(verified.manifest).toMatchObject({
      tenant: group.tenant,
      entity: { code: 'FR01' },
      revision: 1,
      audit: { count: expect.any(Number) },
    });
    await verified.close();

    const again = await publishMonth(test.entity, '2025-07');
    expect(again).toMatchObject({ revision: 1, created: false, bundle_sha256: first.bundle_sha256 });
    expect((await listPublications(test.entity)).rows).toHaveLength(1);
  });

  it('writes the file again, byte for byte, where it was lost or changed', async () => {
    const { path, bundle_sha256 } = await publishMonth(test.entity, '2025-07');
    await rm(path);
    await publishMonth(test.entity, '2025-07');
    expect(sha256(await readFile(path))).toBe(bundle_sha256);
    await writeFile(path, 'changed');
    const out = join(test.dir, 'copy.zip');
    expect((await publishMonth(test.entity, '2025-07', { out })).path).toBe(out);
    expect(sha256(await readFile(path))).toBe(bundle_sha256);
    expect(sha256(await readFile(out))).toBe(bundle_sha256);
  });

  it('does not publish facts that the bills have left behind', async () => {
    await bill('2', true);
    await expect(publishMonth(test.entity, '2025-07')).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
    await runMonth(test.entity, '2025-07');
    const second = await publishMonth(test.entity, '2025-07');
    const [one] = (await listPublications(test.entity)).rows;
    expect(second).toMatchObject({ revision: 2, created: true, supersedes: one?.manifest_sha256 });
    expect(existsSync(join(test.dir, 'publications', 'FR01_2025-07_r1.zip'))).toBe(true);
    expect((await readPublication(test.entity, '2025-07', 1)).revision).toBe(1);
    await expect(readPublication(test.entity, '2025-07', 3)).rejects.toMatchObject({ code: 'PUBLICATION_NOT_FOUND' });
    const since = await listPublications(test.entity, one?.sequence);
    expect(since.rows.map((row) => row.revision)).toEqual([2]);
  });

  it('says when the mapping was edited since the run', async () => {
    const path = join(test.dir, 'mapping.yaml');
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace('domains: {}', 'domains: { Compute: Compute }'));
    expect((await publishMonth(test.entity, '2025-07')).warnings).toMatchObject([{ code: 'MAPPING_CHANGED' }]);
    await writeFile(path, before);
  });

  it('makes one revision when eight ask at once', async () => {
    await bill('3', true);
    await runMonth(test.entity, '2025-07');
    const answers = await Promise.all(Array.from({ length: 8 }, () => publishMonth(test.entity, '2025-07')));
    expect(new Set(answers.map((answer) => answer.revision))).toEqual(new Set([3]));
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
  });

  it('cannot be changed or removed afterwards, not even by the application', async () => {
    for (const statement of ['DELETE FROM entity_publication', 'UPDATE entity_publication SET revision = 9']) {
      const attempt = test.entity.db.transaction(test.entity.scope, (tx) => tx.execute(statement));
      await expect(attempt).rejects.toThrow(/permission denied/);
    }
  });
});

describe('joining', () => {
  it('refuses an admission of another group, for another key, and a text that is none', async () => {
    const stranger = testGroup();
    const foreign = await stranger.admit(test.entity);
    await expect(joinGroup(test.entity, foreign)).rejects.toMatchObject({
      code: 'ADMISSION_REFUSED',
      extensions: { reason: 'KEY_UNKNOWN' },
    });
    await expect(joinGroup(test.entity, join(test.dir, 'none.jws'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const broken = await test.file('broken.jws', '{}');
    await expect(joinGroup(test.entity, broken)).rejects.toMatchObject({ code: 'ADMISSION_REFUSED' });
  });
});

describe('pushing', () => {
  const requests: { url: string; token: string; bytes: number; type: string | undefined }[] = [];
  let server: Server;
  let answer: { status: number; body: unknown } = { status: 201, body: { accepted: true } };
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    server = createServer(async (request: IncomingMessage, response) => {
      let bytes = 0;
      for await (const chunk of request) bytes += (chunk as Buffer).length;
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      requests.push({ url: `${request.method} ${request.url}`, token, bytes, type: request.headers['content-type'] });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => server.close());

  it('sends the very bytes, with a token that only the enrolled key can sign', async () => {
    const pushed = await publishMonth(test.entity, '2025-07', { push: base() });
    expect(pushed.pushed).toMatchObject({ status: 201, answer: { accepted: true } });
    const sent = requests.at(-1);
    expect(sent).toMatchObject({
      url: 'PUT /api/group/publications/FR01/2025-07/3',
      bytes: pushed.bytes,
      type: 'application/zip',
    });
    const claims: unknown = JSON.parse(Buffer.from(sent?.token.split('.')[1] ?? '', 'base64url').toString());
    const [group] = await test.database.admin<{ group_kid: string }>('SELECT group_kid FROM group_membership');
    expect(claims).toMatchObject({ iss: 'entity:FR01', aud: `prorata:${group?.group_kid}` });
  });

  it('passes the answer of the group on when it refuses', async () => {
    answer = { status: 409, body: { code: 'REVISION_CONFLICT', detail: 'head is 7' } };
    await expect(publishMonth(test.entity, '2025-07', { push: base(), token: 'x' })).rejects.toMatchObject({
      code: 'PUSH_REFUSED',
      detail: expect.stringContaining('409 REVISION_CONFLICT: head is 7'),
      extensions: { answer: answer.body },
    });
  });

  it('needs to know where to', async () => {
    await expect(publishMonth(test.entity, '2025-07', { push: 'ftp://x', token: 'x' })).rejects.toMatchObject({
      code: 'PUSH_REFUSED',
    });
    const nobody = publishMonth(test.entity, '2025-07', { push: 'http://127.0.0.1:1', token: 'x' });
    await expect(nobody).rejects.toMatchObject({
      code: 'PUSH_REFUSED',
      detail: expect.stringContaining('does not answer'),
    });
  });
});
