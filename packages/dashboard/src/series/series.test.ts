import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDecimals, compareDecimals } from '../format/decimal.ts';
import { running, type SeriesRow, stack } from './series.ts';

const months = ['2025-01', '2025-02', '2025-03'];
const row: fc.Arbitrary<SeriesRow> = fc.record({
  month: fc.constantFrom(...months),
  code: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
  cost: fc.option(
    fc.integer({ min: -10_000, max: 1_000_000 }).map((cents) => (cents / 100).toFixed(2)),
    { freq: 9 },
  ),
});

describe('the layers of the month series', () => {
  it('add up to what went in, month by month, however few may be named', () => {
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 2, max: 6 }), (rows, most) => {
        const { layers, totals } = stack(rows, months, most);
        expect(layers.length).toBeLessThanOrEqual(most);
        months.forEach((month, index) => {
          const input = addDecimals(...rows.filter((one) => one.month === month).map((one) => one.cost ?? '0'));
          const shown = addDecimals(...layers.map((layer) => layer.costs[index] ?? '0'));
          expect(compareDecimals(shown, input)).toBe(0);
          expect(compareDecimals(totals[index] ?? 'missing', input)).toBe(0);
        });
      }),
    );
  });

  it('stand in the order of their size, the merged one last', () => {
    const rows = [
      { month: '2025-01', code: 'small', cost: '1' },
      { month: '2025-01', code: 'great', cost: '100' },
      { month: '2025-02', code: 'middle', cost: '9' },
      { month: '2025-02', code: 'tiny', cost: '0.5' },
    ];
    expect(stack(rows, months, 3).layers.map(({ code, count, total }) => [code, count, total])).toEqual([
      ['great', 1, '100'],
      ['middle', 1, '9'],
      [null, 2, '1.5'],
    ]);
    expect(stack([], months).layers).toEqual([]);
  });
});

it('adds up from the first month on, each layer and the whole, to the last digit', () => {
  const months = ['2025-01', '2025-02', '2025-03'];
  const rows = [
    { month: '2025-01', code: 'a', cost: '0.1' },
    { month: '2025-02', code: 'a', cost: '0.2' },
    { month: '2025-03', code: 'a', cost: '-0.25' },
    { month: '2025-03', code: 'b', cost: '9007199254740993.01' },
  ];
  const sums = running(stack(rows, months));
  expect(sums.layers.map(({ code, costs }) => [code, costs])).toEqual([
    ['b', ['0', '0', '9007199254740993.01']],
    ['a', ['0.1', '0.3', '0.05']],
  ]);
  expect(sums.totals).toEqual(['0.1', '0.3', '9007199254740993.06']);
});

it('keeps the others of the node together, and last', () => {
  const rows = [
    { month: '2025-01', code: null, cost: '50' },
    { month: '2025-01', code: 'a', cost: '7' },
    { month: '2025-01', code: 'b', cost: '9' },
  ];
  const { layers, totals } = stack(rows, ['2025-01'], 3);
  expect(layers.map(({ code, count, total }) => [code, count, total])).toEqual([
    ['b', 1, '9'],
    ['a', 1, '7'],
    [null, 0, '50'],
  ]);
  expect(totals).toEqual(['66']);
});
