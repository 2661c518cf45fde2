/** At most 18 decimals and 20 digits before the point: DECIMAL(38,18) in DuckDB, numeric(38,18) in the database. */
const MOST_DECIMALS = 18;
const MOST_WHOLE_DIGITS = 20;
/** Beyond this a text is no amount that anybody was billed, and reading it would only cost. */
const LONGEST_TEXT = 1200;

const NUMBER = /^([+-]?)(?=\d|\.\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** A sign of currency, a minus before or after it, and groups of three or none. */
const MONEY = /^(-?)([$€£¥])(-?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?$/;

const CURRENCIES_OF_SIGN: Readonly<Record<string, ReadonlySet<string>>> = {
  $: new Set(['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'TWD', 'MXN', 'BRL', 'ARS', 'CLP', 'COP']),
  '€': new Set(['EUR']),
  '£': new Set(['GBP']),
  '¥': new Set(['JPY', 'CNY']),
};

/**
 * Reads a number exactly: a plain decimal, or scientific notation, which is written out digit by digit. DuckDB's own cast rounds
 * beyond 18 decimals and takes 1_000 for 1000, so it never sees a text that was not judged.
 *
 * @returns a plain decimal of at most 18 decimals, or undefined where the text is none or is finer
 */
export function readNumber(text: string): string | undefined {
  const match = text.length <= LONGEST_TEXT ? NUMBER.exec(text) : null;
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  return plainDecimal(sign === '-', whole, fraction, Number(exponent));
}

/**
 * Reads money: a number, or one with the sign of its currency and groups of three, as in `$10,000.00`. A group alone
 * (`1,234`) is taken only where the sign leaves no doubt that the comma separates thousands; beside a euro it does not.
 *
 * @param currency ISO 4217 code of the row
 */
export function readMoney(text: string, currency: string): string | undefined {
  const match = text.length <= LONGEST_TEXT ? MONEY.exec(text) : null;
  if (match === null) return readNumber(text);
  const [, before = '', sign = '', after = '', whole = '', fraction = ''] = match;
  if (before !== '' && after !== '') return undefined;
  if (CURRENCIES_OF_SIGN[sign]?.has(currency) !== true) return undefined;
  if (sign === '€' && whole.includes(',') && fraction === '') return undefined;
  return plainDecimal(`${before}${after}` === '-', whole.replaceAll(',', ''), fraction.slice(1), 0);
}

/** Moves the point of `whole.fraction` by the exponent and drops zeros that say nothing. */
function plainDecimal(negative: boolean, whole: string, fraction: string, exponent: number): string | undefined {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const left = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const right = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const units = left.replace(/^0+/, '');
  const decimals = right.replace(/0+$/, '');
  if (units.length > MOST_WHOLE_DIGITS || decimals.length > MOST_DECIMALS) return undefined;
  const value = `${units === '' ? '0' : units}${decimals === '' ? '' : `.${decimals}`}`;
  return negative && value !== '0' ? `-${value}` : value;
}
