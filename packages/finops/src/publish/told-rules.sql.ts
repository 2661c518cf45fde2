/**
 * What each rule filled in a month: products that still have indirect facts in that environment, and what they were filled from. A
 * closed month keeps the lines of the run that was closed.
 */
export const FILLED_PRODUCTS = `
  SELECT l.rule_code AS code, l.rule_version AS version, r.label, l.base ->> 'method' AS base, l.base ->> 'measure' AS measure,
         coalesce(l.base ->> 'driver', l.base ->> 'coefficient') AS driver, l.base ->> 'month' AS driver_month, l.product_id,
         array_agg(DISTINCT l.target_environment ORDER BY l.target_environment) AS environments,
         jsonb_agg(DISTINCT jsonb_build_object('kind', l.source_kind, 'code', l.source)) AS sources
    FROM indirect_line l
    LEFT JOIN indirect_rule r ON r.tenant_id = $1 AND r.legal_entity_id = $2 AND r.code = l.rule_code
                             AND r.version = l.rule_version
   WHERE l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.period_month = $3
     AND (l.product_id, l.target_environment) IN (
         SELECT f.product_id, f.environment FROM standing_fact f
          WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3 AND f.consumption_type = 'INDIRECT')
   GROUP BY l.rule_code, l.rule_version, r.label, l.base, l.product_id
   ORDER BY l.rule_code COLLATE "C", l.product_id COLLATE "C"`;

/**
 * What all applications weigh together, by rule and each currency that it spread, 0 where nobody has a weight; by environment where
 * the rule follows those of its base.
 */
export const TOTAL_WEIGHTS = `
  SELECT rule_code AS code, currency, coalesce(w.environment, '') AS environment,
         trim_scale(coalesce(sum(w.weight), 0))::text AS total
    FROM (SELECT DISTINCT rule_code, currency FROM indirect_line
           WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3) AS spread
    LEFT JOIN (SELECT rule_code, currency, environment, weight FROM indirect_weight
                WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3) AS w USING (rule_code, currency)
   GROUP BY rule_code, currency, w.environment HAVING coalesce(sum(w.weight), 0) < 1e20
   ORDER BY rule_code COLLATE "C", currency, w.environment COLLATE "C"`;
