import { monthsBetween } from '@prorata/platform';
import { scaledTo, sizeOf, unitsOf } from './amounts.ts';
import type { Invoice } from './bills.ts';
import type { BookEntry } from './books.ts';
import type { TieOutConfig } from './config.ts';

/** By what invoices and entries were brought together. */
export type MatchedBy = 'INVOICE_ID' | 'BILLING_ACCOUNT' | 'AMOUNT';

/** Invoices and the entries that book them: mostly one of each, several where they are split, joined or doubled. */
export interface Match {
  readonly invoices: readonly Invoice[];
  /** In the order of their dates. */
  readonly entries: readonly BookEntry[];
  /** Null where an invoice or an entry stands alone. */
  readonly by: MatchedBy | null;
  /** Another entry or another invoice would have fitted as well. */
  readonly ambiguous: boolean;
}

/**
 * Brings invoices and entries together, always in the same way for the same input: by the id of the invoice in the texts of an
 * entry; then by the billing account in them; then by amount, nearest month first. What an entry says by name goes before
 * what its amount suggests, whatever the amounts are.
 *
 * @param books currency of the books
 */
export function matchInvoices(
  config: TieOutConfig,
  books: string,
  invoices: readonly Invoice[],
  entries: readonly BookEntry[],
): Match[] {
  const groups = new Groups(invoices, entries);
  joinById(groups);
  joinReversals(groups);
  const fits = amountFits(config, books);
  const opposite = (invoice: Invoice, entry: BookEntry) =>
    fits(invoice, { ...entry, gross: -entry.gross, foreign: negated(entry.foreign) });
  const named = (invoice: Invoice, entry: BookEntry) => entry.billingAccounts.includes(invoice.billingAccount);
  const ofRule = (invoice: Invoice, entry: BookEntry) => invoice.rule !== null && entry.rules.includes(invoice.rule);
  const posted = (entry: BookEntry) => entry.status !== 'DRAFT';
  joinBest(groups, config, 'BILLING_ACCOUNT', (invoice, entry) => named(invoice, entry) && fits(invoice, entry));
  joinBest(
    groups,
    config,
    'AMOUNT',
    (invoice, entry) => posted(entry) && ofRule(invoice, entry) && fits(invoice, entry),
  );
  joinBest(
    groups,
    config,
    'BILLING_ACCOUNT',
    (invoice, entry) => named(invoice, entry) && invoice.month === entry.month,
  );
  joinBest(groups, config, 'BILLING_ACCOUNT', named);
  joinBest(groups, config, 'AMOUNT', (invoice, entry) => ofRule(invoice, entry) && opposite(invoice, entry));
  joinBest(groups, config, 'AMOUNT', (invoice, entry) => ofRule(invoice, entry) && fits(invoice, entry));
  joinDoubles(groups);
  return groups.all();
}

interface Growing {
  invoices: Invoice[];
  entries: BookEntry[];
  by: MatchedBy | null;
  ambiguous: boolean;
}

class Groups {
  readonly ofInvoice = new Map<string, Growing>();
  readonly ofEntry = new Map<string, Growing>();
  readonly invoices: readonly Invoice[];
  readonly entries: readonly BookEntry[];

  constructor(invoices: readonly Invoice[], entries: readonly BookEntry[]) {
    this.invoices = [...invoices].sort((one, other) => ordered(one.month + one.key, other.month + other.key));
    this.entries = [...entries].sort((one, other) => ordered(one.date + nameKey(one), other.date + nameKey(other)));
    for (const one of this.invoices)
      this.ofInvoice.set(one.key, { invoices: [one], entries: [], by: null, ambiguous: false });
    for (const one of this.entries)
      this.ofEntry.set(one.id, { invoices: [], entries: [one], by: null, ambiguous: false });
  }

  join(into: Growing, from: Growing, by: MatchedBy | null, ambiguous = false): void {
    if (into === from) return;
    into.invoices.push(...from.invoices);
    into.entries.push(...from.entries);
    into.by ??= by ?? from.by;
    into.ambiguous ||= from.ambiguous || ambiguous;
    for (const one of from.invoices) this.ofInvoice.set(one.key, into);
    for (const one of from.entries) this.ofEntry.set(one.id, into);
  }

  /** An invoice that no entry was found for. */
  openInvoices(): Invoice[] {
    return this.invoices.filter((one) => this.ofInvoice.get(one.key)?.entries.length === 0);
  }

  /** An entry that books something and that no invoice was found for. */
  openEntries(): BookEntry[] {
    return this.entries.filter((one) => one.gross !== 0n && this.ofEntry.get(one.id)?.invoices.length === 0);
  }

  all(): Match[] {
    const groups = new Set([...this.ofInvoice.values(), ...this.ofEntry.values()]);
    return [...groups].map((group) => ({
      ...group,
      entries: group.entries.toSorted((one, other) => ordered(one.date + nameKey(one), other.date + nameKey(other))),
    }));
  }
}

function ordered(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The ids of a FEC's entries are made at import: journal and number tell the order again from the same file. */
function nameKey(entry: BookEntry): string {
  return `|${entry.journal}|${entry.number}`;
}

function joinById(groups: Groups): void {
  for (const entry of groups.entries) {
    if (entry.gross === 0n) continue;
    for (const key of entry.invoices) joinPair(groups, key, entry, 'INVOICE_ID', false);
  }
}

function joinPair(groups: Groups, invoiceKey: string, entry: BookEntry, by: MatchedBy, ambiguous: boolean): void {
  const into = groups.ofInvoice.get(invoiceKey);
  const from = groups.ofEntry.get(entry.id);
  if (into !== undefined && from !== undefined) groups.join(into, from, by, ambiguous);
}

/** A reversal follows what it reverses, whatever it is called. */
function joinReversals(groups: Groups): void {
  for (const entry of groups.entries) {
    if (entry.reverses === null) continue;
    const into = groups.ofEntry.get(entry.reverses);
    const from = groups.ofEntry.get(entry.id);
    if (into !== undefined && from !== undefined) groups.join(into, from, null);
  }
}

/** Nearest month first, and among equals the order of dates: the same pairs on every machine. */
function joinBest(
  groups: Groups,
  { look }: TieOutConfig,
  by: MatchedBy,
  fits: (invoice: Invoice, entry: BookEntry) => boolean,
): void {
  const entries = groups.openEntries();
  const pairs = groups.openInvoices().flatMap((invoice) =>
    entries.flatMap((entry) => {
      const apart = monthsBetween(invoice.month, entry.month) - 1;
      if (apart < -look.before || apart > look.after || !fits(invoice, entry)) return [];
      // An invoice is booked in its month, or later; earlier only where nothing else is left.
      return [{ invoice, entry, rank: apart >= 0 ? apart : look.after - apart }];
    }),
  );
  pairs.sort((one, other) => one.rank - other.rank);
  const ofInvoice = Map.groupBy(pairs, ({ invoice }) => invoice.key);
  const ofEntry = Map.groupBy(pairs, ({ entry }) => entry.id);
  const isOpenEntry = (entry: BookEntry) => groups.ofEntry.get(entry.id)?.invoices.length === 0;
  const isOpenInvoice = (invoice: Invoice) => groups.ofInvoice.get(invoice.key)?.entries.length === 0;
  for (const { invoice, entry, rank } of pairs) {
    if (!isOpenInvoice(invoice) || !isOpenEntry(entry)) continue;
    const others = ofInvoice
      .get(invoice.key)
      ?.some((pair) => pair.entry !== entry && pair.rank === rank && isOpenEntry(pair.entry));
    const rivals = ofEntry
      .get(entry.id)
      ?.some((pair) => pair.invoice !== invoice && pair.rank === rank && isOpenInvoice(pair.invoice));
    joinPair(groups, invoice.key, entry, by, others === true || rivals === true);
  }
}

/** The same document booked a second time, where its text names no invoice: same reference, or same day and label. */
function joinDoubles(groups: Groups): void {
  const matched = groups.entries.filter((entry) => (groups.ofEntry.get(entry.id)?.invoices.length ?? 0) > 0);
  for (const entry of groups.openEntries()) {
    const first = matched.find((other) => other.gross === entry.gross && isSameDocument(other, entry));
    const into = first === undefined ? undefined : groups.ofEntry.get(first.id);
    const from = groups.ofEntry.get(entry.id);
    if (into !== undefined && from !== undefined) groups.join(into, from, 'AMOUNT', true);
  }
}

function isSameDocument(one: BookEntry, other: BookEntry): boolean {
  if (one.documentRef !== null || other.documentRef !== null) return one.documentRef === other.documentRef;
  return one.date === other.date && one.label === other.label;
}

function negated(foreign: BookEntry['foreign']): BookEntry['foreign'] {
  return foreign === null ? null : { ...foreign, amount: -foreign.amount };
}

/** Half a percent: what the rates of two sources differ by within a month. */
const RATE_TOLERANCE = 200n;

/** Whether an entry comes to what an invoice does, in the invoice's currency or at the rate of the books. */
export function amountFits(config: TieOutConfig, books: string): (invoice: Invoice, entry: BookEntry) => boolean {
  return (invoice, entry) => {
    if (invoice.currency === books) return entry.gross === invoice.gross;
    if (entry.foreign?.currency === invoice.currency) return entry.foreign.amount === invoice.gross;
    const rate = rateOf(config, invoice.month, invoice.currency);
    if (rate === undefined || entry.foreign !== null) return false;
    const expected = scaledTo(books, invoice.gross, rate, 10n ** 18n);
    return sizeOf(entry.gross - expected) * RATE_TOLERANCE <= sizeOf(expected);
  };
}

/** What the books take for one unit of a currency in a month, where the configuration says it. */
export function rateOf(config: TieOutConfig, month: string, currency: string): bigint | undefined {
  const text = config.rates?.[month]?.[currency];
  return text === undefined ? undefined : unitsOf(text);
}
