import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AllocationError } from '../problems.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { approximate, formatRational, parseRational } from './rational.ts';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof AllocationError ? error.code : String(error);
  }
  return 'accepted';
};

describe('plain decimals', () => {
  it('reads and writes every amount at every scale', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        fc.integer({ min: 0, max: 18 }),
        (units, scale) => {
          expect(parseDecimal(formatDecimal(units, scale), scale)).toBe(units);
        },
      ),
    );
  });

  it.each([
    ['12.50', 2, 1250n],
    ['-0.05', 2, -5n],
    ['1.500', 1, 15n],
    ['7', 3, 7000n],
    ['-0', 2, 0n],
    ['0.000000000000000001', 18, 1n],
  ])('reads %s at scale %i', (text, scale, units) => {
    expect(parseDecimal(text, scale)).toBe(units);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '1e3',
    '1E3',
    '.5',
    '1.',
    '1,5',
    '1_000',
    '0x10',
    'NaN',
    'Infinity',
    '--1',
    '１',
    '1\n',
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseDecimal(text, 2))).toBe('NOT_A_DECIMAL');
  });

  it('refuses digits beyond the scale, a scale beyond 18, and a number of a thousand digits', () => {
    expect(codeOf(() => parseDecimal('1.005', 2))).toBe('TOO_MANY_DECIMALS');
    expect(codeOf(() => parseDecimal('1', 19))).toBe('SCALE_OUT_OF_RANGE');
    expect(codeOf(() => formatDecimal(1n, -1))).toBe('SCALE_OUT_OF_RANGE');
    expect(codeOf(() => parseDecimal('9'.repeat(1000), 2))).toBe('NOT_A_DECIMAL');
  });
});

describe('weights as fractions', () => {
  it.each([
    ['12.5', '25/2'],
    ['2/6', '1/3'],
    ['10', '10'],
    ['0.10', '1/10'],
  ])('reads %s as %s', (text, fraction) => {
    expect(formatRational(parseRational(text))).toBe(fraction);
  });

  it.each(['1/0', '1/-2', '1/2/3', 'one', '1e2', '50%', ''])('refuses %j', (text) => {
    expect(codeOf(() => parseRational(text))).toBe('NOT_A_WEIGHT');
  });

  it('shows a fraction to people, rounded half to even', () => {
    expect(approximate({ numerator: 1n, denominator: 3n }, 4)).toBe('0.3333');
    expect(approximate({ numerator: 5n, denominator: 2n }, 0)).toBe('2');
    expect(approximate({ numerator: -7n, denominator: 2n }, 0)).toBe('-4');
    expect(approximate({ numerator: 5n, denominator: 4n }, 6)).toBe('1.25');
  });
});
