/** $1 tenant, $2 legal entity. Two intakes of one legal entity merge one after the other, so that each sees what is there. */
export const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(E'\\n', 'ledger', $1::text, $2::text), 7340090))`;

const MANY_ENTRIES = 200;

/** For the statements after many rows: see the migration. */
export const REFRESH_ENTRY_STATISTICS = 'SELECT refresh_entry_statistics()';
export const REFRESH_LINE_STATISTICS = 'SELECT refresh_line_statistics()';

export function isLarge(entries: number): boolean {
  return entries > MANY_ENTRIES;
}

/**
 * Rows that live for one transaction have no statistics, so the planner takes them for few and pairs many thousands of them one by one:
 * 100 000 lines took minutes, and seconds without nested loops. For a handful, nested loops over the keys are right.
 */
export function planFor(entries: number): string {
  return `SET LOCAL enable_nestloop = ${isLarge(entries) ? 'off' : 'on'}`;
}

export const COPY_ENTRIES = `COPY gl_entry_staging (entry_no, given_id, id, journal_code, journal_label, entry_number, accounting_date,
  status, currency, validated_on, reverses, reversed_by) FROM STDIN`;

export const COPY_LINES = `COPY gl_line_staging (entry_no, line_no, account, account_label, auxiliary_account, auxiliary_label,
  document_ref, document_date, label, debit, credit, foreign_amount, foreign_currency, source_line) FROM STDIN`;

/**
 * The content of an entry is what an accountant would call the entry: accounts, amounts, texts and documents of its lines, in any
 * order. Lettering, validation and the labels of accounts and journals are not part of it: they change after posting.
 */
const CONTENT = `
  SELECT l.entry_no, count(*)::integer AS line_count, sum(l.debit) AS debit, sum(l.credit) AS credit,
         string_agg(l.digest, ''::bytea ORDER BY l.digest) AS digests
    FROM (SELECT entry_no, debit, credit,
                 sha256(convert_to(concat_ws(E'\\x1f', account, coalesce(auxiliary_account, ''), coalesce(document_ref, ''),
                   coalesce(document_date::text, ''), coalesce(label, ''), trim_scale(debit)::text, trim_scale(credit)::text,
                   coalesce(trim_scale(foreign_amount)::text, ''), coalesce(foreign_currency, '')), 'UTF8')) AS digest
            FROM gl_line_staging WHERE staged_by = pg_current_xact_id()) l
   GROUP BY l.entry_no`;

/**
 * What is to become of each staged entry. NEW and UPDATED are written, REVERSED only gets its status, UNCHANGED nothing; the others
 * are refusals. A draft may change in all respects, its number and date included; a posted entry in none.
 */
export const DECIDE = `
  INSERT INTO gl_entry_decision (entry_no, outcome, entry_id, digest, line_count, debit, credit)
  SELECT d.entry_no,
         CASE WHEN d.known_id IS NULL THEN 'NEW'
              WHEN d.natural_id IS DISTINCT FROM d.known_id AND d.natural_id IS NOT NULL THEN 'ID_DIFFERS'
              WHEN d.given_id IS NOT NULL AND d.known_id <> d.given_id THEN 'ID_DIFFERS'
              WHEN d.known_status = 'DRAFT' AND d.same AND d.status = 'DRAFT' THEN 'UNCHANGED'
              WHEN d.known_status = 'DRAFT' THEN 'UPDATED'
              WHEN d.status = 'DRAFT' THEN 'BACK_TO_DRAFT'
              WHEN NOT d.same THEN 'CONTENT_DIFFERS'
              WHEN d.known_status = 'POSTED' AND d.status = 'REVERSED' THEN 'REVERSED'
              ELSE 'UNCHANGED' END,
         coalesce(d.known_id, d.id), d.digest, d.line_count, d.debit, d.credit
    FROM (SELECT s.entry_no, s.id, s.given_id, s.status, s.digest, s.line_count, s.debit, s.credit,
                 n.id AS natural_id, coalesce(g.id, n.id) AS known_id, coalesce(g.status, n.status) AS known_status,
                 CASE WHEN g.id IS NULL THEN n.digest = s.digest
                      ELSE g.digest = s.digest AND g.journal_code = s.journal_code AND g.entry_number = s.entry_number
                           AND g.accounting_date = s.accounting_date END AS same
            FROM (SELECT e.*, c.line_count, c.debit, c.credit,
                         sha256(convert_to(concat_ws(E'\\x1f', e.currency, ''), 'UTF8') || c.digests) AS digest
                    FROM gl_entry_staging e JOIN (${CONTENT}) c USING (entry_no)
                   WHERE e.staged_by = pg_current_xact_id()) s
            LEFT JOIN gl_entry n ON n.tenant_id = $1 AND n.legal_entity_id = $2 AND n.journal_code = s.journal_code
                 AND n.entry_number = s.entry_number AND n.accounting_date = s.accounting_date
            LEFT JOIN gl_entry g ON g.tenant_id = $1 AND g.legal_entity_id = $2 AND g.id = s.given_id) d`;

/** A reversal that was known before its entry takes effect with it; a draft has nothing to reverse yet. */
const STATUS = `CASE WHEN s.status = 'POSTED' AND r.entry_id IS NOT NULL THEN 'REVERSED' ELSE s.status END`;

/** $1 tenant, $2 legal entity, $3 country, $4 origin, $5 source, $6 user. */
export const INSERT_NEW = `
  INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, journal_label, entry_number,
    accounting_date, period_month, status, currency, validated_on, reverses, reversed_by, line_count, debit, credit, digest, source,
    created_by, updated_by)
  SELECT $1, $2, $3, d.entry_id, $4, s.journal_code, s.journal_label, s.entry_number, s.accounting_date,
         date_trunc('month', s.accounting_date)::date, ${STATUS}, s.currency, s.validated_on, s.reverses,
         coalesce(s.reversed_by, r.reversed_by), d.line_count, d.debit, d.credit, d.digest, $5, $6, $6
    FROM gl_entry_decision d
    JOIN gl_entry_staging s ON s.staged_by = pg_current_xact_id() AND s.entry_no = d.entry_no
    LEFT JOIN gl_reversal r ON r.tenant_id = $1 AND r.legal_entity_id = $2 AND r.entry_id = d.entry_id
   WHERE d.staged_by = pg_current_xact_id() AND d.outcome = 'NEW'`;

/** $1 tenant, $2 legal entity. */
export const REMOVE_DRAFT_LINES = `
  DELETE FROM gl_entry_line l USING gl_entry_decision d
   WHERE d.staged_by = pg_current_xact_id() AND d.outcome = 'UPDATED'
     AND l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.entry_id = d.entry_id`;

/** $1 tenant, $2 legal entity, $3 origin, $4 source, $5 user. */
export const UPDATE_DRAFTS = `
  UPDATE gl_entry e
     SET origin = $3, journal_code = s.journal_code, journal_label = s.journal_label, entry_number = s.entry_number,
         accounting_date = s.accounting_date, period_month = date_trunc('month', s.accounting_date)::date, status = ${STATUS},
         currency = s.currency, validated_on = s.validated_on, reverses = s.reverses,
         reversed_by = coalesce(s.reversed_by, r.reversed_by), line_count = d.line_count, debit = d.debit, credit = d.credit,
         digest = d.digest, source = $4, updated_at = now(), updated_by = $5, version = e.version + 1
    FROM gl_entry_decision d
    JOIN gl_entry_staging s ON s.staged_by = pg_current_xact_id() AND s.entry_no = d.entry_no
    LEFT JOIN gl_reversal r ON r.tenant_id = $1 AND r.legal_entity_id = $2 AND r.entry_id = d.entry_id
   WHERE d.staged_by = pg_current_xact_id() AND d.outcome = 'UPDATED'
     AND e.tenant_id = $1 AND e.legal_entity_id = $2 AND e.id = d.entry_id`;

/** $1 tenant, $2 legal entity, $3 user. */
export const REVERSE_POSTED = `
  UPDATE gl_entry e
     SET status = 'REVERSED', reversed_by = coalesce(e.reversed_by, s.reversed_by), updated_at = now(), updated_by = $3,
         version = e.version + 1
    FROM gl_entry_decision d
    JOIN gl_entry_staging s ON s.staged_by = pg_current_xact_id() AND s.entry_no = d.entry_no
   WHERE d.staged_by = pg_current_xact_id() AND d.outcome = 'REVERSED'
     AND e.tenant_id = $1 AND e.legal_entity_id = $2 AND e.id = d.entry_id`;

/** $1 tenant, $2 legal entity. */
export const INSERT_LINES = `
  INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, account_label,
    auxiliary_account, auxiliary_label, document_ref, document_date, label, debit, credit, foreign_amount, foreign_currency,
    source_line)
  SELECT $1, $2, d.entry_id, l.line_no, date_trunc('month', s.accounting_date)::date, s.journal_code, s.status <> 'DRAFT', l.account,
         l.account_label, l.auxiliary_account, l.auxiliary_label, l.document_ref, l.document_date, l.label, l.debit, l.credit,
         l.foreign_amount, l.foreign_currency, l.source_line
    FROM gl_entry_decision d
    JOIN gl_entry_staging s ON s.staged_by = pg_current_xact_id() AND s.entry_no = d.entry_no
    JOIN gl_line_staging l ON l.staged_by = pg_current_xact_id() AND l.entry_no = d.entry_no
   WHERE d.staged_by = pg_current_xact_id() AND d.outcome IN ('NEW', 'UPDATED')`;

export const COUNTS = `
  SELECT outcome, count(*)::integer AS entries FROM gl_entry_decision WHERE staged_by = pg_current_xact_id() GROUP BY outcome`;

export const REVERSED = `
  SELECT entry_id FROM gl_entry_decision WHERE staged_by = pg_current_xact_id() AND outcome = 'REVERSED' ORDER BY entry_no`;

/** $1 tenant, $2 legal entity. An entry that came in posted is awaited no more. */
export const NO_LONGER_AWAITED = `
  DELETE FROM gl_awaited_entry a
   USING gl_entry_decision d
    JOIN gl_entry_staging s ON s.staged_by = pg_current_xact_id() AND s.entry_no = d.entry_no
   WHERE d.staged_by = pg_current_xact_id() AND d.outcome IN ('NEW', 'UPDATED', 'REVERSED', 'UNCHANGED') AND s.status <> 'DRAFT'
     AND a.tenant_id = $1 AND a.legal_entity_id = $2 AND a.entry_id = d.entry_id`;

/** Refusals in the order of intake. */
export const REFUSED = `
  SELECT entry_no, outcome AS code, entry_id FROM gl_entry_decision
   WHERE staged_by = pg_current_xact_id() AND outcome IN ('ID_DIFFERS', 'BACK_TO_DRAFT', 'CONTENT_DIFFERS')
   ORDER BY entry_no`;

export const CLEAR = [
  'DELETE FROM gl_line_staging WHERE staged_by = pg_current_xact_id()',
  'DELETE FROM gl_entry_staging WHERE staged_by = pg_current_xact_id()',
  'DELETE FROM gl_entry_decision WHERE staged_by = pg_current_xact_id()',
];
