import { AllocationError, quoted } from '../problems.ts';
import { powerOfTen, readDecimal } from './decimal.ts';

/** An exact fraction. The denominator is positive; the fraction need not be in lowest terms. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const FRACTION = /^(-?\d{1,200})\/(\d{1,200})$/;

export function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Some five thousand digits: a thousand fractions over a thousand primes stay below it. */
const WIDEST_DENOMINATOR = 1n << 16_384n;

/**
 * The least common multiple of two denominators, within a bound: fractions that share no divisor multiply theirs, and a list of them
 * would take the arithmetic minutes.
 *
 * @throws AllocationError `WEIGHTS_TOO_FINE`.
 */
export function commonDenominator(a: bigint, b: bigint): bigint {
  const common = a % b === 0n ? a : a * (b / gcd(a, b));
  if (common < WIDEST_DENOMINATOR) return common;
  throw new AllocationError('WEIGHTS_TOO_FINE', 'The common denominator of the weights has more than 4900 digits.');
}

/** Division that rounds towards minus infinity; the divisor is positive. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient;
}

/** The exact sum, over the least common denominator. @throws AllocationError `WEIGHTS_TOO_FINE`. */
export function add(a: Rational, b: Rational): Rational {
  if (a.denominator === b.denominator) return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  const denominator = commonDenominator(a.denominator, b.denominator);
  const numerator = a.numerator * (denominator / a.denominator) + b.numerator * (denominator / b.denominator);
  return { numerator, denominator };
}

/** The same fraction in lowest terms. */
export function reduce(value: Rational): Rational {
  const divisor = gcd(value.numerator, value.denominator);
  if (divisor <= 1n) return value;
  return { numerator: value.numerator / divisor, denominator: value.denominator / divisor };
}

/**
 * Reads a weight: a bigint, a fraction, or a text such as `12.5` or `1/3`, of up to 200 digits a side.
 *
 * @throws AllocationError `NOT_A_WEIGHT` for anything else, a JavaScript number included: a float has already lost digits.
 */
export function parseRational(value: Rational | string | bigint): Rational {
  if (typeof value === 'bigint') return { numerator: value, denominator: 1n };
  if (typeof value === 'string') return parseText(value);
  if (
    value !== null &&
    typeof value === 'object' &&
    typeof value.numerator === 'bigint' &&
    typeof value.denominator === 'bigint' &&
    value.denominator > 0n
  ) {
    return value;
  }
  throw new AllocationError('NOT_A_WEIGHT', `${quoted(value)} is not a weight.`, { value: String(value) });
}

function parseText(text: string): Rational {
  const decimal = readDecimal(text);
  if (decimal !== undefined) return { numerator: decimal.units, denominator: powerOfTen(decimal.decimals) };
  const match = FRACTION.exec(text);
  const denominator = match?.[2] === undefined ? 0n : BigInt(match[2]);
  if (match?.[1] === undefined || denominator === 0n) {
    throw new AllocationError('NOT_A_WEIGHT', `${quoted(text)} is not a plain decimal or a fraction.`, { value: text });
  }
  return { numerator: BigInt(match[1]), denominator };
}

/** `2/3`, or `5` where the fraction is whole; in lowest terms. */
export function formatRational(value: Rational): string {
  const { numerator, denominator } = reduce(value);
  return denominator === 1n ? numerator.toString() : `${numerator}/${denominator}`;
}

/**
 * A fraction as a decimal text of at most `decimals` decimals, rounded half to even and without trailing zeros.
 * For people only: the fraction itself stays the value.
 */
export function approximate(value: Rational, decimals: number): string {
  const { units, exact } = roundHalfEven(value, decimals);
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = exact
    ? digits.slice(digits.length - decimals).replace(/0+$/, '')
    : digits.slice(digits.length - decimals);
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The fraction in units of 10^-decimals, rounded half to even, and whether that is exactly the fraction. */
export function roundHalfEven(value: Rational, decimals: number): { units: bigint; exact: boolean } {
  const scaled = value.numerator * powerOfTen(decimals);
  const floor = floorDivide(scaled, value.denominator);
  const twice = 2n * (scaled - floor * value.denominator);
  const up = twice > value.denominator || (twice === value.denominator && floor % 2n !== 0n);
  return { units: up ? floor + 1n : floor, exact: twice === 0n };
}
