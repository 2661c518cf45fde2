const GRAIN = 'application_id, domain_id, family_id, product_id, unit, environment, consumption_type, currency';

/** The month's facts as they are without what waits, to be compared with. */
export const KEEP_BEFORE = `
  CREATE TEMP TABLE facts_before ON COMMIT DROP AS
  SELECT ${GRAIN}, quantity, cost_effective, cost_billed, cost_standard
    FROM fact_consumption WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3`;

/** What the facts would be with it, less what they are without it, at their grain. */
export const DIFFERENCES = `
  SELECT application_id, domain_id, family_id, product_id, unit, environment, consumption_type AS adjusted_type, currency,
         sum(quantity)::text AS quantity, sum(cost_effective)::text AS cost_effective, sum(cost_billed)::text AS cost_billed,
         sum(cost_standard)::text AS cost_standard
    FROM (SELECT ${GRAIN}, quantity, cost_effective, cost_billed, cost_standard
            FROM fact_consumption WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
          UNION ALL
          SELECT ${GRAIN}, -quantity, -cost_effective, -cost_billed, -cost_standard FROM facts_before) AS both_sides
   GROUP BY ${GRAIN}
  HAVING sum(quantity) <> 0 OR coalesce(sum(cost_effective), 0) <> 0 OR coalesce(sum(cost_billed), 0) <> 0
      OR coalesce(sum(cost_standard), 0) <> 0
   ORDER BY ${GRAIN}`;

/** References that the differences name, whole: those that only the late files brought are added again. */
export const REFERENCES = `
  SELECT 'dim_domain' AS kind, to_jsonb(d) AS row FROM dim_domain d
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND domain_id = ANY ($3::text[])
  UNION ALL
  SELECT 'dim_family', to_jsonb(f) FROM dim_family f
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND family_id = ANY ($4::text[])
  UNION ALL
  SELECT 'dim_product', to_jsonb(p) FROM dim_product p
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND product_id = ANY ($5::text[])
  UNION ALL
  SELECT 'dim_application', to_jsonb(a) FROM dim_application a
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND application_id = ANY ($6::text[])`;

export const REFERENCE_TABLES = ['dim_domain', 'dim_family', 'dim_product', 'dim_application'] as const;

export const addReferences = (table: (typeof REFERENCE_TABLES)[number]) => `
  INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) ON CONFLICT DO NOTHING`;

export const INSERT_ADJUSTMENT = `
  INSERT INTO adjustment (tenant_id, legal_entity_id, adjustment_id, country_code, period_month, adjusts_month, sources,
                          booked_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

export const INSERT_LINES = `
  INSERT INTO adjustment_line (tenant_id, legal_entity_id, adjustment_id, application_id, domain_id, family_id, product_id,
                               unit, environment, adjusted_type, currency, quantity, cost_effective, cost_billed, cost_standard)
  SELECT $1, $2, $3, application_id, domain_id, family_id, product_id, unit, environment, adjusted_type, currency, quantity,
         cost_effective, cost_billed, cost_standard
    FROM jsonb_to_recordset($4::jsonb) AS l (
      application_id text, domain_id text, family_id text, product_id text, unit text, environment text, adjusted_type text,
      currency text, quantity numeric, cost_effective numeric, cost_billed numeric, cost_standard numeric)`;

export const MARK_BOOKED = [
  `UPDATE import_scope SET late = 'BOOKED', adjustment_id = $4
    WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND late = 'WAITING' AND superseded_by IS NULL`,
].flatMap((statement) => [statement, statement.replace('import_scope', 'measured_scope')]);

export const MARK_WAITING = [
  `UPDATE import_scope SET late = 'WAITING', adjustment_id = NULL
    WHERE tenant_id = $1 AND legal_entity_id = $2 AND adjustment_id = ANY ($3::uuid[])`,
].flatMap((statement) => [statement, statement.replace('import_scope', 'measured_scope')]);

export const WITHDRAW = `
  UPDATE adjustment SET withdrawn_at = clock_timestamp(), withdrawn_by = $4
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND adjustment_id = ANY ($3::uuid[])`;

/** Corrections that are booked, by the month that they correct ($3) or the month that carries them ($4), or all. */
export const ADJUSTMENTS = `
  SELECT a.adjustment_id, to_char(a.period_month, 'YYYY-MM') AS period_month,
         to_char(a.adjusts_month, 'YYYY-MM') AS adjusts_month, a.sources,
         to_char(a.booked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS booked_at, a.booked_by,
         (SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t.currency), '[]')
            FROM (SELECT currency, count(*)::integer AS rows, trim_scale(coalesce(sum(cost_effective), 0))::text AS cost_effective,
                         trim_scale(coalesce(sum(cost_billed), 0))::text AS cost_billed,
                         trim_scale(sum(cost_standard))::text AS cost_standard
                    FROM adjustment_line n
                   WHERE n.tenant_id = a.tenant_id AND n.legal_entity_id = a.legal_entity_id
                     AND n.adjustment_id = a.adjustment_id
                   GROUP BY currency) AS t) AS totals
    FROM adjustment a
   WHERE a.tenant_id = $1 AND a.legal_entity_id = $2 AND a.withdrawn_at IS NULL
     AND ($3::date IS NULL OR a.adjusts_month = $3) AND ($4::date IS NULL OR a.period_month = $4)
   ORDER BY a.period_month, a.adjusts_month, a.adjustment_id`;

export const LINES = `
  SELECT to_char(b.adjusts_month, 'YYYY-MM') AS adjusts_month, n.adjusted_type, n.application_id, n.domain_id, n.family_id,
         n.product_id, n.unit, n.environment, n.currency, trim_scale(n.quantity)::text AS quantity,
         trim_scale(n.cost_effective)::text AS cost_effective, trim_scale(n.cost_billed)::text AS cost_billed,
         trim_scale(n.cost_standard)::text AS cost_standard
    FROM adjustment_line n JOIN adjustment b USING (tenant_id, legal_entity_id, adjustment_id)
   WHERE n.tenant_id = $1 AND n.legal_entity_id = $2 AND b.period_month = $3 AND b.withdrawn_at IS NULL
   ORDER BY b.adjusts_month, n.application_id COLLATE "C", n.domain_id COLLATE "C", n.product_id COLLATE "C", n.unit COLLATE "C",
            n.environment, n.adjusted_type, n.currency, b.adjustment_id`;

/** The first month after one that nobody closed. */
export const FIRST_OPEN_AFTER = `
  SELECT to_char(m, 'YYYY-MM') AS month
    FROM generate_series($3::date + interval '1 month', $3::date + interval '50 years', interval '1 month') AS m
   WHERE NOT EXISTS (SELECT 1 FROM period_closure c
                      WHERE c.tenant_id = $1 AND c.legal_entity_id = $2 AND c.period_month = m::date AND c.state <> 'OPEN')
   ORDER BY m LIMIT 1`;

const added = (cost: string) => `${cost} = CASE WHEN f.${cost} IS NULL AND excluded.${cost} IS NULL THEN NULL
    ELSE coalesce(f.${cost}, 0) + coalesce(excluded.${cost}, 0) END`;

/**
 * Adds the corrections that a month carries to its facts. An indirect difference is booked as a direct fact without quantity: in
 * the month that carries it, it is no share of anything, and shares keep adding up to 1.
 */
export const ADD_TO_FACTS = `
  INSERT INTO fact_consumption AS f (tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, family_id,
                                     product_id, unit, environment, consumption_type, currency, quantity, cost_effective,
                                     cost_billed, cost_standard)
  SELECT $1, $2, $4, $3, n.application_id, n.domain_id, n.family_id, n.product_id, n.unit, n.environment, 'DIRECT', n.currency,
         sum(CASE n.adjusted_type WHEN 'DIRECT' THEN n.quantity ELSE 0 END), sum(n.cost_effective), sum(n.cost_billed),
         sum(n.cost_standard)
    FROM adjustment_line n JOIN adjustment b USING (tenant_id, legal_entity_id, adjustment_id)
   WHERE n.tenant_id = $1 AND n.legal_entity_id = $2 AND b.period_month = $3 AND b.withdrawn_at IS NULL
   GROUP BY n.application_id, n.domain_id, n.family_id, n.product_id, n.unit, n.environment, n.currency
  ON CONFLICT (tenant_id, legal_entity_id, period_month, application_id, domain_id, family_id, product_id, unit,
               environment, consumption_type, currency)
  DO UPDATE SET quantity = f.quantity + excluded.quantity, ${added('cost_effective')}, ${added('cost_billed')},
                ${added('cost_standard')}`;
