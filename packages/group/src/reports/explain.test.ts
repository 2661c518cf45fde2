import type { IndirectRule } from '@prorata/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importRates } from '../exchange/rate-sets.ts';
import { publicationDifference } from '../intake/publications.ts';
import { receive } from '../intake/receive.ts';
import { importReferences } from '../references/references.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { explainFact } from './explain.ts';
import { explainTotal } from './explain-total.ts';

const share = { consumption_type: 'INDIRECT', product_id: 'SHARED:net', unit: 'share', domain_id: 'Storage' } as const;
const rule = (of: Partial<IndirectRule> = {}): IndirectRule => ({
  code: 'network',
  version: 3,
  label: 'Network',
  base: 'driver',
  driver: 'head count',
  driver_month: '2025-07',
  weights: [
    { currency: 'EUR', total: '480' },
    { currency: 'USD', total: '7' },
  ],
  products: [
    { product_id: 'SHARED:net', environments: ['prod'], sources: [{ kind: 'POOL', code: 'network' }] },
    { product_id: 'TAX', environments: ['prod'], sources: [{ kind: 'POOL', code: 'network' }] },
  ],
  ...of,
});
const byCost = rule({ code: 'a-default', version: null, label: 'By cost', base: 'direct_cost', measure: 'effective' });
const { driver: _driver, driver_month: _month, ...defaultRule } = byCost;

let test: TestGroup;
let france: Member;
let first: string;
beforeAll(async () => {
  test = await openTestGroup();
  france = await enrolMember(test.group, 'FR01');
  const britain = await enrolMember(test.group, 'GB03', 'GBP');
  await importRates(test.group, {
    text: 'Date,USD,GBP,\n2025-08-01,2,0.5,\n2025-07-31,2,0.5,\n2025-07-01,2,0.5,\n',
    name: 'r',
  });
  const vm = { product_id: 'VM', unit: 'Hours' };
  const tax = { ...share, product_id: 'TAX', domain_id: 'Compute' };
  const one = await bundleOf(test.group, france, {
    facts: [
      fact({ ...vm, cost_effective: '100' }),
      fact({ ...vm, currency: 'USD', cost_effective: '30' }),
      fact({ ...share, quantity: '0.25', cost_effective: '10' }),
      fact({ ...share, application_id: 'search', quantity: '0.75', cost_effective: '30' }),
      // One application bears tax in two domains.
      fact({ ...tax, quantity: '0.75', cost_effective: '3' }),
      fact({ ...tax, domain_id: 'Storage', quantity: '0.25', cost_effective: '1' }),
    ],
    manifest: {
      indirect_rules: [
        rule(),
        {
          ...defaultRule,
          products: [{ product_id: 'TAX', environments: ['prod'], sources: [{ kind: 'POOL', code: 'x' }] }],
        },
        rule({ code: 'dollars', weights: [{ currency: 'USD', total: '7' }], products: rule().products.slice(1) }),
      ],
    },
  });
  first = one.manifestDigest;
  await receive(test.group, { file: one.bytes });
  await receive(test.group, {
    file: (await bundleOf(test.group, britain, { facts: [fact({ currency: 'GBP', cost_effective: '5' })] })).bytes,
  });
});
afterAll(() => test.close());

const place = {
  period_month: '2025-07',
  entity: 'FR01',
  application: 'billing',
  environment: 'prod',
  currency: 'EUR',
} as const;
const spreadOf = async (product: string, domain: string) =>
  (
    await explainFact(test.group, {
      ...place,
      domain,
      family: null,
      product,
      unit: 'share',
      consumption_type: 'INDIRECT',
    })
  ).spread;
const total = (of: object = {}) => explainTotal(test.group, { from: '2025-07', to: '2025-07', ...of });
const parts = async (of: object = {}) =>
  (await total(of)).rows.map((row) => [
    row.entity,
    row.currency,
    row.local_cost,
    row.previous?.local_cost,
    row.previous?.difference,
    row.previous?.cost_difference,
  ]);

describe('an indirect amount', () => {
  it('shows rule, version, driver and its month, what all weigh, and its share of it', async () => {
    expect(await spreadOf('SHARED:net', 'Storage')).toEqual({
      share: '0.25',
      applications: 2,
      shares: '1',
      pool: '40',
      rules: [
        {
          code: 'network',
          version: 3,
          label: 'Network',
          base: 'driver',
          measure: null,
          driver: 'head count',
          driver_month: '2025-07',
          total_weight: '480',
          sources: [{ kind: 'POOL', code: 'network' }],
        },
      ],
    });
  });

  it('shows each rule where several filled the product, but for those that spread other currencies', async () => {
    const tax = await spreadOf('TAX', 'Compute');
    expect(tax).toMatchObject({ share: '0.75', applications: 1, shares: '1', pool: '4' });
    expect(tax?.rules).toMatchObject([
      {
        code: 'a-default',
        version: null,
        base: 'direct_cost',
        measure: 'effective',
        driver: null,
        total_weight: '480',
      },
      { code: 'network' },
    ]);
  });
});

describe('a total', () => {
  it('has nothing to compare with while every revision is the first', async () => {
    expect((await total()).since_previous).toEqual({ slices: 0, difference: '0', unknown: null });
    expect((await total()).rows.map((row) => [row.previous, row.evidence?.previous_revision])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
  });

  it('says what changed since the last revision: more, less, gone, new, in the report’s currency', async () => {
    const next = await bundleOf(test.group, france, {
      revision: 2,
      supersedes: first,
      facts: [
        fact({ product_id: 'VM', unit: 'Hours', cost_effective: '112.5' }),
        fact({ product_id: 'GPU', unit: 'Hours', currency: 'GBP', cost_effective: '8' }),
        fact({ ...share, quantity: '1', cost_effective: '40' }),
      ],
      manifest: { indirect_rules: [rule({ version: 4, products: rule().products.slice(0, 1) })] },
    });
    await receive(test.group, { file: next.bytes });
    expect(await parts()).toEqual([
      // 112.5 + 40 against 100 + 10 + 30 + 4; USD is gone: -30 at half a euro; GBP is new: 8 at two euros.
      ['FR01', 'EUR', '152.5', '144', '8.5', '8.5'],
      ['FR01', 'GBP', '8', '0', '8', '16'],
      ['FR01', 'USD', '0', '30', '-30', '-15'],
      ['GB03', 'GBP', '5', undefined, undefined, undefined],
    ]);
    expect((await total()).since_previous).toEqual({ slices: 1, difference: '9.5', unknown: null });
    expect((await total()).rows[0]).toMatchObject({
      previous: { revision: 1, received_at: expect.stringMatching(/Z$/) },
      evidence: { revision: 2, previous_revision: 1 },
    });
    const rules = (await publicationDifference(test.group, { entity: 'FR01', month: '2025-07', from: 1, to: 2 })).rules;
    expect(rules?.map((one) => [one.change, one.code, one.before?.version, one.after?.version])).toEqual([
      ['removed', 'a-default', null, undefined],
      ['removed', 'dollars', 3, undefined],
      ['changed', 'network', 3, 4],
    ]);
  });

  it.each<[string, object, unknown]>([
    [
      'a product',
      { product: ['VM'] },
      [
        ['EUR', '112.5', '100'],
        ['USD', '0', '30'],
      ],
    ],
    ['a type', { consumption_type: 'INDIRECT' }, [['EUR', '40', '44']]],
    ['a domain', { domain: ['Storage'] }, [['EUR', '40', '41']]],
    ['everything but tax', { without_tax: true, consumption_type: 'INDIRECT' }, [['EUR', '40', '40']]],
    [
      'a measure',
      { measure: 'cost_billed', product: ['VM'] },
      [
        ['EUR', '110', '110'],
        ['USD', '0', '110'],
      ],
    ],
  ])('compares under the same filter: %s', async (_name, filter, expected) => {
    const rows = (await total({ ...filter, entity: ['FR01'] })).rows;
    expect(rows.map((row) => [row.currency, row.local_cost, row.previous?.local_cost])).toEqual(expected);
  });

  it('compares in the hierarchy of today as well', async () => {
    const domains = ['Compute', 'Storage', 'Cloud'].map((code) => ({ code, label: code }));
    const products = [{ code: 'VM', label: 'VM', domain: 'Cloud', unit: 'Hours' }];
    await importReferences(test.group, { text: JSON.stringify({ domains, families: [], products }), name: 'r.json' });
    expect(await parts({ hierarchy: 'today', domain: ['Cloud'], entity: ['FR01'] })).toEqual([
      ['FR01', 'EUR', '112.5', '100', '12.5', '12.5'],
      ['FR01', 'USD', '0', '30', '-30', '-15'],
    ]);
  });

  it('does not guess where it cannot know: applications of a superseded revision stand in its bundle only', async () => {
    const { rows, since_previous } = await total({ application: ['billing'], entity: ['FR01'] });
    expect(since_previous).toEqual({ slices: 1, difference: null, unknown: 'BY_APPLICATION' });
    expect(rows.map((row) => row.previous)).toMatchObject([
      { revision: 1, local_cost: null, difference: null },
      { revision: 1, local_cost: null, difference: null },
    ]);
  });

  it('compares with the revision right before, and says where its figures were not kept', async () => {
    const second = (await total()).rows[0]?.evidence?.manifest_digest ?? null;
    const third = await bundleOf(test.group, france, {
      revision: 3,
      supersedes: second,
      facts: [fact({ cost_effective: '112.5' })],
    });
    await receive(test.group, { file: third.bytes });
    expect(await parts({ product: ['VM'], entity: ['FR01'] })).toEqual([['FR01', 'EUR', '112.5', '112.5', '0', '0']]);
    expect((await spreadOf('SHARED:net', 'Storage').catch((error) => error)).code).toBe('FACT_NOT_FOUND');
    await test.admin('DELETE FROM prorata.superseded_figure WHERE revision = 2');
    expect((await total({ entity: ['FR01'] })).since_previous).toEqual({
      slices: 1,
      difference: null,
      unknown: 'NOT_KEPT',
    });
    expect((await total({ entity: ['GB03'] })).since_previous).toEqual({ slices: 0, difference: '0', unknown: null });
  });

  it('says what is gone of a month that nobody has facts in any more', async () => {
    const month = '2025-08';
    const one = await bundleOf(test.group, france, { month, facts: [fact({ cost_effective: '5' })] });
    await receive(test.group, { file: one.bytes });
    const none = await bundleOf(test.group, france, { month, revision: 2, supersedes: one.manifestDigest, facts: [] });
    await receive(test.group, { file: none.bytes });
    expect(await parts({ from: month, to: month })).toEqual([['FR01', 'EUR', '0', '5', '-5', '-5']]);
    const { since_previous, rows } = await total({ to: undefined });
    expect(since_previous.slices).toBe(2);
    expect(rows.at(-1)).toMatchObject({ period_month: month, evidence: { revision: 2 } });
    expect((await total()).since_previous.slices).toBe(1);
  });

  it('shows an entity’s reader the changes of its own slices', async () => {
    const within = (entityId: string) => ({ ...test.group, scope: { ...test.group.scope, entityId } });
    const own = await explainTotal(within('FR01'), { from: '2025-07', to: '2025-07' });
    expect(own.since_previous.slices).toBe(1);
    expect((await explainTotal(within('GB03'), {})).since_previous.slices).toBe(0);
  });
});
