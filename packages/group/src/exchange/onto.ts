import { monthOf, type Tx } from '@prorata/platform';
import { groupProblem } from '../problems.ts';
import type { MonthlyRate, RatesFile } from './rate-sums.ts';

/** A rate set as it is stored, with its rates as a file of them. */
export interface StoredSet extends RatesFile {
  readonly rateSet: number;
  readonly base: string;
}

interface StoredRate extends Record<string, unknown> {
  readonly base: string;
  readonly first_day: string;
  readonly last_day: string;
  readonly period_month: string;
  readonly currency: string;
  readonly sum: string;
  readonly days: number;
  readonly provisional: boolean;
}

const STORED = `
  SELECT s.base_currency AS base, s.first_day, s.last_day, r.period_month, r.currency, trim_scale(r.rate_sum)::text AS sum,
         r.rate_days AS days, r.provisional
    FROM fx_rate_set s JOIN fx_rate r USING (tenant_id, rate_set)
   WHERE s.rate_set = $1 ORDER BY r.period_month, r.currency`;

/** @returns null for a number that no set has */
export async function storedSet(tx: Tx, rateSet: number): Promise<StoredSet | null> {
  const rows = await tx.query<StoredRate>(STORED, [rateSet]);
  const [first] = rows;
  if (first === undefined) return null;
  const rates = rows.map(({ period_month, currency, sum, days, provisional }) => ({
    month: monthOf(period_month),
    currency,
    sum,
    days,
    provisional,
  }));
  return { rateSet, base: first.base, firstDay: first.first_day, lastDay: first.last_day, rates };
}

/**
 * The rates of a set with those of a file over them, month and currency by month and currency: what the file does not hold stays as it
 * was, so that a source of a single currency completes another one's file instead of standing in for it.
 *
 * @throws Problem `RATES_INVALID` where the two quote units of different currencies
 */
export function ratesOnto(set: StoredSet, file: RatesFile, base: string): RatesFile {
  if (set.base !== base) {
    const value = `${base} onto ${set.base}`;
    throw groupProblem(
      'RATES_INVALID',
      `rate set ${set.rateSet} is quoted for one ${set.base}, the file for one ${base}`,
      {
        value,
      },
    );
  }
  const merged = new Map([...set.rates, ...file.rates].map((rate) => [keyOf(rate), rate]));
  return {
    firstDay: [set.firstDay, file.firstDay].sort()[0] ?? file.firstDay,
    lastDay: [set.lastDay, file.lastDay].sort().at(-1) ?? file.lastDay,
    rates: [...merged].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, rate]) => rate),
  };
}

/** Whether a file says nothing that a set does not hold already. */
export function holds(set: StoredSet, file: RatesFile): boolean {
  const of = new Map(set.rates.map((rate) => [keyOf(rate), rate]));
  return file.rates.every((rate) => {
    const own = of.get(keyOf(rate));
    return own?.sum === rate.sum && own.days === rate.days && own.provisional === rate.provisional;
  });
}

/** What a set had and its successor has not: whole currencies, and whole months (`YYYY-MM`). */
export function lostBetween(before: RatesFile, after: RatesFile): { currencies: string[]; months: string[] } {
  const missing = (name: 'currency' | 'month') => {
    const left = new Set(after.rates.map((rate) => rate[name]));
    return [...new Set(before.rates.map((rate) => rate[name]))].filter((one) => !left.has(one)).sort();
  };
  return { currencies: missing('currency'), months: missing('month') };
}

function keyOf({ month, currency }: Pick<MonthlyRate, 'month' | 'currency'>): string {
  return `${month} ${currency}`;
}
