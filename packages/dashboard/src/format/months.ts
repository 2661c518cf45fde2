import { type Language, localeOf } from './numbers.ts';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** A month as it is written outside: `YYYY-MM`. */
export function isMonth(text: unknown): text is string {
  return typeof text === 'string' && MONTH.test(text);
}

/** The month `count` months after (or before, when negative). */
export function addMonths(month: string, count: number): string {
  const [year = '0', of = '1'] = month.split('-');
  const index = Number(year) * 12 + Number(of) - 1 + count;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** Every month from the first to the last, both included; none when they are the wrong way round. */
export function monthsBetween(first: string, last: string): readonly string[] {
  const months: string[] = [];
  for (let month = first; month <= last; month = addMonths(month, 1)) months.push(month);
  return months;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** `December 2025`, or `Dec 2025` / `Dec` where there is less room. */
export function formatMonth(month: string, language: Language, width: 'long' | 'short' | 'name' = 'long'): string {
  const key = `${language} ${width}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(localeOf(language), {
      month: width === 'long' ? 'long' : 'short',
      timeZone: 'UTC',
      ...(width === 'name' ? {} : { year: 'numeric' }),
    });
    formats.set(key, format);
  }
  return format.format(new Date(`${month}-01T00:00:00Z`));
}

/** A moment as day and minute of the reader's clock. */
export function formatMoment(instant: string, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(instant),
  );
}
