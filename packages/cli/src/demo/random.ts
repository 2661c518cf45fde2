/** A stream of numbers that a text decides: the same text gives the same stream on every machine. */
export interface RandomStream {
  /** In [0, 1), with 32 bits. */
  next(): number;
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Picks in proportion to the weights. */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T;
}

/** mulberry32 over an FNV-1a hash of the text: only integer operations, so no rounding differs between machines. */
export function randomStream(seed: string): RandomStream {
  let state = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(seed)) state = Math.imul(state ^ unit, 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => itemAt(items, integer(0, items.length - 1)),
    weighted(items) {
      let left = next() * items.reduce((sum, item) => sum + item.weight, 0);
      for (const item of items) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return itemAt(items, items.length - 1);
    },
  };
}

function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`nothing at ${index} of ${items.length}`);
  return item;
}
