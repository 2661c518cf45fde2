import fc from 'fast-check';
import type { CycleInput, CycleMethod } from '../cycles/network.ts';

/** Up to six service and five operating centres, sparse, with costs of any sign, that can always be emptied. */
export const anyCycle = fc
  .record({
    services: fc.integer({ min: 1, max: 6 }),
    operations: fc.integer({ min: 1, max: 5 }),
    seeds: fc.array(fc.bigInt({ min: 0n, max: 1000n }), { minLength: 66, maxLength: 66 }),
    costs: fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), { minLength: 11, maxLength: 11 }),
    method: fc.constantFrom<CycleMethod>('direct', 'step-down', 'reciprocal'),
  })
  .map(({ services, operations, seeds, costs, method }) => {
    const service = Array.from({ length: services }, (_, index) => `S${index}`);
    const operating = Array.from({ length: operations }, (_, index) => `P${index}`);
    const all = [...service, ...operating];
    const given = service.map((from, row) => {
      // Sparse, and each centre serves at least one operating centre.
      const weights = all.map((to, column) => {
        const seed = seeds[row * 11 + column] as bigint;
        return [to, column === services ? seed + 1n : seed < 400n ? 0n : seed] as const;
      });
      return [from, new Map(weights)] as const;
    });
    const cost = new Map(all.map((centre, index) => [centre, costs[index] as bigint]));
    return { method, service, operating, costs: cost, services: new Map(given) } satisfies CycleInput;
  });
