import { parseDecimal, roundDecimal, writeDecimal } from './decimal.ts';

export type Language = 'en' | 'fr';

/** Where a reader of each language expects the separators; British English has the day before the month, as French has. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR' };

export function localeOf(language: Language): string {
  return LOCALES[language];
}

interface Pattern {
  readonly before: string;
  readonly after: string;
  readonly group: string;
  readonly point: string;
}

const patterns = new Map<string, Pattern>();
const NUMERALS: ReadonlySet<string> = new Set(['integer', 'group', 'decimal', 'fraction']);

/** What the locale puts around and between the digits, read from a sample so that no amount passes through a float. */
function patternOf(locale: string, currency: string | undefined, negative: boolean): Pattern {
  const key = `${locale} ${currency ?? ''} ${negative}`;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 1,
    ...(currency === undefined ? {} : { style: 'currency' as const, currency }),
  });
  const parts = format.formatToParts(negative ? -1234567.1 : 1234567.1);
  const first = parts.findIndex((part) => NUMERALS.has(part.type));
  const last = parts.findLastIndex((part) => NUMERALS.has(part.type));
  const text = (some: typeof parts) => some.map((part) => part.value).join('');
  const pattern = {
    before: withMinus(text(parts.slice(0, first))),
    after: text(parts.slice(last + 1)),
    group: parts.find((part) => part.type === 'group')?.value ?? ' ',
    point: parts.find((part) => part.type === 'decimal')?.value ?? '.',
  };
  patterns.set(key, pattern);
  return pattern;
}

/** A minus as wide as the digits beside it, the same everywhere on a page; the locales write a hyphen. */
function withMinus(text: string): string {
  return text.replace('-', '−');
}

function assemble(text: string, places: number, locale: string, currency?: string): string {
  const rounded = roundDecimal(text, places);
  const negative = rounded.startsWith('-');
  const [whole = '0', fraction] = (negative ? rounded.slice(1) : rounded).split('.');
  const { before, after, group, point } = patternOf(locale, currency, negative);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${before}${grouped}${fraction === undefined ? '' : `${point}${fraction}`}${after}`;
}

const minorUnits = new Map<string, number>();

/** Decimals that people write for a currency (ISO 4217 minor unit): 2 for EUR, 0 for JPY. */
export function minorUnitOf(currency: string): number {
  const known = minorUnits.get(currency);
  if (known !== undefined) return known;
  const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const places = options.maximumFractionDigits ?? 2;
  minorUnits.set(currency, places);
  return places;
}

/**
 * An amount as the reader's language writes it, rounded half-even for display. The sign is the unambiguous one (`US$`, `CA$`), because
 * a group has several dollars.
 *
 * @param amount decimal string, exact
 * @param places decimals shown; the currency's minor unit unless told
 */
export function formatMoney(amount: string, currency: string, language: Language, places?: number): string {
  return assemble(amount, places ?? minorUnitOf(currency), localeOf(language), currency);
}

/** Decimals of a unit price that is not small. */
const PRICE_PLACES = 4;
/** Significant digits of one that is: a request may cost millionths. */
const PRICE_DIGITS = 3;

/** The price of one unit: four decimals, and more where that many would say nothing, because no price may read as free. */
export function formatPrice(amount: string, currency: string, language: Language): string {
  const { digits, scale } = parseDecimal(amount);
  const significant = (digits < 0n ? -digits : digits).toString().length;
  const needed = digits === 0n ? 0 : scale - significant + PRICE_DIGITS;
  return assemble(amount, Math.max(PRICE_PLACES, Math.min(needed, scale)), localeOf(language), currency);
}

/** An amount by which something differs, with its sign always, except for nothing. */
export function formatDifference(amount: string, currency: string, language: Language): string {
  const text = formatMoney(amount, currency, language);
  if (parseDecimal(amount).digits === 0n) return text;
  return amount.startsWith('-') ? text : `+${text}`;
}

/** An amount without its currency, where a heading names it once for many cells. */
export function formatAmount(amount: string, language: Language, places = 0): string {
  return assemble(amount, places, localeOf(language));
}

/**
 * A quantity with at most `places` decimals, trailing zeros left out: a unit has no usual number of decimals. What is too
 * small for that keeps two significant digits, because a quantity that exists must not read as none.
 */
export function formatQuantity(amount: string, language: Language, places = 3): string {
  const { digits, scale } = parseDecimal(amount);
  const significant = (digits < 0n ? -digits : digits).toString().length;
  const needed = digits === 0n ? 0 : Math.max(places, scale - significant + 2);
  const rounded = roundDecimal(amount, Math.min(needed, scale));
  const shortest = rounded.includes('.') ? rounded.replace(/\.?0+$/, '') : rounded;
  return assemble(shortest, parseDecimal(shortest).scale, localeOf(language));
}

/** `0.1234` as `12.3 %`. */
export function formatShare(ratio: string, language: Language, places = 1): string {
  return `${assemble(hundredfold(ratio), places, localeOf(language))}${language === 'fr' ? '\u202f' : ''}%`;
}

/** `0.042` as `+4.2 %`, with a sign always, except for what rounds to nothing. */
export function formatChange(ratio: string, language: Language, places = 1): string {
  const text = formatShare(ratio, language, places);
  const rounded = roundDecimal(hundredfold(ratio), places);
  if (/^-?0(\.0+)?$/.test(rounded)) return text.replace(/^−/, '');
  return rounded.startsWith('-') ? text : `+${text}`;
}

function hundredfold(ratio: string): string {
  const { digits, scale } = parseDecimal(ratio);
  return scale >= 2
    ? writeDecimal({ digits, scale: scale - 2 })
    : writeDecimal({ digits: digits * 10n ** BigInt(2 - scale), scale: 0 });
}

/** A short form for axes and cells where only the magnitude matters (`1.2M`); pixels, not figures. */
export function formatCompact(value: number, language: Language, currency?: string): string {
  const format = new Intl.NumberFormat(localeOf(language), {
    notation: 'compact',
    maximumSignificantDigits: 3,
    ...(currency === undefined ? {} : { style: 'currency', currency }),
  });
  return withMinus(format.format(value));
}
