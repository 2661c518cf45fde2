import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCycle } from '../testing/any-cycle.ts';
import { runCycle } from './cycle.ts';

describe('fifty thousand cycles', () => {
  it('conserve every centre, and refine to what the exact fractions give', () => {
    fc.assert(
      fc.property(anyCycle, (input) => {
        const result = runCycle(input);
        const balance = new Map(input.costs);
        for (const { from, to, amount } of result.flows) {
          balance.set(from, (balance.get(from) ?? 0n) - amount);
          balance.set(to, (balance.get(to) ?? 0n) + amount);
        }
        for (const centre of input.service) expect(balance.get(centre)).toBe(0n);
        for (const { centre, amount } of result.parts) expect(balance.get(centre)).toBe(amount);
        const refined = runCycle({ ...input, exactUpTo: 0 });
        expect(refined.parts.map((part) => part.amount)).toEqual(result.parts.map((part) => part.amount));
      }),
      { numRuns: 50_000 },
    );
  });
});
