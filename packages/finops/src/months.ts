import { finopsProblem } from './problems.ts';

const MONTH = /^(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])$/;

/** The first day of a month written as YYYY-MM, as the database keeps it. @throws Problem `MONTH_INVALID` */
export function firstDayOf(month: string): string {
  if (!MONTH.test(month)) throw finopsProblem('MONTH_INVALID', `${JSON.stringify(month)} is not a month`);
  return `${month}-01`;
}

/** YYYY-MM of a date text YYYY-MM-DD. */
export function monthOf(date: string): string {
  return date.slice(0, 7);
}
