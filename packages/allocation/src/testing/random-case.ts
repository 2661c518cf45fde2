import type { PromiseCase } from './promises.ts';

/** A small generator of pseudo-random numbers (mulberry32): a campaign repeats from the seed that it prints. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A case of any size that the promises cover: mostly small ones, one in five hundred with up to a thousand weights. */
export function randomCase(random: () => number): PromiseCase {
  const below = (bound: number): number => Math.floor(random() * bound);
  const digits = (length: number): string => {
    let text = '';
    while (text.length < length) text += String(below(1_000_000_000)).padStart(9, '0');
    return text.slice(0, length);
  };
  const size = below(500) === 0 ? 1 + below(1000) : 1 + below(below(10) === 0 ? 60 : 10);
  const kind = below(4);
  const weights = Array.from({ length: size }, (_, index) => {
    const lead = index === 0 ? '1' : '';
    return { key: `k${index}`, weight: `${lead}${randomWeight(kind === 3 ? below(3) : kind, below, digits)}` };
  });
  const magnitude = BigInt(digits(1 + below(18))) * (below(8) === 0 ? 10n : 1n);
  return {
    input: {
      amount: below(2) === 0 ? magnitude : -magnitude,
      weights,
      unit: [1n, 1n, 1n, 5n, 100n][below(5)] ?? 1n,
      rounding: below(6) === 0 ? 'floor-to-first' : 'largest-remainder',
      ties: below(6) === 0 ? 'position' : 'key',
    },
    reordered: weights.toSorted(() => random() - 0.5),
  };
}

function randomWeight(kind: number, below: (bound: number) => number, digits: (length: number) => string): string {
  if (kind === 0) return String(below(6));
  if (kind === 1) return String(below(1_000_000));
  return `${digits(1 + below(12))}.${digits(1 + below(18))}`;
}
