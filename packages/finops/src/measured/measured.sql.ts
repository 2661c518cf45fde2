/** Earlier imports of the same bytes under the same source, newest first, with what still stands of them. */
export const FILES_OF_BYTES = `
  SELECT f.answer, count(*) FILTER (WHERE s.superseded_by IS NOT NULL) AS superseded
    FROM measured_file f JOIN measured_scope s USING (tenant_id, legal_entity_id, measured_file_id)
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.sha256 = $3 AND f.source = $4
   GROUP BY f.measured_file_id, f.answer, f.created_at
   ORDER BY f.created_at DESC, f.measured_file_id DESC LIMIT 1`;

/** Which months of a source stand in another file. */
export const STANDING_MONTHS = `
  SELECT s.source, to_char(s.period_month, 'YYYY-MM') AS period_month, s.measured_file_id AS import_id, f.name AS file,
         f.sha256, s.late
    FROM measured_scope s JOIN measured_file f USING (tenant_id, legal_entity_id, measured_file_id)
   WHERE s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.source = $3 AND s.period_month = ANY ($4::date[])
     AND s.superseded_by IS NULL
   ORDER BY 2`;

export const INSERT_FILE = `
  INSERT INTO measured_file (tenant_id, legal_entity_id, measured_file_id, country_code, sha256, source, name, kind, bytes,
                             row_count, answer, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

export const SUPERSEDE_MONTHS = `
  UPDATE measured_scope SET superseded_by = $5
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND source = $3 AND period_month = ANY ($4::date[])
     AND superseded_by IS NULL
     -- In a closed month only what waits there is replaced; what the month was closed with stands.
     AND CASE WHEN period_month = ANY ($6::date[]) THEN late = 'WAITING' ELSE true END`;

export const REMOVE_MEASUREMENTS = `
  DELETE FROM measured_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND source = $3 AND period_month = ANY ($4::date[])
     AND period_month <> ALL ($5::date[])`;

export const REMOVE_LATE = `
  DELETE FROM measured_late m
   USING measured_scope s
   WHERE m.tenant_id = $1 AND m.legal_entity_id = $2 AND s.tenant_id = $1 AND s.legal_entity_id = $2
     AND s.superseded_by = $3 AND s.late = 'WAITING' AND m.measured_file_id = s.measured_file_id
     AND m.period_month = s.period_month`;

/** Months that are closed ($7) wait. */
export const INSERT_SCOPES = `
  INSERT INTO measured_scope (tenant_id, legal_entity_id, measured_file_id, source, period_month, row_count, late)
  SELECT $1, $2, $3, $4, s.*, CASE WHEN s.period_month = ANY ($7::date[]) THEN 'WAITING' END
    FROM unnest($5::date[], $6::bigint[]) AS s (period_month, row_count)`;

/** What was measured for open months counts; what was for closed ones waits. */
export const insertMeasurements = (table: 'measured_consumption' | 'measured_late') => `
  INSERT INTO ${table} (tenant_id, legal_entity_id, measured_file_id, source, period_month, charge_month,
                                    application_id, product_id, unit, environment, currency, quantity, row_number)
  SELECT $1, $2, $3, $4, * FROM unnest($5::date[], $6::date[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                                       $12::numeric[], $13::bigint[])`;

/** Reserved, and so no reference that anybody imports: measured consumption may name it before a run did. */
export const ADD_UNALLOCATED = `
  INSERT INTO dim_application (tenant_id, legal_entity_id, country_code, created_by, application_id, name_i18n_key, name_source)
  VALUES ($1, $2, $3, $4, 'UNALLOCATED', 'finops.application.UNALLOCATED.name', 'UNALLOCATED') ON CONFLICT DO NOTHING`;

/**
 * Adds the month's measurements to its facts, under the domain and family of each product. Where a bill made the same fact, its
 * quantity grows and its money stays. The facts that both made are counted, for a warning.
 */
export const WRITE_MEASURED = `
  WITH written AS (
    INSERT INTO fact_consumption AS f (tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id,
                                       family_id, product_id, unit, environment, consumption_type, currency, quantity)
    SELECT m.tenant_id, m.legal_entity_id, $4, m.period_month, m.application_id, p.domain_id, p.family_id, m.product_id,
           m.unit, m.environment, 'DIRECT', m.currency, sum(m.quantity)
      FROM measured_consumption m JOIN dim_product p USING (tenant_id, legal_entity_id, product_id)
     WHERE m.tenant_id = $1 AND m.legal_entity_id = $2 AND m.period_month = $3
     GROUP BY 1, 2, 4, 5, 6, 7, 8, 9, 10, 12
    ON CONFLICT (tenant_id, legal_entity_id, period_month, application_id, domain_id, family_id, product_id, unit,
                 environment, consumption_type, currency)
      DO UPDATE SET quantity = f.quantity + excluded.quantity
    RETURNING product_id, cost_billed IS NOT NULL AS billed
  )
  SELECT count(*)::integer AS facts, array_agg(DISTINCT product_id ORDER BY product_id) FILTER (WHERE billed) AS billed
    FROM written`;

export const MEASURED_ROWS = `
  SELECT count(*)::integer AS rows FROM measured_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3`;

/** What was measured in a month, to be compared with its facts: quantities are added within one product and unit only. */
export const MEASURED_TOTALS = `
  SELECT product_id, unit, count(*)::integer AS rows, trim_scale(sum(quantity))::text AS quantity
    FROM measured_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY product_id, unit ORDER BY product_id COLLATE "C", unit`;

export const FILES = `
  SELECT f.measured_file_id AS import_id, f.source, f.name AS file, f.sha256, f.kind, f.row_count::integer AS rows,
         f.answer -> 'totals' AS totals,
         to_char(f.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
         (SELECT jsonb_agg(jsonb_build_object('period_month', to_char(s.period_month, 'YYYY-MM'), 'rows', s.row_count,
                   'superseded_by', s.superseded_by) ORDER BY s.period_month)
            FROM measured_scope s WHERE s.tenant_id = f.tenant_id AND s.legal_entity_id = f.legal_entity_id
             AND s.measured_file_id = f.measured_file_id) AS scopes
    FROM measured_file f
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2
   ORDER BY f.created_at DESC, f.measured_file_id DESC LIMIT $3`;

/**
 * Corrections, as FOCUS means them (ChargeClass Correction) and as measurements carry them: issued in a billing period, concerning
 * a charge period. $4 says by which of the two the month is meant.
 */
export const CORRECTIONS = `
  SELECT * FROM (
    SELECT to_char(period_month, 'YYYY-MM') AS period_month, to_char(charge_month, 'YYYY-MM') AS charge_month, 'BILL' AS origin,
           provider AS source, currency, NULL AS product_id, NULL AS unit, sum(row_count)::float8 AS rows, NULL AS quantity,
           trim_scale(sum(cost_effective))::text AS cost_effective, trim_scale(sum(cost_billed))::text AS cost_billed
      FROM consumption
     WHERE tenant_id = $1 AND legal_entity_id = $2 AND lower(charge_class) = 'correction'
       AND CASE WHEN $4 THEN charge_month = $3::date ELSE period_month = $3::date END
     GROUP BY 1, 2, provider, currency
    UNION ALL
    SELECT to_char(period_month, 'YYYY-MM'), to_char(charge_month, 'YYYY-MM'), 'MEASURED', source, currency, product_id, unit,
           count(*)::float8, trim_scale(sum(quantity))::text, NULL, NULL
      FROM measured_consumption
     WHERE tenant_id = $1 AND legal_entity_id = $2 AND charge_month < period_month
       AND CASE WHEN $4 THEN charge_month = $3::date ELSE period_month = $3::date END
     GROUP BY 1, 2, source, currency, product_id, unit
  ) AS corrections
  ORDER BY period_month, charge_month NULLS FIRST, origin, source COLLATE "C", currency, product_id COLLATE "C", unit`;
