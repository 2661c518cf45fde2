import { describe, expect, it } from 'vitest';
import { AllocationError } from '../problems.ts';
import { type SplitInput, split } from './split.ts';
import type { Weight } from './weights.ts';

const over = (weights: Record<string, string>): Weight[] =>
  Object.entries(weights).map(([key, weight]) => ({ key, weight }));
const amounts = (input: SplitInput): bigint[] => split(input).parts.map((part) => part.amount);
const refusal = (input: SplitInput): string => {
  try {
    split(input);
  } catch (error) {
    return error instanceof AllocationError ? error.code : String(error);
  }
  return 'accepted';
};

describe('split', () => {
  it('gives leftover units to the largest remainders and keeps a part of zero', () => {
    expect(amounts({ amount: 1n, weights: over({ A: '40', B: '30', C: '30' }) })).toEqual([1n, 0n, 0n]);
    expect(amounts({ amount: 10000n, weights: over({ A: '30', B: '20', C: '40' }) })).toEqual([3333n, 2222n, 4445n]);
  });

  it('breaks a tie by larger weight, then by key, whatever the order; or by position where asked', () => {
    expect(amounts({ amount: 1n, weights: over({ B: '1', A: '1' }) })).toEqual([0n, 1n]);
    expect(amounts({ amount: 1n, weights: over({ B: '1', A: '1' }), ties: 'position' })).toEqual([1n, 0n]);
    // Shares 0.5 and 1.5: equal remainders, the larger weight receives.
    expect(amounts({ amount: 2n, weights: over({ A: '1', B: '3' }) })).toEqual([0n, 2n]);
  });

  it('gives the leftover to the first positions that weigh something', () => {
    const weights = over({ A: '0', B: '80', C: '8', D: '12' });
    expect(amounts({ amount: 15n, weights, rounding: 'floor-to-first' })).toEqual([0n, 13n, 1n, 1n]);
  });

  it('mirrors a negative amount', () => {
    const weights = over({ A: '30', B: '20', C: '40', D: '40' });
    expect(amounts({ amount: -10000n, weights })).toEqual([-2308n, -1538n, -3077n, -3077n]);
  });

  it('rounds to five centimes and puts the residue of an amount that is no multiple on one part', () => {
    expect(amounts({ amount: 10000n, weights: over({ A: '1', B: '1', C: '1' }), unit: 5n })).toEqual([
      3335n,
      3335n,
      3330n,
    ]);
    const uneven = split({ amount: 10003n, weights: over({ A: '1', B: '1', C: '1' }), unit: 5n });
    expect(uneven.parts.map((part) => part.rounding)).toEqual([5n, 5n, 3n]);
    expect(uneven.parts.reduce((sum, part) => sum + part.amount, 0n)).toBe(10003n);
  });

  it('gives the same parts in doubles and in bigint', () => {
    const small = over({ A: '1', B: '2', C: '4' });
    const huge = small.map(({ key, weight }) => ({ key, weight: `${weight}.${'0'.repeat(40)}1` }));
    expect(amounts({ amount: 99999n, weights: small })).toEqual([14286n, 28571n, 57142n]);
    expect(amounts({ amount: 99999n, weights: huge })).toEqual([14286n, 28571n, 57142n]);
  });

  it('says why: weight, total, exact share, floor, rounding unit', () => {
    const result = split({ amount: -100n, weights: over({ A: '0.5', B: '1' }) });
    expect(result.totalWeight).toEqual({ numerator: 15n, denominator: 10n });
    expect(result.parts[0]).toEqual({
      key: 'A',
      amount: -33n,
      weight: { numerator: 5n, denominator: 10n },
      share: { numerator: -500n, denominator: 15n },
      floor: -33n,
      rounding: 0n,
    });
    expect(result.parts[1]?.rounding).toBe(-1n);
  });

  it('refuses fractions whose common denominator grows without bound, before it does', () => {
    const weights = Array.from({ length: 300 }, (_, index) => ({
      key: `k${index}`,
      weight: `1/${10n ** 199n + BigInt(index)}`,
    }));
    const start = process.cpuUsage();
    expect(() => split({ amount: 1n, weights })).toThrow(expect.objectContaining({ code: 'WEIGHTS_TOO_FINE' }));
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
    expect(split({ amount: 1n, weights: weights.slice(0, 20) }).parts).toHaveLength(20);
  });

  it('splits 18 decimals over ten thousand keys', () => {
    const weights = Array.from({ length: 10_000 }, (_, index) => ({
      key: `app-${index}`,
      weight: `${(index * 7919) % 10_007}.${String(index).padStart(18, '3')}`,
    }));
    const amount = 123_456_789_012_345_678_901_234_567n;
    expect(amounts({ amount, weights }).reduce((sum, part) => sum + part, 0n)).toBe(amount);
  });

  it.each<[string, Partial<SplitInput>]>([
    ['NO_WEIGHTS', { weights: [] }],
    ['ZERO_WEIGHTS', { weights: over({ A: '0', B: '0.00' }) }],
    ['NEGATIVE_WEIGHT', { weights: over({ A: '-1', B: '2' }) }],
    ['DUPLICATE_KEY', { weights: [...over({ A: '1' }), ...over({ A: '2' })] }],
    ['NOT_A_WEIGHT', { weights: over({ A: '1e3' }) }],
    ['UNIT_OUT_OF_RANGE', { unit: 0n }],
    ['UNKNOWN_POLICY', { rounding: 'nearest' as never }],
    ['UNKNOWN_POLICY', { ties: 'random' as never }],
  ])('refuses with %s', (code, change) => {
    expect(refusal({ amount: 100n, weights: over({ A: '1' }), ...change })).toBe(code);
  });
});
