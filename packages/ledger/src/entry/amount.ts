/** Amounts are exact: a `bigint` of 10⁻¹⁸ units inside, a plain decimal text outside. */
export const DECIMALS = 18;
const UNIT = 10n ** BigInt(DECIMALS);

/** `numeric` holds more, but no currency does: beyond this an amount is a misread column. */
const MOST_DIGITS = 20;

export type AmountFault = 'AMOUNT_UNREADABLE' | 'AMOUNT_TOO_FINE' | 'AMOUNT_TOO_LARGE';

export type ReadAmount =
  | { readonly units: bigint; readonly fault?: undefined }
  | { readonly units?: undefined; readonly fault: AmountFault };

const PLAIN = /^([+-]?)(\d*)(?:[.,](\d*))?(-?)$/;
/** Groups of three: parted by blanks or apostrophes, or by the mark that the decimals do not have, or by one mark more than once. */
const GROUPED = [
  /^[+-]?\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d*)?-?$/,
  /^[+-]?\d{1,3}(?:\.\d{3})+,\d*-?$/,
  /^[+-]?\d{1,3}(?:,\d{3})+\.\d*-?$/,
  /^[+-]?\d{1,3}(?:\.\d{3}){2,}-?$/,
  /^[+-]?\d{1,3}(?:,\d{3}){2,}-?$/,
] as const;
/** What parts groups, in the order of the forms above. */
const GROUP_MARKS = [/[ \u00a0\u202f'’]/g, /\./g, /,/g, /\./g, /,/g] as const;
/** Longer ones are no amounts, and not worth a pattern's time. */
const LONGEST_GROUPED = 64;
const ZERO: ReadAmount = { units: 0n };

/**
 * Reads an amount as accounting programs write it: decimal comma or point, leading zeros, a sign before or after it or parentheses for
 * a negative one, groups of three. Empty counts as zero. Nothing is rounded: a 19th decimal that is not zero is a fault. `1.234` is one
 * and a bit here; whether it may be meant otherwise is for who sees the other amounts (`fec/decimal-marks.ts`).
 */
export function readAmount(text: string): ReadAmount {
  // Half of the amounts of any file.
  if (text === '' || text === '0,00' || text === '0.00' || text === '0') return ZERO;
  const match = PLAIN.exec(text) ?? PLAIN.exec(plainForm(text));
  if (match === null) return { fault: 'AMOUNT_UNREADABLE' };
  const [, before = '', whole = '', fraction = '', after = ''] = match;
  if (whole === '' && fraction === '') return { fault: 'AMOUNT_UNREADABLE' };
  if (before !== '' && after !== '') return { fault: 'AMOUNT_UNREADABLE' };
  const decimals = fraction.replace(/0+$/, '');
  if (decimals.length > DECIMALS) return { fault: 'AMOUNT_TOO_FINE' };
  if (whole.replace(/^0+/, '').length > MOST_DIGITS) return { fault: 'AMOUNT_TOO_LARGE' };
  const units = BigInt(whole + decimals.padEnd(DECIMALS, '0'));
  return { units: before === '-' || after === '-' ? -units : units };
}

/** The amount without groups and parentheses; what has neither, or has them in another way, stays unreadable. */
function plainForm(text: string): string {
  if (text.length > LONGEST_GROUPED) return '?';
  const enclosed = /^\(\s*(\d[^()+-]*?)\s*\)$/.exec(text)?.[1];
  const bare = enclosed ?? text;
  const form = GROUPED.findIndex((pattern) => pattern.test(bare));
  if (form < 0) return enclosed === undefined ? '?' : `-${enclosed}`;
  const ungrouped = bare.replace(GROUP_MARKS[form] ?? '', '');
  return enclosed === undefined ? ungrouped : `-${ungrouped}`;
}

/** The shortest decimal text of an amount: `-12.5`, `0`. */
export function formatAmount(units: bigint): string {
  if (units === 0n) return '0';
  const size = units < 0n ? -units : units;
  const fraction = (size % UNIT).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${size / UNIT}${fraction === '' ? '' : `.${fraction}`}`;
}

/** What JSON carries: digits, a point, at most 18 decimals; no exponent, no blank, no plus. */
export const DECIMAL_TEXT = '^-?(0|[1-9][0-9]{0,19})(\\.[0-9]{1,18})?$';
