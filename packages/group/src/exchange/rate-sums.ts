import type { MeanRate } from './multiplier.ts';

/** One month's mean of one currency, in units for one unit of the base. */
export interface MonthlyRate extends MeanRate {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly currency: string;
  /** The file does not show that it holds the whole month, or says that the rate may change. */
  readonly provisional: boolean;
}

export interface RatesFile {
  /** First and last day in the file, `YYYY-MM-DD`. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly rates: readonly MonthlyRate[];
}

const RATE = /^\d{1,12}(\.\d{1,12})?$/;
const DECIMALS = 12;
/** Easter and a weekend: no TARGET closing is longer, so a file that starts later in a month lacks days of it. */
const LONGEST_CLOSING_DAYS = 5;

/** Rates of a file added up by month and currency, exactly. */
export class RateSums {
  readonly #sums = new Map<string, { units: bigint; days: number }>();

  /** @returns false for what is no rate above zero */
  add(month: string, currency: string, rate: string): boolean {
    if (!RATE.test(rate)) return false;
    const units = scaled(rate);
    if (units === 0n) return false;
    const key = `${month} ${currency}`;
    const sum = this.#sums.get(key) ?? { units: 0n, days: 0 };
    this.#sums.set(key, { units: sum.units + units, days: sum.days + 1 });
    return true;
  }

  means(isProvisional: (month: string, currency: string) => boolean): MonthlyRate[] {
    return [...this.#sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { units, days }]) => {
        const [month = '', currency = ''] = key.split(' ');
        return { month, currency, sum: decimal(units), days, provisional: isProvisional(month, currency) };
      });
  }
}

/** Means of daily rates; provisional are the last month, which may go on, and a first one that the file holds in part. */
export function meansOf(sums: RateSums, firstDay: string, lastDay: string): MonthlyRate[] {
  const partialStart = Number(firstDay.slice(8)) > LONGEST_CLOSING_DAYS ? firstDay.slice(0, 7) : undefined;
  return sums.means((month) => month === lastDay.slice(0, 7) || month === partialStart);
}

export function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function scaled(rate: string): bigint {
  const [whole = '0', decimals = ''] = rate.split('.');
  return BigInt(whole + decimals.padEnd(DECIMALS, '0'));
}

function decimal(units: bigint): string {
  const digits = units.toString().padStart(DECIMALS + 1, '0');
  return `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`.replace(/\.?0+$/, '');
}
