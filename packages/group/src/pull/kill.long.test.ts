import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import { listPublications } from '../intake/publications.ts';
import { FolderWatch } from '../intake/watched-folder.ts';
import type { GroupNode } from '../node/group-node.ts';
import { initGroup } from '../node/open-group.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { randomOf } from '../testing/random.ts';
import { pullBundles } from './pull.ts';
import { setPullSource } from './sources.ts';

const SCRIPT = fileURLToPath(new URL('../testing/pull-and-watch.ts', import.meta.url));
const KILLS = Number(process.env.PRORATA_KILLS ?? 8);
const SEED = Number(process.env.PRORATA_SEED ?? 20261122);
/** Months that are pulled and months that are dropped into the folder, each round; one of them names a domain that nobody knows. */
const MONTHS = 3;

let root: string;
let group: GroupNode;
let pulled: Member;
let dropping: Member;
let server: Server;
const bundles = new Map<string, Buffer>();
const listed: { period_month: string; revision: number; manifest_sha256: string; sequence: string }[] = [];
/** What the entity heard last of each month. */
const heard = new Map<string, string>();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prorata-pull-kill-'));
  group = await initGroup({ dir: join(root, 'G'), tenantCode: 'ACME', currency: 'EUR' });
  pulled = await enrolMember(group, 'FR01');
  dropping = await enrolMember(group, 'DE02');
  await mkdir(join(group.dir, 'incoming', 'DE02'), { recursive: true });
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://entity');
    if (url.pathname.endsWith('/answers')) {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        const { answers } = JSON.parse(body) as { answers: { period_month: string; outcome: string }[] };
        for (const { period_month, outcome } of answers) heard.set(period_month, outcome);
        response.end('{}');
      });
      return;
    }
    const since = BigInt(url.searchParams.get('since') ?? '0');
    const rows = listed.filter(({ sequence }) => BigInt(sequence) > since).slice(0, 2);
    const page = JSON.stringify({ rows, next: rows.at(-1)?.sequence ?? String(since) });
    response.end(url.pathname === '/api/finops/publications' ? page : bundles.get(url.pathname));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await setPullSource(group, { entity: 'FR01', url });
});
afterAll(async () => {
  server.close();
  await group.close();
  await rm(root, { recursive: true, force: true });
});

const facts = Array.from({ length: 400 }, (_, index) =>
  fact({ application_id: `app-${index}`, cost_effective: '0.5' }),
);
const monthOf = (index: number) => `${2001 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;

/** What the next round brings, by both ways. */
async function publish(round: number): Promise<void> {
  for (let number = 0; number < MONTHS; number += 1) {
    const month = monthOf(round * MONTHS + number);
    const wrong = number === 1 ? [fact({ domain_id: 'Nowhere' })] : facts;
    const made = await bundleOf(group, pulled, { month, facts: wrong });
    listed.push({
      period_month: month,
      revision: 1,
      manifest_sha256: made.manifestDigest,
      sequence: String(listed.length + 1),
    });
    bundles.set(`/api/finops/publications/${month}/1/bundle`, Buffer.from(made.bytes));
    const dropped = await bundleOf(group, dropping, { month, facts: wrong });
    await writeFile(join(group.dir, 'incoming', 'DE02', dropped.fileName), dropped.bytes);
  }
}

/** @returns how long it took, or null when the kill came before its end */
async function work(killAfterMs?: number): Promise<number | null> {
  const child = spawn(process.execPath, [SCRIPT, group.dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let [start, end] = [0, 0];
  child.stdout.on('data', (chunk: Buffer) => {
    if (start === 0) {
      start = performance.now();
      if (killAfterMs !== undefined) void pause(killAfterMs).then(() => child.kill('SIGKILL'));
    }
    if (chunk.toString().includes('done')) end = performance.now();
  });
  await new Promise<void>((resolve) => child.once('close', () => resolve()));
  return end === 0 ? null : end - start;
}

it(`${KILLS} kills of a group that pulls and watches: everything is taken once, refused once, and told`, async () => {
  const random = randomOf(SEED);
  await publish(0);
  const usual = (await work()) ?? 1000;
  let early = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await publish(kill);
    if ((await work(random(Math.ceil(usual)))) === null) early += 1;
    expect(await verifyViews(group)).toMatchObject({ consistent: true });
    // Until the database has noticed the kill, the telling that was cut off still counts as another one.
    const pull = async () => (await pullBundles(group, {}, { attempts: 2, pauseMs: 10 }))[0];
    await expect.poll(pull).toMatchObject({ outcome: 'OK', detail: '', since: String(listed.length) });
    await new FolderWatch(group, { settleMs: 1 }).once();
    const months = (kill + 1) * MONTHS;
    const taken = (await listPublications(group)).map((row) => `${row.entity} ${row.period_month}`);
    const good = Array.from({ length: months }, (_, index) => index).filter((index) => index % MONTHS !== 1);
    expect(taken.sort()).toEqual(good.flatMap((index) => [`DE02 ${monthOf(index)}`, `FR01 ${monthOf(index)}`]).sort());
    const told = Array.from({ length: months }, (_, index) => [
      monthOf(index),
      index % MONTHS === 1 ? 'REFUSED' : 'ACCEPTED',
    ]);
    expect(Object.fromEntries(heard)).toEqual(Object.fromEntries(told));
    const folder = join(group.dir, 'incoming', 'DE02');
    expect((await readdir(folder)).filter((name) => name.includes('.zip') || name.startsWith('.'))).toEqual([]);
    expect((await readdir(join(folder, 'quarantine'))).filter((name) => name.endsWith('.zip'))).toHaveLength(kill + 1);
  }
  console.log(`${early} of ${KILLS} kills came before the end of ${Math.round(usual)} ms`);
  expect(early).toBeGreaterThan(0);
});
