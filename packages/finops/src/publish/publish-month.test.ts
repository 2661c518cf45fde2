import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { publicOf, thumbprint, verifyBundle } from '@prorata/contract';
import { startWorker } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importDrivers } from '../drivers/import-drivers.ts';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { importRules } from '../indirect/rules.ts';
import { signingKeyOf } from '../node/entity.ts';
import { joinGroup } from '../node/join.ts';
import { reportCoverage } from '../report/reports.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity, testGroup } from '../testing/test-entity.ts';
import { previewPublication } from './preview.ts';
import { listPublications, publicationStatus, readPublication, sha256 } from './publications.ts';
import { publishMonth } from './publish-month.ts';
import { resumePushes } from './push.ts';
import { pushJobs, requestPush } from './push-job.ts';

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

  it('shows what publishing would change, and changes nothing', async () => {
    expect(await previewPublication(test.entity, '2025-07')).toMatchObject({
      revision: 1,
      unchanged: true,
      changes: { added: 0, removed: 0, changed: 0 },
      unmapped: [],
    });
    await bill('1.5', true);
    await runMonth(test.entity, '2025-07');
    const preview = await previewPublication(test.entity, '2025-07');
    expect(preview).toMatchObject({ revision: 2, unchanged: false, status: 'OPEN' });
    expect(preview.changes).toEqual({ added: 0, removed: 0, changed: preview.differences.length });
    const shop = preview.differences.find(
      ({ grain }) => grain.application_id === 'web shop' && grain.consumption_type === 'DIRECT',
    );
    expect(shop).toMatchObject({ change: 'changed', before: { cost_billed: '1' }, after: { cost_billed: '1.5' } });
    expect([preview.totals_before, preview.totals_after]).toMatchObject([
      [{ cost_billed: '2' }, { cost_billed: '1' }],
      [{ cost_billed: '3' }, { cost_billed: '1.5' }],
    ]);
    expect((await listPublications(test.entity)).rows).toHaveLength(1);
  });

  it('does not publish facts that the bills have left behind', async () => {
    await bill('2', true);
    await expect(publishMonth(test.entity, '2025-07')).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
    await expect(previewPublication(test.entity, '2025-07')).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
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

  it('does not publish facts that the mapping has left behind', async () => {
    const path = join(test.dir, 'mapping.yaml');
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace('domains: {}', 'domains: { Compute: Compute }'));
    const outdated = { code: 'RUN_OUTDATED', extensions: { changed: ['MAPPING'] } };
    await expect(publishMonth(test.entity, '2025-07')).rejects.toMatchObject(outdated);
    await writeFile(path, before);
  });

  it('makes one revision when eight ask at once', async () => {
    await bill('3', true);
    await runMonth(test.entity, '2025-07');
    const answers = await Promise.all(Array.from({ length: 8 }, () => publishMonth(test.entity, '2025-07')));
    expect(new Set(answers.map((answer) => answer.revision))).toEqual(new Set([3]));
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
  }, 30_000);

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
  /** Answers of the next requests, before the usual one. */
  let answers: (typeof answer)[] = [];
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    server = createServer(async (request: IncomingMessage, response) => {
      let bytes = 0;
      for await (const chunk of request) bytes += (chunk as Buffer).length;
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      requests.push({ url: `${request.method} ${request.url}`, token, bytes, type: request.headers['content-type'] });
      const { status: code, body } = answers.shift() ?? answer;
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
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

  const status = () => publicationStatus(test.entity, '2025-07', 3);

  it('keeps what the group answered', async () => {
    expect(await status()).toMatchObject({
      state: 'ACCEPTED',
      pushes: [{ url: base(), state: 'ACCEPTED', attempts: 1, http_status: 201, answer: { accepted: true } }],
    });
    expect((await listPublications(test.entity)).rows.map((row) => row.state)).toEqual([
      'SEALED',
      'SEALED',
      'ACCEPTED',
    ]);
  });

  it('passes the answer of the group on when it refuses, once', async () => {
    answer = { status: 409, body: { code: 'REVISION_CONFLICT', detail: 'head is 7' } };
    const before = requests.length;
    await expect(publishMonth(test.entity, '2025-07', { push: base(), token: 'x' })).rejects.toMatchObject({
      code: 'PUSH_REFUSED',
      detail: expect.stringContaining('409 REVISION_CONFLICT: head is 7'),
      extensions: { answer: answer.body },
    });
    expect(requests.length - before).toBe(1);
    expect(await status()).toMatchObject({ state: 'REFUSED', pushes: [{ attempts: 2, answer: answer.body }] });
  });

  it('tries again while the group is not there, keeps that it waits, and goes on later', async () => {
    const busy = [503, 502, 429];
    const before = requests.length;
    answers = [...busy.map((code) => ({ status: code, body: null })), { status: 200, body: { accepted: true } }];
    const pushed = await publishMonth(test.entity, '2025-07', { push: base(), token: 'x', pauseMs: 1 });
    expect(pushed.pushed).toMatchObject({ status: 200 });
    expect(requests.length - before).toBe(4);

    answers = [...busy, ...busy].map((code) => ({ status: code, body: { code: 'BUSY', detail: 'a \u0000 in it' } }));
    const other = base().replace('127.0.0.1', 'localhost');
    const given = publishMonth(test.entity, '2025-07', { push: other, token: 'x', pauseMs: 1, attempts: 3 });
    await expect(given).rejects.toMatchObject({ code: 'PUSH_UNANSWERED', detail: expect.stringContaining('3 times') });
    expect(await status()).toMatchObject({
      state: 'WAITING',
      pushes: [{ url: other, attempts: 3, http_status: 429 }, {}],
    });

    answers = [{ status: 422, body: { code: 'SIGNATURE_INVALID' } }];
    // A worker has it too, for a shell that was killed.
    const [job] = await test.database.admin('SELECT kind, status, payload FROM job');
    expect(job).toMatchObject({ kind: 'finops.push', payload: { month: '2025-07', revision: 3, url: base() } });
    expect(await resumePushes(test.entity, { token: 'x' })).toMatchObject([
      { period_month: '2025-07', revision: 3, state: 'REFUSED' },
    ]);
    answers = [];
    answer = { status: 200, body: { accepted: true } };
    await publishMonth(test.entity, '2025-07', { push: other, token: 'x' });
    expect(await status()).toMatchObject({ state: 'ACCEPTED' });
    expect(await resumePushes(test.entity)).toEqual([]);
  });

  it('asks a worker to push, at the address of the admission only', async () => {
    await expect(requestPush(test.entity, '2025-07', 3)).rejects.toMatchObject({ code: 'GROUP_ADDRESS_UNKNOWN' });
    await expect(requestPush(test.entity, '2025-07', 9)).rejects.toMatchObject({ code: 'PUBLICATION_NOT_FOUND' });
    // An address that never answered: what was accepted once is not sent again.
    const address = base().replace('127.0.0.1', '[::ffff:127.0.0.1]');
    await joinGroup(test.entity, await group.admit(test.entity, undefined, '3', address));
    const first = await requestPush(test.entity, '2025-07', 3);
    const again = await requestPush(test.entity, '2025-07', 3);
    expect(again.body).toEqual(first.body);
    const worker = await startWorker(test.entity.db, pushJobs(test.entity));
    try {
      await expect.poll(async () => (await status()).pushes[0]?.url, { timeout: 10_000 }).toBe(address);
    } finally {
      await worker.stop();
    }
    expect(requests.at(-1)?.token).not.toBe('x');
  }, 15_000);

  it('needs to know where to', async () => {
    await expect(publishMonth(test.entity, '2025-07', { push: 'ftp://x', token: 'x' })).rejects.toMatchObject({
      code: 'PUSH_REFUSED',
    });
    const nobody = publishMonth(test.entity, '2025-07', { push: 'http://127.0.0.1:1', token: 'x', attempts: 1 });
    await expect(nobody).rejects.toMatchObject({
      code: 'PUSH_UNANSWERED',
      detail: expect.stringContaining('does not answer'),
    });
  });
});

describe('the rules behind indirect amounts', () => {
  const manifest = async () => (await listPublications(test.entity)).rows.at(-1)?.manifest;

  it('are told by a bundle: the default one without a version', async () => {
    const { indirect_rules: rules } = (await manifest()) ?? {};
    expect(rules).toMatchObject([
      { code: 'default', version: null, base: 'direct_cost', measure: 'effective', weights: [{ currency: 'EUR' }] },
    ]);
    expect(rules?.[0]?.products).toEqual([
      { product_id: 'SHARED:platform:Compute', environments: ['prod'], sources: [{ kind: 'POOL', code: 'platform' }] },
    ]);
    expect('driver' in (rules?.[0] ?? {})).toBe(false);
  });

  it('weigh 0 in a currency in which nobody has a direct cost', async () => {
    const Tags = JSON.stringify({ application: 'Platform', environment: 'prod', shared: 'true' });
    const charge = { BilledCost: '5', EffectiveCost: '5', BillingCurrency: 'USD', BillingAccountId: 'US', Tags };
    await importFocus(test.entity, { path: await test.file('dollars.csv', focusCsv([charge])) });
    await runMonth(test.entity, '2025-07');
    await publishMonth(test.entity, '2025-07');
    expect((await manifest())?.indirect_rules?.[0]?.weights).toEqual([
      expect.objectContaining({ currency: 'EUR' }),
      { currency: 'USD', total: '0' },
    ]);
  });

  it('make another revision where they change, also where the facts do not', async () => {
    const { revision } = await publishMonth(test.entity, '2025-07');
    const lines = 'driver,month,application,value\nhead  COUNT,2025-07,Web Shop,30\nhead  COUNT,2025-07,Search,30\n';
    await importDrivers(test.entity, { path: await test.file('drivers.csv', lines) });
    const publishWith = async (label: string) => {
      const says = 'from: { pools: [platform] }, by: { driver: head count }';
      const text = `schema: prorata.indirect-rules/1\nrules:\n  - { code: desks, label: "${label}", order: 1, ${says} }\n`;
      await importRules(test.entity, text, { publish: true });
      await runMonth(test.entity, '2025-07');
      return await publishMonth(test.entity, '2025-07');
    };
    // A line break in a label is no reason why a month could not be published.
    expect(await publishWith('Desks\\nand chairs')).toMatchObject({
      revision: revision + 1,
      created: true,
      warnings: [],
    });
    const told = (await manifest())?.indirect_rules;
    expect(told).toEqual([
      {
        code: 'desks',
        version: 1,
        label: 'Desks and chairs',
        base: 'driver',
        driver: 'head count',
        driver_month: '2025-07',
        weights: [
          { currency: 'EUR', total: '60' },
          { currency: 'USD', total: '60' },
        ],
        products: [expect.objectContaining({ product_id: 'SHARED:platform:Compute' })],
      },
    ]);
    const totals = (await manifest())?.totals;
    expect(await publishWith('Desks')).toMatchObject({ revision: revision + 2, created: true, totals });
    expect((await manifest())?.indirect_rules).toMatchObject([{ code: 'desks', version: 2, label: 'Desks' }]);
    expect(await publishMonth(test.entity, '2025-07')).toMatchObject({ revision: revision + 2, created: false });
  });
});
