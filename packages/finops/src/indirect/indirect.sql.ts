/** What the mapping put into pools, taxes apart. */
export const POOLS = `
  SELECT pool AS source, domain_id AS domain, is_tax AS tax, environment, currency, row_count::float8 AS rows,
         cost_effective AS effective, cost_billed AS billed, NULL AS standard
    FROM pool_cost
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   ORDER BY pool, domain_id, is_tax, environment, currency`;

/** Filters of facts: applications, domains, products, environments; null is no filter. */
const CHOSEN = `($5::text[] IS NULL OR application_id = ANY ($5)) AND ($6::text[] IS NULL OR domain_id = ANY ($6))
     AND ($7::text[] IS NULL OR product_id = ANY ($7)) AND ($8::text[] IS NULL OR environment = ANY ($8))`;

/** Takes the direct facts that a rule chooses out of the facts, and keeps them as what is to be spread. */
export const TAKE_FACTS = `
  WITH taken AS (
    DELETE FROM fact_consumption
     WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'DIRECT' AND ${CHOSEN}
     RETURNING *
  ), kept AS (
    INSERT INTO indirect_source (tenant_id, legal_entity_id, run_id, period_month, rule_code, application_id, domain_id,
                                 family_id, product_id, unit, environment, currency, quantity, cost_effective, cost_billed,
                                 cost_standard)
    SELECT tenant_id, legal_entity_id, run_id, period_month, $4, application_id, domain_id, family_id, product_id, unit,
           environment, currency, quantity, cost_effective, cost_billed, cost_standard
      FROM taken
  )
  SELECT domain_id AS domain, product_id IS NOT DISTINCT FROM 'TAX' AS tax, environment, currency,
         count(*)::float8 AS rows, sum(cost_effective) AS effective, sum(cost_billed) AS billed,
         sum(cost_standard) AS standard
    FROM taken GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;

/** What a measure of a base is, of a fact. Cost is what reports call so: effective where there is money, otherwise standard. */
export const MEASURES = {
  effective: 'coalesce(cost_effective, 0)',
  billed: 'coalesce(cost_billed, 0)',
  standard: 'coalesce(cost_standard, 0)',
  cost: 'coalesce(cost_effective, cost_standard, 0)',
} as const;

/** Direct cost by application and currency, and by environment where that is asked for ($4). UNALLOCATED is no base. */
export const directCosts = (measure: keyof typeof MEASURES) => `
  SELECT application_id AS application, CASE WHEN $4::boolean THEN environment END AS environment, currency,
         trim_scale(sum(${MEASURES[measure]}))::text AS value
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'DIRECT'
     AND application_id <> 'UNALLOCATED' AND ${CHOSEN}
     AND (NOT $9::boolean OR product_id IS DISTINCT FROM 'TAX')
   GROUP BY 1, 2, 3 ORDER BY 3, 1, 2`;

export const DRIVER_VALUES = `
  SELECT application_id AS application, trim_scale(value)::text AS value
    FROM driver_value
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND driver = $4
   ORDER BY application_id`;

export const KNOWN_APPLICATIONS = `
  SELECT application_id FROM dim_application WHERE tenant_id = $1 AND legal_entity_id = $2 AND application_id = ANY ($3)`;

/** Applications that direct facts of the month name. */
export const APPLICATIONS_OF_MONTH = `
  SELECT DISTINCT application_id AS application FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'DIRECT'
     AND application_id <> 'UNALLOCATED'
   ORDER BY 1`;

export const INDIRECT_PRODUCTS = `
  SELECT product_id AS product, unit, domain_id AS domain FROM dim_product
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND product_id = ANY ($3)`;

/** Published rules that are valid in the month ($3), the newest version of each. */
export const RULES_IN_FORCE = `
  SELECT DISTINCT ON (code) version, document AS rule
    FROM indirect_rule
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND status = 'PUBLISHED'
     AND (valid_from IS NULL OR valid_from <= $3) AND (valid_to IS NULL OR valid_to >= $3)
   ORDER BY code, version DESC`;

export const WRITE_INDIRECT = `
  INSERT INTO fact_consumption (tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, product_id,
                                unit, environment, consumption_type, currency, quantity, cost_effective, cost_billed,
                                cost_standard)
  SELECT $1, $2, $4, $3, application_id, domain_id, product_id, unit, environment, 'INDIRECT', currency, quantity,
         cost_effective, cost_billed, cost_standard
    FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::numeric[], $12::numeric[],
                $13::numeric[], $14::numeric[])
      AS part (application_id, domain_id, product_id, unit, environment, currency, quantity, cost_effective, cost_billed,
               cost_standard)`;

export const WRITE_LINES = `
  INSERT INTO indirect_line (tenant_id, legal_entity_id, run_id, period_month, source_kind, source, domain_id, is_tax,
                             environment, currency, target_environment, rule_code, rule_version, base, product_id, row_count,
                             own_effective, own_billed, received_effective, received_billed, passed_effective, passed_billed,
                             cost_effective, cost_billed, cost_standard, total_weight, fallback, warning)
  SELECT $1, $2, $4, $3, source_kind, source, domain_id, is_tax, environment, currency, target_environment, rule_code,
         rule_version, base, product_id, row_count, own_effective, own_billed, received_effective, received_billed,
         passed_effective, passed_billed, cost_effective, cost_billed, cost_standard, total_weight, fallback, warning
    FROM jsonb_to_recordset($5::jsonb)
      AS line (source_kind text, source text, domain_id text, is_tax boolean, environment text, currency text,
               target_environment text, rule_code text, rule_version integer, base jsonb, product_id text, row_count bigint,
               own_effective numeric, own_billed numeric, received_effective numeric, received_billed numeric,
               passed_effective numeric, passed_billed numeric, cost_effective numeric, cost_billed numeric,
               cost_standard numeric, total_weight numeric, fallback text, warning text)`;

export const WRITE_FLOWS = `
  INSERT INTO indirect_flow (tenant_id, legal_entity_id, run_id, period_month, from_pool, to_pool, domain_id, is_tax,
                             environment, currency, share, rule_code, rule_version, cost_effective, cost_billed)
  SELECT $1, $2, $4, $3, from_pool, to_pool, domain_id, is_tax, environment, currency, share, rule_code, rule_version,
         cost_effective, cost_billed
    FROM jsonb_to_recordset($5::jsonb)
      AS flow (from_pool text, to_pool text, domain_id text, is_tax boolean, environment text, currency text, share numeric,
               rule_code text, rule_version integer, cost_effective numeric, cost_billed numeric)`;

export const WRITE_WEIGHTS = `
  INSERT INTO indirect_weight (tenant_id, legal_entity_id, run_id, period_month, rule_code, currency, environment,
                               application_id, value, weight, clamped)
  SELECT $1, $2, $4, $3, * FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::numeric[], $10::numeric[],
                                       $11::boolean[])`;

/** Products that carry what is spread. One that a person named keeps its name. */
export const ADD_SPREAD_PRODUCTS = `
  INSERT INTO dim_product (tenant_id, legal_entity_id, country_code, created_by, product_id, name_i18n_key, name_source,
                           unit, domain_id)
  SELECT $1, $2, $3, $4, code, 'finops.product.' || code || '.name', label, unit, domain_id
    FROM unnest($5::text[], $6::text[], $7::text[], $8::text[]) AS d (code, label, unit, domain_id)
  ON CONFLICT DO NOTHING`;

/** Money that a month's indirect facts hold, and money that was to be spread, by currency: they are equal. */
export const SPREAD_TOTALS = `
  WITH spread AS (
    SELECT currency, sum(cost_effective) AS effective, sum(cost_billed) AS billed
      FROM (SELECT currency, cost_effective, cost_billed FROM pool_cost
             WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
            UNION ALL
            SELECT currency, cost_effective, cost_billed FROM indirect_source
             WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3) AS sources
     GROUP BY currency
  ), held AS (
    SELECT currency, sum(cost_effective) AS effective, sum(cost_billed) AS billed
      FROM fact_consumption
     WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'INDIRECT'
     GROUP BY currency
  )
  SELECT currency, trim_scale(coalesce(s.effective, 0))::text AS pools_effective,
         trim_scale(coalesce(s.billed, 0))::text AS pools_billed,
         trim_scale(coalesce(h.effective, 0))::text AS facts_effective,
         trim_scale(coalesce(h.billed, 0))::text AS facts_billed
    FROM spread s FULL JOIN held h USING (currency) ORDER BY currency`;

/** Indirect products whose shares of a month do not add up to 1. */
export const SHARES_ASTRAY = `
  SELECT product_id AS product, environment, currency, trim_scale(sum(quantity))::text AS total
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'INDIRECT'
   GROUP BY 1, 2, 3 HAVING sum(quantity) <> 1 ORDER BY 1, 2, 3`;
