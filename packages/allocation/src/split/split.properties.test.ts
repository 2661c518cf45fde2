import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../arithmetic/decimal.ts';
import { brokenPromise, type PromiseCase } from '../testing/promises.ts';
import { distribute } from './distribute.ts';
import { split } from './split.ts';
import { prepareWeights } from './weights.ts';

/** From small integers, where ties abound, to thirty digits with any number of decimals. */
const weightText = fc.oneof(
  fc.bigInt({ min: 0n, max: 5n }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 6n }).map(String),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }), fc.integer({ min: 1, max: 30 })).map(([digits, decimals]) => {
    const text = String(digits).padStart(decimals + 1, '0');
    return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
  }),
  fc.tuple(fc.bigInt({ min: 0n, max: 99n }), fc.bigInt({ min: 1n, max: 99n })).map(([a, b]) => `${a}/${b}`),
);

const amount = fc.oneof(fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }));

const cases = (maxLength: number): fc.Arbitrary<PromiseCase> =>
  fc
    .record({
      texts: fc.array(weightText, { minLength: 1, maxLength, size: 'max' }),
      amount,
      unit: fc.constantFrom(1n, 1n, 5n, 100n),
      rounding: fc.constantFrom('largest-remainder' as const, 'largest-remainder' as const, 'floor-to-first' as const),
      ties: fc.constantFrom('key' as const, 'key' as const, 'position' as const),
    })
    .map(({ texts, ...rest }) => {
      // One positive weight, so that there is somebody to receive.
      const weights = texts.map((weight, index) => ({ key: `k${index}`, weight: index === 0 ? `1${weight}` : weight }));
      return { input: { ...rest, weights }, reordered: weights.toReversed() };
    });

describe('the promises of a split', () => {
  it('hold over few weights', () => {
    fc.assert(
      fc.property(cases(12), (example) => {
        expect(brokenPromise(example)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('hold over up to a thousand weights', () => {
    fc.assert(
      fc.property(cases(1000), (example) => {
        expect(brokenPromise(example)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it('hold at every scale, in decimal text', () => {
    fc.assert(
      fc.property(cases(5), fc.integer({ min: 0, max: 18 }), ({ input }, scale) => {
        const text = formatDecimal(input.amount, scale);
        const { parts } = split({ ...input, amount: parseDecimal(text, scale) });
        const sum = parts.reduce((total, part) => total + parseDecimal(formatDecimal(part.amount, scale), scale), 0n);
        expect(formatDecimal(sum, scale)).toBe(text);
      }),
    );
  });

  it('floor exactly in doubles up to the bound', () => {
    const integer = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(integer, integer, fc.integer({ min: -2, max: 2 }), (a, b, near) => {
        // As near as integers get to a multiple of the divisor, from both sides.
        const divisor = Math.min(a, b);
        const product = Math.min(
          Math.max(0, Math.floor(Math.max(a, b) / divisor) * divisor + near),
          Number.MAX_SAFE_INTEGER,
        );
        expect(BigInt(Math.floor(product / divisor))).toBe(BigInt(product) / BigInt(divisor));
      }),
      { numRuns: 20_000 },
    );
  });

  it('hold alike in doubles and in bigint', () => {
    fc.assert(
      fc.property(cases(40), ({ input }) => {
        const weights = prepareWeights(input.weights);
        const policy = { unit: input.unit, rounding: input.rounding ?? 'largest-remainder', ties: input.ties ?? 'key' };
        const withoutDoubles = { ...weights, smallTotal: 0 };
        expect(distribute(input.amount, weights, policy)).toEqual(distribute(input.amount, withoutDoubles, policy));
      }),
      { numRuns: 2000 },
    );
  });
});
