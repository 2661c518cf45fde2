import { groupProblem } from './problems.ts';

const MONTH = /^(19[9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])$/;

/** First day of a month written `YYYY-MM`. @throws Problem `MONTH_INVALID` */
export function firstDay(month: string): string {
  if (!MONTH.test(month))
    throw groupProblem('MONTH_INVALID', `"${month}" is not a month from 1990-01 to 2199-12`, { value: month });
  return `${month}-01`;
}

/** `YYYY-MM` of a date as the database writes it. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** The month a number of months away; both `YYYY-MM`. */
export function shiftMonth(month: string, by: number): string {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + by;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** Calendar months from the first to the last, both counted. */
export function monthsBetween(from: string, to: string): number {
  const index = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));
  return index(to) - index(from) + 1;
}
