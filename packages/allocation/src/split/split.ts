import type { Rational } from '../arithmetic/rational.ts';
import { AllocationError, quoted } from '../problems.ts';
import { DEFAULT_POLICY, distribute, type Policy, type RoundingMode, type TieBreak } from './distribute.ts';
import { type PreparedWeights, prepareWeights, type Weight } from './weights.ts';

export interface SplitInput {
  /** Integer number of units of the caller's scale: cents at scale 2. */
  readonly amount: bigint;
  readonly weights: readonly Weight[] | PreparedWeights;
  /** Rounding unit in the same units; 1n by default. 5n at scale 2 rounds to 0.05. */
  readonly unit?: bigint;
  readonly ties?: TieBreak;
  readonly rounding?: RoundingMode;
}

/** One part of a split with the answer to "why this amount?": amount = floor + rounding. */
export interface Part {
  readonly key: string;
  readonly amount: bigint;
  readonly weight: Rational;
  /** amount × weight / total of the weights, exactly, in units of the scale; not in lowest terms. */
  readonly share: Rational;
  /** The share rounded towards zero to the rounding unit. */
  readonly floor: bigint;
  /** What rounding added: 0, a whole rounding unit, or a residue smaller than the unit, with the sign of the amount. */
  readonly rounding: bigint;
}

export interface Split extends Policy {
  readonly amount: bigint;
  readonly totalWeight: Rational;
  /** In the order of the weights; the amounts add up to `amount` exactly. A part rounded to zero is there. */
  readonly parts: readonly Part[];
}

/**
 * Splits an amount over weights, exactly and with its trace. Pure: the same input gives the same result.
 *
 * @param input amount in units of any scale, weights as bigint, text or fraction.
 * @throws AllocationError `NO_WEIGHTS`, `DUPLICATE_KEY`, `NEGATIVE_WEIGHT`, `ZERO_WEIGHTS`, `NOT_A_WEIGHT`,
 *   `WEIGHTS_TOO_FINE`, `UNIT_OUT_OF_RANGE`, `UNKNOWN_POLICY`.
 */
export function split(input: SplitInput): Split {
  const policy = readPolicy(input);
  const weights = isPrepared(input.weights) ? input.weights : prepareWeights(input.weights);
  return traced(input.amount, weights, policy);
}

/** A split of prepared weights with its trace; `distribute` is the same without the trace. */
export function traced(amount: bigint, weights: PreparedWeights, policy: Policy): Split {
  const { keys, integers, total, denominator } = weights;
  const amounts = distribute(amount, weights, policy);
  const step = policy.unit * total;
  const parts = amounts.map((part, index): Part => {
    const integer = integers[index] as bigint;
    const product = amount * integer;
    // bigint division rounds towards zero, so that a negative amount mirrors the positive one.
    const floor = (product / step) * policy.unit;
    return {
      key: keys[index] as string,
      amount: part,
      weight: { numerator: integer, denominator },
      share: { numerator: product, denominator: total },
      floor,
      rounding: part - floor,
    };
  });
  return { amount, ...policy, totalWeight: { numerator: total, denominator }, parts };
}

/** Completes a policy with its defaults and refuses what is not one (`UNKNOWN_POLICY`, `UNIT_OUT_OF_RANGE`). */
export function readPolicy(given: {
  readonly unit?: bigint;
  readonly ties?: TieBreak;
  readonly rounding?: RoundingMode;
}): Policy {
  const { rounding = DEFAULT_POLICY.rounding, ties = DEFAULT_POLICY.ties, unit = DEFAULT_POLICY.unit } = given;
  if (rounding !== 'largest-remainder' && rounding !== 'floor-to-first') {
    throw new AllocationError('UNKNOWN_POLICY', `${quoted(rounding)} is not a rounding mode.`, { rounding });
  }
  if (ties !== 'key' && ties !== 'position') {
    throw new AllocationError('UNKNOWN_POLICY', `${quoted(ties)} is not a tie-break.`, { ties });
  }
  if (typeof unit !== 'bigint' || unit <= 0n) {
    throw new AllocationError('UNIT_OUT_OF_RANGE', `The rounding unit ${quoted(unit)} is not positive.`);
  }
  return { rounding, ties, unit };
}

function isPrepared(weights: readonly Weight[] | PreparedWeights): weights is PreparedWeights {
  return !Array.isArray(weights);
}
