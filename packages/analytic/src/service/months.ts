import { analyticProblem } from '../problems.ts';

export const MONTH_PATTERN = '^[0-9]{4}-(0[1-9]|1[0-2])$';

/** First day of `YYYY-MM`, as tables keep a month. @throws Problem `MONTH_INVALID` */
export function firstDay(month: string): string {
  if (!new RegExp(MONTH_PATTERN).test(month) || month < '1900') {
    throw analyticProblem('MONTH_INVALID', `${month.slice(0, 40)} is not YYYY-MM`);
  }
  return `${month}-01`;
}

/** `YYYY-MM` of a date. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}
