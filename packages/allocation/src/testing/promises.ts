import type { Split, SplitInput } from '../split/split.ts';
import { split } from '../split/split.ts';
import type { Weight } from '../split/weights.ts';

/** A case of the promises: what is split, and the same weights in another order. */
export interface PromiseCase {
  readonly input: SplitInput & { readonly weights: readonly Weight[]; readonly unit: bigint };
  readonly reordered: readonly Weight[];
}

/**
 * Holds one case against the promises of the engine and answers the first one that is broken, in words.
 *
 * Conservation, floor or floor and one unit, largest remainders first, zero weights receive nothing, determinism,
 * independence of the order of the input, mirror under negation.
 */
export function brokenPromise({ input, reordered }: PromiseCase): string | undefined {
  const result = split(input);
  const { amount, unit } = input;
  let sum = 0n;
  for (const part of result.parts) sum += part.amount;
  if (sum !== amount) return `the parts add up to ${sum}, not to ${amount}`;
  return brokenPart(result, unit) ?? brokenRemainder(result) ?? brokenRepetition(result, { input, reordered });
}

function brokenPart({ parts, amount }: Split, unit: bigint): string | undefined {
  const sign = amount < 0n ? -1n : 1n;
  for (const { key, amount: part, share, floor, rounding, weight } of parts) {
    if (weight.numerator === 0n && part !== 0n) return `${key} weighs nothing and receives ${part}`;
    const [size, given] = [sign * floor, sign * rounding];
    const exact = sign * share.numerator;
    if (size % unit !== 0n) return `the floor of ${key} is no multiple of the unit`;
    if (size * share.denominator > exact || (size + unit) * share.denominator <= exact)
      return `${key} has a wrong floor`;
    if (given < 0n || given > unit || floor + rounding !== part) return `${key} receives ${rounding} of rounding`;
  }
  return undefined;
}

/** Under `largest-remainder`, nobody without a unit has a larger remainder than somebody with one. */
function brokenRemainder({ parts, rounding, amount }: Split): string | undefined {
  if (rounding !== 'largest-remainder') return undefined;
  const sign = amount < 0n ? -1n : 1n;
  let least: bigint | undefined;
  let most = 0n;
  for (const part of parts) {
    const remainder = sign * (part.share.numerator - part.floor * part.share.denominator);
    if (part.rounding === 0n) most = remainder > most ? remainder : most;
    else least = least === undefined || remainder < least ? remainder : least;
  }
  return least !== undefined && least < most ? 'a smaller remainder receives before a larger one' : undefined;
}

function brokenRepetition(result: Split, { input, reordered }: PromiseCase): string | undefined {
  const again = split(input).parts;
  if (result.parts.some((part, index) => part.amount !== again[index]?.amount)) return 'the second run differs';
  const mirror = split({ ...input, amount: -input.amount }).parts;
  if (result.parts.some((part, index) => part.amount !== -(mirror[index]?.amount ?? 0n))) return 'the mirror differs';
  if (input.ties === 'position' || input.rounding === 'floor-to-first') return undefined;
  const byKey = new Map(split({ ...input, weights: reordered }).parts.map((part) => [part.key, part.amount]));
  const moved = result.parts.find((part) => byKey.get(part.key) !== part.amount);
  return moved === undefined ? undefined : `${moved.key} depends on the order of the input`;
}
