import { finopsProblem } from '../problems.ts';

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(?:([Zz])|([+-])(\d{2})(?::?(\d{2}))?)?)?$/;
const SLASHES = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})(?: (?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$/;

/** `month-first` as in 4/1/25 for April 2025, `day-first` as in 1/4/25. */
type SlashOrder = 'month-first' | 'day-first';

interface SlashDate {
  readonly first: number;
  readonly second: number;
  readonly year: number;
}

/**
 * The UTC month of an ISO 8601 timestamp: `T` or a blank, seconds or minutes, `Z`, an offset, or nothing (UTC, as FOCUS
 * prescribes). An offset moves the instant, so that 2025-07-01T00:00+02:00 lies in June.
 *
 * @returns YYYY-MM, or undefined where the text is not such a timestamp or not in the calendar
 */
export function isoMonth(text: string): string | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!inCalendar(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (offsetHours > 14 || offsetMinutes > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes);
  return new Date(Date.UTC(year, month - 1, day, hour, minute - offset, second)).toISOString().slice(0, 7);
}

function inCalendar(year: number, month: number, day: number): boolean {
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function slashDate(text: string): SlashDate | undefined {
  const match = SLASHES.exec(text);
  if (match === null) return undefined;
  const year = Number(match[3]);
  return { first: Number(match[1]), second: Number(match[2]), year: year < 100 ? 2000 + year : year };
}

function slashMonth(date: SlashDate, order: SlashOrder): string | undefined {
  const [month, day] = order === 'month-first' ? [date.first, date.second] : [date.second, date.first];
  if (!inCalendar(date.year, month, day)) return undefined;
  return `${date.year}-${String(month).padStart(2, '0')}`;
}

/** What the timestamps of one file mean. */
export interface Periods {
  /** Text of BillingPeriodStart → YYYY-MM. */
  readonly billing: ReadonlyMap<string, string>;
  /** Text of ChargePeriodStart → YYYY-MM. */
  readonly charge: ReadonlyMap<string, string>;
  /** Texts that are no timestamp. */
  readonly badBilling: readonly string[];
  readonly badCharge: readonly string[];
  readonly slashOrder: SlashOrder | undefined;
}

/**
 * Reads all distinct timestamps of a file together, because only together they show how dates with slashes are meant: a
 * billing period starts on the first of a month, and that decides between 4/1/25 and 1/4/25 for the whole file.
 *
 * @param billing distinct texts of BillingPeriodStart
 * @param charge distinct texts of ChargePeriodStart; a bare YYYY-MM is taken as it is
 * @throws Problem `DATES_AMBIGUOUS` when both orders fit and give different months, or none fits
 */
export function resolvePeriods(billing: readonly string[], charge: readonly string[]): Periods {
  const slashes = [...billing, ...charge].some((text) => slashDate(text) !== undefined);
  const slashOrder = slashes ? orderOf(billing, charge) : undefined;
  const read = (text: string): string | undefined => {
    const date = slashDate(text);
    if (date !== undefined) return slashOrder === undefined ? undefined : slashMonth(date, slashOrder);
    return isoMonth(/^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text);
  };
  const billingRead = readAll(billing, (text) => (/^\d{4}-\d{2}$/.test(text) ? undefined : read(text)));
  const chargeRead = readAll(charge, read);
  return {
    billing: billingRead.months,
    badBilling: billingRead.bad,
    charge: chargeRead.months,
    badCharge: chargeRead.bad,
    slashOrder,
  };
}

function readAll(texts: readonly string[], read: (text: string) => string | undefined) {
  const months = new Map<string, string>();
  const bad: string[] = [];
  for (const text of texts) {
    const month = read(text);
    if (month === undefined) bad.push(text);
    else months.set(text, month);
  }
  return { months, bad };
}

function orderOf(billing: readonly string[], charge: readonly string[]): SlashOrder {
  const starts = billing.map(slashDate).filter((date) => date !== undefined);
  const others = charge.map(slashDate).filter((date) => date !== undefined);
  const fits = (order: SlashOrder) =>
    starts.every((date) => (order === 'month-first' ? date.second : date.first) === 1 && slashMonth(date, order)) &&
    others.every((date) => slashMonth(date, order) !== undefined);
  const monthFirst = fits('month-first');
  const dayFirst = fits('day-first');
  if (monthFirst && dayFirst) {
    const differs = others.find((date) => slashMonth(date, 'month-first') !== slashMonth(date, 'day-first'));
    if (differs === undefined) return 'month-first';
    const shown = `${differs.first}/${differs.second}/${differs.year}`;
    throw finopsProblem(
      'DATES_AMBIGUOUS',
      `${shown} is a day in two months, and no billing period decides between them`,
    );
  }
  if (monthFirst) return 'month-first';
  if (dayFirst) return 'day-first';
  const examples = [...new Set([...billing, ...charge].filter((text) => slashDate(text) !== undefined))].slice(0, 3);
  throw finopsProblem(
    'DATES_AMBIGUOUS',
    `neither month/day nor day/month makes each billing period start on the first of a month: ${examples.join(', ')}`,
  );
}
