import { firstDayOf, type Tx } from '@prorata/platform';
import { isDay } from '../entry/dates.ts';
import type { EntryKind, EntryStatus } from '../entry/entry.ts';
import { ledgerConfig } from '../periods/config.ts';
import { ledgerProblem } from '../problems.ts';
import { accountRange } from './accounts.ts';
import * as sql from './entries.sql.ts';

/** An entry without its lines. Amounts are decimal texts in `currency`; days are `YYYY-MM-DD`. */
export type EntryHead = Omit<sql.EntryRow, 'version'> & { readonly line_count: number };

export interface EntryListQuery {
  /** First and last month, `YYYY-MM`, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly status?: EntryStatus | undefined;
  readonly kind?: EntryKind | undefined;
  readonly journal?: string | undefined;
  readonly number?: string | undefined;
  /** First characters of an account: entries with such a line. */
  readonly account?: string | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

export interface EntryListPage {
  readonly rows: EntryHead[];
  readonly next: string | null;
}

/** Entries a page unless the query says otherwise. */
export const PAGE_ENTRIES = 50;

/** Entries of any status by accounting date and id, page by page. @throws Problem `MONTH_INVALID`, `CURSOR_INVALID` */
export async function listEntries(tx: Tx, query: EntryListQuery): Promise<EntryListPage> {
  const { from, to, status = null, kind = null, journal = null, number = null, limit = PAGE_ENTRIES } = query;
  const { opening_journals, closing_journals } = await ledgerConfig(tx);
  const range = query.account === undefined ? undefined : accountRange(query.account);
  const after = query.after === undefined ? undefined : readCursor(query.after);
  const rows = await tx.query<sql.EntryRow & { line_count: number }>(sql.ENTRY_PAGE, [
    after?.date ?? null,
    opening_journals,
    closing_journals,
    from === undefined ? null : firstDayOf(from),
    to === undefined ? null : firstDayOf(to),
    status,
    kind,
    journal,
    number,
    range?.from ?? null,
    range?.below ?? null,
    after?.id ?? null,
    limit + 1,
  ]);
  const kept = rows.slice(0, limit).map(({ version: _version, ...head }) => head);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { rows: kept, next: more ? cursorOf(last.accounting_date, last.id) : null };
}

function cursorOf(date: string, id: string): string {
  return Buffer.from(`${date} ${id}`, 'latin1').toString('base64url');
}

function readCursor(cursor: string): { date: string; id: string } {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, date = '', id = ''] =
    /^(\S{10}) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/.exec(text) ?? [];
  if (!isDay(date)) throw ledgerProblem('CURSOR_INVALID', `after is ${cursor.slice(0, 60)}`);
  return { date, id };
}
