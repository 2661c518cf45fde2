import { monthOf, type Tx } from '@prorata/platform';
import { BASE_RATE, type MeanRate, multiplierOf } from './multiplier.ts';

/** A month and a currency in which the group has costs. */
export interface Pair {
  /** First day, `YYYY-MM-DD`. */
  readonly period_month: string;
  readonly currency: string;
}

/** What converts costs of some months into one reporting currency. Three lists of one length, ready for `unnest`. */
export interface Conversion {
  readonly months: string[];
  readonly currencies: string[];
  /** Plain decimal with 12 decimals; null where the month has no rate. */
  readonly multipliers: readonly (string | null)[];
  readonly missing: { period_month: string; currency: string }[];
  /** Months whose rates may still change, `YYYY-MM`. */
  readonly provisional: string[];
  /** The rate sets used; more than one where locked months pin theirs. */
  readonly rateSets: number[];
  /** What the rate set holds, by `YYYY-MM-DD CUR`. */
  readonly rates: ReadonlyMap<string, StoredRate>;
}

export interface StoredRate {
  readonly period_month: string;
  readonly currency: string;
  readonly rate_set: number;
  readonly base_currency: string;
  readonly group_currency: string;
  readonly rate_sum: string;
  readonly rate_days: number;
  readonly multiplier: string | null;
  readonly provisional: boolean;
}

/**
 * Rates of the months asked for: of the set that a locked month pins, else of the one that the policy names, else of the latest. A month that was locked before there
 * was any set stays without rates: what is locked does not move.
 */
const RATES = `
  WITH latest AS (
    SELECT COALESCE((SELECT rate_set FROM group_policy ORDER BY version DESC LIMIT 1), max(rate_set)) AS rate_set FROM fx_rate_set),
       used AS (
    SELECT month.period_month, CASE WHEN p.status = 'LOCKED' THEN p.rate_set ELSE latest.rate_set END AS rate_set
      FROM unnest($1::date[]) AS month(period_month)
     CROSS JOIN latest
      LEFT JOIN period_status p ON p.period_month = month.period_month AND p.status = 'LOCKED'
  )
  SELECT r.period_month, r.currency, r.rate_set, s.base_currency, s.group_currency, r.rate_sum, r.rate_days, r.multiplier, r.provisional
    FROM used
    JOIN fx_rate r ON r.period_month = used.period_month AND r.rate_set = used.rate_set
    JOIN fx_rate_set s ON s.rate_set = r.rate_set`;

/**
 * Multipliers for every pair into the currency `target`. A currency against itself is 1 and needs no rate; a missing rate
 * is null and listed, never 0.
 */
export async function conversionTo(tx: Tx, target: string, pairs: readonly Pair[]): Promise<Conversion> {
  const foreign = pairs.filter((pair) => pair.currency !== target);
  const months = [...new Set(foreign.map((pair) => pair.period_month))];
  const stored = months.length === 0 ? [] : await tx.query<StoredRate>(RATES, [months]);
  const rates = new Map(stored.map((rate) => [`${rate.period_month} ${rate.currency}`, rate]));
  const bases = new Map(stored.map((rate) => [rate.period_month, rate.base_currency]));

  const meanOf = (month: string, currency: string): MeanRate | undefined => {
    if (bases.get(month) === currency) return BASE_RATE;
    const rate = rates.get(`${month} ${currency}`);
    return rate === undefined ? undefined : { sum: rate.rate_sum, days: rate.rate_days };
  };
  const multiplier = ({ period_month: month, currency }: Pair): string | null => {
    if (currency === target) return '1';
    const rate = rates.get(`${month} ${currency}`);
    if (rate?.group_currency === target && rate.multiplier !== null) return rate.multiplier;
    const [local, reporting] = [meanOf(month, currency), meanOf(month, target)];
    return local === undefined || reporting === undefined ? null : multiplierOf(local, reporting);
  };

  const multipliers = pairs.map(multiplier);
  const provisional = stored.filter((rate) => rate.provisional).map((rate) => monthOf(rate.period_month));
  return {
    months: pairs.map((pair) => pair.period_month),
    currencies: pairs.map((pair) => pair.currency),
    multipliers,
    missing: pairs
      .filter((_pair, index) => multipliers[index] === null)
      .map((pair) => ({ period_month: monthOf(pair.period_month), currency: pair.currency })),
    provisional: [...new Set(provisional)].sort(),
    rates,
    rateSets: [...new Set(stored.map((rate) => rate.rate_set))].sort((a, b) => a - b),
  };
}
