/** Why a line is refused: what stands in `code` of a refused line. */
export const LINE_FAULTS = {
  COLUMN_COUNT: 'the line has another number of columns than the header',
  VALUE_MISSING: 'the column must not be empty',
  DATE_INVALID: 'not a day of the calendar (AAAAMMJJ)',
  AMOUNT_UNREADABLE: 'not an amount',
  AMOUNT_TOO_FINE: 'more than 18 decimals',
  AMOUNT_TOO_LARGE: 'more than 20 digits before the decimal mark',
  BOTH_SIDES: 'debit and credit are both set',
  SIDE_UNKNOWN: 'Sens is neither D, C, +1 nor -1',
  TEXT_INVALID: 'the line holds the character U+0000',
} as const;

export type LineFaultCode = keyof typeof LINE_FAULTS;

/** Why an entry is refused as a whole: what stands in `code` of a refused entry. */
export const ENTRY_FAULTS = {
  LINE_REFUSED: 'a line of the entry was refused, so none of it is taken',
  UNBALANCED_ENTRY: 'the debits do not equal the credits',
  DATES_DIFFER: 'lines under one number bear several dates and balance only together',
  NUMBER_MISSING: 'the lines bear no EcritureNum in a file where others do',
  CONTENT_DIFFERS: 'it was posted with other content; a posted entry never changes',
  BACK_TO_DRAFT: 'it is posted already and the file shows it as a draft',
  ID_DIFFERS: 'the ledger holds this journal, number and date under another id',
} as const;

export type EntryFaultCode = keyof typeof ENTRY_FAULTS;

export interface RefusedLine {
  /** Counted from 1 with the header. */
  readonly line: number;
  readonly code: LineFaultCode;
  readonly column: string | null;
  /** As it stands in the file, at most 80 characters. */
  readonly value: string;
  readonly reason: string;
  /** Journal, number and date of the entry that the line belongs to, as far as they can be read. */
  readonly entry: string | null;
}

export interface RefusedEntry {
  readonly journal: string;
  readonly number: string;
  readonly date: string;
  readonly first_line: number;
  readonly lines: number;
  readonly code: EntryFaultCode;
  readonly reason: string;
  readonly debit: string;
  readonly credit: string;
}

/** A list that remembers how much it left out, so that a file of nothing but faults does not fill the memory. */
export class BoundedList<T> {
  readonly items: T[] = [];
  readonly #most: number;
  count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(item: T): void {
    this.count += 1;
    if (this.items.length < this.#most) this.items.push(item);
  }
}
