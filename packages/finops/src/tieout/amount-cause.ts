import { sizeOf, sumOf } from './amounts.ts';
import type { Cause } from './causes.ts';

/** What an invoice comes to and what entries book of it, in one currency; units of 10⁻¹⁸. */
export interface Compared {
  readonly expected: bigint;
  /** One amount an entry. */
  readonly booked: readonly bigint[];
  /** Parts of the invoice in whole coins. */
  readonly tax: bigint;
  readonly credits: bigint;
  readonly purchases: bigint;
  readonly adjustments: bigint;
  /** What the invoices come to, one by one. */
  readonly invoices: readonly bigint[];
  /** Booked on tax accounts; null where the rule names none. */
  readonly taxBooked: bigint | null;
  /** Up to here a difference is rounding. */
  readonly rounding: bigint;
}

/** Why what was posted is not what was billed; undefined where it is. Most telling first, plain `OTHER_AMOUNT` last. */
export function amountCause(one: Compared): Cause | undefined {
  const { expected, booked } = one;
  const posted = sumOf(booked, (amount) => amount);
  const difference = posted - expected;
  if (difference === 0n) return undefined;
  if (posted === 0n && booked.length > 1) return 'BOOKING_REVERSED';
  if (posted === -expected) return 'SIGN_REVERSED';
  if (sizeOf(difference) <= one.rounding) return 'ROUNDING';
  if (isDoubled(booked, difference)) return 'DOUBLED';
  return partCause(one, difference, posted) ?? 'OTHER_AMOUNT';
}

/** One of several equal entries is the whole surplus. */
function isDoubled(booked: readonly bigint[], difference: bigint): boolean {
  const times = Map.groupBy(booked, (amount) => amount);
  return [...times].some(
    ([amount, entries]) =>
      amount !== 0n &&
      entries.length > 1 &&
      difference % amount === 0n &&
      difference / amount > 0n &&
      difference / amount < BigInt(entries.length),
  );
}

function partCause(one: Compared, difference: bigint, posted: bigint): Cause | undefined {
  const { expected, booked, tax, taxBooked, credits } = one;
  const isPart = (part: bigint) => part !== 0n && sizeOf(difference + part) <= one.rounding;
  if (isPart(tax) && (taxBooked === null || taxBooked === 0n)) return 'TAX_NOT_BOOKED';
  if (taxBooked !== null && taxBooked !== 0n && difference === taxBooked - tax) return 'TAX_OTHER_AMOUNT';
  if (isPart(credits)) return 'CREDIT_NOTE_MISSING';
  const less = posted < 0n === expected < 0n && sizeOf(posted) < sizeOf(expected);
  if (!less) return undefined;
  if (isPart(one.purchases) || isPart(one.adjustments)) return 'PARTLY_BOOKED';
  if (one.invoices.length > 1 && one.invoices.some(isPart)) return 'PARTLY_BOOKED';
  // Two entries that do not make up the invoice are instalments of it.
  return booked.length > 1 ? 'PARTLY_BOOKED' : undefined;
}
