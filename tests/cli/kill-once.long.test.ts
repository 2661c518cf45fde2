import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildDemoGroup, type DemoGroup, type GeneratedFile, generateInput } from '@prorata/cli';
import { type EntityNode, listImports, listPublications, reportFacts } from '@prorata/finops';
import { type GroupNode, openGroup, listPublications as receivedPublications, verifyViews } from '@prorata/group';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEntityNode } from '../../packages/cli/src/entity/open.ts';
import { amount, answer, answerInProcess, killedAfter, scratch, start } from './process.ts';

/**
 * A process killed in the middle (SIGKILL) leaves nothing half-done, and running the command again finishes the work. Killed at
 * two moments of its own length each; two hundred moments are the long campaign's.
 */
let folder: Awaited<ReturnType<typeof scratch>>;
let demo: DemoGroup;
let entity: EntityNode;
let group: GroupNode;
let file: GeneratedFile;
let late: GeneratedFile;
/** Milliseconds that a command takes. */
let usual: number;

const MONTH = '2025-03';
/** Parts of the time that the command takes. */
const MOMENTS = [0.6, 0.85];

beforeAll(async () => {
  folder = await scratch('kill');
  demo = await buildDemoGroup({ dir: join(folder.dir, 'demo'), months: ['2025-01'], entities: ['FR01'], rows: 60 });
  entity = await openEntityNode(demo.entities.FR01 ?? '');
  group = await openGroup(demo.group);
  const dir = join(folder.dir, 'bills');
  const input = await generateInput({ dir, months: [MONTH, '2025-04'], entities: ['FR01'], rows: 6000 });
  const [first, second] = input.files;
  if (first === undefined || second === undefined) throw new Error('no bills');
  file = first;
  late = second;
  const before = performance.now();
  await answer('entity', 'report', 'facts', '2025-01', '--dir', demo.entities.FR01 ?? '');
  usual = performance.now() - before;
});

afterAll(async () => {
  await entity.close();
  await group.close();
  await folder.remove();
});

/** Kills the command at each moment, looks at what it left, then lets it end. */
async function killAndFinish(words: readonly string[], sound: () => Promise<void>): Promise<Record<string, unknown>> {
  for (const moment of MOMENTS) {
    // A machine that has become faster since the time was taken lets the command end first: then earlier, and again.
    for (let after = usual * moment; !(await killedAfter(after, words)); after /= 2) {
      usual /= 2;
      expect(usual).toBeGreaterThan(10);
    }
    await sound();
  }
  return await answer(...words);
}

describe('a killed process', () => {
  it('imports the whole bill or nothing of it', async () => {
    const words = ['entity', 'import', 'focus', file.path, '--dir', demo.entities.FR01 ?? ''];
    const done = await killAndFinish(words, async () => {
      const { rows } = await listImports(entity);
      const own = rows.filter(({ file: name }) => file.path.endsWith(name));
      expect(own.length).toBeLessThanOrEqual(1);
      if (own[0] !== undefined) expect(own[0]).toMatchObject({ rows: file.rows });
    });
    expect(done).toMatchObject({ rows: file.rows });
  });

  it('leaves the facts of a month whole or as they were', async () => {
    const words = ['entity', 'run', MONTH, '--dir', demo.entities.FR01 ?? ''];
    const done = await killAndFinish(words, async () => {
      const report = await reportFacts(entity, { month: MONTH, limit: 1 }).catch((error: { code?: string }) => {
        expect(error.code).toBe('NO_RUN');
      });
      if (report !== undefined) expect(report.conservation.equal).toBe(true);
    });
    expect(done).toMatchObject({ status: 'COMPLETED' });
  });

  it('publishes a revision or none, and never two', async () => {
    const words = ['entity', 'publish', MONTH, '--dir', demo.entities.FR01 ?? ''];
    const done = await killAndFinish(words, async () => {
      const { rows } = await listPublications(entity);
      expect(rows.filter(({ period_month: month }) => month === MONTH).length).toBeLessThanOrEqual(1);
    });
    expect(done).toMatchObject({ revision: 1 });
    expect(await answerInProcess('contract', 'check', String(done.path))).toMatchObject({ violations: [] });
  });

  it('takes a bundle whole, views included, or not at all', async () => {
    const published = join(demo.entities.FR01 ?? '', 'publications', `FR01_${MONTH}_r1.zip`);
    const done = await killAndFinish(['group', 'receive', published, '--dir', demo.group], async () => {
      expect(await verifyViews(group)).toMatchObject({ consistent: true });
      const rows = await receivedPublications(group, { from: MONTH, to: MONTH, all_revisions: true });
      expect(rows.length).toBeLessThanOrEqual(1);
    });
    expect(done).toMatchObject({ entity: 'FR01', period_month: MONTH, revision: 1 });
    const asked = ['--month', MONTH, '--measure', 'cost_effective', '--dir', demo.group];
    const report = await answerInProcess('group', 'report', 'entities', ...asked);
    const [row] = Array.isArray(report.rows) ? report.rows : [];
    expect(amount(row.local_cost)).toBe(amount(file.effective_cost));
  });
});

describe('Ctrl-C', () => {
  it('ends a command, and the database that it started with it', async () => {
    // Nobody else may hold the database for this.
    await entity.close();
    const dir = demo.entities.FR01 ?? '';
    const server = join(dir, 'pg', 'postmaster.pid');
    expect(existsSync(server)).toBe(false);
    const child = start(['entity', 'import', 'focus', late.path, '--dir', dir]);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    while (!existsSync(server)) await sleep(5);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(existsSync(server)).toBe(false);
    entity = await openEntityNode(dir);
  });
});
