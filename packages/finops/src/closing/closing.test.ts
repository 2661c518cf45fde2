import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRowSecurity } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { importMeasured } from '../measured/import-measured.ts';
import { joinGroup } from '../node/join.ts';
import { setCalendar } from '../pricing/calendar.ts';
import { importPrices } from '../pricing/import-prices.ts';
import { readPublication } from '../publish/publications.ts';
import { APPLICATIONS_OF_MONTH } from '../publish/publish.sql.ts';
import { publishMonth } from '../publish/publish-month.ts';
import { reportCoverage, reportFacts } from '../report/reports.ts';
import { type FocusRow, focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity, testGroup } from '../testing/test-entity.ts';
import { adjustMonth, withdrawAdjustments } from './adjust.ts';
import { reportAdjustments } from './adjustments.ts';
import { closeMonth, lockMonth, reopenMonth } from './close.ts';
import { listPeriods, periodHistory } from './periods.ts';

const VM = 'Compute/Virtual Machines/Hours';
const group = testGroup();
let test: TestEntity;
let number = 0;

beforeAll(async () => {
  test = await openTestEntity();
  await joinGroup(test.entity, await group.admit(test.entity));
  for (const month of ['2025-01', '2025-02', '2025-03']) await bill(month, 'ACC', plain('30', '10', '8'));
  await runMonth(test.entity, '2025-01');
  await prices('1.5');
  for (const month of ['2025-01', '2025-02', '2025-03']) await runMonth(test.entity, month);
});
afterAll(async () => {
  await test.close();
});

const tags = (application: string, more: object = {}) => JSON.stringify({ application, environment: 'prod', ...more });
const plain = (shop: string, search: string, shared: string): FocusRow[] => [
  { Tags: tags('Web Shop'), EffectiveCost: shop, BilledCost: shop, ConsumedQuantity: '3' },
  { Tags: tags('Search'), EffectiveCost: search, BilledCost: search, ConsumedQuantity: '1' },
  { Tags: tags('Platform', { shared: 'yes' }), EffectiveCost: shared, BilledCost: shared, ConsumedQuantity: '9' },
];

async function bill(month: string, account: string, rows: readonly FocusRow[], replace = false) {
  const own = rows.map((row) => ({ BillingAccountId: account, BillingPeriodStart: `${month}-01`, ...row }));
  const path = await test.file(`bill-${++number}.csv`, focusCsv(own));
  return await importFocus(test.entity, { path, replace });
}

async function prices(price: string) {
  const path = await test.file(`prices-${++number}.csv`, `product,unit,unit_price\n${VM},Hours,${price}\n`);
  return await importPrices(test.entity, { path, view: 'STANDARD', publish: true });
}

/** Everything that a month says, byte for byte. */
async function said(month: string): Promise<string> {
  return JSON.stringify([await reportFacts(test.entity, { month }), await reportCoverage(test.entity, month)]);
}

const bundle = async (month: string) => {
  const { revision, created } = await publishMonth(test.entity, month);
  return { revision, created, sha256: (await readPublication(test.entity, month, revision)).bundle_sha256 };
};

const costs = async (month: string) => {
  const { totals } = await reportFacts(test.entity, { month });
  return totals.map((total) => [total.consumption_type, total.cost_effective]);
};

const period = async (month: string) => (await listPeriods(test.entity)).rows.find((row) => row.period_month === month);

describe('a closed month', () => {
  let before = '';
  let published: Awaited<ReturnType<typeof bundle>>;

  it('needs a run that says what was imported', async () => {
    await expect(closeMonth(test.entity, '2025-04')).rejects.toMatchObject({ code: 'NO_RUN' });
    await bill('2025-01', 'LATER', plain('1', '1', '1'));
    await expect(closeMonth(test.entity, '2025-01')).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
    await runMonth(test.entity, '2025-01');
    await expect(lockMonth(test.entity, '2025-01')).rejects.toMatchObject({ code: 'PERIOD_OPEN' });
  });

  it('freezes its costs with the Pricing View that valued them', async () => {
    expect((await publishMonth(test.entity, '2025-01')).revision).toBe(1);
    const open = await said('2025-01');
    const closed = await closeMonth(test.entity, '2025-01');
    expect(closed).toMatchObject({ state: 'CLOSED', changed: true, frozen: { view: 'STANDARD@1' } });
    expect(await closeMonth(test.entity, '2025-01')).toEqual({ ...closed, changed: false });
    const frozen = await test.database.admin<{ view: string; rows: string }>(
      `SELECT view_code || '@' || view_version AS view, count(*) AS rows FROM fact_cost GROUP BY 1`,
    );
    const { facts } = (await period('2025-01')) ?? {};
    expect(frozen).toEqual([{ view: 'STANDARD@1', rows: String(facts) }]);
    before = await said('2025-01');
    expect(before).toBe(open);
    published = await bundle('2025-01');
    expect(published).toMatchObject({ revision: 2, created: true });
    expect((await readPublication(test.entity, '2025-01', 2)).manifest).toMatchObject({
      status: 'CLOSED',
      pricing_view: { code: 'STANDARD', version: 1 },
    });
  });

  it('does not run, and its prices are not chosen again', async () => {
    const closed = { code: 'PERIOD_CLOSED', status: 409 };
    await expect(runMonth(test.entity, '2025-01')).rejects.toMatchObject(closed);
    await expect(setCalendar(test.entity, '2025-01', 'STANDARD@1')).rejects.toMatchObject(closed);
  });

  it('stays byte for byte when a price, a rule, a name and a late file come', async () => {
    expect((await prices('9')).revalued).toEqual(['2025-02', '2025-03']);
    const mapping = join(test.dir, 'mapping.yaml');
    await writeFile(mapping, (await readFile(mapping, 'utf8')).replace('aliases: {}', 'aliases: { search: Finder }'));
    await test.database.admin(`UPDATE dim_application SET name_source = 'Renamed'`);
    await test.database.admin(`UPDATE dim_product SET name_source = 'Renamed'`);
    await expect(bill('2025-01', 'ACC', plain('60', '10', '8'))).rejects.toMatchObject({ code: 'SCOPE_EXISTS' });
    const late = await bill('2025-01', 'ACC', plain('60', '10', '8'), true);
    expect(late).toMatchObject({ waiting: ['2025-01'], replaced: [] });
    await bill('2025-01', 'NEW', [{ Tags: tags('Archive'), EffectiveCost: '5', BilledCost: '5', ServiceName: 'Tape' }]);
    expect(await said('2025-01')).toBe(before);
    expect(await bundle('2025-01')).toEqual({ ...published, created: false });
    const waiting = (await period('2025-01'))?.waiting.map((one) => [
      one.state,
      one.billing_account,
      one.cost_effective,
    ]);
    expect(waiting).toEqual([
      ['WAITING', 'ACC', '78'],
      ['WAITING', 'NEW', '5'],
    ]);
  });

  it('lets a later file replace what waits, and nothing else', async () => {
    const again = await bill('2025-01', 'ACC', plain('62', '10', '8'), true);
    expect(again.replaced).toEqual([expect.stringContaining('bill-')]);
    expect((await period('2025-01'))?.waiting.map((one) => one.cost_effective)).toEqual(['5', '80']);
    expect(await said('2025-01')).toBe(before);
  });

  it('is adjusted in the first open month, to the last decimal', async () => {
    await expect(closeMonth(test.entity, '2025-02')).rejects.toMatchObject({
      code: 'RUN_OUTDATED',
      extensions: { changed: ['MAPPING'] },
    });
    for (const month of ['2025-02', '2025-03']) await runMonth(test.entity, month);
    await closeMonth(test.entity, '2025-02');
    await expect(adjustMonth(test.entity, '2025-03')).rejects.toMatchObject({ code: 'PERIOD_OPEN' });
    await expect(adjustMonth(test.entity, '2025-02')).rejects.toMatchObject({ code: 'NOTHING_WAITING' });
    await expect(adjustMonth(test.entity, '2025-01', { into: '2025-02' })).rejects.toMatchObject({
      code: 'PERIOD_CLOSED',
    });
    await expect(adjustMonth(test.entity, '2025-01', { into: '2024-12' })).rejects.toMatchObject({
      code: 'ADJUSTMENT_BACKWARDS',
    });
    const march = await costs('2025-03');
    const booked = await adjustMonth(test.entity, '2025-01');
    // 80 instead of 48 in one account, and 5 in a new one.
    expect(booked).toMatchObject({ period_month: '2025-03', adjustments: [{ totals: [{ cost_effective: '37' }] }] });
    expect(await said('2025-01')).toBe(before);
    expect(await period('2025-01')).toMatchObject({ waiting: [], booked_in: [{ period_month: '2025-03' }] });
    await expect(publishMonth(test.entity, '2025-03')).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
    const run = await runMonth(test.entity, '2025-03');
    expect(run.warnings).toContainEqual({
      code: 'ADJUSTS_MONTH',
      detail: 'carries a correction of 2025-01: 37 EUR effective, 37 EUR billed',
    });
    expect(march).toEqual([
      ['DIRECT', '40'],
      ['INDIRECT', '8'],
    ]);
    // The shares of March stay as they are: what the pool of January lost or won is direct there.
    expect(await costs('2025-03')).toEqual([
      ['DIRECT', '77'],
      ['INDIRECT', '8'],
    ]);
    const { conservation } = await reportFacts(test.entity, { month: '2025-03' });
    expect(conservation.equal).toBe(true);
    expect(conservation.steps.map((step) => [step.step, step.equal, step.carried_effective])).toEqual([
      ...['MAPPING', 'DIRECT', 'MEASURED', 'VALUATION', 'INDIRECT', 'VALUATION', 'CHECK'].map((step) => [
        step,
        true,
        '0',
      ]),
      ['ADJUSTMENT', true, '37'],
    ]);
    await publishMonth(test.entity, '2025-03');
    expect((await readPublication(test.entity, '2025-03', 1)).manifest).toMatchObject({
      adjusts_month: '2025-01',
      status: 'OPEN',
    });
  });

  it('is called in its first bundle what it was called when it was closed', async () => {
    const { tenantId, legalEntityId } = test.entity.scope;
    await test.database.admin(`UPDATE dim_application SET name_source = 'Again', group_code = 'LATER'`);
    const named = (month: string) =>
      test.database.admin<{ label: string }>(APPLICATIONS_OF_MONTH, [tenantId, legalEntityId, `${month}-01`]);
    expect(new Set((await named('2025-02')).map(({ label }) => label))).toEqual(new Set(['Finder', 'Renamed']));
    expect(new Set((await named('2025-03')).map(({ label }) => label))).toEqual(new Set(['Again']));
  });

  it('explains the difference at the grain of the facts, and only what arrived', async () => {
    const { rows } = await reportAdjustments(test.entity, '2025-03');
    const told = rows.map((row) => [
      row.adjusted_type,
      row.application_id,
      row.product_id,
      row.quantity,
      row.cost_effective,
    ]);
    // The pool of 8 + 1 was spread 31 : 11 and would be spread 63 : 11 : 5; the search is the finder by today's rules.
    expect(told.map(([type, application]) => [type, application])).toEqual([
      ['DIRECT', 'archive'],
      ['INDIRECT', 'archive'],
      ['INDIRECT', 'finder'],
      ['DIRECT', 'web shop'],
      ['INDIRECT', 'web shop'],
    ]);
    expect(told[3]).toEqual(['DIRECT', 'web shop', VM, '0', '32']);
    expect(
      rows
        .filter((row) => row.adjusted_type === 'INDIRECT')
        .reduce(
          (sum, row) =>
            sum + BigInt(row.quantity.replace(/^(-?)0?\.?/, '$1').padEnd(row.quantity.startsWith('-') ? 13 : 12, '0')),
          0n,
        ),
    ).toBe(0n);
  });

  it('is not reopened while others carry its corrections', async () => {
    await expect(reopenMonth(test.entity, '2025-01', 'An invoice is missing')).rejects.toMatchObject({
      code: 'PERIOD_ADJUSTED',
      extensions: { months: ['2025-03'] },
    });
    const { withdrawn } = await withdrawAdjustments(test.entity, '2025-01');
    expect(withdrawn).toHaveLength(1);
    await expect(withdrawAdjustments(test.entity, '2025-01')).rejects.toMatchObject({ code: 'ADJUSTMENT_NOT_FOUND' });
    expect((await period('2025-01'))?.waiting).toHaveLength(2);
    await runMonth(test.entity, '2025-03');
    expect(await costs('2025-03')).toEqual([
      ['DIRECT', '40'],
      ['INDIRECT', '8'],
    ]);
  });

  it('is reopened with a reason, and takes in what waited', async () => {
    await expect(reopenMonth(test.entity, '2025-01', '  ')).rejects.toMatchObject({ code: 'REASON_MISSING' });
    const reader = { ...test.entity.operator, roles: ['finops.analyst'] };
    await expect(reopenMonth(test.entity, '2025-01', 'x', { context: reader })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const opened = await reopenMonth(test.entity, '2025-01', 'An invoice is missing');
    expect(opened).toMatchObject({ state: 'OPEN', changed: true, frozen: null });
    expect(opened.taken.map((one) => one.billing_account)).toEqual(['NEW', 'ACC']);
    await expect(publishMonth(test.entity, '2025-01')).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
    const run = await runMonth(test.entity, '2025-01');
    expect(run.totals).toMatchObject([{ cost_effective: '88' }]);
    expect(await period('2025-01')).toMatchObject({ waiting: [], state: 'OPEN', view: 'STANDARD@2' });
    await closeMonth(test.entity, '2025-01');
    expect((await bundle('2025-01')).revision).toBe(3);
  });

  it('is reopened by an administrator alone once it is locked', async () => {
    expect(await lockMonth(test.entity, '2025-01')).toMatchObject({ state: 'LOCKED', changed: true });
    expect(await lockMonth(test.entity, '2025-01')).toMatchObject({ changed: false });
    await expect(runMonth(test.entity, '2025-01')).rejects.toMatchObject({ code: 'PERIOD_LOCKED' });
    const context = { ...test.entity.operator, roles: ['finops.controller'] };
    const refused = reopenMonth(test.entity, '2025-01', 'Audit', { context });
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN', extensions: { roles: ['finops.admin'] } });
    expect(await reopenMonth(test.entity, '2025-01', 'Audit')).toMatchObject({ state: 'OPEN' });
    const history = (await periodHistory(test.entity, '2025-01')).rows;
    expect(history.map((row) => [row.version, row.to_state, row.reason])).toEqual([
      [1, 'CLOSED', null],
      [2, 'OPEN', 'An invoice is missing'],
      [3, 'CLOSED', null],
      [4, 'LOCKED', null],
      [5, 'OPEN', 'Audit'],
    ]);
    const events = await test.database.admin<{ event: string }>(
      `SELECT event FROM outbox_event WHERE event LIKE 'FINOPS.PERIOD.%' ORDER BY occurred_at, id`,
    );
    expect(events.map(({ event }) => event.slice('FINOPS.PERIOD.'.length))).toEqual([
      ...['CLOSED', 'CLOSED', 'ADJUSTED', 'ADJUSTMENT_WITHDRAWN', 'REOPENED', 'CLOSED', 'LOCKED', 'REOPENED'],
    ]);
  });

  it('lets measurements wait as it lets bills', async () => {
    const measured = async (quantity: string, replace = false) => {
      const line = `2025-04,Web Shop,${VM},${quantity},prod`;
      const path = await test.file(`m-${++number}.csv`, `month,application,product,quantity,environment\n${line}\n`);
      return await importMeasured(test.entity, { path, source: 'farm', replace });
    };
    await measured('10');
    await runMonth(test.entity, '2025-04');
    await closeMonth(test.entity, '2025-04');
    const closed = await said('2025-04');
    expect((await measured('12.5', true)).waiting).toEqual(['2025-04']);
    expect(await measured('13', true)).toMatchObject({ waiting: ['2025-04'], replaced: [expect.any(String)] });
    expect((await period('2025-04'))?.waiting).toMatchObject([{ source: 'farm', rows: 1, cost_effective: null }]);
    const booked = await adjustMonth(test.entity, '2025-04');
    expect(booked).toMatchObject({ period_month: '2025-05', lines: 1 });
    const { rows } = await reportAdjustments(test.entity, '2025-05');
    // Three hours more, at the 9 EUR of April.
    expect(rows).toMatchObject([{ product_id: VM, quantity: '3', cost_effective: null, cost_standard: '27' }]);
    expect(await said('2025-04')).toBe(closed);
    // May has nothing of its own, and carries the correction alone.
    expect((await runMonth(test.entity, '2025-05')).facts).toBe(1);
    await closeMonth(test.entity, '2025-05');
    await reopenMonth(test.entity, '2025-05', 'The meter is wrong again');
    await withdrawAdjustments(test.entity, '2025-04');
    expect((await reopenMonth(test.entity, '2025-04', 'A meter was read again')).taken).toHaveLength(1);
    await runMonth(test.entity, '2025-04');
    const facts = (await reportFacts(test.entity, { month: '2025-04' })).rows;
    expect(facts).toMatchObject([{ product_id: VM, quantity: '13', cost_standard: '117' }]);
  });

  it('keeps its costs against the application itself', async () => {
    const attempt = (statement: string) => test.entity.db.transaction(test.entity.scope, (tx) => tx.execute(statement));
    await expect(attempt('DELETE FROM fact_cost')).rejects.toThrow(/PERIOD_CLOSED/);
    await expect(attempt('DELETE FROM closed_label')).rejects.toThrow(/PERIOD_CLOSED/);
    await expect(attempt('UPDATE fact_cost SET quantity = 0')).rejects.toThrow(/permission denied/);
    await expect(attempt('DELETE FROM consumption')).rejects.toThrow(/permission denied/);
    expect(await checkRowSecurity((sql) => test.database.admin(sql))).toEqual([]);
  });
});
