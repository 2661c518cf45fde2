import { formatDecimal, powerOfTen } from '../arithmetic/decimal.ts';
import { approximate, formatRational, type Rational } from '../arithmetic/rational.ts';
import type { Words } from './words.ts';

/** Decimals after the scale to which an endless fraction is shown. */
const SHOWN_DECIMALS = 6;
/** A fraction longer than this says less than its decimals. */
const SHOWN_FRACTION = 24;

/** Figures as text of one language and scale. Amounts are in units of the scale. */
export class Figures {
  readonly #scale: number;
  readonly #words: Words;

  constructor(scale: number, words: Words) {
    this.#scale = scale;
    this.#words = words;
  }

  money(units: bigint): string {
    return this.#localize(formatDecimal(units, this.#scale));
  }

  /** `2/3 = 0.666667…`, with the fraction left out where it is long or says no more. */
  fraction(units: Rational): string {
    const value = asMoney(units, this.#scale);
    const decimals = this.decimals(units);
    const exact = (value.numerator * powerOfTen(this.#scale + SHOWN_DECIMALS)) % value.denominator === 0n;
    if (exact) return decimals;
    const fraction = formatRational(value);
    return fraction.length > SHOWN_FRACTION ? `${decimals}…` : `${fraction} = ${decimals}…`;
  }

  /** The decimals alone, at least those of the scale, for a figure whose fraction stands elsewhere. */
  decimals(units: Rational): string {
    const text = approximate(asMoney(units, this.#scale), this.#scale + SHOWN_DECIMALS);
    const [whole = '0', fraction = ''] = text.split('.');
    const padded = fraction.padEnd(this.#scale, '0');
    return this.#localize(padded === '' ? whole : `${whole}.${padded}`);
  }

  weight(weight: Rational): string {
    const fraction = formatRational(weight);
    if (!fraction.includes('/')) return fraction;
    const exact = (weight.numerator * powerOfTen(30)) % weight.denominator === 0n;
    return exact ? this.#localize(approximate(weight, 30)) : fraction;
  }

  #localize(text: string): string {
    return this.#words.point === '.' ? text : text.replace('.', this.#words.point);
  }
}

/** A fraction of units of a scale as a fraction of the currency. */
export function asMoney(units: Rational, scale: number): Rational {
  return { numerator: units.numerator, denominator: units.denominator * powerOfTen(scale) };
}
