import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FactRow } from '@prorata/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import type { GroupNode } from '../node/group-node.ts';
import { initGroup, openGroup } from '../node/open-group.ts';
import { reportMonths } from '../reports/reports.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember } from '../testing/members.ts';
import { listPublications } from './publications.ts';

const SCRIPT = fileURLToPath(new URL('../testing/receive-once.ts', import.meta.url));
// The delays reach from the check of the bundle over the staging to the commit.
const DELAYS_MS = [20, 200, 500];

let root: string;
let dir: string;
let bundle: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prorata-kill-'));
  dir = join(root, 'group');
  const group = await initGroup({ dir, tenantCode: 'ACME', currency: 'EUR' });
  const member = await enrolMember(group, 'FR01');
  const facts: FactRow[] = Array.from({ length: 8000 }, (_, index) =>
    fact({ application_id: `app-${index}`, cost_effective: '0.5' }),
  );
  const { bytes } = await bundleOf(group, member, { facts });
  bundle = join(root, 'FR01_2025-07_r1.zip');
  await writeFile(bundle, bytes);
  await group.close();
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** Runs the intake in a process of its own; kills it that long after it opened the node, or lets it end. */
async function intake(killAfterMs?: number): Promise<string> {
  const child = spawn(process.execPath, [SCRIPT, dir, bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdout.on('data', (chunk: Buffer) => {
    lines.push(...chunk.toString().split('\n').filter(Boolean));
    if (killAfterMs !== undefined && lines[0] === 'open') void pause(killAfterMs).then(() => child.kill('SIGKILL'));
  });
  await ended;
  return lines.at(-1) ?? '';
}

async function inspect<T>(work: (group: GroupNode) => Promise<T>): Promise<T> {
  const group = await openGroup(dir);
  try {
    return await work(group);
  } finally {
    await group.close();
  }
}

describe('an intake whose process is killed', () => {
  it('leaves all or nothing, and running it again finishes the work', async () => {
    for (const delay of DELAYS_MS) {
      await intake(delay);
      await inspect(async (group) => {
        // The server may still be committing what the killed process asked for: looked at until both say the same.
        const seen = async () => {
          const { total } = await reportMonths(group);
          return [(await listPublications(group)).length, total.fact_rows].join(' ');
        };
        await expect.poll(seen).toMatch(/^(0 0|1 8000)$/);
        expect(await verifyViews(group)).toMatchObject({ consistent: true });
      });
    }
    expect(['accepted', 'stood']).toContain(await intake());
    expect(await intake()).toBe('stood');
    await inspect(async (group) => {
      expect((await reportMonths(group)).rows.map((row) => [row.cost, row.fact_rows])).toEqual([['4000', 8000]]);
      expect(await verifyViews(group)).toMatchObject({ consistent: true });
    });
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
  }, 120_000);
});
