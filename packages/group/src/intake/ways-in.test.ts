import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectLate } from '../discipline/late.ts';
import { changePolicy } from '../policy/policy.ts';
import { pullBundles } from '../pull/pull.ts';
import { listPullSources, setPullSource } from '../pull/sources.ts';
import { importReferences } from '../references/references.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { listPublications } from './publications.ts';
import { discardQuarantined, listQuarantine, replayAll, showQuarantined } from './quarantined.ts';
import { receive } from './receive.ts';
import { FolderWatch } from './watched-folder.ts';

let test: TestGroup;
let france: Member;
let germany: Member;
beforeAll(async () => {
  test = await openTestGroup();
  france = await enrolMember(test.group, 'FR01');
  germany = await enrolMember(test.group, 'DE02');
});
afterAll(() => test.close());

const standing = async () =>
  (await listPublications(test.group, { all_revisions: true })).map(
    (p) => `${p.entity} ${p.period_month} r${p.revision}`,
  );

describe('the quarantine', () => {
  it('holds a refused bundle once, tells it, and gives it back when its domain was added', async () => {
    const facts = [fact({ domain_id: 'Mainframe', product_id: null, unit: 'none' })];
    const { bytes } = await bundleOf(test.group, france, { month: '2025-01', facts });
    // A file that nobody sent is its signer's: held once, found by its entity, settled where it is taken.
    for (const sender of [{}, { entity: 'FR01' }]) {
      await expect(receive(test.group, { file: bytes, ...sender })).rejects.toMatchObject({
        code: 'REFERENCE_UNKNOWN',
      });
    }
    const [held, ...more] = await listQuarantine(test.group);
    expect([held?.refusals, held?.bytes, held?.entity, held?.period_month, more]).toEqual([
      2,
      bytes.length,
      'FR01',
      '2025-01',
      [],
    ]);
    expect((await showQuarantined(test.group, held?.id ?? '')).report.violations[0]?.value).toBe('Mainframe');
    expect(await replayAll(test.group)).toMatchObject([{ outcome: 'REFUSED', code: 'REFERENCE_UNKNOWN' }]);
    const text = JSON.stringify({
      domains: [
        ...['Compute', 'Storage', 'Networking'].map((code) => ({ code, label: code })),
        { code: 'Mainframe', label: 'Mainframe' },
      ],
    });
    await importReferences(test.group, { text, name: 'domains.json' });
    expect(await replayAll(test.group, { entity: 'DE02' })).toEqual([]);
    expect(await replayAll(test.group)).toMatchObject([{ outcome: 'ACCEPTED', detail: '2025-01 r1' }]);
    expect(await test.admin('SELECT status, bytes_kept FROM quarantine')).toEqual([
      { status: 'REPLAYED', bytes_kept: false },
    ]);
    expect(await test.admin('SELECT 1 FROM quarantine_part')).toEqual([]);
    const events = await test.admin(`SELECT 1 FROM outbox_event WHERE event = 'GROUP.BUNDLE.REFUSED'`);
    expect(events).toHaveLength(3);
  });

  it("keeps no more than the policy's bytes of one sender: its oldest goes, nobody else's", async () => {
    await changePolicy(test.group, { quarantine_bytes: 100 });
    const refuse = (content: string, entity?: string) =>
      receive(test.group, { file: Buffer.from(content), ...(entity ? { entity } : {}) }).catch(() => undefined);
    await refuse('d'.repeat(60), 'DE02');
    for (const letter of ['a', 'b', 'c']) await refuse(letter.repeat(60), 'FR01');
    await refuse('e'.repeat(101), 'FR01');
    const rows = await listQuarantine(test.group, { status: 'ALL' });
    const of = (entity: string) =>
      rows
        .filter((row) => row.entity === entity && row.bytes < 200)
        .map((row) => [row.bytes, row.status, row.bytes_kept]);
    expect(of('DE02')).toEqual([[60, 'HELD', true]]);
    expect(of('FR01')).toEqual([
      [101, 'HELD', false],
      [60, 'HELD', true],
      [60, 'EXPIRED', false],
      [60, 'EXPIRED', false],
    ]);
    const [held] = rows.filter((row) => row.entity === 'DE02');
    expect(await discardQuarantined(test.group, { id: held?.id ?? '', reason: 'noise' })).toMatchObject({
      status: 'DISCARDED',
      reason: 'noise',
    });
    await expect(discardQuarantined(test.group, { id: held?.id ?? '', reason: 'again' })).rejects.toMatchObject({
      code: 'QUARANTINE_SETTLED',
    });
    await changePolicy(test.group, { quarantine_bytes: 10_000_000 });
  });

  it('refuses products without a reference where the policy says so, and takes them where it does not', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-02' });
    await changePolicy(test.group, { unknown_product: 'REFUSE' });
    await expect(receive(test.group, { file: bytes })).rejects.toMatchObject({
      code: 'REFERENCE_UNKNOWN',
      extensions: { violations: [{ file: 'products.parquet', value: 'VM' }] },
    });
    await changePolicy(test.group, { unknown_product: 'TAKE' });
    const coverage = { product_rows: 1, mapped_rows: 0, priced_rows: 0 };
    expect(await receive(test.group, { file: bytes })).toMatchObject({ unmapped: { products: 1, rows: 1 }, coverage });
  });
});

describe('a watched folder', () => {
  const folder = (name: string) => join(test.group.dir, 'incoming', name);

  it('takes complete bundles of its entity, puts them away with a report, and leaves what is being written', async () => {
    await mkdir(folder('FR01'), { recursive: true });
    await mkdir(folder('DE02'), { recursive: true });
    const own = await bundleOf(test.group, france, { month: '2025-03' });
    const foreign = await bundleOf(test.group, germany, { month: '2025-03' });
    await writeFile(join(folder('FR01'), own.fileName), own.bytes);
    await writeFile(join(folder('FR01'), 'later.zip.part'), own.bytes);
    await writeFile(join(folder('FR01'), 'notes.txt'), 'hello');
    await symlink('/etc/hostname', join(folder('FR01'), 'link.zip'));
    await writeFile(join(folder('FR01'), foreign.fileName), foreign.bytes);
    // What a killed process had begun to take: no process has this id.
    const claimed = await bundleOf(test.group, germany, { month: '2025-04' });
    await writeFile(join(folder('DE02'), `.taking-4194999-${claimed.fileName}`), claimed.bytes);
    const watch = new FolderWatch(test.group, { settleMs: 30 });
    expect((await watch.look()).filter(({ outcome }) => outcome !== 'WAITING' && outcome !== 'IGNORED')).toEqual([]);
    const told = await watch.once();
    expect(told.map(({ entity, file, outcome, code }) => [entity, file, outcome, code]).sort()).toEqual([
      ['DE02', claimed.fileName, 'ACCEPTED', null],
      ['FR01', foreign.fileName, 'REFUSED', 'ENTITY_MISMATCH'],
      ['FR01', own.fileName, 'ACCEPTED', null],
      ['FR01', 'later.zip.part', 'WAITING', null],
      ['FR01', 'link.zip', 'IGNORED', null],
      ['FR01', 'notes.txt', 'IGNORED', null],
    ]);
    expect(await readdir(join(folder('FR01'), 'accepted'))).toEqual([own.fileName, `${own.fileName}.report.json`]);
    const report = JSON.parse(
      await readFile(join(folder('FR01'), 'quarantine', `${foreign.fileName}.report.json`), 'utf8'),
    );
    expect(report).toMatchObject({ outcome: 'REFUSED', code: 'ENTITY_MISMATCH' });
    expect(await listQuarantine(test.group, { entity: 'FR01', limit: 1 })).toMatchObject([
      { origin: 'FOLDER', code: 'ENTITY_MISMATCH' },
    ]);
    expect(await standing()).toEqual(expect.arrayContaining(['FR01 2025-03 r1', 'DE02 2025-04 r1']));
    // The same name again: harmless, and neither file is lost.
    await writeFile(join(folder('FR01'), own.fileName), own.bytes);
    expect((await watch.once()).find(({ file }) => file === own.fileName)?.detail).toMatch(/stood already/);
    expect((await readdir(join(folder('FR01'), 'accepted'))).filter((name) => name.endsWith('.zip'))).toHaveLength(2);
  });

  it('takes each file once, however many look at the same time', async () => {
    const sent = await Promise.all(
      ['2024-01', '2024-02', '2024-03'].map((month) => bundleOf(test.group, germany, { month })),
    );
    for (const { fileName, bytes } of sent) {
      await writeFile(join(folder('DE02'), `${fileName}.tmp`), bytes);
      await rename(join(folder('DE02'), `${fileName}.tmp`), join(folder('DE02'), fileName));
    }
    const watches = Array.from({ length: 8 }, () => new FolderWatch(test.group, { settleMs: 20 }));
    const looks = await Promise.all(watches.map((one) => one.once()));
    expect(looks.flat().filter(({ outcome }) => outcome === 'ACCEPTED')).toHaveLength(3);
    expect(existsSync(join(folder('DE02'), 'quarantine'))).toBe(false);
  });
});

interface Told {
  readonly period_month: string;
  readonly revision: number;
  readonly outcome: string;
}

describe('a pull', () => {
  let server: Server;
  const asked: string[] = [];
  const bundles = new Map<string, Buffer>();
  const listed: { period_month: string; revision: number; manifest_sha256: string; sequence: string }[] = [];
  let failures = 0;
  let cut = false;
  // Software that follows the contract and takes no answers, at first.
  let hear = (_answers: readonly Told[]): number | Promise<number> => 404;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://entity');
      asked.push(`${url.pathname}${url.search}`);
      const claims = JSON.parse(
        Buffer.from((request.headers.authorization ?? '').split('.')[1] ?? '', 'base64url').toString(),
      );
      if (claims.iss !== 'group:ACME' || claims.aud !== 'prorata:entity:DE02' || claims.exp - claims.iat > 300) {
        response.writeHead(401).end('{"code":"TOKEN_INVALID"}');
      } else if (failures > 0) {
        failures -= 1;
        response.writeHead(503).end();
      } else if (url.pathname === '/api/finops/publications/answers') {
        void json(request).then(async (body) => {
          const status = await hear((body as { answers: Told[] }).answers);
          response.writeHead(status).end(status === 200 ? '{}' : '{"code":"SAID_NO"}');
        });
      } else if (url.pathname === '/api/finops/publications') {
        const since = BigInt(url.searchParams.get('since') ?? '0');
        const rows = listed.filter(({ sequence }) => BigInt(sequence) > since).slice(0, 2);
        response.end(JSON.stringify({ rows, next: rows.at(-1)?.sequence ?? String(since) }));
      } else {
        const bytes = bundles.get(url.pathname) ?? Buffer.alloc(0);
        response.writeHead(200, { 'content-length': bytes.length });
        if (!cut) response.end(bytes);
        else response.write(bytes.subarray(0, 100), () => response.destroy());
      }
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await setPullSource(test.group, { entity: 'DE02', url });
    const publish = async (month: string, of: Parameters<typeof bundleOf>[2] = {}) => {
      const made = await bundleOf(test.group, germany, { month, ...of });
      const { revision = 1 } = of;
      listed.push({
        period_month: month,
        revision,
        manifest_sha256: made.manifestDigest,
        sequence: String(listed.length * 3 + 5),
      });
      bundles.set(`/api/finops/publications/${month}/${revision}/bundle`, Buffer.from(made.bytes));
      return made;
    };
    const first = await publish('2025-08');
    await publish('2025-09', { facts: [fact({ domain_id: 'Nowhere' })] });
    await publish('2025-08', { revision: 2, supersedes: first.manifestDigest, facts: [fact({ cost_effective: '7' })] });
  });
  afterAll(() => {
    server.close();
  });
  const pull = (entity = 'DE02') => pullBundles(test.group, { entity }, { attempts: 3, pauseMs: 5 });

  it('stops where the connection breaks off, tries again, takes the rest, and asks from there the next time', async () => {
    cut = true;
    expect(await pull()).toMatchObject([
      { outcome: 'FAILED', accepted: 0, since: '0', detail: expect.stringMatching(/broke off/) },
    ]);
    cut = false;
    failures = 2;
    expect(await pull()).toMatchObject([{ outcome: 'OK', accepted: 2, known: 0, refused: 1, told: 0, since: '11' }]);
    expect(await listQuarantine(test.group, { entity: 'DE02', limit: 1 })).toMatchObject([
      { origin: 'PULL', code: 'REFERENCE_UNKNOWN' },
    ]);
    asked.length = 0;
    expect(await pull()).toMatchObject([{ outcome: 'OK', accepted: 0 }]);
    expect(asked).toEqual(['/api/finops/publications?since=11&limit=200', '/api/finops/publications/answers']);
    expect(await pullBundles(test.group, { fromStart: true }, { pauseMs: 5 })).toMatchObject([
      { known: 2, refused: 1 },
    ]);
    expect(await standing()).toEqual(expect.arrayContaining(['DE02 2025-08 r1', 'DE02 2025-08 r2']));
  });

  it('says what a node refuses to hear, offers less to one that finds it too long, and tells each answer in the end', async () => {
    hear = () => 403;
    const silent = /cannot be told: .* answered 403 SAID_NO/;
    expect(await pull()).toMatchObject([{ outcome: 'OK', told: 0, detail: expect.stringMatching(silent) }]);
    expect(await listPullSources(test.group)).toMatchObject([{ last_outcome: expect.stringMatching(silent) }]);
    const heard: string[] = [];
    hear = (answers) => {
      if (answers.length > 1) return 413;
      heard.push(...answers.map(({ period_month, revision, outcome }) => `${period_month} r${revision} ${outcome}`));
      return 200;
    };
    expect(await pull()).toMatchObject([{ outcome: 'OK', told: 3, detail: '' }]);
    expect(heard).toEqual(['2025-08 r1 ACCEPTED', '2025-08 r2 ACCEPTED', '2025-09 r1 REFUSED']);
    hear = () => 413;
    await test.admin('UPDATE prorata.pull_answer SET told_at = NULL');
    expect(await pull()).toMatchObject([{ outcome: 'OK', told: 0, detail: expect.stringMatching(/413/) }]);
  });

  it('says the newest outcome last, though an older one is on its way while another pull takes the bundle', async () => {
    await pull();
    const [before, after] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const heard: string[] = [];
    hear = async (answers) => {
      const refused = answers.find(({ outcome }) => outcome === 'REFUSED');
      if (refused !== undefined) {
        before.resolve();
        await after.promise;
      }
      heard.push(...answers.filter(({ period_month }) => period_month === '2025-09').map(({ outcome }) => outcome));
      return 200;
    };
    await test.admin('UPDATE prorata.pull_answer SET told_at = NULL');
    const slow = pull();
    await before.promise;
    const domains = ['Compute', 'Storage', 'Networking', 'Mainframe', 'Nowhere'].map((code) => ({ code, label: code }));
    await importReferences(test.group, { text: JSON.stringify({ domains }), name: 'domains.json' });
    const quick = pullBundles(test.group, { entity: 'DE02', fromStart: true }, { attempts: 3, pauseMs: 5 });
    // The second pull has taken the bundle; it may not speak before the first has, which says it all.
    const another = expect.stringMatching(/another pull is telling/);
    expect(await quick).toMatchObject([{ outcome: 'OK', accepted: 1, told: 0, detail: another }]);
    // However many look for a node that does not answer, nobody waits for it with a connection of the others.
    const many = await Promise.all(Array.from({ length: 12 }, () => pull()));
    expect(many.flat().every(({ outcome, told }) => outcome === 'OK' && told === 0)).toBe(true);
    after.resolve();
    expect(await slow).toMatchObject([{ outcome: 'OK', told: 4 }]);
    expect(heard).toEqual(['REFUSED', 'ACCEPTED']);
  });

  it('says what is wrong with an address, and what an entity answered that does not know the group', async () => {
    await expect(pull('FR01')).rejects.toMatchObject({ code: 'PULL_SOURCE_UNKNOWN' });
    for (const url of ['ftp://x', 'http://u:p@x', 'x', 'http://x/?a=1']) {
      await expect(setPullSource(test.group, { entity: 'FR01', url })).rejects.toMatchObject({
        code: 'PULL_ADDRESS_INVALID',
      });
    }
    const [source] = await listPullSources(test.group);
    await setPullSource(test.group, { entity: 'FR01', url: source?.url ?? '' });
    expect(await pull('FR01')).toMatchObject([
      { outcome: 'FAILED', detail: expect.stringMatching(/401 TOKEN_INVALID/) },
    ]);
    await setPullSource(test.group, { entity: 'FR01', url: null });
    expect((await listPullSources(test.group)).map(({ entity }) => entity)).toEqual(['DE02']);
  });
});

describe('a late month', () => {
  it('is told once, however many look for it', async () => {
    await test.admin(`UPDATE prorata.dim_entity SET active_from = '2025-10-01' WHERE entity_id = 'DE02'`);
    await test.admin(`UPDATE prorata.dim_entity SET active_from = '2030-01-01' WHERE entity_id = 'FR01'`);
    expect(await detectLate(test.group, { today: '2025-11-10' })).toEqual([]);
    const late = [{ entity: 'DE02', period_month: '2025-10', due_on: '2025-11-10' }];
    const found = await Promise.all([1, 2, 3].map(() => detectLate(test.group, { today: '2025-11-11' })));
    expect(found.flat()).toEqual(late);
    expect(await detectLate(test.group, { today: '2025-11-30' })).toEqual([]);
    expect(await test.admin(`SELECT entity_id FROM outbox_event WHERE event = 'GROUP.BUNDLE.LATE'`)).toEqual([
      { entity_id: 'DE02/2025-10' },
    ]);
  });
});
