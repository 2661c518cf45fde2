import { platformProblem } from '../problem/platform-problems.ts';

/** Of `YYYY-MM`, for JSON schemas; `parseMonth` also looks at the year. */
export const MONTH_PATTERN = '^[0-9]{4}-(0[1-9]|1[0-2])$';

// A year that nobody keeps books for is a slip of the hand: 0205, 20255 or 1025.
const MONTH = /^(19|20|21)\d\d-(0[1-9]|1[0-2])$/;

/** A month as everybody outside writes it, `YYYY-MM` from 1900-01 to 2199-12. @throws Problem `MONTH_INVALID` */
export function parseMonth(text: string): string {
  if (MONTH.test(text)) return text;
  throw platformProblem('MONTH_INVALID', `${JSON.stringify(text.slice(0, 40))} is not a month`, {
    value: text.slice(0, 40),
  });
}

/** First day of `YYYY-MM`, as tables keep a month. @throws Problem `MONTH_INVALID` */
export function firstDayOf(month: string): string {
  return `${parseMonth(month)}-01`;
}

/** `YYYY-MM` of a date `YYYY-MM-DD`. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** The month a number of months later, or earlier; both `YYYY-MM`. */
export function shiftMonth(month: string, by: number): string {
  const index = indexOf(month) + by;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** How many months there are from the first to the last, both counted; both `YYYY-MM`. */
export function monthsBetween(from: string, to: string): number {
  return indexOf(to) - indexOf(from) + 1;
}

/** Two months that bound a range, the first one not after the last. @throws Problem `MONTH_INVALID` */
export function parseMonths(from: string, to: string): readonly [from: string, to: string] {
  if (parseMonth(from) <= parseMonth(to)) return [from, to];
  throw platformProblem('MONTH_INVALID', `the range begins with ${from} and ends with ${to}`, { from, to });
}

function indexOf(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
}
