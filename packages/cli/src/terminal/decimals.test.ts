import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDecimals, displayDecimal, displayMoney, displayShare, equalDecimals } from './decimals.ts';

describe('displayDecimal', () => {
  it.each([
    ['1234567.891', 2, '1,234,567.89'],
    ['0.005', 2, '0.00'],
    ['0.015', 2, '0.02'],
    ['-0.004', 2, '0.00'],
    ['-1234.5', 0, '-1,234'],
    ['12', 2, '12.00'],
    ['999.995', 2, '1,000.00'],
    ['N/A', 2, 'N/A'],
  ])('shows %s with %i digits as %s', (value, digits, shown) => {
    expect(displayDecimal(value, digits)).toBe(shown);
  });

  it('writes French numbers the French way', () => {
    expect(displayDecimal('1234567.891', 2, 'fr')).toBe('1\u202f234\u202f567,89');
  });

  it('is never further from the value than half of the last digit shown', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 24n), 10n ** 24n), fc.integer({ min: 0, max: 4 }), (units, digits) => {
        const sign = units < 0n ? '-' : '';
        const text = (units < 0n ? -units : units).toString().padStart(7, '0');
        const shown = displayDecimal(`${sign}${text.slice(0, -6)}.${text.slice(-6)}`, digits).replaceAll(',', '');
        const back = BigInt(shown.replace('.', '')) * 10n ** BigInt(6 - digits);
        const off = units - back < 0n ? back - units : units - back;
        expect(off * 2n).toBeLessThanOrEqual(10n ** BigInt(6 - digits));
      }),
    );
  });
});

describe('addDecimals', () => {
  it('adds eighteen decimals exactly', () => {
    expect(addDecimals(['0.1', '0.2', '-0.300000000000000001'])).toBe('-0.000000000000000001');
    expect(addDecimals([])).toBe('0');
  });

  it('refuses what is no plain decimal', () => {
    expect(() => addDecimals(['1e5'])).toThrow(RangeError);
  });

  it('knows equal numbers by value', () => {
    expect(equalDecimals('10.500', '10.5')).toBe(true);
    expect(equalDecimals('10.5', '10.51')).toBe(false);
  });
});

describe('amounts and shares', () => {
  it('takes the digits of the currency, and shows a missing amount as missing', () => {
    expect(displayMoney('1234.5', 'EUR')).toBe('1,234.50');
    expect(displayMoney('1234.5', 'JPY')).toBe('1,234');
    expect(displayMoney(null, 'EUR')).toBe('–');
  });

  it('shows shares in percent', () => {
    expect(displayShare('0.12345')).toBe('12.3 %');
    expect(displayShare('-0.5', 'fr')).toBe('-50,0 %');
    expect(displayShare('1')).toBe('100.0 %');
    expect(displayShare(null)).toBe('–');
  });
});
