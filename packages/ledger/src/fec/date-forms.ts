import { readDay } from '../entry/dates.ts';

const SLASHED = /^(\d\d)\/(\d\d)\/(\d{4})$/;

/** Days repeat on every line; a calendar is asked once for each. */
const known = new Map<string, string>();
const MOST_KNOWN = 5_000;

/** A day as the law has it (AAAAMMJJ), as ISO 8601, or as JJ/MM/AAAA; undefined when it is none. */
export function readFecDay(text: string): string | undefined {
  const found = known.get(text);
  if (found !== undefined) return found;
  const slashed = SLASHED.exec(text);
  const day = readDay(slashed === null ? text : `${slashed[3]}-${slashed[2]}-${slashed[1]}`);
  if (known.size >= MOST_KNOWN) known.clear();
  if (day !== undefined) known.set(text, day);
  return day;
}

/**
 * Watches dates with slashes: 03/04/2024 is in March or in April. A file in which no such date has a day beyond 12 gives no reason
 * for either reading and is refused.
 */
export class DateForms {
  #first: number | undefined;
  #proven = false;

  note(text: string, line: number): void {
    const slashed = SLASHED.exec(text);
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
