import type { Tx } from '@prorata/platform';
import { FACT_TOTALS } from '../facts/run.sql.ts';
import type { MoneyTotal, MonthKey } from '../facts/step.ts';

const BOOKED_TOTALS = `
  SELECT currency, sum(rows)::float8 AS rows, trim_scale(sum(cost_effective))::text AS cost_effective,
         trim_scale(sum(cost_billed))::text AS cost_billed
    FROM (SELECT currency, row_count AS rows, cost_effective, cost_billed
            FROM consumption WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
          UNION ALL
          SELECT n.currency, 0, coalesce(n.cost_effective, 0), coalesce(n.cost_billed, 0)
            FROM adjustment_line n JOIN adjustment b USING (tenant_id, legal_entity_id, adjustment_id)
           WHERE n.tenant_id = $1 AND n.legal_entity_id = $2 AND b.period_month = $3 AND b.withdrawn_at IS NULL) AS booked
   GROUP BY currency ORDER BY currency`;

const STANDING_TOTALS = FACT_TOTALS.replace('fact_consumption', 'standing_fact');

/** The money of a month's facts as they stand: frozen where the month is closed. */
export async function standingTotals(tx: Tx, key: MonthKey): Promise<MoneyTotal[]> {
  return await tx.query<MoneyTotal>(STANDING_TOTALS, key);
}

/** The money that a month's facts have to hold: its bills, and the corrections of earlier months that it carries. */
export async function bookedTotals(tx: Tx, key: MonthKey): Promise<MoneyTotal[]> {
  return await tx.query<MoneyTotal>(BOOKED_TOTALS, key);
}
