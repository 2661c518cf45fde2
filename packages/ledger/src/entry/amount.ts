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
const GROUPED = /^[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d*)?-?$/;
const ZERO: ReadAmount = { units: 0n };

/**
 * Reads an amount as accounting programs write it: decimal comma or point, leading zeros, a sign before or after it, groups of three
 * parted by blanks. Empty counts as zero. Nothing is rounded: a 19th decimal that is not zero is a fault.
 */
export function readAmount(text: string): ReadAmount {
  // Half of the amounts of any file.
  if (text === '' || text === '0,00' || text === '0.00' || text === '0') return ZERO;
  const match = PLAIN.exec(text) ?? PLAIN.exec(GROUPED.test(text) ? text.replace(/[ \u00a0\u202f]/g, '') : '?');
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

/** The shortest decimal text of an amount: `-12.5`, `0`. */
export function formatAmount(units: bigint): string {
  if (units === 0n) return '0';
  const size = units < 0n ? -units : units;
  const fraction = (size % UNIT).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${size / UNIT}${fraction === '' ? '' : `.${fraction}`}`;
}

/** What JSON carries: digits, a point, at most 18 decimals; no exponent, no blank, no plus. */
export const DECIMAL_TEXT = '^-?(0|[1-9][0-9]{0,19})(\\.[0-9]{1,18})?$';
