/** What a month's run spread. */
export const LINES = `
  SELECT source_kind, source AS pool, rule_code, rule_version, base, product_id, domain_id, is_tax AS tax,
         environment AS source_environment, target_environment AS environment, currency, warning,
         trim_scale(own_effective)::text AS own_effective, trim_scale(own_billed)::text AS own_billed,
         trim_scale(received_effective)::text AS received_effective, trim_scale(passed_effective)::text AS passed_effective,
         trim_scale(cost_effective)::text AS pool_effective, trim_scale(cost_billed)::text AS pool_billed,
         trim_scale(cost_standard)::text AS pool_standard, trim_scale(total_weight)::text AS total_weight, fallback
    FROM indirect_line
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   ORDER BY source_kind, source, domain_id, is_tax, target_environment, currency, environment`;

export const WEIGHTS = `
  SELECT rule_code, currency, environment, application_id AS application, trim_scale(value)::text AS value,
         trim_scale(weight)::text AS weight, clamped
    FROM indirect_weight
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   ORDER BY rule_code, currency, environment, application_id`;

export const FLOWS = `
  SELECT from_pool, to_pool, trim_scale(share)::text AS share, rule_code, domain_id, is_tax AS tax, environment, currency,
         trim_scale(cost_effective)::text AS cost_effective, trim_scale(cost_billed)::text AS cost_billed
    FROM indirect_flow
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   ORDER BY from_pool, to_pool, domain_id, is_tax, environment, currency`;

export const VALUED_SHARES = `
  SELECT product_id, environment, currency, trim_scale(cost_standard)::text AS cost_standard
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'INDIRECT'
     AND application_id = $4`;

/** Indirect cost by application: effective where there is money, otherwise at standard prices. */
export const BORNE = `
  SELECT application_id AS application, currency,
         trim_scale(sum(coalesce(cost_effective, cost_standard, 0)))::text AS cost
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'INDIRECT'
   GROUP BY 1, 2 ORDER BY 2, 1`;
