import { AllocationError, quoted } from '../problems.ts';

/** The most decimals that an amount may have; real FOCUS bills carry that many. */
export const MAX_SCALE = 18;

const PLAIN_DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
/** A bound on the length of one number, so that no input can make the arithmetic itself slow. */
const MAX_DIGITS = 400;

const POWERS: readonly bigint[] = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent));

/** 10^exponent as a bigint, for an exponent of zero or more. */
export function powerOfTen(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

/** Refuses a scale that is not an integer from 0 to 18 (`SCALE_OUT_OF_RANGE`). */
export function assertScale(scale: number): void {
  if (!Number.isInteger(scale) || scale < 0 || scale > MAX_SCALE) {
    throw new AllocationError('SCALE_OUT_OF_RANGE', `Scale ${quoted(scale)} is not an integer from 0 to 18.`, {
      scale,
    });
  }
}

/** The digits of a plain decimal: value = units / 10^decimals. `undefined` for any other text. */
export function readDecimal(text: string): { units: bigint; decimals: number } | undefined {
  const match = text.length <= MAX_DIGITS ? PLAIN_DECIMAL.exec(text) : null;
  if (match === null) return undefined;
  const fraction = match[3] ?? '';
  const units = BigInt(`${match[2]}${fraction}`);
  return { units: match[1] === '-' ? -units : units, decimals: fraction.length };
}

/**
 * Reads a plain decimal (`-12.50`) as an integer number of units of 10^-scale.
 *
 * Zeros beyond the scale are accepted, any other digit there is refused: nothing is rounded on the way in.
 *
 * @throws AllocationError `NOT_A_DECIMAL` (exponents, blanks, separators, `+`, `.5`), `TOO_MANY_DECIMALS`,
 *   `SCALE_OUT_OF_RANGE`.
 */
export function parseDecimal(text: string, scale: number): bigint {
  assertScale(scale);
  const read = typeof text === 'string' ? readDecimal(text) : undefined;
  if (read === undefined) {
    throw new AllocationError('NOT_A_DECIMAL', `${quoted(text)} is not a plain decimal.`, { value: String(text) });
  }
  if (read.decimals <= scale) return read.units * powerOfTen(scale - read.decimals);
  const beyond = powerOfTen(read.decimals - scale);
  if (read.units % beyond !== 0n) {
    throw new AllocationError('TOO_MANY_DECIMALS', `${quoted(text)} has more than ${scale} decimals.`, {
      value: text,
      scale,
    });
  }
  return read.units / beyond;
}

/** How many decimals a plain decimal is written with; `undefined` for any other text. */
export function decimalsOf(text: string): number | undefined {
  return readDecimal(text)?.decimals;
}

/**
 * Writes an integer number of units of 10^-scale as a plain decimal with exactly `scale` decimals.
 *
 * @throws AllocationError `SCALE_OUT_OF_RANGE`.
 */
export function formatDecimal(units: bigint, scale: number): string {
  assertScale(scale);
  if (scale === 0) return units.toString();
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}
