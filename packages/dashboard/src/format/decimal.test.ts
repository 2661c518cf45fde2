import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDecimals, compareDecimals, parseDecimal, ratioOf, roundDecimal, subtractDecimals } from './decimal.ts';

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 18 }))
  .map(([digits, scale]) => {
    const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
    const point = text.length - scale;
    return `${digits < 0n ? '-' : ''}${text.slice(0, point)}${scale > 0 ? `.${text.slice(point)}` : ''}`;
  });

describe('decimal strings', () => {
  it.each([
    ['0.125', 2, '0.12'],
    ['0.375', 2, '0.38'],
    ['-0.125', 2, '-0.12'],
    ['2.5', 0, '2'],
    ['3.5', 0, '4'],
    ['7', 2, '7.00'],
    ['123456789012345678901.235', 2, '123456789012345678901.24'],
    ['-0.001', 2, '0.00'],
  ])('round %s at %i to %s', (text, places, rounded) => {
    expect(roundDecimal(text, places)).toBe(rounded);
  });

  it('stay within half a unit when rounded', () => {
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 6 }), (text, places) => {
        const off = parseDecimal(subtractDecimals(text, roundDecimal(text, places)));
        const twice = (off.digits < 0n ? -off.digits : off.digits) * 2n;
        expect(twice * 10n ** BigInt(places) <= 10n ** BigInt(off.scale)).toBe(true);
      }),
    );
  });

  it('add and subtract exactly', () => {
    expect(addDecimals('0.1', '0.2', '-0.30')).toBe('0.00');
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(compareDecimals(subtractDecimals(addDecimals(a, b), b), a)).toBe(0);
      }),
    );
  });

  it('give no ratio to a whole of zero', () => {
    expect(ratioOf('1', '0.00')).toBeNull();
    expect(ratioOf('1', '3')).toBe('0.333333');
    expect(ratioOf('-2', '-3')).toBe('0.666667');
  });

  it.each(['', '1,5', '1e3', ' 1', '.5', 'NaN'])('refuse %j', (text) => {
    expect(() => parseDecimal(text)).toThrow(RangeError);
  });
});
