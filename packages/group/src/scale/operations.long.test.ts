import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyAuditLog } from '@prorata/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import { listPublications } from '../intake/publications.ts';
import { enrolMember } from '../testing/members.ts';
import { operate, type Scene } from '../testing/operations.ts';
import { randomOf } from '../testing/random.ts';
import { openTestGroup } from '../testing/test-group.ts';

const OPERATIONS = Number(process.env.PRORATA_OPERATIONS ?? 1000);
const SEED = Number(process.env.PRORATA_SEED ?? 20261122);
const AT_ONCE = 8;

let scene: Scene;
beforeAll(async () => {
  const test = await openTestGroup();
  const members = [];
  for (let number = 1; number <= AT_ONCE; number += 1) members.push(await enrolMember(test.group, `FR0${number}`));
  const months = Array.from({ length: 12 }, (_, index) => `2025-${String(index + 1).padStart(2, '0')}`);
  scene = { test, members, months, standing: new Map(), outcomes: new Map() };
});
afterAll(async () => {
  console.log(JSON.stringify(Object.fromEntries([...scene.outcomes].sort()), null, 1));
  await scene.test.close();
});

/** What the facts of each slice add up to, as the publisher wrote it into the manifest. */
const FACT_TOTALS = `
  SELECT entity_id || ' ' || to_char(period_month, 'YYYY-MM') AS slice, consumption_type, currency, count(*)::int AS rows,
         trim_scale(sum(cost_effective))::text AS cost_effective, trim_scale(sum(cost_billed))::text AS cost_billed
    FROM fact_consumption_group GROUP BY entity_id, period_month, consumption_type, currency`;

async function check(): Promise<void> {
  const { test, standing } = scene;
  expect((await verifyViews(test.group)).rows.filter((row) => row.missing + row.surplus > 0)).toEqual([]);
  const stored = await test.admin<{ slice: string; consumption_type: string; currency: string }>(FACT_TOTALS);
  const signed = [...standing].flatMap(([slice, { totals }]) =>
    totals.map(({ consumption_type, currency, rows, cost_effective = null, cost_billed = null }) => {
      return { slice, consumption_type, currency, rows, cost_effective, cost_billed };
    }),
  );
  const ordered = <Row extends { slice: string; consumption_type: string; currency: string }>(rows: Row[]) =>
    rows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  expect(ordered(stored)).toEqual(ordered(signed));
  const heads = (await listPublications(test.group)).map((row) => [
    `${row.entity} ${row.period_month}`,
    { revision: row.revision, digest: row.manifest_digest },
  ]);
  expect(Object.fromEntries(heads)).toEqual(
    Object.fromEntries([...standing].map(([slice, { revision, digest }]) => [slice, { revision, digest }])),
  );
  expect(await test.admin('SELECT * FROM intake_staging')).toEqual([]);
}

function keyOf(row: { slice: string; consumption_type: string; currency: string }): string {
  return `${row.slice} ${row.consumption_type} ${row.currency}`;
}

it(`${OPERATIONS} random operations, eight at once: views equal their definitions, facts what was signed (seed ${SEED})`, async () => {
  const random = randomOf(SEED);
  for (let done = 0; done < OPERATIONS; done += AT_ONCE) {
    const seeds = Array.from({ length: Math.min(AT_ONCE, OPERATIONS - done) }, () => random(2 ** 31));
    await Promise.all(seeds.map((seed) => operate(scene, randomOf(seed))));
    if ((done / AT_ONCE) % 25 === 0) await check();
  }
  await check();
  const { group } = scene.test;
  const audit = await verifyAuditLog(group.db, group.scope.tenantId);
  expect(audit.flatMap((chain) => chain.faults)).toEqual([]);
  expect(await readdir(join(group.dir, 'incoming'))).toEqual([]);
});
