import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importRates } from '../exchange/rate-sets.ts';
import { receive } from '../intake/receive.ts';
import { reportCompleteness } from '../reports/completeness.ts';
import { reportMonths } from '../reports/reports.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { lockMonth, reopenMonth } from './period-status.ts';

let test: TestGroup;
let britain: Member;
const rates = (pounds: string) => `Date,GBP,\n2025-07-01,${pounds},\n2025-08-01,${pounds},\n`;
const july = { from: '2025-07', to: '2025-07' };
beforeAll(async () => {
  test = await openTestGroup();
  britain = await enrolMember(test.group, 'GB03', 'GBP');
  await enrolMember(test.group, 'FR01');
  const { bytes: early } = await bundleOf(test.group, britain, {
    month: '2025-05',
    facts: [fact({ currency: 'GBP', cost_effective: '80' })],
  });
  await receive(test.group, { file: early });
  await lockMonth(test.group, { month: '2025-05', reason: 'before there were rates' });
  await importRates(test.group, { text: rates('0.8'), name: 'first.csv' });
  const { bytes } = await bundleOf(test.group, britain, {
    facts: [fact({ currency: 'GBP', cost_effective: '80' })],
    manifest: { status: 'CLOSED' },
  });
  await receive(test.group, { file: bytes });
});
afterAll(() => test.close());

describe('locking a month', () => {
  it('waits for every active entity, unless there is a reason', async () => {
    await expect(lockMonth(test.group, { month: '2025-07' })).rejects.toMatchObject({
      code: 'PERIOD_INCOMPLETE',
      extensions: { waiting_for: ['FR01'] },
    });
    const state = await lockMonth(test.group, { month: '2025-07', reason: 'FR01 is late' });
    expect(state).toMatchObject({ status: 'LOCKED', rate_set: 1, reference_version: 1, publications: 1 });
  });

  it('keeps its figures on the rates of then, while open months follow new ones', async () => {
    await importRates(test.group, { text: rates('0.5'), name: 'second.csv' });
    expect((await reportMonths(test.group, july)).rows[0]?.cost).toBe('100');
    await reopenMonth(test.group, { month: '2025-07', reason: 'rates corrected' });
    expect((await reportMonths(test.group, july)).rows[0]?.cost).toBe('160');
  });

  it('keeps a month that was locked without rates as it was, until it is opened', async () => {
    const may = { from: '2025-05', to: '2025-05' };
    await importRates(test.group, { text: `${rates('0.5')}2025-05-02,0.5,\n`, name: 'third.csv' });
    expect((await reportMonths(test.group, may)).rows[0]).toMatchObject({ cost: null, complete: false });
    await reopenMonth(test.group, { month: '2025-05', reason: 'rates are there' });
    expect((await reportMonths(test.group, may)).rows[0]).toMatchObject({ cost: '160', complete: true });
  });

  it('is told where nothing changes', async () => {
    await expect(reopenMonth(test.group, { month: '2025-07', reason: 'x' })).rejects.toMatchObject({
      code: 'PERIOD_STATE_UNCHANGED',
    });
    await expect(lockMonth(test.group, { month: '2025-7', reason: 'x' })).rejects.toMatchObject({
      code: 'MONTH_INVALID',
    });
  });
});

describe('completeness', () => {
  it('says of each entity and month whether it is there, in which revision, and closed', async () => {
    const { rows, expected, published } = await reportCompleteness(test.group, july);
    expect(rows.map((row) => [row.entity, row.revision, row.status, row.fact_rows])).toEqual([
      ['FR01', null, 'MISSING', 0],
      ['GB03', 1, 'CLOSED', 1],
    ]);
    expect([expected, published]).toEqual([2, 1]);
  });

  it('shows the months that nobody published, up to the one that runs, and those without a fact', async () => {
    const months = async (asked: { from?: string; to?: string }) => {
      const { rows, ...of } = await reportCompleteness(test.group, { ...asked, entity: ['GB03'] });
      return [of.from, of.to, ...rows.map((row) => `${row.period_month} ${row.revision ?? row.status}`)];
    };
    expect(await months({ from: '2025-06', to: '2025-08' })).toEqual([
      '2025-06',
      '2025-08',
      '2025-06 MISSING',
      '2025-07 1',
      '2025-08 MISSING',
    ]);
    const { bytes } = await bundleOf(test.group, britain, { month: '2025-09', facts: [] });
    await receive(test.group, { file: bytes });
    expect(await months({})).toEqual([
      '2025-05',
      '2025-09',
      '2025-05 1',
      '2025-06 MISSING',
      '2025-07 1',
      '2025-08 MISSING',
      '2025-09 1',
    ]);
    const running = new Date().toISOString().slice(0, 7);
    expect((await months({ from: '2025-09', to: '2150-01' })).at(1)).toBe(running > '2025-09' ? running : '2025-09');
    await expect(months({ from: '1950-01' })).rejects.toMatchObject({ code: 'MONTHS_TOO_MANY' });
  });
});
