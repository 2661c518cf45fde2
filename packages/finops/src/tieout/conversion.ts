import { scaledTo, sizeOf, sumOf } from './amounts.ts';
import type { Invoice } from './bills.ts';
import type { BookEntry } from './books.ts';
import type { TieOutConfig } from './config.ts';
import { type Match, rateOf } from './matching.ts';

const ONE = 10n ** 18n;

/** A match, told in the currency of the books. */
export interface Converted {
  /** What each invoice comes to in the books' currency; null where neither a rate nor a booking says it. */
  readonly expected: ReadonlyMap<string, bigint | null>;
  /** What the posted entries book in the bills' currency; null where they do not say it. */
  readonly foreign: bigint | null;
  /** The entries name a currency that is not the invoices'. */
  readonly otherCurrency: boolean;
}

/**
 * Converts the invoices of a match: at the rate of the configuration, otherwise at the rate at which they were booked.
 *
 * @param books currency of the books
 */
export function converted(config: TieOutConfig, books: string, match: Match): Converted {
  const { invoices } = match;
  const currencies = new Set(invoices.map((invoice) => invoice.currency));
  const [currency] = currencies;
  const posted = match.entries.filter((entry) => entry.status !== 'DRAFT');
  const own = currency !== undefined && currencies.size === 1 ? currency : undefined;
  const foreign = own === undefined || own === books ? null : foreignOf(posted, own);
  const booked = sumOf(posted, (entry) => entry.gross);
  const implied = foreign === null || foreign === 0n ? undefined : ([booked, foreign] as const);
  const expected = new Map<string, bigint | null>();
  for (const invoice of invoices) {
    const rate = rateOf(config, invoice.month, invoice.currency);
    if (invoice.currency === books) expected.set(invoice.key, invoice.gross);
    else if (rate !== undefined) expected.set(invoice.key, scaledTo(books, invoice.gross, rate, ONE));
    else if (implied !== undefined) expected.set(invoice.key, scaledTo(books, invoice.gross, ...implied));
    else expected.set(invoice.key, null);
  }
  if (implied !== undefined) settleCoins(config, invoices, expected, foreign, booked);
  const names = posted.flatMap((entry) => (entry.foreign === null ? [] : [entry.foreign.currency]));
  return { expected, foreign, otherCurrency: own !== undefined && names.some((name) => name !== own) };
}

function foreignOf(posted: readonly BookEntry[], currency: string): bigint | null {
  if (posted.length === 0 || posted.some((entry) => entry.foreign?.currency !== currency)) return null;
  return sumOf(posted, (entry) => entry.foreign?.amount ?? 0n);
}

/** Several invoices at the rate of one booking: coins lost in rounding go to the largest, so that what fits fits exactly. */
function settleCoins(
  config: TieOutConfig,
  invoices: readonly Invoice[],
  expected: Map<string, bigint | null>,
  foreign: bigint | null,
  booked: bigint,
): void {
  if (invoices.some((one) => rateOf(config, one.month, one.currency) !== undefined)) return;
  if (sumOf(invoices, (one) => one.gross) !== foreign) return;
  const [largest] = invoices.toSorted((one, other) => (sizeOf(other.gross) > sizeOf(one.gross) ? 1 : -1));
  if (largest === undefined) return;
  const sum = sumOf([...expected.values()], (amount) => amount ?? 0n);
  expected.set(largest.key, (expected.get(largest.key) ?? 0n) + booked - sum);
}
