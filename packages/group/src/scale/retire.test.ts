import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rebuildViews } from '../consolidation/rebuild.ts';
import { verifyViews } from '../consolidation/verify.ts';
import { listPublications } from '../intake/publications.ts';
import { receive } from '../intake/receive.ts';
import type { GroupNode } from '../node/group-node.ts';
import { lockMonth, reopenMonth } from '../periods/period-status.ts';
import { reportEntities, reportMonths } from '../reports/reports.ts';
import { stateVersion } from '../reports/state.ts';
import { bundleOf, enrolMember } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { archiveBundles } from './archive.ts';
import { recallMonth, retireMonths } from './retire.ts';

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
  for (const code of ['FR01', 'DE02']) {
    const member = await enrolMember(test.group, code);
    for (const month of ['2025-06', '2025-07', '2025-08']) {
      await receive(test.group, { file: (await bundleOf(test.group, member, { month })).bytes });
    }
  }
});
afterAll(() => test.close());

const months = async () => (await reportMonths(test.group)).rows.map((row) => [row.period_month, row.cost]);
const retire = (until = '2025-07') => retireMonths(test.group, { until });
const lock = (month: string) => lockMonth(test.group, { month, reason: 'old' });

it('retires nothing unless every month is locked and archived', async () => {
  await lock('2025-06');
  await expect(retire()).rejects.toMatchObject({ code: 'MONTHS_NOT_LOCKED', extensions: { months: ['2025-07'] } });
  await lock('2025-07');
  await expect(retire()).rejects.toMatchObject({
    code: 'MONTHS_NOT_ARCHIVED',
    extensions: { months: ['2025-06', '2025-07'] },
  });
  expect(await months()).toHaveLength(3);
});

it('retires nothing while a file that a month would come back from is damaged or gone', async () => {
  await archiveBundles(test.group, { until: '2025-07' });
  const file = join(test.group.dir, 'archive/2025-07/DE02_2025-07_r1.zip');
  const bytes = await readFile(file);
  await rm(file);
  await expect(retire()).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  await writeFile(file, bytes.subarray(1));
  await expect(retire()).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  expect(await months()).toHaveLength(3);
  await writeFile(file, bytes);
});

it('takes facts and views away, keeps what was signed, and says so to whoever asks for the month', async () => {
  expect(await retire()).toEqual({ months: ['2025-06', '2025-07'], facts: 8 });
  expect(await retire()).toEqual({ months: [], facts: 0 });
  expect(await months()).toEqual([['2025-08', '400']]);
  expect(await test.admin('SELECT DISTINCT period_month FROM fact_consumption_group')).toHaveLength(1);
  expect(await listPublications(test.group)).toHaveLength(6);
  expect((await verifyViews(test.group)).consistent).toBe(true);
  await rebuildViews(test.group);
  expect((await verifyViews(test.group)).consistent).toBe(true);
  const asked = reportEntities(test.group, { from: '2025-07', to: '2025-08' });
  await expect(asked).rejects.toMatchObject({ code: 'MONTH_RETIRED', extensions: { months: ['2025-07'] } });
  expect((await reportEntities(test.group, { from: '2025-08' })).total.cost).toBe('400');
  await expect(reopenMonth(test.group, { month: '2025-07', reason: 'late' })).rejects.toMatchObject({
    code: 'MONTH_RETIRED',
  });
});

/** The group, where something else happens once, before the transaction that is told by its number and role. */
function meanwhile(role: 'app' | 'intake', number: number, what: () => Promise<unknown>): GroupNode {
  let count = 0;
  const { db } = test.group;
  const transaction: GroupNode['db']['transaction'] = async (scope, work, options) => {
    if ((options?.role ?? 'app') === role) {
      count += 1;
      if (count === number) await what();
    }
    return await db.transaction(scope, work, options);
  };
  return { ...test.group, db: { ...db, transaction } };
}

it('is retired whole or recalled whole, whoever does the other meanwhile', async () => {
  const recall = (group = test.group) => recallMonth(group, { month: '2025-06' });
  await expect(recall(meanwhile('app', 1, retire))).rejects.toMatchObject({ code: 'MONTH_RETIRED' });
  expect(await months()).toEqual([['2025-08', '400']]);
  await recall();
  const recalled = await months();
  expect(recalled.map(([month]) => month)).toEqual(['2025-06', '2025-08']);
  const retiring = retireMonths(
    meanwhile('intake', 1, () => recall()),
    { until: '2025-06' },
  );
  await expect(retiring).rejects.toMatchObject({ code: 'MONTH_NOT_RETIRED' });
  expect(await months()).toEqual(recalled);
  expect(await retire()).toEqual({ months: ['2025-06'], facts: 4 });
});

it('names another state once a month is recalled than while its last facts came', async () => {
  let filling = '';
  const group = meanwhile('app', 1, async () => {
    filling = await stateVersion(test.group);
  });
  await recallMonth(group, { month: '2025-06' });
  expect(filling).not.toBe('');
  expect(await stateVersion(test.group)).not.toBe(filling);
  await retire();
});

it('recalls a month out of its bundles, or not at all', async () => {
  const file = join(test.group.dir, 'archive/2025-07/FR01_2025-07_r1.zip');
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(1));
  await expect(recallMonth(test.group, { month: '2025-07' })).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  await expect(reportMonths(test.group, { from: '2025-07' })).rejects.toMatchObject({ code: 'MONTH_RETIRED' });
  await writeFile(file, bytes);
  expect(await recallMonth(test.group, { month: '2025-07' })).toEqual({ months: ['2025-07'], facts: 4 });
  expect(await months()).toEqual([
    ['2025-07', '400'],
    ['2025-08', '400'],
  ]);
  expect((await verifyViews(test.group)).consistent).toBe(true);
  await expect(recallMonth(test.group, { month: '2025-07' })).rejects.toMatchObject({ code: 'MONTH_NOT_RETIRED' });
  await reopenMonth(test.group, { month: '2025-07', reason: 'late' });
});
