import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adjustMonth } from '../closing/adjust.ts';
import { closeMonth } from '../closing/close.ts';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { DISCREPANCIES, IN_ORDER, PLANTED_CONFIG } from '../testing/planted.ts';
import { expectPlanted, expectToAddUp } from '../testing/planted-check.ts';
import { plantedEntity } from '../testing/planted-entity.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { sumOf, textOf, unitsOf } from './amounts.ts';
import { type TieOutReport, tieOut } from './tie-out.ts';

let test: TestEntity;
let root: string;
beforeAll(async () => {
  test = await openTestEntity();
  root = await mkdtemp(join(tmpdir(), 'prorata-tie-out-'));
});
afterAll(async () => {
  await test?.close();
  await rm(root, { recursive: true, force: true });
});

const amountOf = (report: TieOutReport, code: string, currency = 'EUR') =>
  report.rows.find((row) => row.code === code && row.currency === currency)?.amount;

describe('the tie-out of a month', () => {
  it('finds nothing where all is in order, however the books write it', async () => {
    const entity = await plantedEntity(test.database, root, IN_ORDER);
    const report = await tieOut(entity, '2025-07');
    expect(report.differences).toEqual([]);
    expect(new Set(report.invoices.map((invoice) => invoice.state))).toEqual(new Set(['MATCHED']));
    expectToAddUp(report);
    expect(amountOf(report, 'NOT_CHOSEN')).toBe('800');
    expect(amountOf(report, 'COMMITMENTS_BOUGHT')).toBe('3000');
    expect(amountOf(report, 'INVOICES', 'USD')).toBe('5000');
    expect(report.notices).toEqual([]);

    // Without rates an invoice is converted as it was booked.
    await writeFile(join(entity.dir, 'tie-out.yaml'), PLANTED_CONFIG.replace(/^rates: .*$/m, 'rates: {}'));
    const unrated = await tieOut(entity, '2025-07');
    expect(unrated.differences).toEqual([]);
    expect(unrated.config_sha256).not.toBe(report.config_sha256);
    await writeFile(join(entity.dir, 'tie-out.yaml'), 'schema: prorata.tie-out/1');
    await expect(tieOut(entity, '2025-07')).rejects.toMatchObject({ code: 'TIE_OUT_INVALID' });
    await expect(tieOut(entity, '2025-06')).rejects.toMatchObject({ code: 'TIE_OUT_INVALID' });
    await rm(join(entity.dir, 'tie-out.yaml'));
    await expect(tieOut(entity, '2025-06')).rejects.toMatchObject({ code: 'NO_RUN' });
    await expect(tieOut(entity, '2025-13')).rejects.toMatchObject({ code: 'MONTH_INVALID' });
  });

  it('lists exactly what was planted, each with its amount', async () => {
    const plants = [...IN_ORDER, ...DISCREPANCIES];
    const entity = await plantedEntity(test.database, root, plants);
    const report = await tieOut(entity, '2025-07');
    expectPlanted(report, plants);
    expect(new Set(report.differences.map(({ cause }) => cause)).size).toBeGreaterThanOrEqual(20);
    // The balance, by hand: every line of July on 6135, 651 and 486 that is no draft.
    const entries = plants.flatMap((plant) => plant.entries).filter(({ date }) => date < '2025-08');
    const lines = entries.filter(({ draft }) => draft !== true).flatMap((entry) => entry.lines);
    const chosen = lines.filter(({ account }) => /^(6135|651|486)/.test(account));
    expect(amountOf(report, 'BALANCE')).toBe(
      textOf(sumOf(chosen, ({ amount }) => unitsOf(amount.replace('-', '')) * (amount.startsWith('-') ? -1n : 1n))),
    );
    const doubled = report.differences.filter(({ cause }) => cause === 'DOUBLED');
    expect(doubled.find(({ invoices }) => invoices[0]?.id === 'AWS-2006')).toMatchObject({
      rule: 'aws',
      bill_amount: '139.2',
      ledger_amount: '278.4',
      matched_by: 'INVOICE_ID',
      ambiguous: false,
      entries: [
        { journal: 'HA', amount: '139.2' },
        { journal: 'HA', amount: '139.2' },
      ],
    });
    // Found by its amount only: said so.
    expect(doubled.find(({ invoices }) => invoices[0]?.id === 'AWS-2106')).toMatchObject({
      matched_by: 'AMOUNT',
      ambiguous: true,
    });
    expect(report.differences.find(({ cause }) => cause === 'OTHER_ACCOUNT')).toMatchObject({ found: '606400' });
    const french = await tieOut(entity, '2025-07', 'fr');
    expect(french.differences.map(({ label }) => label)).toContain('Comptabilisé deux fois');
    // What July says of August, August says of July.
    const [late] = report.differences.filter(
      ({ cause, difference }) => cause === 'OTHER_MONTH' && difference.startsWith('-'),
    );
    expect(late).toMatchObject({ invoices: [{ id: 'AWS-2004', month: '2025-07' }], entries: [{ month: '2025-08' }] });
  });

  it('lists exactly the planted ones of any choice of them', async () => {
    const choice = fc.subarray([...DISCREPANCIES]).map((plants) => [...IN_ORDER.slice(0, 1), ...plants]);
    await fc.assert(
      fc.asyncProperty(choice, async (plants) => {
        expectPlanted(await tieOut(await plantedEntity(test.database, root, plants), '2025-07'), plants);
      }),
      { numRuns: 2 },
    );
  });
});

describe('a closed month that bills come late for', () => {
  const invoice = (id: string, cost: string) => ({ InvoiceId: id, BilledCost: cost, EffectiveCost: cost });
  const books = (
    number: string,
    date: string,
    id: string,
    cents: readonly [net: string, tax: string, gross: string],
  ) => ({
    number,
    date,
    ref: id,
    lines: [
      { account: '613500', amount: cents[0] },
      { account: '445660', amount: cents[1] },
      { account: '401000', amount: `-${cents[2]}`, auxiliary: '401AWS01' },
    ],
  });
  const planted = {
    name: 'July as it was billed in time, and what the books say of the rest',
    bills: [invoice('AWS-1', '100'), { ...invoice('AWS-3', '10'), BillingPeriodStart: '2025-08-01' }],
    entries: [
      books('1', '2025-07-31', 'AWS-1', ['100.00', '20.00', '120.00']),
      books('2', '2025-08-31', 'AWS-3', ['10.00', '2.00', '12.00']),
      // What came late is booked when it came: the rest of a restated invoice, and one that nobody had seen.
      books('3', '2025-08-31', 'AWS-1', ['30.00', '6.00', '36.00']),
      books('4', '2025-08-31', 'AWS-2', ['50.00', '10.00', '60.00']),
    ],
    told: [],
  };

  it('stays tied out as it was, and the month that carries the correction has its invoices', async () => {
    const entity = await plantedEntity(test.database, root, [planted]);
    await closeMonth(entity, '2025-07');
    const july = await tieOut(entity, '2025-07');
    expect(july.differences).toEqual([]);
    expectToAddUp(july);

    const path = join(entity.dir, 'late.csv');
    await writeFile(
      path,
      focusCsv(
        [invoice('AWS-1', '130'), invoice('AWS-2', '50')].map((row) => ({ ...row, BillingPeriodStart: '2025-07-01' })),
      ),
    );
    await importFocus(entity, { path, replace: true });
    const waiting = await tieOut(entity, '2025-07');
    expect(waiting.notices).toMatchObject([{ code: 'LATE_FILES_WAIT', detail: expect.stringContaining('late.csv') }]);
    expect({ ...waiting, notices: [] }).toEqual(july);
    await adjustMonth(entity, '2025-07');
    await runMonth(entity, '2025-08');
    expect(await tieOut(entity, '2025-07')).toEqual(july);

    const august = await tieOut(entity, '2025-08');
    expect(august.differences).toEqual([]);
    expectToAddUp(august);
    const carried = august.invoices.filter((one) => one.adjusts_month === '2025-07');
    expect(carried.map(({ id, amount, state }) => [id, amount, state])).toEqual([
      ['AWS-1', '36', 'MATCHED'],
      ['AWS-2', '60', 'MATCHED'],
    ]);
    expect(
      ['FACTS', 'CARRIED', 'BILLED', 'CARRIED_INVOICES', 'INVOICES'].map((code) => amountOf(august, code)),
    ).toEqual([...['90', '-80', '10', '96', '108']]);
    // A second restatement brings what it adds to the first.
    await writeFile(
      path,
      focusCsv(
        [invoice('AWS-1', '131'), invoice('AWS-2', '50')].map((row) => ({ ...row, BillingPeriodStart: '2025-07-01' })),
      ),
    );
    await importFocus(entity, { path, replace: true });
    await adjustMonth(entity, '2025-07');
    await runMonth(entity, '2025-08');
    const again = await tieOut(entity, '2025-08');
    expectToAddUp(again);
    expect(again.differences).toMatchObject([{ cause: 'PARTLY_BOOKED', difference: '-1.2' }]);
  });
});
