import { balance } from '@prorata/ledger';
import { firstDayOf, shiftMonth, type Tx } from '@prorata/platform';
import { lateScopes } from '../closing/late.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { sumOf, textOf, unitsOf } from './amounts.ts';
import { billStepsOf, type Invoice, invoicesOf } from './bills.ts';
import { type BookEntry, booksOf, entryReader } from './books.ts';
import { CAUSES, type Cause } from './causes.ts';
import { loadTieOut, type TieOutConfig } from './config.ts';
import { type Difference, type Judged, judge } from './judgement.ts';
import { billRows, bookRows, type Language, type TieOutRow } from './lines.ts';
import { type Match, type MatchedBy, matchInvoices } from './matching.ts';
import * as sql from './tie-out.sql.ts';

export type { TieOutRow } from './lines.ts';

/** Names of an invoice; `id` is null where its bills have no InvoiceId: then it is the billing account's, of that month. */
export interface ToldInvoice {
  readonly id: string | null;
  readonly month: string;
  /** The closed month that it came too late for; its own month carries the correction. Null where it came in time. */
  readonly adjusts_month: string | null;
  readonly provider: string;
  readonly billing_account: string;
  readonly amount: string;
  readonly currency: string;
}

export interface ToldEntry {
  readonly id: string;
  readonly journal: string;
  readonly number: string;
  readonly date: string;
  readonly month: string;
  readonly status: 'DRAFT' | 'POSTED' | 'REVERSED';
  readonly document_ref: string | null;
  readonly label: string | null;
  /** What it says is owed, currency of the books. */
  readonly amount: string;
}

export interface TieOutDifference {
  readonly cause: Cause;
  readonly label: string;
  readonly rule: string | null;
  readonly invoices: readonly ToldInvoice[];
  /** Sum of the invoices; null where there is none. */
  readonly bill_amount: string | null;
  readonly bill_currency: string | null;
  /** Sum of the posted entries, currency of the books; null where there is none. */
  readonly ledger_amount: string | null;
  /** Books less bills. */
  readonly difference: string;
  readonly currency: string;
  readonly matched_by: MatchedBy | null;
  /** Another invoice or entry would have fitted as well. */
  readonly ambiguous: boolean;
  /** Account that an entry has instead of those of the rule. */
  readonly found: string | null;
  readonly entries: readonly ToldEntry[];
}

export interface TieOutReport {
  readonly period_month: string;
  /** Currency of the books. */
  readonly currency: string;
  readonly config_sha256: string;
  readonly rows: readonly TieOutRow[];
  readonly differences: readonly TieOutDifference[];
  /** The month's invoices, and how each was found in the books; `MATCHED` where nothing differs. */
  readonly invoices: readonly (ToldInvoice & {
    readonly state: 'MATCHED' | Cause;
    readonly matched_by: MatchedBy | null;
    readonly ambiguous: boolean;
    readonly entries: readonly ToldEntry[];
  })[];
  readonly notices: readonly { readonly code: string; readonly detail: string }[];
}

/**
 * Ties a month's facts to the books: line by line from effective cost over billed cost and invoices to the accounts that
 * `tie-out.yaml` chooses, each difference with its cause.
 *
 * @param month YYYY-MM
 * @throws Problem `MONTH_INVALID`, `NO_RUN`, `TIE_OUT_INVALID`
 */
export async function tieOut(entity: EntityNode, month: string, language: Language = 'en'): Promise<TieOutReport> {
  const period = firstDayOf(month);
  const { config, sha256 } = await loadTieOut(entity.dir);
  const key = [entity.scope.tenantId, entity.scope.legalEntityId, period] as const;
  return await entity.db.transaction(
    entity.scope,
    async (tx) => {
      const facts = await tx.query<Effective>(sql.FACTS_EFFECTIVE, key);
      if (facts.length === 0) throw finopsProblem('NO_RUN', `${month} has no facts`);
      const reading: Reading = { tx, config, key, month, books: entity.config.currency, language };
      const { judged, onAccounts, entries } = await judgeMonth(reading);
      return {
        period_month: month,
        currency: reading.books,
        config_sha256: sha256,
        rows: [...(await toBills(reading, facts, judged)), ...(await toBooks(reading, judged, onAccounts))],
        differences: judged.flatMap((one) => one.differences.map((found) => toldDifference(found, language))),
        invoices: judged.flatMap((one) => toldInvoices(one, month)),
        notices: [...noticesOf(reading, judged, entries), ...(await lateNotices(reading))],
      };
    },
    { readOnly: true },
  );
}

interface Reading {
  readonly tx: Tx;
  readonly config: TieOutConfig;
  readonly key: readonly [string, string, string];
  readonly month: string;
  readonly books: string;
  readonly language: Language;
}

interface MonthJudged {
  readonly judged: readonly Judged[];
  readonly onAccounts: bigint;
  readonly entries: number;
}

/** Matches what the months around hold, so that each month's report finds the same pairs, and judges those of the month. */
async function judgeMonth({ tx, config, key, month, books }: Reading): Promise<MonthJudged> {
  const { before, after } = config.look;
  const day = (months: number) => firstDayOf(shiftMonth(month, months));
  const invoices = await invoicesOf(tx, config, key, day(-after - before), day(before + after));
  const months = Array.from({ length: 2 * (before + after) + 1 }, (_, index) =>
    shiftMonth(month, index - before - after),
  );
  const found = await booksOf(tx, config, months, invoices);
  const matches = matchInvoices(config, books, invoices, found.entries);
  const ofMonth = ({ invoices, entries }: Match) => [...invoices, ...entries].some((one) => one.month === month);
  const judged = matches.filter(ofMonth).map((match) => judge(config, books, month, match));
  return { judged, onAccounts: found.onAccounts.get(month) ?? 0n, entries: found.entries.length };
}

/** Effective cost of one currency, a decimal text. */
interface Effective {
  readonly currency: string;
  readonly effective: string;
}

async function toBills(
  { tx, key, month, books, language }: Reading,
  facts: readonly Effective[],
  judged: readonly Judged[],
): Promise<TieOutRow[]> {
  const steps = await billStepsOf(tx, key);
  const carried = await tx.query<Effective>(sql.CARRIED_EFFECTIVE, key);
  const of = (amounts: readonly Effective[], currency: string) =>
    unitsOf(amounts.find((one) => one.currency === currency)?.effective ?? '0');
  const invoiced = invoicesIn(judged, month).map(({ invoice }) => invoice);
  const currencies = [...new Set([...facts, ...steps, ...invoiced].map(({ currency }) => currency))].sort();
  return currencies.flatMap((currency) => {
    const own = invoicesIn(judged, month).filter(({ invoice }) => invoice.currency === currency);
    const bills = {
      currency,
      facts: of(facts, currency),
      carried: of(carried, currency),
      steps: steps.find((one) => one.currency === currency),
      invoices: own.map(({ invoice }) => invoice),
      withoutRate: sumOf(own, ({ invoice, expected }) => (expected === null ? invoice.gross : 0n)),
    };
    return billRows(bills, books, language);
  });
}

async function toBooks(reading: Reading, judged: readonly Judged[], onAccounts: bigint): Promise<TieOutRow[]> {
  const { tx, config, month, books, language } = reading;
  const { chosen } = entryReader(config, []);
  const accounts = await balance(tx, { from: month, to: month, accounts: chosen });
  const sums = {
    invoices: sumOf(invoicesIn(judged, month), ({ expected }) => expected ?? 0n),
    judged,
    onAccounts,
    balance: sumOf(accounts, (account) => unitsOf(account.balance)),
  };
  return bookRows(sums, books, language);
}

function invoicesIn(judged: readonly Judged[], month: string): { invoice: Invoice; expected: bigint | null }[] {
  return judged.flatMap(({ match, converted }) =>
    match.invoices
      .filter((invoice) => invoice.month === month)
      .map((invoice) => ({ invoice, expected: converted.expected.get(invoice.key) ?? null })),
  );
}

function toldDifference(found: Difference, language: Language): TieOutDifference {
  const { match } = found;
  const posted = (found.entries ?? match.entries).filter((entry) => entry.status !== 'DRAFT');
  const currencies = new Set(match.invoices.map((invoice) => invoice.currency));
  const [currency] = currencies;
  const summed = currencies.size === 1 && currency !== undefined;
  return {
    cause: found.cause,
    label: CAUSES[found.cause][language === 'fr' ? 2 : 1],
    rule: found.rule,
    invoices: match.invoices.map(toldInvoice),
    bill_amount: summed ? textOf(sumOf(match.invoices, (invoice) => invoice.gross)) : null,
    bill_currency: summed ? currency : null,
    ledger_amount: posted.length === 0 ? null : textOf(sumOf(posted, (entry) => entry.gross)),
    difference: textOf(found.amount),
    currency: found.currency,
    matched_by: match.by,
    ambiguous: match.ambiguous,
    found: found.found ?? null,
    entries: (found.entries ?? match.entries).map(toldEntry),
  };
}

function toldInvoices({ match, differences }: Judged, month: string): TieOutReport['invoices'] {
  return match.invoices
    .filter((invoice) => invoice.month === month)
    .map((invoice) => ({
      ...toldInvoice(invoice),
      state: differences[0]?.cause ?? 'MATCHED',
      matched_by: match.by,
      ambiguous: match.ambiguous,
      entries: match.entries.map(toldEntry),
    }));
}

function toldInvoice({ id, month, adjusts, provider, billingAccount, gross, currency }: Invoice): ToldInvoice {
  return {
    id,
    month,
    adjusts_month: adjusts,
    provider,
    billing_account: billingAccount,
    amount: textOf(gross),
    currency,
  };
}

function toldEntry(entry: BookEntry): ToldEntry {
  const { id, journal, number, date, month, status, documentRef, label, gross } = entry;
  return { id, journal, number, date, month, status, document_ref: documentRef, label, amount: textOf(gross) };
}

function noticesOf({ month }: Reading, judged: readonly Judged[], entries: number): TieOutReport['notices'] {
  const notices: { code: string; detail: string }[] = [];
  if (entries === 0) {
    notices.push({
      code: 'BOOKS_EMPTY',
      detail: `no entry around ${month} is on the accounts of a rule or names an invoice`,
    });
  }
  const astray = invoicesIn(judged, month).filter(({ invoice }) => invoice.rule === null);
  if (astray.length > 0) {
    const accounts = [...new Set(astray.map(({ invoice }) => `${invoice.provider} ${invoice.billingAccount}`))];
    notices.push({ code: 'NO_RULE', detail: `no rule of tie-out.yaml takes ${accounts.join(', ')}` });
  }
  return notices;
}

/** What waits is in no month's invoices until it is taken in or booked: the books may have it already. */
async function lateNotices({ tx, key, month }: Reading): Promise<TieOutReport['notices']> {
  const waiting = await lateScopes(tx, [key[0], key[1]], ['WAITING'], key[2]);
  if (waiting.length === 0) return [];
  const files = [...new Set(waiting.map(({ file }) => file))].join(', ');
  return [
    { code: 'LATE_FILES_WAIT', detail: `${files} waits for ${month}, which is closed, and is not among its invoices` },
  ];
}
