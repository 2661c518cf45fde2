import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoMonth, resolvePeriods } from './periods.ts';

describe('ISO timestamps', () => {
  it.each([
    ['2025-07-01T00:00:00Z', '2025-07'],
    ['2025-07-01T00:00Z', '2025-07'],
    ['2025-07-01 00:00:00', '2025-07'],
    ['2025-07-01', '2025-07'],
    ['2025-07-01T00:00:00.000+00:00', '2025-07'],
    ['2025-07-01T00:30:00+01:00', '2025-06'],
    ['2025-06-30T23:30:00-01:00', '2025-07'],
    ['2025-07-01 00:00:00+00', '2025-07'],
    ['2024-02-29T00:00:00Z', '2024-02'],
    ['2025-12-31T23:59:59-00:30', '2026-01'],
  ])('%s lies in %s', (text, month) => {
    expect(isoMonth(text)).toBe(month);
  });

  it.each([
    '2025-13-01',
    '2025-02-29',
    '2025-07-32',
    '2025-07-01T24:00Z',
    '2025-7-1',
    '20250701',
    '1/7/2025',
    '2025-07',
    'July',
  ])('%s is none', (text) => {
    expect(isoMonth(text)).toBeUndefined();
  });

  it('agrees with the clock of the platform at every offset', () => {
    const times = fc.date({ min: new Date('1971-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(times, fc.integer({ min: -14 * 60, max: 14 * 60 }), (time, offset) => {
        const local = new Date(Math.floor(time.getTime() / 1000) * 1000 + offset * 60_000).toISOString().slice(0, 19);
        const size = Math.abs(offset);
        const sign = offset < 0 ? '-' : '+';
        const hours = String(Math.floor(size / 60)).padStart(2, '0');
        const text = `${local}${sign}${hours}:${String(size % 60).padStart(2, '0')}`;
        expect(isoMonth(text)).toBe(time.toISOString().slice(0, 7));
      }),
    );
  });
});

describe('dates with slashes', () => {
  it('are read by the order that puts each billing period on the first of a month', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 2020, max: 2030 })), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.boolean(),
        (months, monthFirst) => {
          const write = ([month, year]: [number, number]) => (monthFirst ? `${month}/1/${year}` : `1/${month}/${year}`);
          const periods = resolvePeriods(months.map(write), []);
          for (const [month, year] of months) {
            expect(periods.billing.get(write([month, year]))).toBe(`${year}-${String(month).padStart(2, '0')}`);
          }
        },
      ),
    );
  });

  it('take two digits for a year of this century', () => {
    expect(resolvePeriods(['4/1/25'], ['12/31/25']).charge.get('12/31/25')).toBe('2025-12');
  });

  it.each([
    [['4/2/25'], []],
    [['4/1/25', '1/5/25'], []],
    [['1/1/25'], ['2/1/25']],
    [['4/1/25'], ['13/13/25']],
  ])('%j with charges %j can be read in no way or in two', (billing, charge) => {
    expect(() => resolvePeriods(billing, charge)).toThrow(expect.objectContaining({ code: 'DATES_AMBIGUOUS' }));
  });
});
