import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstDayOf, MONTH_PATTERN, monthOf, monthsBetween, parseMonth, parseMonths, shiftMonth } from './month.ts';

const months = fc
  .record({ year: fc.integer({ min: 1900, max: 2199 }), month: fc.integer({ min: 1, max: 12 }) })
  .map(({ year, month }) => `${year}-${String(month).padStart(2, '0')}`);

it.each([
  '2025-13',
  '2025-00',
  '2025-7',
  '1025-07',
  '0205-07',
  '2025-07-01',
  ' 2025-07',
  '2025-07\n',
  '２０２５-07',
  '',
])('refuses %j', (text) => {
  expect(() => parseMonth(text)).toThrow(expect.objectContaining({ code: 'MONTH_INVALID' }));
  expect(() => firstDayOf(text)).toThrow(expect.objectContaining({ code: 'MONTH_INVALID' }));
});

it('takes every month of three centuries as it is, and finds it again in its first day', () => {
  fc.assert(
    fc.property(months, (month) => {
      expect(parseMonth(month)).toBe(month);
      expect(monthOf(firstDayOf(month))).toBe(month);
      expect(new RegExp(MONTH_PATTERN).test(month)).toBe(true);
    }),
  );
});

it('counts and shifts months as the calendar does', () => {
  fc.assert(
    fc.property(months, fc.integer({ min: -1200, max: 1200 }), (month, by) => {
      const shifted = shiftMonth(month, by);
      expect(monthsBetween(month, shifted)).toBe(by + 1);
      const calendar = new Date(`${month}-01T00:00:00Z`);
      calendar.setUTCMonth(calendar.getUTCMonth() + by);
      expect(shifted).toBe(calendar.toISOString().slice(0, 7));
    }),
  );
});

it('refuses a range that ends before it begins', () => {
  expect(parseMonths('2025-07', '2025-07')).toEqual(['2025-07', '2025-07']);
  expect(() => parseMonths('2025-07', '2025-06')).toThrow(expect.objectContaining({ code: 'MONTH_INVALID' }));
});
