/** A decimal string taken apart: value = sign × digits × 10^-scale. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Reads a decimal string as the API writes it (`-1234.5600`).
 *
 * @throws RangeError for anything else, so that a malformed amount is never shown as a number
 */
export function parseDecimal(text: string): Decimal {
  const parts = DECIMAL.exec(text);
  if (parts === null) throw new RangeError(`not a decimal string: ${text}`);
  const [, sign = '', whole = '0', fraction = ''] = parts;
  const digits = BigInt(whole + fraction);
  return { digits: sign === '-' ? -digits : digits, scale: fraction.length };
}

/** The decimal string of `digits × 10^-scale`. */
export function writeDecimal({ digits, scale }: Decimal): string {
  const negative = digits < 0n;
  const text = (negative ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale);
  return `${negative ? '-' : ''}${whole}${scale > 0 ? `.${fraction}` : ''}`;
}

/** Divides to an integer, half to even (IEEE 754 roundTiesToEven). `divisor` is positive. */
function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n;
  const magnitude = negative ? -dividend : dividend;
  const quotient = magnitude / divisor;
  const twice = (magnitude % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** Rounds to exactly `places` decimals, half to even. For display only: nothing computes with the result. */
export function roundDecimal(text: string, places: number): string {
  const { digits, scale } = parseDecimal(text);
  if (scale <= places) return writeDecimal({ digits: digits * 10n ** BigInt(places - scale), scale: places });
  return writeDecimal({ digits: divideHalfEven(digits, 10n ** BigInt(scale - places)), scale: places });
}

function aligned(left: string, right: string): readonly [bigint, bigint, number] {
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale), scale];
}

/** Exact sum of decimal strings; `0` for none. */
export function addDecimals(...texts: readonly string[]): string {
  return texts.reduce((sum, text) => {
    const [a, b, scale] = aligned(sum, text);
    return writeDecimal({ digits: a + b, scale });
  }, '0');
}

/** Exact `left - right`. */
export function subtractDecimals(left: string, right: string): string {
  const [a, b, scale] = aligned(left, right);
  return writeDecimal({ digits: a - b, scale });
}

/** Order of two decimal strings by value: negative, 0 or positive. */
export function compareDecimals(left: string, right: string): number {
  const [a, b] = aligned(left, right);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same with what is missing before everything else. */
export function compareNullable(left: string | null, right: string | null): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  return compareDecimals(left, right);
}

/** `part ÷ whole` rounded half-even at `places` decimals, or null when the whole is zero. */
export function ratioOf(part: string, whole: string, places = 6): string | null {
  const [a, b] = aligned(part, whole);
  if (b === 0n) return null;
  const scaled = a * 10n ** BigInt(places);
  return writeDecimal({ digits: b < 0n ? divideHalfEven(-scaled, -b) : divideHalfEven(scaled, b), scale: places });
}

/** A floating approximation, for the position of a pixel only: bar lengths, axes, colour steps. */
export function toPixelNumber(text: string): number {
  return Number(text);
}
