import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDecimals } from '../format/decimal.ts';
import { TOPS } from '../selection/selection.ts';
import { barsOf, isDrawn } from './ranked.ts';

const others = (count: number) => `${count} others`;

it('draws the greatest by name and the others as one', () => {
  const rows = Array.from({ length: 7 }, (_, index) => ({
    code: `E${index}`,
    name: `Entity ${index}`,
    cost: `${index}.5`,
    previous: index === 0 ? null : '1',
  }));
  const bars = barsOf(rows, '5', others);
  expect(bars.map(({ name, cost }) => [name, cost])).toEqual([
    ['Entity 6', '6.5'],
    ['Entity 5', '5.5'],
    ['Entity 4', '4.5'],
    ['Entity 3', '3.5'],
    ['Entity 2', '2.5'],
    ['2 others', '2.0'],
  ]);
  // One of the two has nothing to compare with, so their sum has not either.
  expect(bars.at(-1)?.previous).toBeNull();
  expect(barsOf(rows, 'all', others)).toHaveLength(7);
});

it('draws the others only where they leave something of the greatest', () => {
  const bars = (cost: string) => [
    { code: 'A', name: 'A', cost: '10.00', previous: null },
    { code: null, name: 'others', cost, previous: null },
  ];
  const drawn = (cost: string) => bars(cost).map((bar) => isDrawn(bar, bars(cost)));
  expect(drawn('20.00')).toEqual([true, true]);
  expect(drawn('20.01')).toEqual([true, false]);
});

it('adds up to the whole, whatever is drawn', () => {
  const cost = fc.option(fc.integer({ min: -1000, max: 1000 }).map((cents) => `${cents}.25`.replace('-0.', '0.')));
  fc.assert(
    fc.property(fc.array(cost, { maxLength: 40 }), fc.constantFrom(...TOPS), (costs, top) => {
      const rows = costs.map((amount, index) => ({ code: `E${index}`, name: '', cost: amount, previous: null }));
      const drawn = addDecimals('0.00', ...barsOf(rows, top, others).map((bar) => bar.cost));
      expect(drawn).toBe(addDecimals('0.00', ...costs.flatMap((amount) => amount ?? [])));
    }),
  );
});
