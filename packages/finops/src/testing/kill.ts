import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { verifyAuditLog } from '@prorata/platform';
import { expect } from 'vitest';
import { listRuns } from '../batch/runs.ts';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { type EntityNode, initEntity, openEntity } from '../node/entity.ts';
import { joinGroup } from '../node/join.ts';
import { listPublications, readPublication, sha256 } from '../publish/publications.ts';
import { publishMonth } from '../publish/publish-month.ts';
import { reportFacts } from '../report/reports.ts';
import { focusCsv } from './focus-csv.ts';
import { testGroup } from './test-entity.ts';

const TARGET = fileURLToPath(new URL('kill-target.ts', import.meta.url));
const ROWS = 4000;

export type Killable = 'import' | 'run' | 'publish';

/** A node on disk whose work is killed and taken up again. */
export interface KillBench {
  /** Kills the work on the n-th month after so many milliseconds, checks what is left, does it again, checks the end. */
  kill(what: Killable, month: number, afterMs: number): Promise<'before' | 'after'>;
  close(): Promise<void>;
}

const monthName = (month: number) => `${2000 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;

export async function openKillBench(): Promise<KillBench> {
  const root = await mkdtemp(join(tmpdir(), 'prorata-kill-'));
  const dir = join(root, 'E');
  await initEntity({ dir, code: 'FR01', label: 'Helios', country: 'FR', currency: 'EUR' });
  const entity = await openEntity(dir);
  await joinGroup(entity, await testGroup().admit(entity));
  const bill = async (month: string) => {
    const path = join(root, `${month}.csv`);
    if (!existsSync(path)) await writeFile(path, billOf(month));
    return path;
  };
  return {
    async kill(what, number, afterMs) {
      const month = monthName(number);
      const path = await bill(month);
      if (what !== 'import') await importFocus(entity, { path });
      if (what === 'publish') await runMonth(entity, month);
      const before = await publishedRevisions(entity, month);
      const finished = await spawnAndKill([dir, what, what === 'import' ? path : month], afterMs);
      await checkNothingHalfDone(entity, month, before);
      await importFocus(entity, { path });
      await runMonth(entity, month);
      await publishMonth(entity, month);
      await checkFinished(entity, month);
      return finished ? 'after' : 'before';
    },
    async close() {
      await entity.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Rows that differ in their tags, so that the import has many groups to write. */
function billOf(month: string): string {
  const rows = Array.from({ length: ROWS }, (_, index) => ({
    BillingPeriodStart: `${month}-01`,
    ChargePeriodStart: `${month}-02`,
    BilledCost: `${index}.25`,
    EffectiveCost: `${index}.125`,
    ChargeCategory: index % 50 === 0 ? 'Tax' : 'Usage',
    Tags: JSON.stringify({
      application: `App ${index % 40}`,
      environment: index % 3 === 0 ? 'prod' : 'dev',
      owner: `o${index % 2000}`,
      ...(index % 11 === 0 ? { shared: 'true' } : {}),
    }),
  }));
  return focusCsv(rows);
}

/** @returns whether the work was over before the kill came */
export async function spawnAndKill(args: readonly string[], afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [TARGET, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready')) resolve();
    });
    child.once('exit', (code) =>
      said.includes('ready') ? resolve() : reject(new Error(`the process ended with ${code}`)),
    );
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await ready;
  await Promise.race([wait(afterMs), exited]);
  child.kill('SIGKILL');
  await exited;
  return said.includes('done');
}

async function publishedRevisions(entity: EntityNode, month: string): Promise<number> {
  return (await listPublications(entity)).rows.filter((row) => row.period_month === month).length;
}

async function checkNothingHalfDone(entity: EntityNode, month: string, revisionsBefore: number): Promise<void> {
  const [stored] = await entity.db.transaction(entity.scope, (tx) =>
    tx.query<{ files: number; rows: number; facts: number; equal: boolean }>(STATE, [`${month}-01`]),
  );
  // All rows or none; facts that are there hold all the money of the bills.
  expect([0, ROWS]).toContain(stored?.rows);
  expect(stored?.files).toBe(stored?.rows === ROWS ? 1 : 0);
  if ((stored?.facts ?? 0) > 0) expect(stored?.equal).toBe(true);
  expect((await publishedRevisions(entity, month)) - revisionsBefore).toBeLessThanOrEqual(1);
  expect(await soundChains(entity)).toBe(true);
}

const STATE = `
  SELECT (SELECT count(*)::int FROM import_scope WHERE period_month = $1) AS files,
         (SELECT coalesce(sum(row_count), 0)::int FROM consumption WHERE period_month = $1) AS rows,
         (SELECT count(*)::int FROM fact_consumption WHERE period_month = $1) AS facts,
         (SELECT sum(cost_billed) FROM consumption WHERE period_month = $1)
           = (SELECT sum(cost_billed) FROM fact_consumption WHERE period_month = $1) AS equal`;

async function checkFinished(entity: EntityNode, month: string): Promise<void> {
  const report = await reportFacts(entity, { month, limit: 1 });
  expect(report.conservation).toMatchObject({
    equal: true,
    consumption: [{ rows: ROWS, cost_billed: String((ROWS * (ROWS - 1)) / 2 + ROWS / 4) }],
  });
  const states = (await listRuns(entity, month)).rows.map((run) => run.status);
  expect(states[0]).toBe('COMPLETED');
  // A run that was killed is called by its name, also where the server noticed the kill late.
  expect(states).not.toContain('RUNNING');
  const published = (await listPublications(entity)).rows.filter((row) => row.period_month === month);
  expect(published.map((row) => row.revision)).toEqual([1]);
  const { bundle_sha256, file_name } = await readPublication(entity, month, 1);
  expect(sha256(await readFile(join(entity.dir, 'publications', file_name)))).toBe(bundle_sha256);
  expect(await soundChains(entity)).toBe(true);
}

async function soundChains(entity: EntityNode): Promise<boolean> {
  const reports = await verifyAuditLog(entity.db, entity.scope.tenantId);
  return reports.length > 0 && reports.every((report) => report.faults.length === 0);
}
