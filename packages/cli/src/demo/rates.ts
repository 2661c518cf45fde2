import { randomStream } from './random.ts';

interface Walk {
  readonly currency: string;
  /** Units of the currency for one euro at the start, in steps of 10⁻ᵈⁱᵍⁱᵗˢ. */
  readonly start: number;
  readonly digits: number;
  /** Largest move a day in steps. */
  readonly move: number;
}

const WALKS: readonly Walk[] = [
  { currency: 'USD', start: 10_420, digits: 4, move: 46 },
  { currency: 'JPY', start: 16_280, digits: 2, move: 74 },
  { currency: 'GBP', start: 83_120, digits: 5, move: 290 },
  { currency: 'SEK', start: 114_600, digits: 4, move: 420 },
  { currency: 'CHF', start: 9_415, digits: 4, move: 24 },
];

const DAY = 86_400_000;
/** The first TARGET day of December 2024, so that this month is whole as well. */
const FIRST = Date.UTC(2024, 11, 2);
/** A day of January 2026 follows, so that December 2025 is a month that is over. */
const LAST = Date.UTC(2026, 0, 15);

/**
 * Invented rates in the shape of the ECB's file of euro reference rates: newest day first, one row a TARGET day, `N/A` for
 * a currency without a rate, a comma at the end of each line. None of the values was ever quoted.
 */
export function syntheticRates(seed: string): string {
  const walks = WALKS.map((walk) => ({
    walk,
    value: walk.start,
    random: randomStream(`${seed}/rates/${walk.currency}`),
  }));
  const rows: string[] = [];
  for (let day = FIRST; day <= LAST; day += DAY) {
    if (!isTargetDay(day)) continue;
    for (const state of walks) {
      // Pulled back towards the start, so that a year of steps stays plausible.
      const pull = Math.trunc((state.walk.start - state.value) / 40);
      state.value += pull + state.random.integer(-state.walk.move, state.walk.move);
    }
    const values = walks.map(({ walk, value }) => decimal(value, walk.digits));
    rows.unshift(`${new Date(day).toISOString().slice(0, 10)},${values.join(',')},N/A,`);
  }
  return `Date,${WALKS.map(({ currency }) => currency).join(',')},HRK,\n${rows.join('\n')}\n`;
}

/** Easter is the only moving feast of the TARGET calendar; these are its Fridays and Mondays in the years covered. */
const EASTER: ReadonlySet<string> = new Set(['2025-04-18', '2025-04-21']);
const FIXED: ReadonlySet<string> = new Set(['01-01', '05-01', '12-25', '12-26']);

function isTargetDay(day: number): boolean {
  const date = new Date(day).toISOString().slice(0, 10);
  const weekday = new Date(day).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !EASTER.has(date) && !FIXED.has(date.slice(5));
}

function decimal(steps: number, digits: number): string {
  const text = String(steps).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
