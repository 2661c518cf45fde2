import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FactRow } from '@prorata/contract';
import { verifyAuditLog } from '@prorata/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import type { GroupNode } from '../node/group-node.ts';
import { initGroup } from '../node/open-group.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { randomOf } from '../testing/random.ts';
import { receive } from './receive.ts';

const SCRIPT = fileURLToPath(new URL('../testing/receive-many.ts', import.meta.url));
const KILLS = Number(process.env.PRORATA_KILLS ?? 24);
const SEED = Number(process.env.PRORATA_SEED ?? 20261122);
const ENTITIES = 8;
const FACTS = 600;

let root: string;
let group: GroupNode;
const members: Member[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prorata-kill-'));
  group = await initGroup({ dir: join(root, 'G'), tenantCode: 'ACME', currency: 'EUR' });
  for (let number = 1; number <= ENTITIES; number += 1) members.push(await enrolMember(group, `FR0${number}`));
});
afterAll(async () => {
  await group.close();
  await rm(root, { recursive: true, force: true });
});

/** One bundle of each entity for a month of its own. */
async function bundlesOf(kill: number): Promise<{ month: string; files: string[] }> {
  const month = `${2001 + Math.floor(kill / 12)}-${String((kill % 12) + 1).padStart(2, '0')}`;
  const facts: FactRow[] = Array.from({ length: FACTS }, (_, index) =>
    fact({ application_id: `app-${index}`, cost_effective: '0.5' }),
  );
  const files: string[] = [];
  for (const member of members) {
    const { bytes } = await bundleOf(group, member, { month, facts });
    const file = join(root, `${member.code}_${month}_r1.zip`);
    await writeFile(file, bytes);
    files.push(file);
  }
  return { month, files };
}

/** @returns how long the intakes took, or null when the kill came before their end */
async function intakes(files: readonly string[], killAfterMs?: number): Promise<number | null> {
  const child = spawn(process.execPath, [SCRIPT, group.dir, ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
  let [said, start, end] = ['', 0, 0];
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (start === 0) {
      start = performance.now();
      if (killAfterMs !== undefined) void pause(killAfterMs).then(() => child.kill('SIGKILL'));
    }
    if (said.includes('done')) end = performance.now();
  });
  await new Promise<void>((resolve) => child.once('close', () => resolve()));
  return end === 0 ? null : end - start;
}

const STATE = `
  SELECT e.entity_id AS entity,
         (SELECT count(*)::int FROM publication p WHERE p.entity_id = e.entity_id AND p.period_month = $1) AS publications,
         (SELECT count(DISTINCT b.revision)::int FROM publication_bundle b WHERE b.entity_id = e.entity_id AND b.period_month = $1) AS bundles,
         (SELECT count(*)::int FROM fact_consumption_group f WHERE f.entity_id = e.entity_id AND f.period_month = $1) AS facts,
         (SELECT COALESCE(sum(v.fact_rows), 0)::int FROM mv_group_application_month v WHERE v.entity_id = e.entity_id AND v.period_month = $1) AS viewed
    FROM dim_entity e ORDER BY 1`;

/** Each entity's month is wholly in or wholly out, and what entities share counts those that are in. @returns how many are in */
async function inspect(month: string): Promise<number> {
  return await group.db.transaction(
    group.scope,
    async (tx) => {
      // One state: the server may end what the killed process had begun between two statements.
      await tx.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      const rows = await tx.query<{ publications: number }>(STATE, [`${month}-01`]);
      const whole = (one: number) => ({ publications: one, bundles: one, facts: one * FACTS, viewed: one * FACTS });
      for (const row of rows) expect(row).toMatchObject(whole(row.publications === 0 ? 0 : 1));
      const standing = rows.filter((row) => row.publications > 0).length;
      const [shared] = await tx.query<{ rows: number }>(
        'SELECT COALESCE(sum(fact_rows), 0)::int AS rows FROM mv_group_domain_month WHERE period_month = $1',
        [`${month}-01`],
      );
      expect(shared?.rows).toBe(standing * FACTS);
      return standing;
    },
    { role: 'reader', readOnly: true },
  );
}

it(`${KILLS} kills of the group among eight intakes: each bundle is in or out, and sent again does no harm`, async () => {
  const random = randomOf(SEED);
  // Where the commits lie: kills that come before all of them move it on, kills that come after all of them back.
  let middle = ((await intakes((await bundlesOf(KILLS)).files)) ?? 1000) / 2;
  const seen = new Map<number, number>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { month, files } = await bundlesOf(kill);
    await intakes(files, middle / 2 + random(Math.ceil(middle)));
    // The server notices a cut connection by itself; until then the intake's transaction may still hold its locks.
    const standing = await inspect(month);
    seen.set(standing, (seen.get(standing) ?? 0) + 1);
    if (standing === 0) middle *= 1.08;
    if (standing === ENTITIES) middle *= 0.92;
    const answers = await Promise.all(files.map((file) => receive(group, { file })));
    expect(answers.filter((answer) => answer.replayed).length).toBeGreaterThanOrEqual(standing);
    expect(await inspect(month)).toBe(ENTITIES);
    for (const file of files) await rm(file);
    if (kill % 50 === 49) expect(await verifyViews(group)).toMatchObject({ consistent: true });
  }
  console.log(`bundles that were in after a kill: ${JSON.stringify(Object.fromEntries([...seen].sort()))}`);
  expect(await verifyViews(group)).toMatchObject({ consistent: true });
  const audit = await verifyAuditLog(group.db, group.scope.tenantId);
  expect(audit.flatMap((chain) => chain.faults)).toEqual([]);
  await intakes([]);
  expect(await readdir(join(group.dir, 'incoming'))).toEqual([]);
  // Kills have to come between the commits of one month as well, or the campaign shows little.
  if (KILLS >= 50) expect([...seen.keys()].filter((standing) => standing > 0 && standing < ENTITIES)).not.toEqual([]);
});
