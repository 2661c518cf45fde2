import { COPY_COLUMNS } from './scan.ts';

/** One writer of consumption and facts a legal entity: imports, runs and publications take turns. */
export const LOCK_ENTITY = `SELECT pg_advisory_xact_lock(hashtextextended('finops:' || current_setting('app.current_legal_entity'), 0))`;

/** Earlier imports of the same bytes, newest first, with what still stands of them. */
export const IMPORTS_OF_BYTES = `
  SELECT f.answer, count(*) FILTER (WHERE s.superseded_by IS NOT NULL) AS superseded
    FROM import_file f JOIN import_scope s USING (tenant_id, legal_entity_id, import_file_id)
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.sha256 = $3
   GROUP BY f.import_file_id, f.answer, f.created_at
   ORDER BY f.created_at DESC, f.import_file_id DESC LIMIT 1`;

/** Which of the scopes of a file stand in another file. A scope is provider, billing account and month, in any currency. */
export const STANDING_SCOPES = `
  SELECT DISTINCT s.provider, s.billing_account, to_char(s.period_month, 'YYYY-MM') AS period_month,
         s.import_file_id, f.name AS file, f.sha256, s.late
    FROM unnest($3::text[], $4::text[], $5::date[]) AS wanted (provider, billing_account, period_month)
    JOIN import_scope s ON s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.superseded_by IS NULL
     AND s.provider = wanted.provider AND s.billing_account = wanted.billing_account
     AND s.period_month = wanted.period_month
    JOIN import_file f USING (tenant_id, legal_entity_id, import_file_id)
   ORDER BY 1, 2, 3`;

export const SUPERSEDE_SCOPES = `
  UPDATE import_scope s SET superseded_by = $6
    FROM unnest($3::text[], $4::text[], $5::date[]) AS wanted (provider, billing_account, period_month)
   WHERE s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.superseded_by IS NULL
     AND s.provider = wanted.provider AND s.billing_account = wanted.billing_account
     AND s.period_month = wanted.period_month
     -- In a closed month only what waits there is replaced; what the month was closed with stands.
     AND CASE WHEN s.period_month = ANY ($7::date[]) THEN s.late = 'WAITING' ELSE true END`;

export const REMOVE_CONSUMPTION = `
  DELETE FROM consumption c
   USING unnest($3::text[], $4::text[], $5::date[]) AS wanted (provider, billing_account, period_month)
   WHERE c.tenant_id = $1 AND c.legal_entity_id = $2 AND c.provider = wanted.provider
     AND c.billing_account = wanted.billing_account AND c.period_month = wanted.period_month
     AND c.period_month <> ALL ($6::date[])`;

export const REMOVE_LATE = `
  DELETE FROM consumption_late c
   USING import_scope s
   WHERE c.tenant_id = $1 AND c.legal_entity_id = $2 AND s.tenant_id = $1 AND s.legal_entity_id = $2
     AND s.superseded_by = $3 AND s.late = 'WAITING' AND c.import_file_id = s.import_file_id AND c.provider = s.provider
     AND c.billing_account = s.billing_account AND c.period_month = s.period_month`;

export const INSERT_FILE = `
  INSERT INTO import_file (tenant_id, legal_entity_id, import_file_id, country_code, sha256, name, kind, bytes, row_count,
                           answer, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

export const INSERT_SCOPES = `
  INSERT INTO import_scope (tenant_id, legal_entity_id, import_file_id, provider, billing_account, period_month, currency,
                            row_count, cost_effective, cost_billed, late)
  SELECT $1, $2, $3, s.*, CASE WHEN s.period_month = ANY ($11::date[]) THEN 'WAITING' END
    FROM unnest($4::text[], $5::text[], $6::date[], $7::text[], $8::bigint[], $9::numeric[], $10::numeric[])
      AS s (provider, billing_account, period_month, currency, row_count, cost_effective, cost_billed)`;

export const COPY_STAGING = `COPY consumption_staging (${COPY_COLUMNS.join(', ')}) FROM STDIN`;

const fromStaging = (table: string, months: string) => `
  INSERT INTO ${table} (tenant_id, legal_entity_id, import_file_id, ${COPY_COLUMNS.join(', ')})
  SELECT $1::uuid, $2::uuid, $3::uuid, ${COPY_COLUMNS.join(', ')}
    FROM consumption_staging WHERE loaded_by = pg_current_xact_id() AND period_month ${months} ($4::date[])`;

/** Rows of open months become consumption; those of closed months ($4) wait. */
export const INSERT_CONSUMPTION = fromStaging('consumption', '<> ALL');
export const INSERT_LATE = fromStaging('consumption_late', '= ANY');

export const CLEAR_STAGING = 'DELETE FROM consumption_staging WHERE loaded_by = pg_current_xact_id()';
