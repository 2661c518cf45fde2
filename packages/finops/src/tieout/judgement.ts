import { amountCause, type Compared } from './amount-cause.ts';
import { scaledTo, sizeOf, sumOf, unitsOf } from './amounts.ts';
import type { Invoice } from './bills.ts';
import type { BookEntry } from './books.ts';
import type { Cause } from './causes.ts';
import type { AccountRole, TieOutConfig, TieOutRule } from './config.ts';
import { roleReader } from './config.ts';
import { type Converted, converted } from './conversion.ts';
import { type Match, rateOf } from './matching.ts';

/** One difference between bills and books, in one month. Amounts are units of 10⁻¹⁸. */
export interface Difference {
  readonly cause: Cause;
  readonly match: Match;
  readonly rule: string | null;
  /** What it comes to: books less bills. */
  readonly amount: bigint;
  readonly currency: string;
  /** What it moves in the report, in the currency of the books: `amount`, or nothing where it is in another currency. */
  readonly effect: bigint;
  /** Entries that it is about, where not all of the match are. */
  readonly entries?: readonly BookEntry[];
  /** Account or supplier that an entry has instead of the expected one. */
  readonly found?: string;
}

/** A match, judged for one month. */
export interface Judged {
  readonly match: Match;
  readonly converted: Converted;
  readonly differences: readonly Difference[];
  /** Posted in the month, on the side of what is owed. */
  readonly booked: bigint;
  /** Of the posted entries of the month, by what their accounts are to the rule; `other`: to none. */
  readonly lines: Readonly<Record<'cost' | 'prepaid' | 'tax' | 'accrual' | 'other', bigint>>;
}

/** Says what of a match differs in a month, and why. @param books currency of the books */
export function judge(config: TieOutConfig, books: string, month: string, match: Match): Judged {
  const rule = ruleFor(config, match);
  const conversion = converted(config, books, match);
  const posted = match.entries.filter((entry) => entry.status !== 'DRAFT');
  const inMonth = posted.filter((entry) => entry.month === month);
  const lines = linesOf(config, rule, inMonth);
  const bearing = { config, books, month, match, rule, conversion, posted, inMonth };
  const amounts = match.invoices.length === 0 ? unmatched(bearing) : compared(bearing);
  return {
    match,
    converted: conversion,
    differences: [...amounts, ...onAccounts(bearing, amounts)].filter(({ amount }) => amount !== 0n),
    booked: sumOf(inMonth, (entry) => entry.gross),
    lines,
  };
}

interface Bearing {
  readonly config: TieOutConfig;
  readonly books: string;
  readonly month: string;
  readonly match: Match;
  readonly rule: TieOutRule;
  readonly conversion: Converted;
  readonly posted: readonly BookEntry[];
  readonly inMonth: readonly BookEntry[];
}

/** For invoices that no rule takes: whatever account they were booked on is another one. */
const NO_RULE: TieOutRule = { code: '', cost_accounts: [] };

function ruleFor(config: TieOutConfig, match: Match): TieOutRule {
  const code = match.invoices.find((invoice) => invoice.rule !== null)?.rule ?? match.entries[0]?.rules[0];
  return config.rules.find((rule) => rule.code === code) ?? NO_RULE;
}

function difference(
  { match, rule, books }: Bearing,
  cause: Cause,
  amount: bigint,
  more: Partial<Difference> = {},
): Difference {
  return { cause, match, rule: rule === NO_RULE ? null : rule.code, amount, currency: books, effect: amount, ...more };
}

/** Entries that no invoice was found for. */
function unmatched(bearing: Bearing): Difference[] {
  return bearing.inMonth.map((entry) => difference(bearing, 'MISSING_IN_BILLS', entry.gross, { entries: [entry] }));
}

/** Invoices against what was posted for them: the amount where the last of it was posted, the months where it moved. */
function compared(bearing: Bearing): Difference[] {
  const { month, match, conversion, posted, inMonth } = bearing;
  const expected = (invoice: Invoice) => conversion.expected.get(invoice.key) ?? 0n;
  const all = sumOf(posted, (entry) => entry.gross) - sumOf(match.invoices, expected);
  const here =
    sumOf(inMonth, (entry) => entry.gross) -
    sumOf(
      match.invoices.filter((invoice) => invoice.month === month),
      expected,
    );
  const home = posted.at(-1)?.month ?? lastMonth(match.invoices);
  const own = home === month ? amountDifferences(bearing, all) : [];
  const moved = here - (home === month ? all : 0n);
  return moved === 0n ? own : [...own, difference(bearing, 'OTHER_MONTH', moved)];
}

function lastMonth(invoices: readonly Invoice[]): string | undefined {
  return invoices
    .map((invoice) => invoice.month)
    .toSorted()
    .at(-1);
}

function amountDifferences(bearing: Bearing, all: bigint): Difference[] {
  const { config, books, match, conversion, posted } = bearing;
  if (posted.length === 0) return [notPosted(bearing, all)];
  const [invoice] = match.invoices;
  const currency = invoice?.currency ?? books;
  const unknown = match.invoices.some((one) => conversion.expected.get(one.key) === null);
  if (currency === books) {
    const gross = sumOf(match.invoices, (one) => one.gross);
    // Booked in another currency by the invoice's own figure: 100 EUR as 100 USD.
    const misread = posted.some(
      (entry) => entry.foreign !== null && entry.foreign.currency !== currency && entry.foreign.amount === gross,
    );
    return misread && all !== 0n
      ? [difference(bearing, 'OTHER_CURRENCY', all)]
      : caused(bearing, amountCause(comparedAmounts(bearing, (entry) => entry.gross)), all);
  }
  const { foreign } = conversion;
  if (foreign === null) {
    const sameFigure = sumOf(posted, (entry) => entry.gross) === sumOf(match.invoices, (one) => one.gross);
    if (unknown || conversion.otherCurrency || sameFigure) return [difference(bearing, 'OTHER_CURRENCY', all)];
    const rate = rateOf(config, match.invoices[0]?.month ?? '', currency);
    const size = sumOf(match.invoices, (one) => sizeOf(conversion.expected.get(one.key) ?? 0n));
    return rate !== undefined && sizeOf(all) * EXCHANGE_TOLERANCE <= size
      ? [difference(bearing, 'EXCHANGE', all)]
      : [difference(bearing, 'OTHER_AMOUNT', all)];
  }
  // Told apart in the bill's currency; what the rates make of it is exchange.
  const cause = amountCause(comparedAmounts(bearing, (entry) => entry.foreign?.amount ?? 0n));
  const missed = foreign - sumOf(match.invoices, (one) => one.gross);
  const booked = sumOf(posted, (entry) => entry.gross);
  const part = cause === undefined || foreign === 0n ? 0n : scaledTo(books, missed, booked, foreign);
  const main = cause !== undefined && foreign === 0n ? all : part;
  return [...caused(bearing, cause, main), difference(bearing, 'EXCHANGE', all - main)];
}

/** Five percent: the rates of a day and of a month are nearer than that. */
const EXCHANGE_TOLERANCE = 20n;

function caused(bearing: Bearing, cause: Cause | undefined, amount: bigint): Difference[] {
  return cause === undefined ? [] : [difference(bearing, cause, amount)];
}

function notPosted(bearing: Bearing, all: bigint): Difference {
  const { match, conversion } = bearing;
  const gross = sumOf(match.invoices, (one) => one.gross);
  const cause = match.entries.length > 0 ? 'NOT_POSTED' : gross < 0n ? 'CREDIT_NOTE_MISSING' : 'MISSING_IN_BOOKS';
  const unknown = match.invoices.some((one) => conversion.expected.get(one.key) === null);
  if (!unknown) return difference(bearing, cause, all);
  // Nothing says what it is in the books' currency: told in its own, and it moves nothing.
  return difference(bearing, cause, -gross, { currency: match.invoices[0]?.currency ?? bearing.books, effect: 0n });
}

function comparedAmounts(bearing: Bearing, amount: (entry: BookEntry) => bigint): Compared {
  const { match, config, rule, books } = bearing;
  const { invoices } = match;
  const sum = (part: (invoice: Invoice) => bigint) => sumOf(invoices, part);
  const hasTax = (rule.tax_accounts ?? []).length > 0 && invoices.every((one) => one.currency === books);
  return {
    expected: sum((one) => one.gross),
    booked: bearing.posted.map(amount),
    tax: sum((one) => one.tax),
    credits: sum((one) => one.credits),
    purchases: sum((one) => one.purchases),
    adjustments: sum((one) => one.adjustments),
    invoices: invoices.map((one) => one.gross),
    taxBooked: hasTax ? linesOf(config, rule, bearing.posted).tax : null,
    rounding: unitsOf(config.rounding),
  };
}

type LineSums = Judged['lines'];

function linesOf(config: TieOutConfig, rule: TieOutRule, entries: readonly BookEntry[]): LineSums {
  const sums = { cost: 0n, prepaid: 0n, tax: 0n, accrual: 0n, other: 0n };
  const role = roleReader(config, rule);
  for (const line of entries.flatMap((entry) => entry.lines)) {
    const is: AccountRole | undefined = role(line.account);
    if (is !== 'settlement') sums[is ?? 'other'] += line.amount;
  }
  return sums;
}

/** Causes after which the sums on accounts say nothing more. */
const ALREADY_TOLD: ReadonlySet<Cause> = new Set([
  'MISSING_IN_BOOKS',
  'CREDIT_NOTE_MISSING',
  'NOT_POSTED',
  'BOOKING_REVERSED',
  'SIGN_REVERSED',
  'DOUBLED',
  'PARTLY_BOOKED',
  'OTHER_AMOUNT',
  'TAX_NOT_BOOKED',
  'TAX_OTHER_AMOUNT',
  'OTHER_CURRENCY',
]);

/** Right in sum, and on which accounts? */
function onAccounts(bearing: Bearing, amounts: readonly Difference[]): Difference[] {
  const { config, rule, match, inMonth, posted, month, books } = bearing;
  const all = linesOf(config, rule, posted);
  const isLast = posted.at(-1)?.month === month && match.invoices.length > 0;
  const isTold = amounts.some(({ cause }) => ALREADY_TOLD.has(cause));
  const sameCurrency = match.invoices.every((one) => one.currency === books);
  const found: Difference[] = [];
  const taxDue = sumOf(match.invoices, (one) => one.tax);
  const judgesTax = isLast && !isTold && sameCurrency && (rule.tax_accounts ?? []).length > 0;
  // Tax on an account that is none of the rule's is told with that account.
  const taxAstray = judgesTax && all.tax + all.other !== taxDue && all.tax !== taxDue;
  if (taxAstray && sizeOf(all.tax - taxDue) > unitsOf(config.rounding)) {
    found.push(difference(bearing, 'TAX_MISPLACED', all.tax - taxDue));
  }
  for (const entry of inMonth) found.push(...entryDifferences(bearing, entry));
  if (isLast && !isTold && sameCurrency && (rule.prepaid_accounts ?? []).length > 0) {
    const due = sumOf(match.invoices, (one) => one.prepaid);
    const missing = due - all.prepaid;
    if (missing > 0n) found.push(difference(bearing, 'PREPAYMENT_EXPENSED', missing));
    if (missing < 0n) found.push(difference(bearing, 'EXPENSE_DEFERRED', -missing));
  }
  return found;
}

/** What one posted entry of the month has where the rule has it not. */
function entryDifferences(bearing: Bearing, entry: BookEntry): Difference[] {
  const { config, rule, match } = bearing;
  const role = roleReader(config, rule);
  const sums = linesOf(config, rule, [entry]);
  const more = { entries: [entry] };
  const found: Difference[] = [difference(bearing, 'ACCRUED', -sums.accrual, more)];
  const alone = match.invoices.length === 0;
  if (alone && entry.gross === 0n && sums.accrual === 0n) {
    const moved = sums.cost + sums.prepaid;
    found.push(difference(bearing, 'RECLASSIFIED', moved, { ...more, effect: moved + sums.tax }));
  } else if (sums.other !== 0n) {
    const others = entry.lines.map((line) => line.account).filter((account) => role(account) === undefined);
    found.push(difference(bearing, 'OTHER_ACCOUNT', -sums.other, { ...more, found: [...new Set(others)].join(', ') }));
  }
  const hasSupplier = (rule.suppliers ?? []).length === 0 || entry.suppliers.includes(rule.code);
  if (!hasSupplier && !alone && entry.gross !== 0n) {
    found.push(difference(bearing, 'OTHER_SUPPLIER', entry.gross, { ...more, effect: 0n }));
  }
  return found;
}
