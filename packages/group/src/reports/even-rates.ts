import type { Conversion } from '../exchange/multipliers.ts';

/** Rates as three lists of one length, and the currencies in which the first month of a period stands for all of its months. */
export interface EvenRates extends Pick<Conversion, 'months' | 'currencies' | 'multipliers'> {
  readonly even: string[];
}

/**
 * A currency with one multiplier over all months of a period (the report's own, above all) can be added up over these months before it is
 * converted: the same figure out of a fraction of the sums. Where a rate is missing or changes, months stay apart.
 *
 * @param periods first days of the months of each; a month that stands in two of them leaves all as it is
 */
export function evenRates(conversion: Conversion, periods: readonly (readonly string[])[]): EvenRates {
  const { months, currencies, multipliers } = conversion;
  const rates = months.map((month, index) => ({
    month,
    currency: currencies[index] ?? '',
    rate: multipliers[index] ?? null,
  }));
  const days = periods.flat();
  const isWorthIt = periods.some((period) => period.length > 1) && new Set(days).size === days.length;
  const byPeriod = (currency: string) =>
    periods.map((period) => rates.filter((one) => one.currency === currency && period.includes(one.month)));
  const even = [...new Set(isWorthIt ? currencies : [])].filter((currency) =>
    byPeriod(currency).every((of) => of.every(({ rate }) => rate !== null && rate === of[0]?.rate)),
  );
  const standing = even.flatMap((currency) =>
    byPeriod(currency).flatMap(([one], index) => {
      const month = periods[index]?.[0];
      return one === undefined || month === undefined ? [] : [{ ...one, month }];
    }),
  );
  const all = [...rates.filter((one) => !even.includes(one.currency)), ...standing];
  return {
    even,
    months: all.map((one) => one.month),
    currencies: all.map((one) => one.currency),
    multipliers: all.map((one) => one.rate),
  };
}
