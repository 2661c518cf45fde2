import { formatAmount } from '../entry/amount.ts';
import {
  BoundedList,
  ENTRY_FAULTS,
  type EntryFaultCode,
  LINE_FAULTS,
  type RefusedEntry,
  type RefusedLine,
} from './faults.ts';
import type { FecLine, LineFault } from './line.ts';

/** What is known of one entry of a file before its lines are read again. Amounts are units of 10⁻¹⁸. */
export interface FecEntryHead {
  readonly index: number;
  readonly journalCode: string;
  readonly journalLabel: string;
  /** `EcritureNum`, or the made-up number of an entry that bears none: `PieceRef#1`. */
  readonly number: string;
  readonly date: string;
  readonly firstLine: number;
  lines: number;
  debit: bigint;
  credit: bigint;
  /** Some line has no `ValidDate`. */
  draft: boolean;
  /** The latest `ValidDate` of its lines; empty in a draft. */
  validatedOn: string;
  refused: EntryFaultCode | undefined;
}

const SEPARATOR = '\u001f';

/**
 * Assigns lines to entries, in the order of the file; the same lines give the same entries, so that a second pass agrees with the first.
 *
 * With `EcritureNum` an entry is (JournalCode, EcritureNum, EcritureDate): numbers start again each year, and in many books each
 * month. Without it, lines of one (JournalCode, EcritureDate, PieceRef) belong together until their debits equal their credits
 * (decision 0091); the entry is called `PieceRef#1`, `PieceRef#2` …
 */
export class EntryAssigner {
  readonly heads: FecEntryHead[] = [];
  readonly #numbered = new Map<string, FecEntryHead>();
  readonly #open = new Map<string, FecEntryHead>();
  readonly #ordinals = new Map<string, number>();

  assign(line: FecLine): FecEntryHead {
    const head = line.number === '' ? this.#unnumbered(line) : this.#numberedHead(line);
    head.lines += 1;
    head.debit += line.debit;
    head.credit += line.credit;
    if (line.validatedOn === '') head.draft = true;
    else if (line.validatedOn > head.validatedOn) head.validatedOn = line.validatedOn;
    return head;
  }

  /** Whether the assigned line closed an unnumbered entry: the next line of its document starts another one. */
  close(head: FecEntryHead, line: FecLine): void {
    if (line.number === '' && head.lines > 1 && head.debit === head.credit) {
      this.#open.delete(documentKey(line));
    }
  }

  #numberedHead(line: FecLine): FecEntryHead {
    const key = [line.journalCode, line.number, line.date].join(SEPARATOR);
    const known = this.#numbered.get(key);
    if (known !== undefined) return known;
    const head = this.#start(line, line.number);
    this.#numbered.set(key, head);
    return head;
  }

  #unnumbered(line: FecLine): FecEntryHead {
    const key = documentKey(line);
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    const ordinal = (this.#ordinals.get(key) ?? 0) + 1;
    this.#ordinals.set(key, ordinal);
    const head = this.#start(line, `${line.documentRef}#${ordinal}`);
    this.#open.set(key, head);
    return head;
  }

  #start(line: FecLine, number: string): FecEntryHead {
    const head: FecEntryHead = {
      index: this.heads.length,
      journalCode: line.journalCode,
      journalLabel: line.journalLabel,
      number,
      date: line.date,
      firstLine: line.line,
      lines: 0,
      debit: 0n,
      credit: 0n,
      draft: false,
      validatedOn: '',
      refused: undefined,
    };
    this.heads.push(head);
    return head;
  }
}

function documentKey(line: FecLine): string {
  return [line.journalCode, line.date, line.documentRef].join(SEPARATOR);
}

/** The first pass over a file: which entries there are, and which are in. */
export class EntrySurvey {
  readonly assigner = new EntryAssigner();
  readonly refusedLines: BoundedList<RefusedLine>;
  readonly refusedEntries: BoundedList<RefusedEntry>;
  readonly #poisoned = new Set<string>();
  readonly #unnumbered = new Set<FecEntryHead>();

  constructor(most: number) {
    this.refusedLines = new BoundedList(most);
    this.refusedEntries = new BoundedList(most);
  }

  add(line: FecLine, faults: readonly LineFault[]): void {
    const head = this.assigner.assign(line);
    this.assigner.close(head, line);
    if (line.number === '') this.#unnumbered.add(head);
    if (faults.length === 0) return;
    head.refused = 'LINE_REFUSED';
    // A line whose date cannot be trusted may belong to any entry of its number: all of them are out.
    const undated = line.date === '' || faults.some((fault) => fault.code === 'COLUMN_COUNT');
    if (undated && line.number !== '') this.#poisoned.add([line.journalCode, line.number].join(SEPARATOR));
    for (const { code, column, value } of faults) {
      const entry = `${line.journalCode} ${head.number} ${line.date}`.trim();
      this.refusedLines.add({ line: line.line, code, column, value, reason: LINE_FAULTS[code], entry });
    }
  }

  /** Decides about each entry, once all lines are seen. */
  finish(): void {
    const { heads } = this.assigner;
    const mixed = this.#unnumbered.size > 0 && this.#unnumbered.size < heads.length;
    for (const head of heads) {
      if (mixed && this.#unnumbered.has(head)) head.refused ??= 'NUMBER_MISSING';
      if (this.#poisoned.has([head.journalCode, head.number].join(SEPARATOR))) head.refused ??= 'LINE_REFUSED';
      if (head.debit !== head.credit) head.refused ??= 'UNBALANCED_ENTRY';
    }
    this.#tellDatesFromBalance();
    for (const head of heads) if (head.refused !== undefined) this.refusedEntries.add(refusal(head, head.refused));
  }

  /** Entries that are out of balance each, and in balance together under one number, have another fault: their dates. */
  #tellDatesFromBalance(): void {
    const byNumber = new Map<string, FecEntryHead[]>();
    for (const head of this.assigner.heads) {
      if (head.refused !== 'UNBALANCED_ENTRY' || this.#unnumbered.has(head)) continue;
      const key = [head.journalCode, head.number].join(SEPARATOR);
      byNumber.set(key, [...(byNumber.get(key) ?? []), head]);
    }
    for (const heads of byNumber.values()) {
      const difference = heads.reduce((sum, head) => sum + head.debit - head.credit, 0n);
      if (heads.length > 1 && difference === 0n) for (const head of heads) head.refused = 'DATES_DIFFER';
    }
  }
}

export function refusal(head: FecEntryHead, code: EntryFaultCode): RefusedEntry {
  return {
    journal: head.journalCode,
    number: head.number,
    date: head.date,
    first_line: head.firstLine,
    lines: head.lines,
    code,
    reason: ENTRY_FAULTS[code],
    debit: formatAmount(head.debit),
    credit: formatAmount(head.credit),
  };
}
