import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDecimals, compareDecimals } from '../format/decimal.ts';
import { comparedEntities, LINES, stepsOf } from './compared.ts';

describe('the entities that are compared', () => {
  const ranked = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

  it.each([
    ['nobody chose', [], ['A', 'B', 'C', 'D']],
    ['one is chosen, and gets company', ['C'], ['C', 'A']],
    ['the greatest is chosen', ['A'], ['A', 'B']],
    ['two are', ['H', 'B'], ['H', 'B']],
    ['more than six are', ['H', 'G', 'F', 'E', 'D', 'C', 'B'], ['H', 'G', 'F', 'E', 'D', 'C']],
  ])('%s', (_, chosen, expected) => {
    expect(comparedEntities(chosen, ranked)).toEqual(expected);
  });

  it('are as many as there are', () => {
    expect(comparedEntities([], ['A'])).toEqual(['A']);
  });
});

const cents = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => (value / 100).toFixed(2));

it('leads from the first cost to the second, each step from where the last one ended', () => {
  fc.assert(
    fc.property(cents, fc.tuple(...LINES.map(() => fc.oneof(cents, fc.constant('0.000')))), (cost, amounts) => {
      const lines = Object.fromEntries(LINES.map((line, at) => [line, amounts[at] ?? '0']));
      const steps = stepsOf({ side_from: { code: 'x', cost }, lines: lines as Parameters<typeof stepsOf>[0]['lines'] });
      steps.forEach((step, at) => {
        expect(step.start).toBe(steps[at - 1]?.end ?? cost);
        expect(compareDecimals(step.amount, '0')).not.toBe(0);
      });
      expect(compareDecimals(steps.at(-1)?.end ?? cost, addDecimals(cost, ...amounts))).toBe(0);
    }),
  );
});
