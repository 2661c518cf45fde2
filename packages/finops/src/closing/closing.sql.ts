/** Months that are not open, or were closed once. */
export const CLOSURE = `
  SELECT state, run_id, view_code, view_version, facts_sha256, version::text AS version
    FROM period_closure WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3`;

export const CLOSE = `
  INSERT INTO period_closure AS c (tenant_id, legal_entity_id, period_month, country_code, state, run_id, view_code,
                                   view_version, facts_sha256, closed_at, closed_by, version)
  VALUES ($1, $2, $3, $4, 'CLOSED', $5, $6, $7, $8, clock_timestamp(), $9, 1)
  ON CONFLICT (tenant_id, legal_entity_id, period_month) DO UPDATE
     SET state = 'CLOSED', run_id = excluded.run_id, view_code = excluded.view_code, view_version = excluded.view_version,
         facts_sha256 = excluded.facts_sha256, closed_at = excluded.closed_at, closed_by = excluded.closed_by,
         version = c.version + 1
  RETURNING version::text AS version`;

export const LOCK = `
  UPDATE period_closure SET state = 'LOCKED', version = version + 1
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 RETURNING version::text AS version`;

export const REOPEN = `
  UPDATE period_closure
     SET state = 'OPEN', run_id = NULL, view_code = NULL, view_version = NULL, facts_sha256 = NULL, closed_at = NULL,
         closed_by = NULL, version = version + 1
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 RETURNING version::text AS version`;

export const RECORD_CHANGE = `
  INSERT INTO period_change (tenant_id, legal_entity_id, period_month, version, country_code, from_state, to_state, reason,
                             details, changed_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

/** The costs of a month as they are frozen: the facts as the run left them, and the view that valued them. */
export const FREEZE_FACTS = `
  INSERT INTO fact_cost (tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, family_id, product_id,
                         unit, environment, consumption_type, currency, quantity, cost_effective, cost_billed, cost_standard,
                         view_code, view_version)
  SELECT tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, family_id, product_id, unit,
         environment, consumption_type, currency, quantity, cost_effective, cost_billed, cost_standard, $4::text, $5::integer
    FROM fact_consumption WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3`;

const labelsOf = (kind: 'application' | 'domain' | 'family' | 'product') => `
  SELECT tenant_id, legal_entity_id, $3::date, '${kind.toUpperCase()}', ${kind}_id, coalesce(name_source, ${kind}_id), group_code
    FROM dim_${kind}
   WHERE tenant_id = $1 AND legal_entity_id = $2
     AND ${kind}_id IN (SELECT ${kind}_id FROM fact_consumption
                         WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3)`;

export const FREEZE_LABELS = `
  INSERT INTO closed_label (tenant_id, legal_entity_id, period_month, kind, code, label, group_code)
  ${(['application', 'domain', 'family', 'product'] as const).map(labelsOf).join(' UNION ALL ')}`;

export const RELEASE = [
  'DELETE FROM fact_cost WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3',
  'DELETE FROM closed_label WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3',
];

/** Takes what waits, or what is booked as well, into the month as if it had come in time. */
export const TAKE_LATE = 'SELECT take_late_scopes($1, $2::text[])::integer AS scopes';

/** Scopes that came for a closed month, by file. */
export const LATE_SCOPES = `
  SELECT to_char(s.period_month, 'YYYY-MM') AS month, s.late AS state, f.name AS file, s.import_file_id AS import_id,
         s.provider AS source, s.billing_account, s.currency, s.row_count::integer AS rows,
         trim_scale(s.cost_effective)::text AS cost_effective, trim_scale(s.cost_billed)::text AS cost_billed,
         to_char(f.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at
    FROM import_scope s JOIN import_file f USING (tenant_id, legal_entity_id, import_file_id)
   WHERE s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.late = ANY ($4::text[]) AND s.superseded_by IS NULL
     AND ($3::date IS NULL OR s.period_month = $3)
  UNION ALL
  SELECT to_char(s.period_month, 'YYYY-MM'), s.late, f.name, s.measured_file_id, s.source, NULL, NULL, s.row_count::integer,
         NULL, NULL, to_char(f.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    FROM measured_scope s JOIN measured_file f USING (tenant_id, legal_entity_id, measured_file_id)
   WHERE s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.late = ANY ($4::text[]) AND s.superseded_by IS NULL
     AND ($3::date IS NULL OR s.period_month = $3)
   ORDER BY month, received_at, file, source, billing_account, currency`;

/** Every month that says something, with its state and what its last run came to. */
export const PERIODS = `
  WITH months AS (
    SELECT period_month FROM import_scope WHERE tenant_id = $1 AND legal_entity_id = $2
    UNION SELECT period_month FROM measured_scope WHERE tenant_id = $1 AND legal_entity_id = $2
    UNION SELECT period_month FROM batch_run WHERE tenant_id = $1 AND legal_entity_id = $2 AND status = 'COMPLETED'
    UNION SELECT period_month FROM period_closure WHERE tenant_id = $1 AND legal_entity_id = $2
    UNION SELECT period_month FROM adjustment WHERE tenant_id = $1 AND legal_entity_id = $2
  )
  SELECT to_char(m.period_month, 'YYYY-MM') AS month, coalesce(c.state, 'OPEN') AS state,
         to_char(c.closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS closed_at, c.closed_by,
         CASE WHEN coalesce(c.state, 'OPEN') <> 'OPEN' THEN c.view_code ELSE w.view_code END AS view_code,
         CASE WHEN coalesce(c.state, 'OPEN') <> 'OPEN' THEN c.view_version ELSE w.view_version END AS view_version,
         r.run_id, (r.summary ->> 'facts')::integer AS facts, r.summary -> 'totals' AS totals, c.facts_sha256
    FROM months m
    LEFT JOIN period_closure c ON c.tenant_id = $1 AND c.legal_entity_id = $2 AND c.period_month = m.period_month
    LEFT JOIN month_valuation w ON w.tenant_id = $1 AND w.legal_entity_id = $2 AND w.period_month = m.period_month
    LEFT JOIN LATERAL (
      SELECT b.run_id, b.summary FROM batch_run b
       WHERE b.tenant_id = $1 AND b.legal_entity_id = $2 AND b.period_month = m.period_month AND b.status = 'COMPLETED'
       ORDER BY b.ended_at DESC LIMIT 1) AS r ON true
   ORDER BY m.period_month`;

export const CHANGES = `
  SELECT to_char(period_month, 'YYYY-MM') AS month, version::integer AS version, from_state, to_state, reason, details,
         to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS changed_at, changed_by
    FROM period_change WHERE tenant_id = $1 AND legal_entity_id = $2 AND ($3::date IS NULL OR period_month = $3)
   ORDER BY period_month, version`;
