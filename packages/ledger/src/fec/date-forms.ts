import { readDay } from '../entry/dates.ts';

const DAY_FIRST = /^(\d\d)([/.-])(\d\d)\2(\d{4})$/;
const YEAR_FIRST = /^(\d{4})[/.](\d\d)[/.](\d\d)$/;
/** What a database writes behind a day that has no hour. */
const MIDNIGHT = /[T ]00:00(?::00(?:\.0+)?)?Z?$/;

/** Days repeat on every line; a calendar is asked once for each. */
const known = new Map<string, string>();
const MOST_KNOWN = 5_000;

/**
 * A day as the law has it (AAAAMMJJ), as ISO 8601, or with the day first (JJ/MM/AAAA, with points or dashes too), at midnight where it
 * has an hour; undefined when it is none.
 */
export function readFecDay(text: string): string | undefined {
  const found = known.get(text);
  if (found !== undefined) return found;
  const day = readDay(yearFirst(text.replace(MIDNIGHT, '')));
  if (known.size >= MOST_KNOWN) known.clear();
  if (day !== undefined) known.set(text, day);
  return day;
}

function yearFirst(text: string): string {
  const [, day, , month, year] = DAY_FIRST.exec(text) ?? [];
  if (day !== undefined) return `${year}-${month}-${day}`;
  return YEAR_FIRST.test(text) ? text.replace(YEAR_FIRST, '$1-$2-$3') : text;
}

/**
 * Watches dates with the day first: 03/04/2024 is in March or in April. A file in which no such date has a day beyond 12 gives no reason
 * for either reading and is refused.
 */
export class DateForms {
  #first: number | undefined;
  #proven = false;

  note(text: string, line: number): void {
    const slashed = DAY_FIRST.exec(text.replace(MIDNIGHT, ''));
    if (slashed === null) return;
    this.#first ??= line;
    if (Number(slashed[1]) > 12) this.#proven = true;
  }

  get slashed(): boolean {
    return this.#first !== undefined;
  }

  /** Line of the first date that can be read in two ways. */
  ambiguity(): number | undefined {
    return this.#proven ? undefined : this.#first;
  }
}
