import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatChange, formatMoney, formatPrice, formatQuantity, formatShare, localeOf } from './numbers.ts';

const cents = fc.bigInt({ min: -(10n ** 32n), max: 10n ** 32n });

describe('money', () => {
  it('is written as each language writes it', () => {
    expect(formatMoney('1234567.891', 'EUR', 'en')).toBe('€1,234,567.89');
    expect(formatMoney('1234567.891', 'EUR', 'fr')).toBe('1\u202f234\u202f567,89\u00a0€');
    expect(formatMoney('-12.5', 'GBP', 'en')).toBe('−£12.50');
    expect(formatMoney('1234.5', 'JPY', 'en')).toBe('JP¥1,234');
    expect(formatMoney('1', 'USD', 'en')).not.toBe(formatMoney('1', 'CAD', 'en'));
    expect(formatMoney('999.995', 'EUR', 'en', 0)).toBe('€1,000');
  });

  it('keeps every digit of amounts that no float can hold', () => {
    fc.assert(
      fc.property(cents, fc.constantFrom('en' as const, 'fr' as const), (amount, language) => {
        const negative = amount < 0n;
        const digits = (negative ? -amount : amount).toString().padStart(3, '0');
        const shown = formatMoney(`${negative ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`, 'EUR', language);
        expect(shown.replace(/\D/g, '').replace(/^0+/, '')).toBe(digits.replace(/^0+/, ''));
      }),
    );
  });

  it('agrees with the locale data wherever a float is exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), (quarters) => {
        const value = quarters / 4;
        const options = { style: 'currency', currency: 'EUR' } as const;
        for (const language of ['en', 'fr'] as const) {
          const expected = new Intl.NumberFormat(localeOf(language), options)
            .format(value === 0 ? 0 : value)
            .replace('-', '−');
          expect(formatMoney(value.toFixed(2).replace('-0.00', '0.00'), 'EUR', language)).toBe(expected);
        }
      }),
    );
  });
});

describe('ratios and quantities', () => {
  it('are written with a sign where they are changes', () => {
    expect(formatShare('0.1234', 'en')).toBe('12.3%');
    expect(formatShare('0.1235', 'fr')).toBe('12,4\u202f%');
    expect(formatChange('0.042', 'en')).toBe('+4.2%');
    expect(formatChange('-0.042', 'fr')).toBe('−4,2\u202f%');
    expect(formatChange('-0.0001', 'en')).toBe('0.0%');
    expect(formatChange('3', 'en')).toBe('+300.0%');
  });

  it('drop the zeros that a quantity does not need', () => {
    expect(formatQuantity('1500.500000000000000000', 'en')).toBe('1,500.5');
    expect(formatQuantity('100', 'fr')).toBe('100');
    expect(formatQuantity('0.000412300000000000', 'en')).toBe('0.00041');
    expect(formatQuantity('0.000000000000000000', 'en')).toBe('0');
    expect(formatQuantity('2.0004', 'en')).toBe('2');
  });
});

it('writes no price of a unit as nothing that is something', () => {
  expect(formatPrice('1.625', 'EUR', 'en')).toBe('€1.6250');
  expect(formatPrice('149.34771', 'EUR', 'en')).toBe('€149.3477');
  expect(formatPrice('0.0000004567', 'EUR', 'en')).toBe('€0.000000457');
  expect(formatPrice('-0.00002', 'EUR', 'fr')).toBe('−0,00002\u00a0€');
  expect(formatPrice('0', 'EUR', 'en')).toBe('€0.0000');
});
