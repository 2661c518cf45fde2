/** Where the read copy has an entry from. */
export type EntryOrigin = 'FEC' | 'EVENT' | 'API';

export type EntryStatus = 'DRAFT' | 'POSTED' | 'REVERSED';

/** Where an entry stands in its year. */
export type EntryKind = 'ORDINARY' | 'OPENING' | 'CLOSING';

/** One line of an entry; amounts are decimal texts in the functional currency, at most 18 decimals, and one side is zero. */
export interface EntryLine {
  readonly lineNo: number;
  readonly account: string;
  readonly accountLabel?: string | undefined;
  readonly auxiliaryAccount?: string | undefined;
  readonly auxiliaryLabel?: string | undefined;
  readonly documentRef?: string | undefined;
  /** `YYYY-MM-DD` */
  readonly documentDate?: string | undefined;
  readonly label?: string | undefined;
  readonly debit: string;
  readonly credit: string;
  readonly foreignAmount?: string | undefined;
  readonly foreignCurrency?: string | undefined;
  /** Line of the FEC file that it comes from. */
  readonly sourceLine?: number | undefined;
}

/** The head of an entry on its way in. */
export interface IncomingEntry {
  /** The general ledger's id (UUID); a FEC has none. */
  readonly id?: string | undefined;
  readonly journalCode: string;
  readonly journalLabel?: string | undefined;
  readonly number: string;
  /** `YYYY-MM-DD` */
  readonly accountingDate: string;
  readonly status: EntryStatus;
  /** Functional currency, ISO 4217. */
  readonly currency: string;
  readonly validatedOn?: string | undefined;
  /** Id of the entry that this one reverses. */
  readonly reverses?: string | undefined;
  readonly reversedBy?: string | undefined;
}

/** An entry as the general ledger tells it (events, API). */
export interface WholeEntry extends IncomingEntry {
  readonly id: string;
  readonly lines: readonly EntryLine[];
}
