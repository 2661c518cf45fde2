/** Effective cost of a month's facts as they stand, frozen where the month is closed, by currency. */
export const FACTS_EFFECTIVE = `
  SELECT currency, coalesce(sum(cost_effective), 0)::text AS effective
    FROM standing_fact
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY currency ORDER BY currency`;

/** Corrections of closed months that the facts of this one carry, by currency. */
export const CARRIED_EFFECTIVE = `
  SELECT n.currency, coalesce(sum(n.cost_effective), 0)::text AS effective
    FROM adjustment_line n JOIN adjustment b USING (tenant_id, legal_entity_id, adjustment_id)
   WHERE n.tenant_id = $1 AND n.legal_entity_id = $2 AND b.period_month = $3 AND b.withdrawn_at IS NULL
   GROUP BY n.currency ORDER BY n.currency`;
