import type { EntryKind, EntryOrigin, EntryStatus } from '../entry/entry.ts';
import { OWN } from '../entry/own.sql.ts';

export interface EntryRow {
  readonly id: string;
  readonly origin: EntryOrigin;
  readonly journal_code: string;
  readonly journal_label: string | null;
  readonly entry_number: string;
  readonly accounting_date: string;
  readonly status: EntryStatus;
  readonly kind: EntryKind;
  readonly currency: string;
  readonly validated_on: string | null;
  readonly reverses: string | null;
  readonly reversed_by: string | null;
  readonly debit: string;
  readonly credit: string;
  readonly digest: string;
  readonly version: string;
}

export interface LineRow {
  readonly entry_id: string;
  readonly line_no: number;
  readonly account: string;
  readonly account_label: string | null;
  readonly auxiliary_account: string | null;
  readonly auxiliary_label: string | null;
  readonly document_ref: string | null;
  readonly document_date: string | null;
  readonly label: string | null;
  readonly debit: string;
  readonly credit: string;
  readonly foreign_amount: string | null;
  readonly foreign_currency: string | null;
  readonly source_line: string | null;
}

/** The kind of an entry by its journal; `opening` and `closing` are parameters. Codes are compared whatever their case. */
export function kindOf(column: string, opening: string, closing: string): string {
  const among = (parameter: string) =>
    `upper(${column}) IN (SELECT upper(code) FROM unnest(${parameter}::text[]) AS code)`;
  return `CASE WHEN ${among(opening)} THEN 'OPENING' WHEN ${among(closing)} THEN 'CLOSING' ELSE 'ORDINARY' END`;
}

const COLUMNS = `id, origin, journal_code, journal_label, entry_number, accounting_date, status,
  ${kindOf('journal_code', '$2', '$3')} AS kind, currency, validated_on, reverses, reversed_by, debit, credit,
  encode(digest, 'hex') AS digest, version`;

/** $1 id, $2 opening journals, $3 closing journals. */
export const ENTRY = `SELECT ${COLUMNS} FROM gl_entry WHERE ${OWN} AND id = $1`;

/**
 * $1 month, $2 opening journals, $3 closing journals, $4 statuses, $5 kinds, $6 journals or null, $7 and $8 account ranges,
 * $9 and $10 date and id to go on behind, $11 entries.
 */
export const ENTRIES_OF_MONTH = `
  SELECT ${COLUMNS}
    FROM gl_entry e
   WHERE ${OWN} AND period_month = $1
     AND ($9::date IS NULL OR (accounting_date, id) > ($9::date, $10::uuid))
     AND status = ANY ($4) AND ${kindOf('journal_code', '$2', '$3')} = ANY ($5::text[])
     AND ($6::text[] IS NULL OR journal_code = ANY ($6))
     AND (cardinality($7::text[]) = 0 OR EXISTS (
       SELECT 1 FROM gl_entry_line l, unnest($7::text[], $8::text[]) AS a(low, high)
        WHERE l.tenant_id = e.tenant_id AND l.legal_entity_id = e.legal_entity_id AND l.entry_id = e.id
          AND l.account >= a.low AND (a.high IS NULL OR l.account < a.high)))
   ORDER BY accounting_date, id
   LIMIT $11`;

/** $1 ids. */
export const LINES = `
  SELECT entry_id, line_no, account, account_label, auxiliary_account, auxiliary_label, document_ref, document_date, label, debit,
         credit, foreign_amount, foreign_currency, source_line
    FROM gl_entry_line WHERE ${OWN} AND entry_id = ANY ($1::uuid[])
   ORDER BY entry_id, line_no`;

/**
 * $1 date and $12 id to go on behind, $2 opening journals, $3 closing journals, $4 and $5 months, $6 status, $7 kind, $8 journal, $9 number,
 * $10 and $11 account range, $13 entries.
 */
export const ENTRY_PAGE = `
  SELECT ${COLUMNS}, line_count
    FROM gl_entry e
   WHERE ${OWN}
     AND ($1::date IS NULL OR (accounting_date, id) > ($1::date, $12::uuid))
     AND ($4::date IS NULL OR period_month >= $4) AND ($5::date IS NULL OR period_month <= $5)
     AND ($6::text IS NULL OR status = $6) AND ($7::text IS NULL OR ${kindOf('journal_code', '$2', '$3')} = $7)
     AND ($8::text IS NULL OR journal_code = $8) AND ($9::text IS NULL OR entry_number = $9)
     AND ($10::text IS NULL OR EXISTS (
       SELECT 1 FROM gl_entry_line l
        WHERE l.tenant_id = e.tenant_id AND l.legal_entity_id = e.legal_entity_id AND l.entry_id = e.id
          AND l.account >= $10 AND ($11::text IS NULL OR l.account < $11)))
   ORDER BY accounting_date, id
   LIMIT $13`;
