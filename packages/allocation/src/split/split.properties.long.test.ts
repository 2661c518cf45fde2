import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenPromise } from '../testing/promises.ts';
import { randomCase, randomFrom } from '../testing/random-case.ts';

const BLOCKS = 1000;
const CASES_PER_BLOCK = 1000;

describe('one million splits', () => {
  it('keep every promise', () => {
    let cases = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = randomFrom(seed);
        for (let index = 0; index < CASES_PER_BLOCK; index++) {
          const example = randomCase(random);
          const broken = brokenPromise(example);
          if (broken !== undefined)
            expect.fail(`seed ${seed}, case ${index}: ${broken}\n${describeCase(example.input)}`);
        }
        cases += CASES_PER_BLOCK;
      }),
      // A block that fails names its own case; there is nothing to shrink in a seed.
      { numRuns: BLOCKS, endOnFailure: true },
    );
    expect(cases).toBe(BLOCKS * CASES_PER_BLOCK);
  });
});

function describeCase(input: object): string {
  return JSON.stringify(input, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
