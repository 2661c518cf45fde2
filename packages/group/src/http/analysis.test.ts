import { type App, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importRates } from '../exchange/rate-sets.ts';
import { importReferences } from '../references/references.ts';
import { fact, plantFacts } from '../testing/facts.ts';
import { readerToken } from '../testing/reader-token.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { buildGroupApp } from './server.ts';

// GBP: 1.25 EUR a pound in June, 2 EUR in July. By hand.
const RATES = `Date,USD,GBP,
2025-08-01,1.2,0.81,
2025-07-31,1.25,0.5,
2025-07-01,1.25,0.5,
2025-06-30,1.1,0.8,
2025-06-02,1.1,0.8,
2025-05-30,1.1,0.8,
`;

let test: TestGroup;
let app: App;
let authorization: string;

beforeAll(async () => {
  test = await openTestGroup();
  await importRates(test.group, { text: RATES, name: 'rates.csv' });
  const vm = { product_id: 'VM', unit: 'Hours' };
  // June: FR01 10 h at 10 and a disk, GB03 20 h at 4 GBP = 5 EUR.
  await plantFacts(test.group, [
    fact({ period_month: '2025-06', ...vm, quantity: '10', cost_effective: '100' }),
    fact({ period_month: '2025-06', product_id: 'disk', unit: 'GB', quantity: '5', cost_effective: '10' }),
    fact({
      period_month: '2025-06',
      product_id: 'TAX',
      unit: 'none',
      environment: 'n_a',
      quantity: '0',
      cost_effective: '20',
    }),
  ]);
  await plantFacts(test.group, [
    fact({ period_month: '2025-06', entity_id: 'GB03', currency: 'GBP', ...vm, quantity: '20', cost_effective: '80' }),
  ]);
  // July: FR01 12 h at 11, no disk, an indirect share and a cost nobody bears; GB03 20 h at 4 GBP = 8 EUR.
  await plantFacts(test.group, [
    fact({ ...vm, quantity: '12', cost_effective: '132', environment: 'non_prod', family_id: 'Servers' }),
    fact({ consumption_type: 'INDIRECT', product_id: 'net', unit: 'share', quantity: '1', cost_effective: '40' }),
    fact({ application_id: 'UNALLOCATED', product_id: null, unit: 'none', quantity: '0', cost_effective: '8' }),
    fact({ product_id: 'TAX', unit: 'none', environment: 'n_a', quantity: '0', cost_effective: '26' }),
  ]);
  await plantFacts(test.group, [
    fact({ entity_id: 'GB03', currency: 'GBP', application_id: '=cmd()', ...vm, quantity: '20', cost_effective: '80' }),
  ]);
  await test.admin(`INSERT INTO prorata.dim_application_group (tenant_id, entity_id, application_id, label)
    VALUES ('${test.group.scope.tenantId}', 'FR01', 'billing', 'Facturation Électrique')`);
  app = await buildGroupApp(test.group, { log: false });
  authorization = `Bearer ${await readerToken(test)}`;
});
afterAll(async () => {
  await app.close();
  await test.close();
});

async function get(path: string) {
  const answer = await app.inject({ url: `/api/group/${path}`, headers: { authorization } });
  if (answer.statusCode >= 500) throw new Error(answer.body);
  return { status: answer.statusCode, text: answer.body, body: answer.body.startsWith('{') ? answer.json() : {} };
}
const JULY = 'from=2025-07&to=2025-07';
const column = (rows: Record<string, unknown>[], ...names: string[]) =>
  rows.map((row) => (names.length === 1 ? row[names[0] ?? ''] : names.map((name) => row[name])));

describe('a series', () => {
  it('parts each month, with shares of the month, running totals and changes', async () => {
    const { body } = await get('series?by=entity');
    expect(column(body.rows, 'period_month', 'code', 'cost', 'share', 'rank', 'change', 'running_cost')).toEqual([
      ['2025-06', 'FR01', '130', '0.56521739', 1, null, '130'],
      ['2025-06', 'GB03', '100', '0.43478261', 2, null, '100'],
      ['2025-07', 'FR01', '206', '0.56284153', 1, '0.58461538', '336'],
      ['2025-07', 'GB03', '160', '0.43715847', 2, '0.60000000', '260'],
    ]);
    expect(column(body.months, 'period_month', 'cost', 'running_cost')).toEqual([
      ['2025-06', '230', '230'],
      ['2025-07', '366', '596'],
    ]);
  });

  it('keeps the largest apart and puts the others together', async () => {
    const { body } = await get(`series?by=entity&top=1&${JULY}`);
    expect(column(body.rows, 'code', 'cost')).toEqual([
      ['FR01', '206'],
      [null, '160'],
    ]);
  });

  it.each([
    ['domain', [['Compute', '366']]],
    [
      'family',
      [
        ['Servers', '132'],
        [null, '234'],
      ],
    ],
    [
      'type',
      [
        ['DIRECT', '326'],
        ['INDIRECT', '40'],
      ],
    ],
    [
      'environment',
      [
        ['n_a', '26'],
        ['non_prod', '132'],
        ['prod', '208'],
      ],
    ],
  ])('goes by %s', async (by, rows) => {
    const { body } = await get(`series?by=${by}&${JULY}`);
    expect(column(body.rows, 'code', 'cost')).toEqual(rows);
  });
});

describe('every filter', () => {
  it.each([
    ['environment=non_prod', '132'],
    ['environment=prod&environment=n_a', '234'],
    ['family=Servers', '132'],
    ['product=VM', '292'],
    ['product=VM&environment=prod', '160'],
    ['application=billing&environment=non_prod', '132'],
    ['application=UNALLOCATED', '8'],
    ['consumption_type=INDIRECT', '40'],
    ['without_tax=true', '340'],
    ['entity=GB03', '160'],
    ['entity=GB03&entity=FR01', '366'],
    ['domain=Compute', '366'],
    ['currency=GBP', '183'],
    ['measure=cost_billed', '660'],
    ['measure=cost_standard', '0'],
    ['hierarchy=today', '366'],
    ['hierarchy=today&domain=Compute&family=Servers', '132'],
    ['entity=FR01&domain=Compute&application=billing&product=VM&environment=non_prod&consumption_type=DIRECT', '132'],
    ['application=billing&family=Servers&without_tax=true&measure=cost_effective&currency=GBP', '66'],
  ])('%s gives one total in every report', async (filter, total) => {
    for (const path of [
      ...'months entities domains families matrix applications products comparison'.split(' ').map((one) => `${one}?`),
      ...['comparison/entities?', 'comparison/units?', 'kpi?', 'explain/total?'],
      ...['entity', 'domain', 'family', 'type', 'environment'].map((by) => `series?by=${by}&`),
      // Entity, domain and application are steps of the drill-down, and no filters beside it.
      ...(/^(entity|domain|application|hierarchy=today&domain)/.test(filter) ? [] : ['drilldown?']),
    ]) {
      const { body } = await get(`${path}${JULY}&${filter}`);
      expect([path, body.total?.cost, body.complete]).toEqual([path, total, true]);
    }
    const { body } = await get(`bridge?from_month=2025-06&to_month=2025-07&${filter}`);
    expect(body.side_to?.cost).toBe(total);
  });

  it.each([
    ['EUR', ['336', '260']],
    ['GBP', ['207', '160']],
  ])('adds up over months what each month costs at its own rate, in %s', async (currency, costs) => {
    const { body } = await get(`entities?from=2025-06&to=2025-07&currency=${currency}`);
    expect(column(body.rows, 'cost')).toEqual(costs);
    const months = await get(`series?by=entity&from=2025-06&to=2025-07&currency=${currency}`);
    const july = months.body.rows.filter((row: Record<string, unknown>) => row.period_month === '2025-07');
    expect(column(july, 'running_cost')).toEqual(costs);
  });

  it('narrows the facts that are listed', async () => {
    for (const [filter, rows] of [
      ['', 5],
      ['&entity=FR01', 4],
      ['&application=billing&without_tax=true', 2],
      ['&family=Servers', 1],
      ['&environment=n_a', 1],
      ['&consumption_type=INDIRECT&product=net', 1],
      ['&domain=Compute&product=VM', 2],
    ]) {
      expect([filter, (await get(`facts?${JULY}${filter}`)).body.rows.length]).toEqual([filter, rows]);
    }
  });
});

describe('a comparison of entities', () => {
  it('shows types, the distance to the average, and the same hours at the average price', async () => {
    const { body } = await get(`comparison/entities?${JULY}`);
    expect(body).toMatchObject({ average_cost: '183.000000000000000000', reference: { kind: 'average' } });
    // 292 EUR for 32 h: 9.125 an hour; FR01 pays 132 for 12 h, GB03 160 for 20 h.
    const names = [
      'entity',
      'cost',
      'direct_cost',
      'indirect_cost',
      'distance',
      'measured_cost',
      'reference_cost',
      'reference_difference',
    ];
    expect(column(body.rows, ...names)).toEqual([
      ['FR01', '206', '166', '40', '0.12568306', '132', '109.5', '22.5'],
      ['GB03', '160', '160', '0', '-0.12568306', '160', '182.5', '-22.5'],
    ]);
  });

  it.each([
    ['GB03', 'entity', ['96', '160']],
    ['LIST', 'view', ['60', '100']],
  ])('values all at the prices of %s', async (name, kind, costs) => {
    await test.admin(`INSERT INTO prorata.reference_price_set (tenant_id, price_set, name, source, sha256, imported_by)
      VALUES ('${test.group.scope.tenantId}', 1, 'LIST', 'list.csv', 'x', '${uuidv7()}') ON CONFLICT DO NOTHING`);
    await test.admin(`INSERT INTO prorata.reference_price (tenant_id, price_set, product_code, unit, currency, unit_price)
      VALUES ('${test.group.scope.tenantId}', 1, 'VM', 'Hours', 'GBP', 2.5) ON CONFLICT DO NOTHING`);
    const { body } = await get(`comparison/entities?${JULY}&reference=${name}`);
    expect([body.reference.kind, column(body.rows, 'reference_cost')]).toEqual([kind, costs]);
    expect((await get('comparison/entities?reference=nothing')).body.code).toBe('REFERENCE_PRICES_UNKNOWN');
  });

  it('shows what each pays for one unit, at equal unit only', async () => {
    const { body } = await get(`comparison/units?${JULY}`);
    const [first, second] = body.rows;
    expect(column([first, second], 'product', 'unit', 'quantity', 'average_unit_cost')).toEqual([
      ['VM', 'Hours', '20', '8.000000000000000000'],
      ['VM', 'Hours', '12', '11.000000000000000000'],
    ]);
    const cursor = (await get(`comparison/units?${JULY}&limit=1`)).body.next_cursor;
    const next = (await get(`comparison/units?${JULY}&limit=1&cursor=${cursor}`)).body;
    expect([next.rows, next.next_cursor]).toEqual([[second], null]);
    const lines = (await get(`comparison/units?${JULY}&format=csv`)).text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    const entities = [second, first].flatMap((row) => row.entities);
    const listed = lines.slice(1).map((line) => line.split(','));
    const [entity, quantity] = ['entity', 'quantity'].map((name) => (lines[0] ?? '').split(',').indexOf(name));
    expect(listed.map((line) => [line[entity ?? 0], line[quantity ?? 0]]).sort()).toEqual(
      entities.map((one: Record<string, string>) => [one.entity, one.quantity]).sort(),
    );
  });
});

describe('a bridge', () => {
  it('leads from month to month by volume, mix, price, and what no quantity explains, exactly', async () => {
    const { body } = await get('bridge?from_month=2025-06&to_month=2025-07');
    expect([body.side_from, body.side_to, body.difference]).toEqual([
      { code: '2025-06', cost: '230' },
      { code: '2025-07', cost: '366' },
      '136',
    ]);
    // FR01's hours moved into a family, so they are ended in the one group and new in the other; GB03 is dearer by the pound alone.
    expect(body.lines).toEqual({
      volume: '0',
      mix: '0',
      price: '0',
      new: '132',
      ended: '-110',
      unmeasured: '8',
      indirect: '40',
      tax: '6',
      exchange: '60',
    });
  });

  it('leads from entity to entity', async () => {
    const { body } = await get(`bridge?from_entity=GB03&to_entity=FR01&${JULY}`);
    expect([body.difference, body.lines.exchange]).toEqual(['46', '0']);
    const parts = Object.values(body.lines as Record<string, string>).map(Number);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(46);
  });

  it.each([
    'from_month=2025-06',
    'from_month=2025-06&to_month=2025-06',
    'from_entity=FR01&to_entity=FR01',
    'from_month=2025-06&to_month=2025-07&from_entity=FR01&to_entity=GB03',
    'from_entity=FR01&to_entity=GB03&entity=FR01',
  ])('refuses %s', async (query) => {
    expect(await get(`bridge?${query}`)).toMatchObject({ status: 400, body: { code: 'BRIDGE_INVALID' } });
  });
});

describe('KPI', () => {
  it('carry what they are made of', async () => {
    const { body } = await get(`kpi?${JULY}`);
    expect(column(body.rows, 'code', 'value', 'numerator', 'denominator')).toEqual([
      ['allocation_coverage', '0.97814208', '358', '366'],
      ['indirect_share', '0.10928962', '40', '366'],
      ['price_coverage', '1.00000000', '5', '5'],
      // July was over before the entities enrolled: nothing of it was due.
      ['on_time_share', null, '0', '0'],
      ['publication_coverage', null, '0', '0'],
      ['restatement_rate', null, '0', '0'],
    ]);
    expect(body.rows.every((row: { formula: string }) => row.formula.includes('/'))).toBe(true);
  });

  it('judge what was due as the discipline of the entities does', async () => {
    const since = (month: string) => `UPDATE prorata.dim_entity SET active_from = ${month}`;
    await test.admin(since("'2025-07-01'"));
    const { body } = await get(`kpi?${JULY}`);
    const { body: discipline } = await get('discipline?from=2025-07&to=2025-07');
    await test.admin(since('NULL'));
    expect(column(body.rows.slice(3, 5), 'code', 'value', 'numerator', 'denominator')).toEqual([
      ['on_time_share', '0.00000000', '0', '2'],
      ['publication_coverage', '0.00000000', '0', '2'],
    ]);
    expect(discipline.group).toMatchObject({ on_time_share: '0.00000000', due: 2, on_time: 0 });
  });
});

describe('facts', () => {
  it('come page by page in one order, and all at once as CSV that no spreadsheet runs', async () => {
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: { rows: object[]; next_cursor: string | null } = (
        await get(`facts?limit=2${next === '' ? '' : `&cursor=${next}`}`)
      ).body;
      seen.push(...page.rows.map((row) => JSON.stringify(row)));
      next = page.next_cursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([9, 9]);
    const lines = (await get('facts?format=csv')).text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(10);
    expect(lines.filter((line) => line.includes("'=cmd()"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes(',=cmd'))).toEqual([]);
  });

  it('explain themselves: rate, share, price and publication', async () => {
    const place = 'period_month=2025-07&entity=FR01&application=billing&domain=Compute&environment=prod&currency=EUR';
    const { body } = await get(`explain?${place}&consumption_type=INDIRECT&product=net&unit=share&report_currency=GBP`);
    expect(body).toMatchObject({
      cost: '20',
      basis: 'cost_effective',
      exchange: { currency: 'EUR', to: 'GBP', multiplier: '0.500000000000' },
      spread: { share: '1', applications: 1, shares: '1', pool: '40' },
      evidence: null,
    });
    const none = await get(`explain?${place}&consumption_type=DIRECT&product=none&unit=share`);
    expect(none).toMatchObject({ status: 404, body: { code: 'FACT_NOT_FOUND' } });
  });

  it('make up totals that add up', async () => {
    const { body } = await get(`explain/total?${JULY}`);
    expect(column(body.rows, 'entity', 'local_cost', 'multiplier', 'cost', 'fact_rows')).toEqual([
      ['FR01', '206', '1', '206', 4],
      ['GB03', '80', '2.000000000000', '160', 1],
    ]);
  });
});

describe('the search', () => {
  it.each([
    ['electrique', 'billing'],
    ['ÉLECTR fact', 'billing'],
    ['fr0', 'FR01'],
  ])('finds %s whatever case and accents', async (q, code) => {
    const { body } = await get(`search?q=${encodeURIComponent(q)}`);
    expect(body.rows[0]).toMatchObject({ code });
  });

  it.each(['%', '_', '\\', "'", '%%%'])('takes %j as what it is', async (q) => {
    expect((await get(`search?q=${encodeURIComponent(q)}`)).body).toEqual({ rows: [], more: false });
  });
});

describe("today's hierarchy", () => {
  it('places what was reported elsewhere where the references have it now, and leaves as reported as it was', async () => {
    const domains = ['Compute', 'Cloud'].map((code) => ({ code, label: `${code} (new)` }));
    const products = [{ code: 'VM', label: 'Virtual machine', domain: 'Cloud', unit: 'Hours' }];
    await importReferences(test.group, { text: JSON.stringify({ domains, families: [], products }), name: 'r.json' });
    await test.admin(`INSERT INTO prorata.dim_product_group (tenant_id, entity_id, product_id, label)
      VALUES ('${test.group.scope.tenantId}', 'FR01', 'VM', 'VM'), ('${test.group.scope.tenantId}', 'GB03', 'VM', 'VM')`);
    const today = await get(`domains?${JULY}&hierarchy=today`);
    expect(column(today.body.rows, 'domain', 'cost')).toEqual([
      ['Cloud', '292'],
      ['Compute', '74'],
    ]);
    expect((await get(`drilldown?${JULY}&hierarchy=today&entity=FR01&domain=Cloud`)).body.total.cost).toBe('132');
    expect(column((await get(`domains?${JULY}`)).body.rows, 'domain', 'cost')).toEqual([['Compute', '366']]);
  });
});
