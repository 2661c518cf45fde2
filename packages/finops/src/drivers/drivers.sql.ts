/** Earlier imports of the same bytes, newest first, with how much of them no longer stands. */
export const IMPORTS_OF_BYTES = `
  SELECT f.answer, count(*) FILTER (WHERE s.superseded_by IS NOT NULL) AS superseded
    FROM driver_import f JOIN driver_scope s USING (tenant_id, legal_entity_id, driver_import_id)
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.sha256 = $3
   GROUP BY f.driver_import_id, f.answer, f.created_at
   ORDER BY f.created_at DESC, f.driver_import_id DESC LIMIT 1`;

/** Months of drivers ($3, $4) that stand in other files. */
export const STANDING_SCOPES = `
  SELECT s.driver, to_char(s.period_month, 'YYYY-MM') AS period_month, s.driver_import_id AS import_id, f.name AS file
    FROM unnest($3::text[], $4::date[]) AS wanted (driver, period_month)
    JOIN driver_scope s ON s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.superseded_by IS NULL
     AND s.driver = wanted.driver AND s.period_month = wanted.period_month
    JOIN driver_import f USING (tenant_id, legal_entity_id, driver_import_id)
   ORDER BY 1, 2`;

export const SUPERSEDE_SCOPES = `
  UPDATE driver_scope s SET superseded_by = $5
    FROM unnest($3::text[], $4::date[]) AS wanted (driver, period_month)
   WHERE s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.superseded_by IS NULL
     AND s.driver = wanted.driver AND s.period_month = wanted.period_month`;

export const REMOVE_VALUES = `
  DELETE FROM driver_value v
   USING unnest($3::text[], $4::date[]) AS wanted (driver, period_month)
   WHERE v.tenant_id = $1 AND v.legal_entity_id = $2 AND v.driver = wanted.driver AND v.period_month = wanted.period_month`;

export const INSERT_FILE = `
  INSERT INTO driver_import (tenant_id, legal_entity_id, driver_import_id, country_code, sha256, name, kind, bytes, row_count,
                             answer, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

export const INSERT_SCOPES = `
  INSERT INTO driver_scope (tenant_id, legal_entity_id, driver_import_id, driver, period_month, row_count, total)
  SELECT $1, $2, $3, * FROM unnest($4::text[], $5::date[], $6::bigint[], $7::numeric[])`;

export const INSERT_VALUES = `
  INSERT INTO driver_value (tenant_id, legal_entity_id, driver_import_id, driver, period_month, application_id, value)
  SELECT $1, $2, $3, * FROM unnest($4::text[], $5::date[], $6::text[], $7::numeric[])`;

/** What stands: each driver and month with its control total and its file. */
export const DRIVERS = `
  SELECT s.driver, to_char(s.period_month, 'YYYY-MM') AS period_month, s.row_count::integer AS rows,
         trim_scale(s.total)::text AS total, f.name AS file,
         to_char(f.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at
    FROM driver_scope s JOIN driver_import f USING (tenant_id, legal_entity_id, driver_import_id)
   WHERE s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.superseded_by IS NULL
     AND ($3::text IS NULL OR s.driver = $3) AND ($4::date IS NULL OR s.period_month = $4)
   ORDER BY 1, 2`;
