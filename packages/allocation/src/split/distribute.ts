import type { PreparedWeights } from './weights.ts';

/** `largest-remainder`: leftover units to the largest fractional remainders. `floor-to-first`: to the first positions. */
export type RoundingMode = 'largest-remainder' | 'floor-to-first';

/** `key`: the larger weight, then the smaller key, whatever the order of the input. `position`: the earlier position. */
export type TieBreak = 'key' | 'position';

export interface Policy {
  readonly rounding: RoundingMode;
  readonly ties: TieBreak;
  /** The rounding unit, in units of the amount's scale: 5n at scale 2 rounds to 0.05. */
  readonly unit: bigint;
}

export const DEFAULT_POLICY: Policy = { rounding: 'largest-remainder', ties: 'key', unit: 1n };

/** Up to this many weights, remainders are put in order by insertion; above, by the engine's sort. */
const INSERTION_BOUND = 32;
/** Up to this many comparisons, bigint remainders are selected one by one; above, they are sorted. */
const SELECTION_BOUND = 512;

// One split at a time fills these: the engine is synchronous and not re-entrant, and allocating them per split costs
// more than the arithmetic of a ten-way split.
let floors = new Float64Array(64);
let remainders = new Float64Array(64);
const order = new Int32Array(INSERTION_BOUND);

// An integer below 2^53 becomes a bigint through its two halves, which is nearly twice as fast as BigInt(): storing into
// an Int32Array keeps the low 32 bits, of negative numbers in two's complement.
const long = new BigInt64Array(1);
const words = new Int32Array(long.buffer);
const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

/**
 * Splits an amount over prepared weights: the parts, in the order of the weights, add up to the amount exactly.
 *
 * Every share is floored to the rounding unit; whole units that are left go one each by the policy, and what is smaller
 * than a unit (an amount that is no multiple of it) goes to the part that is next. A weight of zero receives nothing. A
 * negative amount is the mirror of the positive one.
 */
export function distribute(amount: bigint, weights: PreparedWeights, policy: Policy = DEFAULT_POLICY): bigint[] {
  const negative = amount < 0n;
  const size = negative ? -amount : amount;
  const { smallTotal } = weights;
  if (smallTotal > 0) {
    const unit = Number(policy.unit);
    const count = Number(size);
    // Every intermediate value is a product below one of these two, so that all of them are exact integers.
    if (count * smallTotal <= Number.MAX_SAFE_INTEGER && unit * smallTotal <= Number.MAX_SAFE_INTEGER) {
      return distributeNumbers(count, unit, negative, weights, policy);
    }
    if (unit * Number(weights.total) * smallTotal <= Number.MAX_SAFE_INTEGER) {
      return distributeRest(size, unit, negative, weights, policy);
    }
  }
  return distributeBigints(size, negative, weights, policy);
}

/**
 * A large amount over small weights: whole multiples of the total weight split without remainder, so that only the rest,
 * which is small, needs rounding.
 */
function distributeRest(
  size: bigint,
  unit: number,
  negative: boolean,
  weights: PreparedWeights,
  policy: Policy,
): bigint[] {
  const { integers, total } = weights;
  const step = policy.unit * total;
  const times = size / step;
  const perWeight = (negative ? -times : times) * policy.unit;
  const parts = distributeNumbers(Number(size - times * step), unit, negative, weights, policy);
  for (let index = 0; index < parts.length; index++) {
    parts[index] = (parts[index] as bigint) + perWeight * (integers[index] as bigint);
  }
  return parts;
}

/** Doubles that hold integers proven below 2^53: about twice as fast as bigint. */
function distributeNumbers(
  size: number,
  unit: number,
  negative: boolean,
  weights: PreparedWeights,
  policy: Policy,
): bigint[] {
  const { small, smallTotal } = weights;
  const length = small.length;
  if (floors.length < length) {
    floors = new Float64Array(length);
    remainders = new Float64Array(length);
  }
  const step = unit * smallTotal;
  let left = size;
  for (let index = 0; index < length; index++) {
    const product = size * (small[index] as number);
    // Exact: for integers below 2^53 the quotient is at least 1/step below the next integer, which is more than rounding
    // to a double can add.
    const quotient = Math.floor(product / step);
    const floor = quotient * unit;
    floors[index] = floor;
    remainders[index] = product - quotient * step;
    left -= floor;
  }
  if (left > 0) giveNumbers(left, unit, weights, policy);
  const parts = new Array<bigint>(length);
  for (let index = 0; index < length; index++) {
    const part = negative ? -(floors[index] as number) : (floors[index] as number);
    words[LOW] = part;
    words[HIGH] = Math.floor(part / 4_294_967_296);
    parts[index] = long[0] as bigint;
  }
  return parts;
}

function giveNumbers(left: number, unit: number, weights: PreparedWeights, policy: Policy): void {
  const { small } = weights;
  const length = small.length;
  if (policy.rounding === 'floor-to-first') {
    for (let index = 0; index < length && left > 0; index++) {
      if ((small[index] as number) === 0) continue;
      const given = Math.min(left, unit);
      floors[index] = (floors[index] as number) + given;
      left -= given;
    }
    return;
  }
  if (length > INSERTION_BOUND) giveSorted(left, unit, weights, policy);
  else giveInserted(left, unit, weights, policy);
}

/** Insertion into an order of few: for ten weights about twice as fast as selecting the largest again and again. */
function giveInserted(left: number, unit: number, weights: PreparedWeights, policy: Policy): void {
  const { small, keys } = weights;
  const byPosition = policy.ties === 'position';
  let filled = 0;
  for (let index = 0; index < small.length; index++) {
    const remainder = remainders[index] as number;
    if (remainder === 0) continue;
    let place = filled;
    while (place > 0) {
      const before = order[place - 1] as number;
      const difference = remainder - (remainders[before] as number);
      if (difference < 0 || (difference === 0 && (byPosition || !precedes(index, before, small, keys)))) break;
      order[place] = before;
      place -= 1;
    }
    order[place] = index;
    filled += 1;
  }
  for (let place = 0; left > 0; place++) {
    const index = order[place] as number;
    const given = Math.min(left, unit);
    floors[index] = (floors[index] as number) + given;
    left -= given;
  }
}

/** Whether a tie of remainders goes to `a`: the larger weight, then the smaller key. */
function precedes(a: number, b: number, small: readonly number[], keys: readonly string[]): boolean {
  const difference = (small[a] as number) - (small[b] as number);
  return difference !== 0 ? difference > 0 : (keys[a] as string) < (keys[b] as string);
}

function giveSorted(left: number, unit: number, weights: PreparedWeights, policy: Policy): void {
  const { small, keys } = weights;
  const sorted: number[] = [];
  for (let index = 0; index < small.length; index++) if ((remainders[index] as number) > 0) sorted.push(index);
  const byPosition = policy.ties === 'position';
  sorted.sort((a, b) => {
    const difference = (remainders[b] as number) - (remainders[a] as number);
    if (difference !== 0) return difference;
    if (byPosition) return a - b;
    return precedes(a, b, small, keys) ? -1 : 1;
  });
  for (const index of sorted) {
    if (left <= 0) return;
    const given = Math.min(left, unit);
    floors[index] = (floors[index] as number) + given;
    left -= given;
  }
}

/** The same arithmetic on bigint, for amounts and weights of any size. */
function distributeBigints(size: bigint, negative: boolean, weights: PreparedWeights, policy: Policy): bigint[] {
  const { integers, total } = weights;
  const { unit } = policy;
  const length = integers.length;
  const step = unit * total;
  const parts = new Array<bigint>(length);
  const rests = new Array<bigint>(length);
  let left = size;
  for (let index = 0; index < length; index++) {
    const product = size * (integers[index] as bigint);
    const quotient = product / step;
    const floor = unit === 1n ? quotient : quotient * unit;
    parts[index] = floor;
    rests[index] = product - quotient * step;
    left -= floor;
  }
  if (left > 0n) giveBigints(left, parts, rests, weights, policy);
  if (negative) for (let index = 0; index < length; index++) parts[index] = -(parts[index] as bigint);
  return parts;
}

function giveBigints(
  left: bigint,
  parts: bigint[],
  rests: readonly bigint[],
  weights: PreparedWeights,
  policy: Policy,
): void {
  const { unit } = policy;
  for (const index of receivers(left, rests, weights, policy)) {
    if (left <= 0n) return;
    const given = left < unit ? left : unit;
    parts[index] = (parts[index] as bigint) + given;
    left -= given;
  }
}

/** The positions that receive the leftover, first receiver first; at least as many as are needed. */
function receivers(left: bigint, rests: readonly bigint[], weights: PreparedWeights, policy: Policy): number[] {
  const { integers, keys } = weights;
  const order: number[] = [];
  if (policy.rounding === 'floor-to-first') {
    for (let index = 0; index < integers.length; index++) if ((integers[index] as bigint) > 0n) order.push(index);
    return order;
  }
  const byPosition = policy.ties === 'position';
  const before = (a: number, b: number): boolean => {
    const first = rests[a] as bigint;
    const second = rests[b] as bigint;
    if (first !== second) return first > second;
    if (byPosition) return a < b;
    const weightA = integers[a] as bigint;
    const weightB = integers[b] as bigint;
    return weightA !== weightB ? weightA > weightB : (keys[a] as string) < (keys[b] as string);
  };
  const needed = Number((left + policy.unit - 1n) / policy.unit);
  if (needed * rests.length <= SELECTION_BOUND) {
    const chosen = new Uint8Array(rests.length);
    for (let round = 0; round < needed; round++) {
      let best = -1;
      for (let index = 0; index < rests.length; index++) {
        if (chosen[index] === 0 && rests[index] !== 0n && (best < 0 || before(index, best))) best = index;
      }
      chosen[best] = 1;
      order.push(best);
    }
    return order;
  }
  for (let index = 0; index < rests.length; index++) if (rests[index] !== 0n) order.push(index);
  return order.sort((a, b) => (before(a, b) ? -1 : 1));
}
