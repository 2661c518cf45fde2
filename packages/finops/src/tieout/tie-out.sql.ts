/** Effective cost of a month's facts, by currency. */
export const FACTS_EFFECTIVE = `
  SELECT currency, coalesce(sum(cost_effective), 0)::text AS effective
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY currency ORDER BY currency`;
