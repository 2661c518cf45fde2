import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import { importRates } from '../exchange/rate-sets.ts';
import { fact, plantFacts } from '../testing/facts.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { drilldown } from './drilldown.ts';
import { read } from './read.ts';
import {
  reportApplications,
  reportDomains,
  reportEntities,
  reportMatrix,
  reportMonths,
  reportProducts,
} from './reports.ts';

// GBP: mean 0.8 in July, so 1.25 EUR a pound; nothing for June. Means and multipliers by hand.
const RATES = `Date,USD,GBP,
2025-08-01,1.2,0.81,
2025-07-31,1.25,0.9,
2025-07-01,1.25,0.7,
2025-06-30,1.1,N/A,
`;

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
  await importRates(test.group, { text: RATES, name: 'rates.csv' });
  await plantFacts(test.group, [
    fact(),
    fact({ application_id: 'payroll', cost_effective: '50.5', cost_billed: null, cost_standard: '40' }),
    fact({
      domain_id: 'Storage',
      product_id: 'disk',
      unit: 'GB',
      cost_effective: null,
      cost_billed: null,
      cost_standard: '9.5',
    }),
    fact({
      domain_id: 'Storage',
      product_id: null,
      unit: 'none',
      quantity: '0',
      cost_effective: null,
      cost_billed: null,
    }),
    fact({ product_id: 'TAX', unit: 'none', environment: 'n_a', cost_effective: '20', cost_billed: '20' }),
  ]);
  await plantFacts(test.group, [
    fact({ entity_id: 'GB03', currency: 'GBP', cost_effective: '80.000000000000000001' }),
    fact({
      entity_id: 'GB03',
      currency: 'GBP',
      consumption_type: 'INDIRECT',
      unit: 'share',
      quantity: '1',
      cost_effective: '8',
    }),
  ]);
  await plantFacts(test.group, [fact({ period_month: '2025-06', cost_effective: '75' })]);
  await plantFacts(test.group, [
    fact({ period_month: '2025-06', entity_id: 'GB03', currency: 'GBP', cost_effective: '80' }),
  ]);
});
afterAll(() => test.close());

const july = { from: '2025-07', to: '2025-07' };

describe('the reports', () => {
  it('convert each local cost with the multiplier of its month and round nothing', async () => {
    const report = await reportEntities(test.group, july);
    expect(report.rows.map((row) => [row.entity, row.cost, row.local_cost, row.local_currency, row.rank])).toEqual([
      ['FR01', '180', '180', 'EUR', 1],
      ['GB03', '110.00000000000000000125', '88.000000000000000001', 'GBP', 2],
    ]);
    expect(report.total.cost).toBe('290.00000000000000000125');
    expect(report.rows.map((row) => row.share)).toEqual(['0.62068966', '0.37931034']);
    expect(report).toMatchObject({ complete: true, missing: [], provisional: [], currency: 'EUR', rate_sets: [1] });
  });

  it('show the change on the month before, where both months are complete', async () => {
    const report = await reportEntities(test.group, july);
    expect(report.rows.map((row) => row.change)).toEqual(['1.40000000', null]);
    const months = await reportMonths(test.group);
    expect(months.rows.map((row) => [row.period_month, row.previous_cost, row.change])).toEqual([
      ['2025-06', null, null],
      ['2025-07', '75', null],
    ]);
  });

  it('flag a missing rate instead of counting it as nothing', async () => {
    const report = await reportMonths(test.group);
    expect(report.complete).toBe(false);
    expect(report.missing).toEqual([{ period_month: '2025-06', currency: 'GBP' }]);
    expect(report.rows[0]).toMatchObject({ period_month: '2025-06', cost: '75', complete: false });
    const june = await reportEntities(test.group, { from: '2025-06', to: '2025-06' });
    expect(june.rows.find((row) => row.entity === 'GB03')).toMatchObject({
      cost: null,
      complete: false,
      local_cost: '80',
      share: null,
    });
    expect(june.total).toMatchObject({ cost: '75', complete: false });
    expect(june.rows.map((row) => row.share)).toEqual([null, null]);
  });

  it('can be made in any currency of the rate set', async () => {
    const report = await reportEntities(test.group, { ...july, currency: 'USD' });
    // 1 EUR = 1.25 USD; 1 GBP = 1.25 / 0.8 USD.
    expect(report.rows.map((row) => row.cost)).toEqual(['225', '137.5000000000000000015625']);
    const pounds = await reportEntities(test.group, { ...july, currency: 'GBP', entity: ['GB03'] });
    expect(pounds.rows[0]).toMatchObject({ cost: '88.000000000000000001', complete: true });
  });

  it.each([
    ['cost', '180', 4],
    ['cost_effective', '170.5', 3],
    ['cost_billed', '130', 2],
    ['cost_standard', '49.5', 2],
  ] as const)('add up the measure %s and count the facts that carry it', async (measure, cost, valued) => {
    const report = await reportEntities(test.group, { ...july, measure, entity: ['FR01'] });
    expect(report.rows[0]).toMatchObject({ cost, valued_rows: valued, fact_rows: 5 });
  });

  it('leave tax out where asked, at every grain', async () => {
    const input = { ...july, without_tax: true, entity: ['FR01'] };
    const costs = [
      (await reportEntities(test.group, input)).total.cost,
      (await reportMonths(test.group, input)).total.cost,
      (await reportMatrix(test.group, input)).total.cost,
      (await reportApplications(test.group, input)).total.cost,
      (await reportProducts(test.group, input)).total.cost,
    ];
    expect(new Set(costs)).toEqual(new Set(['160']));
  });

  it('never add quantities of two units', async () => {
    const report = await reportProducts(test.group, july);
    expect(report.rows.map((row) => [row.product, row.unit, row.quantity]).sort()).toEqual([
      [null, 'none', '0'],
      ['TAX', 'none', '10'],
      ['VM', 'Hours', '30'],
      ['VM', 'share', '1'],
      ['disk', 'GB', '10'],
    ]);
  });

  it('filter by consumption type, domain and application', async () => {
    const indirect = await reportDomains(test.group, { ...july, consumption_type: 'INDIRECT' });
    expect(indirect.rows.map((row) => [row.domain, row.cost])).toEqual([['Compute', '10']]);
    const payroll = await reportMonths(test.group, { application: ['payroll'] });
    expect(payroll.rows.map((row) => [row.period_month, row.cost])).toEqual([['2025-07', '50.5']]);
    expect(payroll.complete).toBe(true);
  });

  it('page without losing the total', async () => {
    const first = await reportApplications(test.group, { ...july, limit: 1 });
    const second = await reportApplications(test.group, { ...july, limit: 1, offset: 1 });
    expect([first.rows.length, first.row_count, first.total.cost]).toEqual([1, 3, second.total.cost]);
    expect(second.rows[0]?.application).not.toBe(`${first.rows[0]?.application}/${first.rows[0]?.entity}`);
  });

  it('see one state from the first statement to the last, whatever is taken in meanwhile', async () => {
    const months = 'SELECT DISTINCT period_month FROM mv_group_domain_month ORDER BY 1';
    const [before, after] = await read(test.group, async (tx) => {
      const first = await tx.query(months);
      await plantFacts(test.group, [fact({ period_month: '1990-01', cost_effective: '1' })]);
      return [first, await tx.query(months)];
    });
    expect(after).toEqual(before);
  });

  it('take the first month that there can be, which has none before it', async () => {
    const { rows } = await reportMonths(test.group);
    expect(rows[0]).toMatchObject({ period_month: '1990-01', previous_cost: null, change: null });
    await expect(reportEntities(test.group, { from: '1990-01', to: '1990-01' })).resolves.toBeDefined();
  });

  it('compare with the period before only where all of it is there', async () => {
    await plantFacts(test.group, [fact({ period_month: '2025-05', cost_effective: '50' })]);
    const france = { to: '2025-07', entity: ['FR01'] };
    const two = await reportEntities(test.group, { ...france, from: '2025-06' });
    expect(two.rows[0]).toMatchObject({ cost: '255', previous_cost: null, change: null });
    const june = await reportEntities(test.group, { ...france, from: '2025-06', to: '2025-06' });
    expect(june.rows[0]).toMatchObject({ cost: '75', previous_cost: '50', change: '0.50000000' });
  });

  it('answer an empty report, with a total of 0, for months without facts', async () => {
    const report = await reportEntities(test.group, { from: '2024-01', to: '2024-03' });
    expect(report).toMatchObject({ rows: [], complete: true, total: { cost: '0', fact_rows: 0 } });
  });
});

describe('the drill-down', () => {
  it('has the same total on each level as the row one came through', async () => {
    const all = await drilldown(test.group, july);
    expect(all.level).toBe('entity');
    for (const entity of all.rows) {
      const domains = await drilldown(test.group, { ...july, entity: entity.code ?? '' });
      expect([domains.level, domains.total.cost]).toEqual(['domain', entity.cost]);
      for (const domain of domains.rows) {
        const path = { ...july, entity: entity.code ?? '', domain: domain.code ?? '' };
        const applications = await drilldown(test.group, path);
        expect([applications.level, applications.total.cost]).toEqual(['application', domain.cost]);
        for (const application of applications.rows) {
          const products = await drilldown(test.group, { ...path, application: application.code ?? '' });
          expect([products.level, products.total.cost]).toEqual(['product', application.cost]);
          expect(products.breadcrumb.map((step) => step.code)).toEqual([
            'ACME',
            entity.code,
            domain.code,
            application.code,
          ]);
        }
      }
    }
  });

  it('refuses a path that leaves a level out', async () => {
    await expect(drilldown(test.group, { domain: 'Compute' })).rejects.toMatchObject({
      code: 'DRILLDOWN_PATH_INVALID',
    });
  });
});

describe('the views', () => {
  it('equal their definitions', async () => {
    const { rows } = await verifyViews(test.group);
    expect(rows.filter((row) => row.view.startsWith('mv_') && row.missing + row.surplus > 0)).toEqual([]);
    expect(rows.find((row) => row.view === 'mv_group_domain_month')?.rows).toBe(9);
  });
});

describe('a range of months in one currency', () => {
  it('is added up as a whole, and held against the whole of the range before', async () => {
    for (const [index, month] of ['2024-01', '2024-02', '2024-03', '2024-04'].entries()) {
      await plantFacts(test.group, [
        fact({ period_month: month, entity_id: 'IT04', cost_effective: `${index + 1}.5` }),
      ]);
    }
    const range = { from: '2024-03', to: '2024-04', entity: ['IT04'] };
    expect((await reportEntities(test.group, range)).rows).toMatchObject([
      { cost: '8', local_cost: '8', local_currency: 'EUR', fact_rows: 2, previous_cost: '4', change: '1.00000000' },
    ]);
    expect((await reportMatrix(test.group, { ...range, currency: 'USD' })).total).toMatchObject({
      cost: null,
      complete: false,
    });
  });
});
