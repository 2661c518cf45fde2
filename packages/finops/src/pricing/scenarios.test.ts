import { readdirSync, readFileSync } from 'node:fs';
import { formatDecimal } from '@prorata/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { readScenario, type ScenarioTable } from '../testing/scenario.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { sumOf, textOf, unitsOf } from '../tieout/amounts.ts';
import { actualView, saveActualView } from './actual.ts';
import { setCalendar } from './calendar.ts';
import { compareMonths, compareViews, whatIf } from './compare.ts';
import { BREAKDOWNS, type Breakdown, type Measure } from './comparison.sql.ts';
import { importPrices } from './import-prices.ts';
import { publishView } from './views.ts';

const FOLDER = new URL('scenarios/', import.meta.url);
const DECIMALS = [
  'before',
  'after',
  'effect',
  'price_effect',
  'volume_effect',
  'new_effect',
  'ended_effect',
  'other_effect',
];
let test: TestEntity;
let number = 0;
beforeAll(async () => {
  test = await openTestEntity();
});
afterAll(async () => {
  await test.close();
});

type Rows = ScenarioTable['rows'];
type Result = { readonly rows: readonly object[]; readonly totals: readonly object[] };

async function bills(rows: Rows): Promise<void> {
  for (const month of new Set(rows.map((row) => row.month ?? ''))) {
    const own = rows.filter((row) => row.month === month);
    const lines = own.map((row) => ({
      BillingPeriodStart: `${month}-01`,
      BillingAccountId: `ACC-${number}`,
      ServiceCategory: row.domain ?? '',
      ServiceName: row.service ?? '',
      ConsumedUnit: row.unit ?? '',
      ConsumedQuantity: row.quantity ?? '',
      EffectiveCost: row.effective ?? '',
      Tags: JSON.stringify({
        application: row.application,
        environment: 'prod',
        ...(row.shared === 'yes' ? { shared: 'yes' } : {}),
      }),
    }));
    await importFocus(test.entity, { path: await test.file(`bills-${++number}.csv`, focusCsv(lines)) });
    await runMonth(test.entity, month);
  }
}

async function prices(rows: Rows): Promise<void> {
  for (const view of new Set(rows.map((row) => row.view ?? ''))) {
    const own = rows.filter((row) => row.view === view).map((row) => [row.product, row.unit, row.price].join(','));
    const path = await test.file(`prices-${++number}.csv`, ['product,unit,unit_price', ...own, ''].join('\n'));
    await importPrices(test.entity, { path, view });
    await publishView(test.entity, view);
  }
}

const levels = ({ rows, totals }: Result, columns: readonly string[]) =>
  [...rows, ...totals.map((total) => ({ code: 'TOTAL', ...total }))].map((row) =>
    Object.fromEntries(columns.map((column) => [column, (row as Record<string, unknown>)[column] ?? null])),
  );

/** What the program says where the scenario has a table. */
async function answer({ heading, columns }: ScenarioTable): Promise<unknown> {
  const views = /^Views (\S+) and (\S+) in (\S+) by (\w+)$/.exec(heading);
  if (views !== null) {
    const [, from = '', to = '', month = '', by] = views;
    return levels(await compareViews(test.entity, { month, from, to, by: by as Breakdown }), columns);
  }
  const supposed = /^What if (\S+) in (\S+) by (\w+)$/.exec(heading);
  if (supposed !== null) {
    const [, view = '', month = '', by] = supposed;
    return levels(await whatIf(test.entity, { month, view, by: by as Breakdown }), columns);
  }
  const months = /^Months (\S+) and (\S+) by (\w+), (\w+)$/.exec(heading);
  if (months !== null) {
    const [, from = '', to = '', by, measure] = months;
    const query = { from, to, by: by as Breakdown, measure: measure as Measure };
    return levels(await compareMonths(test.entity, query), columns);
  }
  const actual = /^Actual prices of (\S+)$/.exec(heading)?.[1];
  if (actual === undefined) throw new RangeError(`${heading} asks for nothing that is known`);
  return levels({ rows: (await actualView(test.entity, actual)).rows, totals: [] }, columns);
}

describe('hand-computed tables', () => {
  it.each(readdirSync(FOLDER).sort())('%s', async (name) => {
    let checked = 0;
    for (const table of readScenario(readFileSync(new URL(name, FOLDER), 'utf8'))) {
      if (table.heading === 'Bills') await bills(table.rows);
      else if (table.heading === 'Prices') await prices(table.rows);
      else if (table.heading === 'Months of use') {
        for (const { month, view } of table.rows) await setCalendar(test.entity, month ?? '', view ?? '');
      } else {
        expect(await answer(table), `${name}: ${table.heading}`).toEqual(table.rows);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(0);
  });

  it('say what has no price', async () => {
    const { coverage, from } = await whatIf(test.entity, { month: '2025-06', view: 'TARIFF@2' });
    expect(from).toBe('TARIFF@1');
    expect(coverage.from?.currencies).toMatchObject([
      { facts: 6, priced_facts: 5, products: 4, priced_products: 3, cost_effective: '52', priced_effective: '51' },
    ]);
    expect(coverage.from?.unpriced).toMatchObject([{ product: 'Other/Seats/Licence', quantity: '2' }]);
    expect(coverage.to.unpriced).toEqual([]);
  });

  it('become a price list that is a draft', async () => {
    const saved = await saveActualView(test.entity, { month: '2025-09', view: 'ACTUAL' });
    expect(saved).toMatchObject({ code: 'ACTUAL', status: 'DRAFT', lines: 2, imported: true });
    expect(await saveActualView(test.entity, { month: '2025-09', view: 'ACTUAL' })).toMatchObject({ imported: false });
    const { totals } = await whatIf(test.entity, { month: '2025-09', view: 'ACTUAL' });
    expect(totals).toMatchObject([{ after: '25.999999999999999999' }]);
    await expect(
      saveActualView(test.entity, { month: '2025-09', view: 'ACTUAL', currency: 'USD' }),
    ).rejects.toMatchObject({
      code: 'VIEW_INVALID',
    });
  });

  it('need facts, and views that are there', async () => {
    const missing = { month: '2031-01', from: 'TARIFF@1', to: 'TARIFF@2' };
    await expect(compareViews(test.entity, missing)).rejects.toMatchObject({ code: 'NO_RUN' });
    await expect(actualView(test.entity, '2031-01')).rejects.toMatchObject({ code: 'NO_RUN' });
    await expect(compareMonths(test.entity, { from: '2025-06', to: '2031-01' })).rejects.toMatchObject({
      code: 'NO_RUN',
    });
    await expect(whatIf(test.entity, { month: '2025-06', view: 'NOBODY' })).rejects.toMatchObject({
      code: 'VIEW_NOT_FOUND',
    });
  });
});

describe('for any months and prices', () => {
  const PRODUCTS = ['Compute/VM/Hours', 'Storage/Disk/GB', 'Other/Seats/Licence', 'Other/Support/none'];
  const amount = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }).map(formatDecimal);
  const price = fc.bigInt({ min: 0n, max: 10n ** 21n }).map(formatDecimal);
  const fact = fc.record({
    application: fc.constantFrom('shop', 'search', 'platform'),
    product: fc.constantFrom(...PRODUCTS),
    quantity: fc.oneof(amount, fc.constant('0')),
    effective: fc.oneof(amount, fc.constant(null)),
  });
  const month = fc.uniqueArray(fact, { minLength: 1, maxLength: 8, selector: (one) => one.application + one.product });
  const list = fc.uniqueArray(fc.record({ product: fc.constantFrom(...PRODUCTS.slice(0, 3)), price }), {
    minLength: 1,
    selector: (one) => one.product,
  });
  // An effect may have more digits than an amount: a tiny quantity that grows is a huge volume at its price.
  const exact = (values: readonly (string | undefined)[]) => textOf(sumOf(values, (value) => unitsOf(value ?? '0')));

  async function facts(
    period: string,
    rows: readonly { application: string; product: string; quantity: string; effective: string | null }[],
  ) {
    const { tenantId, legalEntityId } = test.entity.scope;
    await test.database.admin(
      `INSERT INTO fact_consumption (tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, product_id,
                                     unit, environment, consumption_type, currency, quantity, cost_effective)
       SELECT $1, $2, gen_random_uuid(), $3, f.application, split_part(f.product, '/', 1), f.product,
              split_part(f.product, '/', 3), 'prod', 'DIRECT', 'EUR', f.quantity, f.effective
         FROM jsonb_to_recordset($4) AS f (application text, product text, quantity numeric, effective numeric)`,
      [tenantId, legalEntityId, `${period}-01`, JSON.stringify(rows)],
    );
    await test.database.admin('INSERT INTO month_valuation VALUES ($1, $2, $3)', [
      tenantId,
      legalEntityId,
      `${period}-01`,
    ]);
  }

  it('parts add up to the difference, and values with residuals to the effective cost', async () => {
    let year = 2030;
    await fc.assert(
      fc.asyncProperty(month, month, list, list, async (earlier, later, one, other) => {
        year += 1;
        const [from, to] = [`${year}-01`, `${year}-02`];
        await facts(from, earlier);
        await facts(to, later);
        for (const [index, lines] of [one, other].entries()) {
          const rows = lines.map((line) => [line.product, line.product.split('/')[2], line.price].join(','));
          const path = await test.file('any.csv', ['product,unit,unit_price', ...rows, ''].join('\n'));
          const { code, version } = await importPrices(test.entity, {
            path,
            view: `ANY${year}-${index}`,
            publish: true,
          });
          await setCalendar(test.entity, index === 0 ? from : to, `${code}@${version}`);
        }
        for (const by of BREAKDOWNS) {
          for (const measure of ['standard', 'effective'] as const) {
            const { rows, totals } = await compareMonths(test.entity, { from, to, by, measure });
            for (const row of [...rows, ...totals]) {
              const parts = [row.price_effect, row.volume_effect, row.new_effect, row.ended_effect, row.other_effect];
              expect(exact(parts)).toBe(row.effect);
              expect(exact([row.before, row.effect])).toBe(row.after);
            }
            for (const column of DECIMALS) {
              const of = (row: object) => (row as Record<string, string>)[column];
              expect(exact(rows.map(of))).toBe(of(totals[0] ?? {}));
            }
          }
        }
        const { totals } = await actualView(test.entity, from);
        for (const total of totals) expect(exact([total.value, total.residual])).toBe(total.cost_effective);
        expect(totals[0]?.cost_effective).toBe(exact(earlier.map((row) => row.effective ?? undefined)));
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
