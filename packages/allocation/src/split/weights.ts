import { commonDenominator, gcd, parseRational, type Rational } from '../arithmetic/rational.ts';
import { AllocationError, quoted } from '../problems.ts';

/** A key and what it weighs. Exact: a bigint, a decimal or fraction text, or a fraction; never a float. */
export interface Weight {
  readonly key: string;
  readonly weight: Rational | string | bigint;
}

/**
 * Weights brought over one denominator: weight[i] = integers[i] / denominator.
 *
 * `small` and `smallTotal` hold the same proportions in lowest terms as doubles, where they are integers below 2^53;
 * `smallTotal` is 0 where they are not.
 */
export interface PreparedWeights {
  readonly keys: readonly string[];
  readonly integers: readonly bigint[];
  readonly total: bigint;
  readonly denominator: bigint;
  readonly small: readonly number[];
  readonly smallTotal: number;
}

const NO_NUMBERS: readonly number[] = [];

/**
 * Brings weights over one denominator, once, for any number of splits.
 *
 * @throws AllocationError `NO_WEIGHTS`, `DUPLICATE_KEY`, `NEGATIVE_WEIGHT`, `ZERO_WEIGHTS`, `NOT_A_WEIGHT`,
 *   `WEIGHTS_TOO_FINE`.
 */
export function prepareWeights(weights: readonly Weight[]): PreparedWeights {
  if (weights.length === 0) throw new AllocationError('NO_WEIGHTS', 'The list of weights is empty.');
  const keys: string[] = [];
  const fractions: Rational[] = [];
  const seen = new Set<string>();
  for (const { key, weight } of weights) {
    if (seen.has(key)) {
      throw new AllocationError('DUPLICATE_KEY', `The key ${quoted(key)} is named twice.`, { key });
    }
    seen.add(key);
    const fraction = parseRational(weight);
    if (fraction.numerator < 0n) {
      throw new AllocationError('NEGATIVE_WEIGHT', `The weight of ${quoted(key)} is negative.`, { key });
    }
    keys.push(key);
    fractions.push(fraction);
  }
  const denominator = fractions.reduce((common, fraction) => commonDenominator(common, fraction.denominator), 1n);
  const integers = fractions.map((fraction) =>
    fraction.denominator === denominator
      ? fraction.numerator
      : fraction.numerator * (denominator / fraction.denominator),
  );
  return prepareIntegers(keys, integers, denominator);
}

/**
 * The same for integer weights that the caller has already checked to be unique and not negative.
 *
 * @throws AllocationError `ZERO_WEIGHTS`.
 */
export function prepareIntegers(
  keys: readonly string[],
  integers: readonly bigint[],
  denominator = 1n,
): PreparedWeights {
  const small = new Array<number>(integers.length);
  const sum = readNumbers(integers, small);
  if (sum === 0) {
    const named = keys.slice(0, 5).map(quoted).join(', ');
    throw new AllocationError(
      'ZERO_WEIGHTS',
      `Nothing weighs more than zero: ${named}${keys.length > 5 ? ', …' : ''}.`,
    );
  }
  if (sum <= Number.MAX_SAFE_INTEGER) {
    return { keys, integers, total: BigInt(sum), denominator, small, smallTotal: sum / reduceNumbers(small, sum) };
  }
  let total = 0n;
  for (const integer of integers) total += integer;
  return { keys, integers, total, denominator, ...reduceIntegers(integers, total) };
}

/** Fills in the weights as doubles. Where the sum is below 2^53, it and every weight are exact. */
function readNumbers(integers: readonly bigint[], small: number[]): number {
  let sum = 0;
  for (let index = 0; index < integers.length; index++) {
    const weight = Number(integers[index]);
    small[index] = weight;
    sum += weight;
  }
  return sum;
}

/** Brings exact doubles to lowest terms, in place, and answers the divisor. */
function reduceNumbers(small: number[], sum: number): number {
  let divisor = sum;
  for (let index = 0; index < small.length && divisor > 1; index++) {
    let other = small[index] as number;
    while (other > 0) [divisor, other] = [other, divisor % other];
  }
  if (divisor > 1) for (let index = 0; index < small.length; index++) small[index] = (small[index] as number) / divisor;
  return divisor;
}

/** The proportions in lowest terms as doubles, where they fit once they are reduced. */
function reduceIntegers(integers: readonly bigint[], total: bigint): { small: readonly number[]; smallTotal: number } {
  let divisor = total;
  for (const integer of integers) {
    if (divisor === 1n) break;
    divisor = gcd(divisor, integer);
  }
  const smallTotal = total / divisor;
  if (smallTotal > BigInt(Number.MAX_SAFE_INTEGER)) return { small: NO_NUMBERS, smallTotal: 0 };
  const small = new Array<number>(integers.length);
  for (let index = 0; index < integers.length; index++) small[index] = Number((integers[index] ?? 0n) / divisor);
  return { small, smallTotal: Number(smallTotal) };
}
