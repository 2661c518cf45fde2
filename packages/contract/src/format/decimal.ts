/** Decimals after the point of every quantity and cost in a bundle: DECIMAL(38,18). */
export const SCALE = 18;

const UNIT = 10n ** 18n;
const ZERO = '0'.charCodeAt(0);
const PLAIN_DECIMAL = /^-?\d{1,20}(?:\.\d{1,18})?$/;

/**
 * Reads a plain decimal string as a whole number of 10⁻¹⁸.
 * Takes at most 20 digits before and 18 after the point and no exponent; answers null for anything else, because a
 * finer or larger value would have to be rounded and the contract never rounds.
 */
export function parseDecimal(text: string): bigint | null {
  if (!PLAIN_DECIMAL.test(text)) return null;
  const point = text.indexOf('.');
  if (point < 0) return BigInt(text) * UNIT;
  return BigInt(text.slice(0, point) + text.slice(point + 1).padEnd(SCALE, '0'));
}

/** Writes a whole number of 10⁻¹⁸ as a plain decimal string without needless zeros, for example `-12.5`. */
export function formatDecimal(scaled: bigint): string {
  const sign = scaled < 0n ? '-' : '';
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(SCALE + 1, '0');
  const point = digits.length - SCALE;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  const whole = sign + digits.slice(0, point);
  return end === point ? whole : `${whole}.${digits.slice(point, end)}`;
}

/** The shortest form of a decimal string: `1.500` → `1.5`, `-0.0` → `0`; null stays null. */
export function normaliseDecimal(text: string): string {
  const scaled = parseDecimal(text);
  if (scaled === null) throw new RangeError(`"${text}" is not a plain decimal of at most 20 and 18 digits`);
  return formatDecimal(scaled);
}
