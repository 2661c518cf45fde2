import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleInForce } from './chains.ts';
import { passOn, type SourceCell } from './pass-on.ts';
import type { IndirectRule } from './rule-document.ts';
import { type Base, type BaseWeight, spreadCells, type TakenCell } from './spread.ts';

const SCALE = 10n ** 18n;
const cell = (effective: bigint, more: Partial<SourceCell> = {}): SourceCell => ({
  kind: 'POOL',
  source: 'platform',
  domain: 'Compute',
  tax: false,
  environment: 'prod',
  currency: 'EUR',
  rows: 1,
  effective,
  billed: effective / 10n,
  standard: null,
  ...more,
});
const none = { effective: 0n, billed: 0n };
const taken = (one: SourceCell, rule?: RuleInForce): TakenCell => ({ ...one, received: none, passed: none, rule });
const weigh = (application: string, value: string, environment: string | null = null): BaseWeight => ({
  application,
  environment,
  value,
  weight: value.startsWith('-') ? '0' : value,
  clamped: value.startsWith('-'),
});
const baseOf = (...weights: BaseWeight[]): Base => ({ weights, fallback: 'UNALLOCATED' });
const ruled = (to: IndirectRule['to'], more: Partial<IndirectRule> = {}): RuleInForce => ({
  version: 1,
  rule: {
    code: 'r',
    label: 'R',
    order: 1,
    from: { pools: ['platform'] },
    by: { direct_cost: {} },
    ...(to === undefined ? {} : { to }),
    ...more,
  },
});
const units = (text: string | null, decimals: number) => {
  if (text === null) return 0n;
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(decimals, '0'));
  return text.startsWith('-') ? -value : value;
};
const sum = (texts: readonly (string | null)[], decimals: number) =>
  texts.reduce((all, text) => all + units(text, decimals), 0n);

describe('a spread', () => {
  it('is by direct cost, to the last decimal', () => {
    const base = baseOf(weigh('a', '1'), weigh('b', '2'));
    const { facts } = spreadCells([taken(cell(100n * SCALE))], () => base);
    expect(facts.map((fact) => [fact.application, fact.quantity, fact.effective, fact.billed])).toEqual([
      ['a', '0.333333333333', '33.333333333333333333', '3.333333333333333333'],
      ['b', '0.666666666667', '66.666666666666666667', '6.666666666666666667'],
    ]);
    expect(facts.every((fact) => fact.product === 'SHARED:platform:Compute' && fact.environment === 'prod')).toBe(true);
  });

  it('gives nothing to who weighs nothing, and stays on UNALLOCATED where nobody weighs', () => {
    const some = baseOf(weigh('a', '-5'), weigh('b', '2'));
    expect(spreadCells([taken(cell(10n))], () => some).facts.map((fact) => fact.application)).toEqual(['b']);
    const nobody = baseOf(weigh('b', '0'), weigh('c', '-1'));
    const { facts, lines } = spreadCells([taken(cell(10n * SCALE))], () => nobody);
    expect(facts).toMatchObject([
      { application: 'UNALLOCATED', quantity: '1.000000000000', effective: '10.000000000000000000' },
    ]);
    expect(lines[0]?.warning).toBe('NO_POSITIVE_WEIGHT');
  });

  it('keeps a tax on TAX, whose shares over all domains add up to 1', () => {
    const base = baseOf(weigh('a', '1'), weigh('b', '3'));
    const cells = [
      cell(40n * SCALE, { tax: true }),
      cell(-20n * SCALE, { tax: true, domain: 'Storage', source: 'net' }),
      cell(1n, { domain: 'Storage' }),
    ];
    const { facts } = spreadCells(
      cells.map((one) => taken(one)),
      () => base,
    );
    const taxes = facts.filter((fact) => fact.product === 'TAX');
    expect(taxes.map((fact) => [fact.application, fact.domain, fact.quantity, units(fact.effective, 18)])).toEqual([
      ['a', 'Compute', '0.166666666667', 10n * SCALE],
      ['b', 'Compute', '0.500000000000', 30n * SCALE],
      ['a', 'Storage', '0.083333333333', -5n * SCALE],
      ['b', 'Storage', '0.250000000000', -15n * SCALE],
    ]);
  });

  it('follows the environments of its base, and joins what arrives in one', () => {
    const rule = ruled({ environment: 'as_base' });
    const base = baseOf(weigh('a', '1', 'prod'), weigh('a', '1', 'non_prod'), weigh('b', '2', 'prod'));
    const cells = [taken(cell(40n * SCALE), rule), taken(cell(4n * SCALE, { environment: 'unknown' }), rule)];
    const { facts } = spreadCells(cells, () => base);
    expect(
      facts.map((fact) => [fact.application, fact.environment, fact.quantity, units(fact.effective, 18) / SCALE]),
    ).toEqual([
      ['a', 'prod', '0.333333333333', 11n],
      ['b', 'prod', '0.666666666667', 22n],
      ['a', 'non_prod', '1.000000000000', 11n],
    ]);
  });
});

const amount = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const environments = ['prod', 'non_prod', 'unknown', 'n_a'] as const;
const pools = ['p0', 'p1', 'p2', 'p3'];
const anyCell = fc.record({
  effective: amount,
  billed: amount,
  source: fc.constantFrom(...pools),
  domain: fc.constantFrom('Compute', 'Storage'),
  tax: fc.boolean(),
  environment: fc.constantFrom(...environments),
  currency: fc.constantFrom('EUR', 'USD'),
});
const place = (one: Pick<SourceCell, 'source' | 'domain' | 'tax' | 'environment' | 'currency'>) =>
  [one.source, one.domain, one.tax, one.environment, one.currency].join('|');
const anyCells = fc.uniqueArray(anyCell, { selector: place, minLength: 1, maxLength: 12 });
const anyWeight = fc.record({
  application: fc.constantFrom('a', 'b', 'c', 'd', 'é'),
  environment: fc.constantFrom(...environments),
  value: fc
    .tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 12n }), fc.constantFrom('', '.5', '.000000000000000001'))
    .map(([whole, fraction]) => `${whole}${fraction}`),
});
const anyBase = fc.uniqueArray(anyWeight, {
  selector: (one) => `${one.application}|${one.environment}`,
  maxLength: 12,
});
/** What each pool passes to which others, in thousandths; only forward, or any way round where loops are solved. */
const anyChain = (anyWay: boolean) =>
  fc
    .array(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 })
    .map((rows) =>
      rows.map((row, from) =>
        Object.fromEntries(
          row
            .map((share, to) => [`p${to}`, share, to] as const)
            .filter(([, share, to]) => share > 0 && to !== from && (anyWay || to > from))
            .map(([pool, share]) => [pool, `0.${String(share).padStart(3, '0')}`]),
        ),
      ),
    );
const chainRules = (chain: readonly Record<string, string>[], to: IndirectRule['to'], loops: 'refuse' | 'reciprocal') =>
  chain.map((shares, index) =>
    ruled(
      { ...to, ...(Object.keys(shares).length === 0 ? {} : { pools: shares }) },
      { code: `r${index}`, order: index + 1, from: { pools: [`p${index}`] }, loops },
    ),
  );

describe('whatever the pools, the weights and the chains', () => {
  const cases = fc.record({
    cells: anyCells,
    base: anyBase,
    chain: fc.oneof(
      anyChain(false).map((shares) => ({ shares, loops: 'refuse' as const })),
      anyChain(true).map((shares) => ({ shares, loops: 'reciprocal' as const })),
    ),
    environment: fc.constantFrom('keep' as const, 'as_base' as const, 'prod' as const),
  });
  const run = ({ cells, base, chain, environment }: typeof cases extends fc.Arbitrary<infer T> ? T : never) => {
    const rules = chainRules(chain.shares, { environment }, chain.loops);
    const passed = passOn(
      cells.map((one) => cell(one.effective, { ...one, billed: one.billed })),
      rules,
      pools,
    );
    const weights = base.map((one) => weigh(one.application, one.value, one.environment));
    const summed = [...new Map(weights.map((one) => [one.application, { ...one, environment: null }])).values()];
    const shared = baseOf(...(environment === 'as_base' ? weights : summed));
    const cellsTaken = passed.cells.map((one) => ({ ...one, rule: rules[Number(one.source.slice(1))] }));
    return { cells, passed, ...spreadCells(cellsTaken, () => shared) };
  };

  it('nothing is lost and nothing is made, and shares are shares of one whole', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { cells, facts } = run(given);
        for (const currency of ['EUR', 'USD']) {
          for (const measure of ['effective', 'billed'] as const) {
            const put = cells.filter((one) => one.currency === currency).reduce((all, one) => all + one[measure], 0n);
            const got = facts.filter((fact) => fact.currency === currency).map((fact) => fact[measure]);
            expect(sum(got, 18)).toBe(put);
          }
        }
        const shares = Map.groupBy(facts, (fact) => [fact.product, fact.environment, fact.currency].join('|'));
        for (const group of shares.values()) {
          expect(
            sum(
              group.map((fact) => fact.quantity),
              12,
            ),
          ).toBe(10n ** 12n);
        }
        const grain = facts.map((fact) =>
          [fact.application, fact.domain, fact.product, fact.unit, fact.environment, fact.currency].join('|'),
        );
        expect(new Set(grain).size).toBe(grain.length);
      }),
      { numRuns: 200 },
    );
  });

  it('each pool passes on no more than it holds, inside its domain, environment and currency', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { cells, passed } = run(given);
        const slice = (one: Pick<SourceCell, 'domain' | 'tax' | 'environment' | 'currency'>) =>
          [one.domain, one.tax, one.environment, one.currency].join('|');
        for (const key of new Set(cells.map(slice))) {
          const before = cells.filter((one) => slice(one) === key).reduce((all, one) => all + one.effective, 0n);
          const after = passed.cells
            .filter((one) => slice(one) === key)
            .reduce((all, one) => all + (one.effective ?? 0n) + one.received.effective - one.passed.effective, 0n);
          expect(after).toBe(before);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('the order of the input changes nothing', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const sorted = (facts: ReturnType<typeof run>['facts']) => facts.map((fact) => JSON.stringify(fact)).sort();
        const turned = { ...given, cells: [...given.cells].reverse(), base: [...given.base].reverse() };
        if (given.environment !== 'as_base') {
          // Where environments are summed up by the test, one weight an application is left whatever the order.
          const once = given.base.filter(
            (one, index, all) => all.findIndex((o) => o.application === one.application) === index,
          );
          expect(sorted(run({ ...turned, base: [...once].reverse() }).facts)).toEqual(
            sorted(run({ ...given, base: once }).facts),
          );
          return;
        }
        expect(sorted(run(turned).facts)).toEqual(sorted(run(given).facts));
      }),
      { numRuns: 100 },
    );
  });
});
