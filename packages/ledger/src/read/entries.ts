import { firstDayOf, type Tx } from '@prorata/platform';
import type { EntryKind, EntryLine, EntryOrigin, EntryStatus } from '../entry/entry.ts';
import { ledgerConfig } from '../periods/config.ts';
import { ledgerProblem } from '../problems.ts';
import { accountRange } from './accounts.ts';
import * as sql from './entries.sql.ts';

/** An entry of the read copy, with all of its lines. Amounts are decimal texts in `currency`; days are `YYYY-MM-DD`. */
export interface LedgerEntry {
  readonly id: string;
  readonly origin: EntryOrigin;
  readonly journalCode: string;
  readonly journalLabel: string | null;
  readonly number: string;
  readonly accountingDate: string;
  /** `YYYY-MM` */
  readonly month: string;
  readonly status: EntryStatus;
  /** By the journals that the legal entity calls its opening and closing ones. */
  readonly kind: EntryKind;
  readonly currency: string;
  readonly validatedOn: string | null;
  readonly reverses: string | null;
  readonly reversedBy: string | null;
  readonly debit: string;
  readonly credit: string;
  /** SHA-256 of the content, hexadecimal: equal digests are equal entries. */
  readonly digest: string;
  readonly version: string;
  readonly lines: readonly EntryLine[];
}

/** One entry, or undefined when the ledger has none of this id. */
export async function entry(tx: Tx, id: string): Promise<LedgerEntry | undefined> {
  const { opening_journals, closing_journals } = await ledgerConfig(tx);
  const rows = await tx.query<sql.EntryRow>(sql.ENTRY, [id, opening_journals, closing_journals]);
  const [found] = await withLines(tx, rows);
  return found;
}

/** A posted entry, for work that needs one. @throws Problem `ENTRY_NOT_FOUND` */
export async function requireEntry(tx: Tx, id: string): Promise<LedgerEntry> {
  const found = await entry(tx, id);
  if (found === undefined) throw ledgerProblem('ENTRY_NOT_FOUND', `entry ${id}`, { entry_id: id });
  return found;
}

export interface EntryFilter {
  /** POSTED unless told. */
  readonly statuses?: readonly EntryStatus[];
  /** Ordinary ones unless told: opening and closing journals say nothing about the month. */
  readonly kinds?: readonly EntryKind[];
  /** Journals; all unless told. */
  readonly journals?: readonly string[];
  /** First characters of accounts: entries with such a line. All lines of the entry come. */
  readonly accounts?: readonly string[];
  /** Goes on behind this entry: accounting date and id of the last one seen. */
  readonly after?: { readonly accountingDate: string; readonly id: string };
  /** Entries read at a time, 500 unless told; memory follows it. */
  readonly pageSize?: number;
}

/**
 * The entries of a month by accounting date and id, page by page: memory does not follow the size of the month, and `after` makes a
 * job resumable.
 *
 * @throws Problem `MONTH_INVALID`
 */
export async function* entriesOfMonth(tx: Tx, month: string, filter: EntryFilter = {}): AsyncGenerator<LedgerEntry> {
  const { opening_journals, closing_journals } = await ledgerConfig(tx);
  const ranges = (filter.accounts ?? []).map(accountRange);
  const pageSize = filter.pageSize ?? 500;
  let after: { accountingDate: string; id: string } | undefined = filter.after;
  for (;;) {
    const rows = await tx.query<sql.EntryRow>(sql.ENTRIES_OF_MONTH, [
      firstDayOf(month),
      opening_journals,
      closing_journals,
      filter.statuses ?? ['POSTED'],
      filter.kinds ?? ['ORDINARY'],
      filter.journals ?? null,
      ranges.map(({ from }) => from),
      ranges.map(({ below }) => below),
      after?.accountingDate ?? null,
      after?.id ?? null,
      pageSize,
    ]);
    const page = await withLines(tx, rows);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last;
  }
}

async function withLines(tx: Tx, rows: readonly sql.EntryRow[]): Promise<LedgerEntry[]> {
  if (rows.length === 0) return [];
  const lines = await tx.query<sql.LineRow>(sql.LINES, [rows.map((row) => row.id)]);
  const byEntry = Map.groupBy(lines, (line) => line.entry_id);
  return rows.map((row) => ({
    id: row.id,
    origin: row.origin,
    journalCode: row.journal_code,
    journalLabel: row.journal_label,
    number: row.entry_number,
    accountingDate: row.accounting_date,
    month: row.accounting_date.slice(0, 7),
    status: row.status,
    kind: row.kind,
    currency: row.currency,
    validatedOn: row.validated_on,
    reverses: row.reverses,
    reversedBy: row.reversed_by,
    debit: row.debit,
    credit: row.credit,
    digest: row.digest,
    version: row.version,
    lines: (byEntry.get(row.id) ?? []).map(lineOf),
  }));
}

function lineOf(row: sql.LineRow): EntryLine {
  return {
    lineNo: row.line_no,
    account: row.account,
    accountLabel: row.account_label ?? undefined,
    auxiliaryAccount: row.auxiliary_account ?? undefined,
    auxiliaryLabel: row.auxiliary_label ?? undefined,
    documentRef: row.document_ref ?? undefined,
    documentDate: row.document_date ?? undefined,
    label: row.label ?? undefined,
    debit: row.debit,
    credit: row.credit,
    foreignAmount: row.foreign_amount ?? undefined,
    foreignCurrency: row.foreign_currency ?? undefined,
    sourceLine: row.source_line === null ? undefined : Number(row.source_line),
  };
}
