import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDecimal, normaliseDecimal, parseDecimal } from './decimal.ts';

describe('decimals of the contract', () => {
  test.each([
    ['0', 0n],
    ['-0.0', 0n],
    ['1', 10n ** 18n],
    ['-1.5', -15n * 10n ** 17n],
    ['0.000000000000000001', 1n],
    ['99999999999999999999.999999999999999999', 10n ** 38n - 1n],
  ])('%s', (text, scaled) => {
    expect(parseDecimal(text)).toBe(scaled);
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '.5',
    '1.',
    '1e3',
    '1_000',
    '1,5',
    'NaN',
    '0x1',
    '0.1234567890123456789',
    '100000000000000000000',
  ])('"%s" is refused, never rounded', (text) => {
    expect(parseDecimal(text)).toBeNull();
  });

  test('writing and reading again gives the same number, in the shortest form', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), (scaled) => {
        const text = formatDecimal(scaled);
        expect(parseDecimal(text)).toBe(scaled);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(normaliseDecimal(text)).toBe(text);
      }),
    );
  });
});
