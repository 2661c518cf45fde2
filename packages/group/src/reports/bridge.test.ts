import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BRIDGE_LINES, type BridgeItem, type BridgeSide, bridgeOf } from './bridge.ts';

/** A table of hours: product, quantity, cost. */
function side(rows: readonly (readonly [string, string, string])[], rest: BridgeSide['rest'] = []): BridgeSide {
  return {
    items: rows.map(([product, quantity, cost]) => ({ group: 'Compute', product, quantity, cost, constant: cost })),
    rest,
  };
}

const NOTHING = Object.fromEntries(BRIDGE_LINES.map((line) => [line, '0']));

describe('a bridge', () => {
  // Each by hand: p̄₀ = C₀ / Q₀, volume = (Q₁ − Q₀)·p̄₀, mix = Σ(q₁ᵢ − q₀ᵢ·Q₁/Q₀)·p₀ᵢ, price = Σ q₁ᵢ·(p₁ᵢ − p₀ᵢ).
  it.each([
    ['more of the same', side([['a', '10', '100']]), side([['a', '12', '120']]), { volume: '20' }],
    ['the same, dearer', side([['a', '10', '100']]), side([['a', '10', '130']]), { price: '30' }],
    [
      // p̄₀ = 300/20 = 15; Q unchanged; mix = (15−10)·10 + (5−10)·20 = −50.
      'a shift to the cheaper one',
      side([
        ['a', '10', '100'],
        ['b', '10', '200'],
      ]),
      side([
        ['a', '15', '150'],
        ['b', '5', '100'],
      ]),
      { mix: '-50' },
    ],
    [
      // volume = (30−20)·15 = 150; mix = (24−15)·10 + (6−15)·20 = −90; price = 24·(12−10) + 6·(18−20) = 36.
      'all three at once',
      side([
        ['a', '10', '100'],
        ['b', '10', '200'],
      ]),
      side([
        ['a', '24', '288'],
        ['b', '6', '108'],
      ]),
      { volume: '150', mix: '-90', price: '36' },
    ],
    ['a product that came', side([]), side([['a', '1', '7']]), { new: '7' }],
    ['a product that went', side([['a', '1', '7']]), side([]), { ended: '-7' }],
    ['a credit without quantity', side([['a', '0', '-5']]), side([['a', '3', '6']]), { unmeasured: '11' }],
    [
      'what no quantity explains',
      side([], [{ line: 'indirect', cost: '10', constant: '10' }]),
      side(
        [],
        [
          { line: 'indirect', cost: '15', constant: '12' },
          { line: 'tax', cost: '2', constant: '2' },
        ],
      ),
      { indirect: '2', tax: '2', exchange: '3' },
    ],
    [
      // 1/3 has no end: Q₁·p̄₀ = 7/3 is rounded half to even at the 18th decimal, once.
      'thirds',
      side([['a', '3', '1']]),
      side([['a', '7', '2']]),
      { volume: '1.333333333333333333', price: '-0.333333333333333333' },
    ],
  ] as const)('explains %s', (_name, before, after, lines) => {
    expect(bridgeOf(before, after).lines).toEqual({ ...NOTHING, ...lines });
  });

  const decimal = (decimals: number) =>
    fc
      .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(decimals))
      .map(([units, scale]) => written(units, scale));
  const item = fc.record({
    group: fc.constantFrom('Compute', 'Storage'),
    product: fc.constantFrom('a', 'b', 'c', 'd'),
    quantity: decimal(18),
    cost: decimal(30),
    constant: decimal(30),
  });
  const rest = fc.record({
    line: fc.constantFrom('unmeasured', 'indirect', 'tax'),
    cost: decimal(30),
    constant: decimal(18),
  }) as fc.Arbitrary<BridgeSide['rest'][number]>;
  const anySide = fc.record({
    items: fc.uniqueArray(item, { selector: ({ group, product }) => `${group} ${product}`, maxLength: 8 }),
    rest: fc.array(rest, { maxLength: 3 }),
  });

  it('adds up to the difference to the last decimal, whatever the sides', () => {
    fc.assert(
      fc.property(anySide, anySide, (before, after) => {
        const bridge = bridgeOf(before, after);
        const lines = BRIDGE_LINES.map((line) => units(bridge.lines[line]));
        expect(lines.reduce((sum, line) => sum + line, 0n)).toBe(units(bridge.difference));
        const cost = (of: BridgeSide) => [...of.items, ...of.rest].reduce((sum, { cost: one }) => sum + units(one), 0n);
        expect(units(bridge.difference)).toBe(cost(after) - cost(before));
        for (const group of bridge.groups) {
          const parts = units(group.volume) + units(group.mix) + units(group.price);
          expect(parts).toBe(units(group.cost_to) - units(group.cost_from));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is nothing between a side and itself, and turns its sign with the sides where no product changes its mix', () => {
    fc.assert(
      fc.property(anySide, (one) => {
        const still = { items: one.items.map((of) => ({ ...of, constant: of.cost })), rest: [] };
        expect(bridgeOf(still, still).lines).toEqual(NOTHING);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps each part within half a unit of the last decimal for each value that was rounded', () => {
    const positive = fc.bigInt({ min: 1n, max: 10n ** 9n });
    const pair = fc.record({ q0: positive, q1: positive, c0: positive, c1: positive });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 4 }), (pairs) => {
        const items = (quantity: 'q0' | 'q1', cost: 'c0' | 'c1'): BridgeItem[] =>
          pairs.map((of, index) => ({
            group: 'Compute',
            product: `${index}`,
            quantity: `${of[quantity]}`,
            cost: `${of[cost]}`,
            constant: `${of[cost]}`,
          }));
        const { lines } = bridgeOf({ items: items('q0', 'c0'), rest: [] }, { items: items('q1', 'c1'), rest: [] });
        const sum = (name: 'q0' | 'q1' | 'c0') => pairs.reduce((total, of) => total + of[name], 0n);
        // volume·Q₀ = (Q₁ − Q₀)·C₀ without any rounding, so that the distance is the one rounding times Q₀.
        const exact = (sum('q1') - sum('q0')) * sum('c0') * ONE;
        const distance = units(lines.volume) * sum('q0') - exact;
        expect((distance < 0n ? -distance : distance) * 2n <= sum('q0') * (ONE / 10n ** 18n)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.each(['1e3', '', 'NaN', '1,5'])('refuses the cost %j', (cost) => {
    expect(() => bridgeOf(side([['a', '1', cost]]), side([]))).toThrow(RangeError);
  });
});

const SCALE = 40;
const ONE = 10n ** BigInt(SCALE);

function units(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
  const size = BigInt(`${whole}${fraction.padEnd(SCALE, '0')}`);
  return decimal.startsWith('-') ? -size : size;
}

function written(of: bigint, scale: number): string {
  const digits = (of < 0n ? -of : of).toString().padStart(scale + 1, '0');
  const cut = digits.length - scale;
  return `${of < 0n ? '-' : ''}${digits.slice(0, cut)}${scale === 0 ? '' : `.${digits.slice(cut)}`}`;
}
