import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRowSecurity } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { reportFacts } from '../report/reports.ts';
import { type FocusRow, focusCsv } from '../testing/focus-csv.ts';
import { anotherEntity, openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { clearCalendar, readCalendar, setCalendar } from './calendar.ts';
import { importPrices } from './import-prices.ts';
import { archiveView, listViews, publishView, showView } from './views.ts';

let test: TestEntity;
let number = 0;
beforeAll(async () => {
  test = await openTestEntity();
  await bills('2025-07', [
    { Tags: tags('Web Shop'), ConsumedQuantity: '3', EffectiveCost: '30' },
    {
      Tags: tags('Search'),
      ConsumedQuantity: '1.5',
      EffectiveCost: '10',
      ServiceName: 'Kubernetes',
      ConsumedUnit: 'vCPU',
    },
    { Tags: tags('Search'), ConsumedQuantity: '', ConsumedUnit: '', EffectiveCost: '4', ServiceName: 'Support' },
    { Tags: tags('Platform', { shared: 'true' }), ConsumedQuantity: '9', EffectiveCost: '8' },
  ]);
  await runMonth(test.entity, '2025-07');
});
afterAll(async () => {
  await test.close();
});

const VM = 'Compute/Virtual Machines/Hours';
const K8S = 'Compute/Kubernetes/vCPU';
const POOL = 'SHARED:platform:Compute';
const tags = (application: string, more: object = {}) => JSON.stringify({ application, environment: 'prod', ...more });

async function bills(month: string, rows: readonly FocusRow[]): Promise<void> {
  const own = rows.map((row) => ({ BillingAccountId: `ACC-${number}`, BillingPeriodStart: `${month}-01`, ...row }));
  await importFocus(test.entity, { path: await test.file(`bill-${number++}.csv`, focusCsv(own)) });
}

const list = (lines: readonly (readonly string[])[], header = 'product,unit,unit_price') =>
  test.file(`prices-${number++}.csv`, [header, ...lines.map((line) => line.join(',')), ''].join('\n'));

const standard = async (month = '2025-07') =>
  (await reportFacts(test.entity, { month })).rows.map((row) => [
    row.application_id,
    row.product_id,
    row.cost_standard,
  ]);

describe('a price list', () => {
  const refused: readonly (readonly [string, readonly (readonly string[])[], object])[] = [
    [
      'a price twice',
      [
        [VM, 'Hours', '1'],
        [VM, 'Hours', '1'],
      ],
      { row: 2, column: 'product' },
    ],
    ['a negative price', [[VM, 'Hours', '-0.5']], { row: 1, column: 'unit_price', value: '-0.5' }],
    ['a line without unit', [[VM, '', '1']], { row: 1, column: 'unit', value: null }],
    ['a product without unit', [['Compute/Support/none', 'none', '1']], { row: 1, column: 'product' }],
    ['another unit than the reference', [[VM, 'Days', '1']], { row: 1, column: 'unit', value: 'Days' }],
    [
      'two units',
      [
        [VM, 'Hours', '1'],
        [VM, 'Days', '1'],
      ],
      { row: 2, column: 'unit', value: 'Days' },
    ],
    ['an unknown product', [['Compute/Mainframe/MIPS', 'MIPS', '1']], { row: 1, column: 'product' }],
    ['a price finer than 18 decimals', [[VM, 'Hours', '0.1234567890123456789']], { row: 1, column: 'unit_price' }],
    ['a price that is none', [[VM, 'Hours', 'free']], { row: 1, column: 'unit_price', value: 'free' }],
  ];
  it.each(refused)('is refused whole for %s', async (_what, lines, place) => {
    const path = await list([[K8S, 'vCPU', '2'], ...lines]);
    const violation = { ...place, row: (place as { row: number }).row + 1 };
    await expect(importPrices(test.entity, { path, view: 'BROKEN' })).rejects.toMatchObject({
      code: 'ROWS_REFUSED',
      extensions: { violations: [violation] },
    });
    expect((await listViews(test.entity, 'BROKEN')).rows).toEqual([]);
  });

  it('is refused for a currency that is not that of its view', async () => {
    const path = await list([[VM, 'Hours', '1', 'USD']], 'Product,UNIT,Unit_Price,Currency');
    await expect(importPrices(test.entity, { path, view: 'BROKEN' })).rejects.toMatchObject({
      code: 'ROWS_REFUSED',
      extensions: { violations: [{ row: 1, column: 'currency', value: 'USD' }] },
    });
    await expect(importPrices(test.entity, { path, view: 'BROKEN', currency: 'XYZ' })).rejects.toMatchObject({
      code: 'VIEW_INVALID',
    });
  });

  it('is taken from JSON without passing through a float, and once', async () => {
    const path = await test.file(
      'prices.json',
      `[{"product":"${VM}","unit":"Hours","unit_price":0.100000000000000001}]`,
    );
    const first = await importPrices(test.entity, { path, view: 'JSON' });
    expect(first).toMatchObject({
      code: 'JSON',
      version: 1,
      status: 'DRAFT',
      lines: 1,
      imported: true,
      currency: 'EUR',
    });
    expect((await showView(test.entity, 'JSON')).rows).toMatchObject([
      { product: VM, unit_price: '0.100000000000000001' },
    ]);
    expect(await importPrices(test.entity, { path, view: 'JSON' })).toMatchObject({ version: 1, imported: false });
    const half = await test.file('half.json', '[{"product":');
    await expect(importPrices(test.entity, { path: half, view: 'JSON' })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });
});

describe('a Pricing View', () => {
  it('is a draft until it is published, and then values the open months at once', async () => {
    const path = await list([
      [VM, 'Hours', '2.5'],
      [POOL, 'share', '100'],
    ]);
    await importPrices(test.entity, { path, view: 'STANDARD', validTo: '2025-12' });
    expect((await standard()).every(([, , cost]) => cost === null)).toBe(true);
    const published = await publishView(test.entity, 'STANDARD');
    expect(published).toMatchObject({ status: 'PUBLISHED', changed: true, revalued: ['2025-07'] });
    // The pool is spread 30 : 14 by direct cost; its price is the whole amount to spread.
    expect(await standard()).toEqual([
      ['search', K8S, null],
      ['search', 'Compute/Support/none', null],
      ['search', POOL, '31.8181818182'],
      ['web shop', VM, '7.5'],
      ['web shop', POOL, '68.1818181818'],
    ]);
    expect(await publishView(test.entity, 'STANDARD@1')).toMatchObject({ changed: false, revalued: [] });
  });

  it('values what a run makes, with a warning for what has no price', async () => {
    const run = await runMonth(test.entity, '2025-07');
    expect(
      run.steps.filter(({ step }) => step === 'VALUATION').map(({ rows_in, rows_out }) => [rows_in, rows_out]),
    ).toEqual([
      [3, 1],
      [2, 2],
    ]);
    expect(run.warnings).toMatchObject([
      { code: 'PRICES_INCOMPLETE', detail: expect.stringContaining('2 of 3 direct') },
    ]);
    expect((await standard())[3]).toEqual(['web shop', VM, '7.5']);
  });

  it('never changes once it is published, not even by the application', async () => {
    const path = await list([[VM, 'Hours', '9']]);
    await expect(importPrices(test.entity, { path, view: 'STANDARD@1' })).rejects.toMatchObject({
      code: 'VIEW_PUBLISHED',
    });
    for (const statement of [
      'DELETE FROM pricing_line',
      "UPDATE pricing_view SET currency = 'USD'",
      "UPDATE pricing_view SET status = 'DRAFT', published_at = NULL",
    ]) {
      const attempt = test.entity.db.transaction(test.entity.scope, (tx) =>
        tx.execute(`${statement} WHERE view_code = 'STANDARD'`),
      );
      await expect(attempt).rejects.toThrow(/VIEW_PUBLISHED/);
    }
    await expect(importPrices(test.entity, { path, view: 'STANDARD@5' })).rejects.toMatchObject({
      code: 'VERSION_GAP',
    });
  });

  it('is rewritten as long as it is a draft', async () => {
    const first = await importPrices(test.entity, { path: await list([[VM, 'Hours', '3']]), view: 'STANDARD' });
    expect(first).toMatchObject({ version: 2, status: 'DRAFT' });
    const path = await list([
      [VM, 'Hours', '3.5'],
      [K8S, 'vCPU', '10'],
    ]);
    expect(await importPrices(test.entity, { path, view: 'STANDARD@2' })).toMatchObject({ version: 2, lines: 2 });
  });

  it('is chosen by the calendar, and by its latest publication where the calendar is silent', async () => {
    await expect(setCalendar(test.entity, '2025-07', 'STANDARD@2')).rejects.toMatchObject({
      code: 'VIEW_NOT_PUBLISHED',
    });
    await setCalendar(test.entity, '2025-07', 'STANDARD@1');
    expect(await publishView(test.entity, 'STANDARD@2')).toMatchObject({ revalued: [] });
    expect((await readCalendar(test.entity)).rows).toEqual([
      { month: '2025-07', state: 'OPEN', set: 'STANDARD@1', view: 'STANDARD@1', valued_with: 'STANDARD@1' },
    ]);
    const cleared = await clearCalendar(test.entity, '2025-07');
    await expect(clearCalendar(test.entity, '2025-07')).rejects.toMatchObject({ code: 'CALENDAR_NOT_SET' });
    expect(cleared).toEqual({ month: '2025-07', view: 'STANDARD@2', changed: true, revalued: ['2025-07'] });
    expect(await standard()).toEqual([
      ['search', K8S, '15'],
      ['search', 'Compute/Support/none', null],
      ['search', POOL, null],
      ['web shop', VM, '10.5'],
      ['web shop', POOL, null],
    ]);
    expect(await setCalendar(test.entity, '2026-03', 'STANDARD')).toMatchObject({ view: 'STANDARD@2', revalued: [] });
    await expect(setCalendar(test.entity, '2025-13', 'STANDARD')).rejects.toMatchObject({ code: 'MONTH_INVALID' });
    await expect(setCalendar(test.entity, '2025-07', 'NOBODY')).rejects.toMatchObject({ code: 'VIEW_NOT_FOUND' });
    await expect(setCalendar(test.entity, '2025-07', 'standard')).rejects.toMatchObject({ code: 'VIEW_INVALID' });
  });

  it('is archived only when no open month is given to it', async () => {
    await expect(archiveView(test.entity, 'STANDARD@2')).rejects.toMatchObject({
      code: 'VIEW_IN_USE',
      extensions: { months: ['2026-03'] },
    });
    await clearCalendar(test.entity, '2026-03');
    expect(await archiveView(test.entity, 'STANDARD@2')).toMatchObject({ status: 'ARCHIVED', revalued: ['2025-07'] });
    await expect(setCalendar(test.entity, '2025-07', 'STANDARD@2')).rejects.toMatchObject({ code: 'VIEW_ARCHIVED' });
  });

  it('tells a price to be spread that nobody bears', async () => {
    await bills('2025-08', [{ Tags: tags('Web Shop'), ConsumedQuantity: '3', EffectiveCost: '30' }]);
    const path = await list([
      [VM, 'Hours', '2.5'],
      [POOL, 'share', '100'],
    ]);
    await importPrices(test.entity, { path, view: 'SHARES', validFrom: '2025-08', publish: true });
    const detail = `${POOL} is to be spread at 100 EUR in SHARES@1 and no rule spreads it in 2025-08: nobody bears it`;
    expect((await runMonth(test.entity, '2025-08')).warnings).toEqual([{ code: 'PRICE_UNSPREAD', detail }]);
  });

  it('belongs to one entity', async () => {
    const dir = join(test.dir, 'other');
    await mkdir(dir);
    const other = await anotherEntity(test.database, dir, 'DE02', 'EUR');
    expect((await listViews(other)).rows).toEqual([]);
    await expect(showView(other, 'STANDARD')).rejects.toMatchObject({ code: 'VIEW_NOT_FOUND' });
    expect(await checkRowSecurity((sql) => test.database.admin(sql))).toEqual([]);
  });
});
