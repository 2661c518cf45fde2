/** Words and signs of the two languages that ship. */
export type Language = 'en' | 'fr';

const SIGNS: Readonly<Record<Language, { readonly group: string; readonly point: string }>> = {
  en: { group: ',', point: '.' },
  // A narrow no-break space, as French typography asks.
  fr: { group: '\u202f', point: ',' },
};

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Shows an exact decimal rounded half-even to `digits` places, digits in groups of three. For display only: what `--json`
 * prints is never rounded. Text that is no decimal comes back as it is.
 */
export function displayDecimal(value: string, digits: number, language: Language = 'en'): string {
  const match = DECIMAL.exec(value);
  if (match === null) return value;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const units = roundHalfEven(BigInt(whole + fraction), fraction.length - digits);
  const padded = units.toString().padStart(digits + 1, '0');
  const { group, point } = SIGNS[language];
  const head = padded.slice(0, padded.length - digits).replace(/\B(?=(\d{3})+$)/g, group);
  const tail = digits === 0 ? '' : `${point}${padded.slice(-digits)}`;
  return `${sign !== '' && units !== 0n ? '-' : ''}${head}${tail}`;
}

/** Drops `places` decimal places from a non-negative integer (adds them where negative). */
function roundHalfEven(units: bigint, places: number): bigint {
  if (places <= 0) return units * 10n ** BigInt(-places);
  const unit = 10n ** BigInt(places);
  const quotient = units / unit;
  const twice = (units % unit) * 2n;
  if (twice > unit || (twice === unit && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

/** Adds decimal strings exactly. @throws RangeError for text that is no plain decimal */
export function addDecimals(values: Iterable<string>): string {
  let scale = 0;
  let units = 0n;
  for (const value of values) {
    const match = DECIMAL.exec(value);
    if (match === null) throw new RangeError(`${JSON.stringify(value)} is no decimal`);
    const [, sign = '', whole = '0', fraction = ''] = match;
    if (fraction.length > scale) {
      units *= 10n ** BigInt(fraction.length - scale);
      scale = fraction.length;
    }
    const part = BigInt(whole + fraction) * 10n ** BigInt(scale - fraction.length);
    units += sign === '-' ? -part : part;
  }
  return plainDecimal(units, scale);
}

/** Whether two decimal strings are the same number, however many zeros they end in. */
export function equalDecimals(a: string, b: string): boolean {
  return addDecimals([a, '0']) === addDecimals([b, '0']);
}

function plainDecimal(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale === 0 ? '' : digits.slice(-scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Digits of a currency's minor unit (ISO 4217): 2 for EUR, 0 for JPY. */
export function minorDigits(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** An amount of money as people read it, without its currency sign: the column or the line names the currency. */
export function displayMoney(value: string | null | undefined, currency: string | null, language?: Language): string {
  if (value === null || value === undefined) return '–';
  return displayDecimal(value, currency === null ? 2 : minorDigits(currency), language);
}

/** A share of one as a percentage with one decimal: 0.12345 is `12.3 %`. */
export function displayShare(value: string | null | undefined, language: Language = 'en'): string {
  if (value === null || value === undefined) return '–';
  const match = DECIMAL.exec(value);
  if (match === null) return value;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const shifted = `${whole}${fraction.padEnd(2, '0').slice(0, 2)}`;
  const rest = fraction.slice(2);
  return `${displayDecimal(`${sign}${shifted}${rest === '' ? '' : `.${rest}`}`, 1, language)} %`;
}
