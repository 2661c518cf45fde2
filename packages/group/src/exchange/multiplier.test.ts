import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASE_RATE, MULTIPLIER_DECIMALS, multiplierOf, roundHalfEven } from './multiplier.ts';

const rate = fc.record({
  units: fc.bigInt({ min: 1n, max: 10n ** 12n }),
  decimals: fc.integer({ min: 0, max: 6 }),
  days: fc.integer({ min: 1, max: 23 }),
});

function text(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

describe('a multiplier', () => {
  it('is within half of the last decimal of the exact quotient of the two means', () => {
    fc.assert(
      fc.property(rate, rate, (local, target) => {
        // target / local as one fraction: tu·10^ld·ldays over lu·10^td·tdays
        const over = target.units * 10n ** BigInt(local.decimals) * BigInt(local.days);
        const under = local.units * 10n ** BigInt(target.decimals) * BigInt(target.days);
        fc.pre(over * 2n * 10n ** 12n > under);
        const given = multiplierOf(
          { sum: text(local.units, local.decimals), days: local.days },
          { sum: text(target.units, target.decimals), days: target.days },
        );
        const scaled = BigInt(given.replace('.', ''));
        const error = scaled * under - over * 10n ** BigInt(MULTIPLIER_DECIMALS);
        const distance = (error < 0n ? -error : error) * 2n;
        expect(distance <= under).toBe(true);
        if (distance === under) expect(scaled % 2n).toBe(0n);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['halves go to the even neighbour', 5n, 2n, 2n],
    ['from either side', 7n, 2n, 4n],
    ['less than half goes down', 249n, 100n, 2n],
    ['more than half goes up', 251n, 100n, 3n],
  ])('%s', (_name, over, under, expected) => {
    expect(roundHalfEven(over, under)).toBe(expected);
  });

  it('of a currency against itself is one, whatever the rate', () => {
    const rates = { sum: '24.3', days: 21 };
    expect(multiplierOf(rates, rates)).toBe('1.000000000000');
    expect(multiplierOf({ sum: '2.5', days: 2 }, BASE_RATE)).toBe('0.800000000000');
    expect(multiplierOf(BASE_RATE, { sum: '2.5', days: 2 })).toBe('1.250000000000');
  });

  it.each(['0', '-1', '1e3', '', '1.', 'N/A'])('refuses the rate %j', (sum) => {
    expect(() => multiplierOf({ sum, days: 1 }, BASE_RATE)).toThrow(RangeError);
  });
});
