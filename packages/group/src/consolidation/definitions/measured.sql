-- Facts in the form that the views add up: one row each, a missing cost adds 0 and is counted.
-- Cost is effective where the source carries money and standard where it does not (ARCHITECTURE, "Words").
SELECT tenant_id, period_month, entity_id, domain_id, application_id, family_id, product_id, unit, environment, currency,
       consumption_type, product_id IS NOT DISTINCT FROM 'TAX' AS is_tax, quantity,
       1::integer AS fact_rows,
       CASE WHEN cost_effective IS NULL AND cost_standard IS NULL THEN 0 ELSE 1 END::integer AS valued_rows,
       CASE WHEN cost_effective IS NULL THEN 0 ELSE 1 END::integer AS effective_rows,
       CASE WHEN cost_billed IS NULL THEN 0 ELSE 1 END::integer AS billed_rows,
       CASE WHEN cost_standard IS NULL THEN 0 ELSE 1 END::integer AS standard_rows,
       COALESCE(cost_effective, cost_standard, 0) AS cost,
       COALESCE(cost_effective, 0) AS cost_effective,
       COALESCE(cost_billed, 0) AS cost_billed,
       COALESCE(cost_standard, 0) AS cost_standard
  FROM fact_consumption_group
