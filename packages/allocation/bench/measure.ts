/** One figure of `npm run bench`, with the floor or rival that was measured in the same run. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: { readonly name: string; readonly value: number; readonly unit: string };
  readonly ratio?: number;
  readonly note?: string;
}

const ROUNDS = 7;

/**
 * The best rate of each piece of work over several rounds in which they take turns, after one to warm up: on a noisy
 * machine the best round is the least disturbed, and turns disturb all pieces alike.
 */
export function ratesOf<const Name extends string>(
  count: number,
  works: Record<Name, () => void>,
): Record<Name, number> {
  const names = Object.keys(works) as Name[];
  const rates = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of names) {
      const start = performance.now();
      works[name]();
      const rate = count / ((performance.now() - start) / 1000);
      if (round > 0) rates[name] = Math.max(rates[name], rate);
    }
  }
  return rates;
}

/** Milliseconds of the fastest of several runs. */
export function fastest(work: () => void, rounds = 3): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
