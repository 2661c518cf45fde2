import { readAmount } from '../entry/amount.ts';
import type { FecColumn } from './columns.ts';
import { type DateForms, readFecDay } from './date-forms.ts';
import type { DecimalMarks } from './decimal-marks.ts';
import type { LineFaultCode } from './faults.ts';
import type { FinestAmounts } from './finest-amounts.ts';
import { type FecLayout, splitLine } from './layout.ts';

/** One line of a FEC. Texts are empty where the file has none; days are `YYYY-MM-DD`; amounts are units of 10⁻¹⁸. */
export interface FecLine {
  readonly line: number;
  readonly journalCode: string;
  readonly journalLabel: string;
  readonly number: string;
  readonly date: string;
  readonly account: string;
  readonly accountLabel: string;
  readonly auxiliaryAccount: string;
  readonly auxiliaryLabel: string;
  readonly documentRef: string;
  readonly documentDate: string;
  readonly label: string;
  readonly debit: bigint;
  readonly credit: bigint;
  readonly lettering: string;
  readonly letteredOn: string;
  /** Empty in a draft: the line was not validated. */
  readonly validatedOn: string;
  readonly foreignAmount: bigint | undefined;
  readonly foreignCurrency: string;
  readonly settledOn: string;
  readonly settlementMode: string;
  readonly operationNature: string;
  readonly customerId: string;
}

/** What watches a file for values that could be read in two ways. */
export interface FormsWatch {
  readonly decimals: DecimalMarks;
  readonly dates: DateForms;
  readonly finest: FinestAmounts;
}

export interface LineFault {
  readonly code: LineFaultCode;
  readonly column: FecColumn | null;
  readonly value: string;
}

export interface ReadLine {
  readonly line: FecLine;
  readonly faults: readonly LineFault[];
}

const NO_DAY = /^[0\s/.-]+$/;

const NO_FAULTS: readonly LineFault[] = [];

/** Whether a line says nothing: blank, or separators only, as spreadsheets leave behind. */
export function isBlank(text: string): boolean {
  return /^[\s|;"]*$/.test(text);
}

/** Reads one line; what can be read of a faulty one is read, so that its entry can be told. */
export function readLine(text: string, lineNumber: number, layout: FecLayout, watch?: FormsWatch): ReadLine {
  const reader = new LineReader(splitLine(text, layout), layout, lineNumber, watch);
  const line = reader.read();
  reader.blameWidth();
  if (text.includes('\u0000')) reader.fault('TEXT_INVALID', null, text);
  return { line, faults: reader.faults };
}

class LineReader {
  faults: LineFault[] | typeof NO_FAULTS = NO_FAULTS;
  readonly #values: readonly string[];
  readonly #layout: FecLayout;
  readonly #line: number;
  readonly #watch: FormsWatch | undefined;

  constructor(values: readonly string[], layout: FecLayout, line: number, watch: FormsWatch | undefined) {
    this.#values = values;
    this.#layout = layout;
    this.#line = line;
    this.#watch = watch;
  }

  /**
   * A separator inside a text moves what follows it. Values beyond the last column must be empty, as trailing separators leave them;
   * and in a line wider than the header, trailing separators of both counted, whatever else is wrong with a value comes from its width.
   */
  blameWidth(): void {
    const width = this.#values.length;
    const { columns, fewest, width: ruled } = this.#layout;
    const overflow = this.#values.slice(columns.length).some((value) => value !== '');
    if (width >= fewest && !overflow && (width <= ruled || this.faults.length === 0)) return;
    this.faults = [{ code: 'COLUMN_COUNT', column: null, value: `${width} instead of ${ruled}` }];
  }

  fault(code: LineFaultCode, column: FecColumn | null, value: string): void {
    this.faults = [...this.faults, { code, column, value: value.slice(0, 80) }];
  }

  read(): FecLine {
    const [debit, credit] = this.#layout.amounts === 'DEBIT_CREDIT' ? this.#debitAndCredit() : this.#amountAndSide();
    const foreign = this.#text('Montantdevise');
    return {
      line: this.#line,
      journalCode: this.#needed('JournalCode'),
      journalLabel: this.#text('JournalLib'),
      number: this.#text('EcritureNum'),
      date: this.#day('EcritureDate', true),
      account: this.#needed('CompteNum'),
      accountLabel: this.#text('CompteLib'),
      auxiliaryAccount: this.#text('CompAuxNum'),
      auxiliaryLabel: this.#text('CompAuxLib'),
      documentRef: this.#text('PieceRef'),
      documentDate: this.#day('PieceDate'),
      label: this.#text('EcritureLib'),
      debit,
      credit,
      lettering: this.#text('EcritureLet'),
      letteredOn: this.#day('DateLet'),
      validatedOn: this.#day('ValidDate'),
      foreignAmount: foreign === '' ? undefined : this.#amount('Montantdevise'),
      foreignCurrency: this.#text('Idevise'),
      settledOn: this.#day('DateRglt'),
      settlementMode: this.#text('ModeRglt'),
      operationNature: this.#text('NatOp'),
      customerId: this.#text('IdClient'),
    };
  }

  #text(column: FecColumn): string {
    const index = this.#layout.position[column];
    return index === undefined ? '' : (this.#values[index] ?? '');
  }

  #needed(column: FecColumn): string {
    const text = this.#text(column);
    if (text === '') this.fault('VALUE_MISSING', column, '');
    return text;
  }

  /** Empty, blank, all zeros or marks only is no day: several products fill an empty date so (`00000000`, `  /  /    `). */
  #day(column: FecColumn, needed = false): string {
    const text = this.#text(column);
    if (text === '' || NO_DAY.test(text)) {
      if (needed) this.fault('VALUE_MISSING', column, text);
      return '';
    }
    const day = readFecDay(text);
    if (day === undefined) this.fault('DATE_INVALID', column, text);
    else this.#watch?.dates.note(text, this.#line);
    return day ?? '';
  }

  #amount(column: FecColumn): bigint {
    const text = this.#text(column);
    const amount = readAmount(text);
    if (amount.fault !== undefined) {
      this.fault(amount.fault, column, text);
      return 0n;
    }
    if (column !== 'Montantdevise') {
      this.#watch?.decimals.note(text, this.#line);
      this.#watch?.finest.note(amount.units, this.#line, text);
    }
    return amount.units;
  }

  /** A negative amount stays on its side as it stands: a credit note may be a negative debit. */
  #debitAndCredit(): [bigint, bigint] {
    const debit = this.#amount('Debit');
    const credit = this.#amount('Credit');
    if (debit !== 0n && credit !== 0n) {
      this.fault('BOTH_SIDES', 'Debit', `${this.#text('Debit')} / ${this.#text('Credit')}`);
    }
    return [debit, credit];
  }

  #amountAndSide(): [bigint, bigint] {
    const amount = this.#amount('Montant');
    const side = this.#text('Sens').normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
    if (side === 'D' || side === '+1' || side === '1' || side === 'DEBIT') return [amount, 0n];
    if (side === 'C' || side === '-1' || side === 'CREDIT') return [0n, amount];
    this.fault('SIDE_UNKNOWN', 'Sens', this.#text('Sens'));
    return [0n, 0n];
  }
}
