import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DirectCost, type PoolCell, spreadPools } from './spread.ts';

const cell = (effective: string, billed = effective, currency = 'EUR'): PoolCell => ({
  pool: 'platform',
  domain: 'Compute',
  environment: 'prod',
  currency,
  rows: '1',
  cost_effective: effective,
  cost_billed: billed,
});
const direct = (application: string, cost_effective: string, currency = 'EUR'): DirectCost => ({
  application,
  currency,
  cost_effective,
});
const units = (text: string, decimals: number) => {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(decimals, '0'));
  return text.startsWith('-') ? -value : value;
};
const sum = (texts: readonly string[], decimals: number) =>
  texts.reduce((all, text) => all + units(text, decimals), 0n);

describe('the indirect rule', () => {
  it('spreads by direct cost, to the last decimal', () => {
    const { parts } = spreadPools([cell('100', '10')], [direct('a', '1'), direct('b', '2')], 'UNALLOCATED');
    expect(
      parts.map(({ application, quantity, cost_effective, cost_billed }) => [
        application,
        quantity,
        cost_effective,
        cost_billed,
      ]),
    ).toEqual([
      ['a', '0.333333333333', '33.333333333333333333', '3.333333333333333333'],
      ['b', '0.666666666667', '66.666666666666666667', '6.666666666666666667'],
    ]);
  });

  it('lets a negative direct cost weigh nothing, and says so', () => {
    const { parts, weights } = spreadPools([cell('10')], [direct('a', '-5'), direct('b', '2')], 'UNALLOCATED');
    expect(parts.map((part) => part.application)).toEqual(['b']);
    expect(weights).toMatchObject([
      { application: 'a', weight: '0', clamped: true, cost_effective: '-5' },
      { application: 'b', weight: '2', clamped: false },
    ]);
  });

  it('keeps a pool on UNALLOCATED where nothing weighs', () => {
    const foreign = [direct('a', '5', 'USD'), direct('b', '0'), direct('c', '-1')];
    const { parts, cells } = spreadPools([cell('10', '9')], foreign, 'UNALLOCATED');
    expect(parts).toMatchObject([
      { application: 'UNALLOCATED', quantity: '1', cost_effective: '10', cost_billed: '9' },
    ]);
    expect(cells[0]?.warning).toBe('NO_POSITIVE_WEIGHT');
  });

  const money = fc
    .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 18 }))
    .map(([value, decimals]) => {
      const digits = String(value < 0n ? -value : value).padStart(decimals + 1, '0');
      const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
      return value < 0n ? `-${text}` : text;
    });
  const applications = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 6 }), money), {
    selector: ([code]) => code,
    minLength: 1,
    maxLength: 30,
  });

  it('loses nothing and makes nothing, whatever the pool and the weights', () => {
    fc.assert(
      fc.property(money, money, applications, (effective, billed, given) => {
        const spread = spreadPools(
          [cell(effective, billed)],
          given.map(([code, cost]) => direct(code, cost)),
          'UNALLOCATED',
        );
        expect(
          sum(
            spread.parts.map((part) => part.cost_effective),
            18,
          ),
        ).toBe(units(effective, 18));
        expect(
          sum(
            spread.parts.map((part) => part.cost_billed),
            18,
          ),
        ).toBe(units(billed, 18));
        expect(
          sum(
            spread.parts.map((part) => part.quantity),
            12,
          ),
        ).toBe(10n ** 12n);
      }),
    );
  });

  it('does not depend on the order of the applications', () => {
    fc.assert(
      fc.property(money, applications, (effective, given) => {
        const spread = (list: typeof given) =>
          new Map(
            spreadPools(
              [cell(effective)],
              list.map(([code, cost]) => direct(code, cost)),
              'UNALLOCATED',
            ).parts.map((part) => [part.application, [part.quantity, part.cost_effective]]),
          );
        expect(spread([...given].reverse())).toEqual(spread(given));
      }),
    );
  });
});
