/** What the mapping put into pools, by pool, domain, environment and currency. */
export const POOLS = `
  SELECT pool, domain_id AS domain, environment, currency, sum(row_count)::text AS rows,
         trim_scale(sum(cost_effective))::text AS cost_effective, trim_scale(sum(cost_billed))::text AS cost_billed
    FROM pool_cost
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY pool, domain_id, environment, currency ORDER BY 1, 2, 3, 4`;

export const DIRECT_COSTS = `
  SELECT application_id AS application, currency, trim_scale(sum(cost_effective))::text AS cost_effective
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'DIRECT'
     AND application_id <> 'UNALLOCATED'
   GROUP BY application_id, currency ORDER BY 2, 1`;

export const WRITE_INDIRECT = `
  INSERT INTO fact_consumption (tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, product_id,
                                unit, environment, consumption_type, currency, quantity, cost_effective, cost_billed)
  SELECT $1, $2, $4, $3, application_id, domain_id, product_id, 'share', environment, 'INDIRECT', currency, quantity,
         cost_effective, cost_billed
    FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::numeric[], $11::numeric[], $12::numeric[])
      AS part (application_id, domain_id, product_id, environment, currency, quantity, cost_effective, cost_billed)`;

export const WRITE_POOLS = `
  INSERT INTO indirect_pool (tenant_id, legal_entity_id, run_id, period_month, product_id, environment, currency, pool,
                             domain_id, row_count, cost_effective, cost_billed, total_weight, warning)
  SELECT $1, $2, $4, $3, * FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[],
                                       $11::numeric[], $12::numeric[], $13::numeric[], $14::text[])`;

export const WRITE_WEIGHTS = `
  INSERT INTO indirect_weight (tenant_id, legal_entity_id, run_id, period_month, currency, application_id, direct_cost, weight,
                               clamped)
  SELECT $1, $2, $4, $3, * FROM unnest($5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::boolean[])`;
