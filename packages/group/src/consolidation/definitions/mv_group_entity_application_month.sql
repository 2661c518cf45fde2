SELECT tenant_id, period_month, entity_id, application_id, currency, consumption_type, is_tax,
       sum(fact_rows)::integer AS fact_rows,
       sum(valued_rows)::integer AS valued_rows,
       sum(effective_rows)::integer AS effective_rows,
       sum(billed_rows)::integer AS billed_rows,
       sum(standard_rows)::integer AS standard_rows,
       sum(cost) AS cost,
       sum(cost_effective) AS cost_effective,
       sum(cost_billed) AS cost_billed,
       sum(cost_standard) AS cost_standard
  FROM measured
 GROUP BY tenant_id, period_month, entity_id, application_id, currency, consumption_type, is_tax
