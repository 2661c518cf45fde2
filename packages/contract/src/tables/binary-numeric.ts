import { SCALE } from '../format/decimal.ts';

/** PostgreSQL keeps a numeric as digits of base 10 000, and a bundle's 18 decimals are four and a half of them. */
const DIGITS = 10;
const POINT = 5;
const BASE = 10_000;
/** The last digit holds the decimals that are left over, in its upper half. */
const HALF_DIGIT = BASE / 10 ** (4 * POINT - SCALE);
const WORD = 2 ** 32;
/** A second word below it and a first one make a number that is exact. */
const SAFE_WORD = 2 ** 21;

/** Length word, digits, weight, sign and scale, and the ten digits that 128 bits can take. */
export const NUMERIC_BYTES = 4 + 8 + 2 * DIGITS;

const words = new DataView(new ArrayBuffer(16));
const digits = new Uint16Array(DIGITS);

/**
 * Writes a whole number of 10⁻¹⁸ as a field of a binary row: length, then what `numeric_recv` of PostgreSQL reads. The scale is that of
 * the shortest decimal text, so that the stored value is the one that the text would have given.
 *
 * @returns where the next field begins
 */
export function writeNumeric(out: DataView, at: number, scaled: bigint | null): number {
  if (scaled === null) {
    out.setInt32(at, -1);
    return at + 4;
  }
  splitDigits(scaled < 0n ? -scaled : scaled);
  let [first, end] = [0, DIGITS];
  while (end > 0 && digits[end - 1] === 0) end -= 1;
  while (first < end && digits[first] === 0) first += 1;
  const count = end - first;
  out.setInt32(at, 8 + 2 * count);
  out.setInt16(at + 4, count);
  out.setInt16(at + 6, count === 0 ? 0 : POINT - 1 - first);
  out.setUint16(at + 8, scaled < 0n ? 0x4000 : 0);
  out.setInt16(at + 10, decimals(end));
  for (let index = 0; index < count; index += 1) out.setInt16(at + 12 + 2 * index, digits[first + index] ?? 0);
  return at + 12 + 2 * count;
}

/** Decimals after the point of a value whose last digit of base 10 000 stands before `end`. */
function decimals(end: number): number {
  if (end <= POINT) return 0;
  const last = digits[end - 1] ?? 0;
  const zeros = last % 1000 === 0 ? 3 : last % 100 === 0 ? 2 : last % 10 === 0 ? 1 : 0;
  return 4 * (end - POINT) - zeros;
}

// By hand on words of 32 bits, and on one number once it fits: arithmetic on bigint makes a new one at each step.
function splitDigits(value: bigint): void {
  words.setBigUint64(0, value, true);
  words.setBigUint64(8, value >> 64n, true);
  let low = words.getUint32(0, true);
  let second = words.getUint32(4, true);
  let third = words.getUint32(8, true);
  let high = words.getUint32(12, true);
  let by = HALF_DIGIT;
  for (let index = DIGITS - 1; index >= 0; index -= 1) {
    if (high === 0 && third === 0 && second < SAFE_WORD) {
      splitNumber(second * WORD + low, index, by);
      return;
    }
    let quotient = Math.floor(high / by);
    let part = (high - quotient * by) * WORD + third;
    high = quotient;
    quotient = Math.floor(part / by);
    part = (part - quotient * by) * WORD + second;
    third = quotient;
    quotient = Math.floor(part / by);
    part = (part - quotient * by) * WORD + low;
    second = quotient;
    quotient = Math.floor(part / by);
    digits[index] = (part - quotient * by) * (BASE / by);
    low = quotient;
    by = BASE;
  }
}

/** The digits of a number below 2⁵³, the last of them at `last`. */
function splitNumber(value: number, last: number, firstBy: number): void {
  let by = firstBy;
  let rest = value;
  for (let index = last; index >= 0; index -= 1) {
    const quotient = Math.floor(rest / by);
    digits[index] = (rest - quotient * by) * (BASE / by);
    rest = quotient;
    by = BASE;
  }
}
