import type { Dimension, Measure } from './dimensions.ts';
import { VALUED_ROWS } from './dimensions.ts';

/** Digits after the point of `share` and `change`; they are for reading, money is never rounded. */
export const RATIO_DECIMALS = 8;

export interface Statement {
  readonly view: string;
  /** At least one. */
  readonly groupBy: readonly [Dimension, ...Dimension[]];
  readonly measure: Measure;
  /** Conditions besides the months, each with a leading AND. */
  readonly narrowing: string;
  readonly withQuantity: boolean;
  /** A text column that orders the rows, or the cost, the largest first. */
  readonly orderBy: 'cost' | Dimension;
  readonly limit: string;
  readonly offset: string;
}

/**
 * One statement gives the rows, their share of the total, their rank, their change on the period before, and the total itself
 * (`is_total`), so that all of it comes from one snapshot. Costs are converted here: sum of cost times the month's multiplier.
 * Parameters: $1 months, $2 months before, $3 to $5 rates as three lists.
 */
export function aggregateStatement(of: Statement): string {
  const keys = of.groupBy.map((name) => `current.${name}`);
  const same = of.groupBy.map((name) => `previous.${name} IS NOT DISTINCT FROM current.${name}`).join(' AND ');
  const order = of.orderBy === 'cost' ? ['current.cost DESC NULLS LAST', ...keys] : keys;
  return `
WITH rate AS (SELECT * FROM unnest($3::date[], $4::text[], $5::numeric[]) AS rate(period_month, currency, multiplier)),
current AS (${totals(of, '$1', 'v.period_month')}),
previous AS (${totals(of, '$2', "(v.period_month + interval '1 month')::date")}),
ranked AS (
  SELECT current.is_total, ${keys.join(', ')},
         trim_scale(current.cost)::text AS cost, current.complete,
         trim_scale(current.local_cost)::text AS local_cost, current.local_currency,
         ${of.withQuantity ? 'trim_scale(current.quantity)::text AS quantity,' : ''}
         current.fact_rows, current.valued_rows,
         trim_scale(previous.cost)::text AS previous_cost,
         CASE WHEN current.complete AND previous.complete
              THEN round((current.cost - previous.cost) / NULLIF(abs(previous.cost), 0), ${RATIO_DECIMALS})::text END AS change,
         CASE WHEN total.complete THEN round(current.cost / NULLIF(total.cost, 0), ${RATIO_DECIMALS})::text END AS share,
         rank() OVER (PARTITION BY current.is_total ORDER BY current.cost DESC NULLS LAST)::int AS rank,
         row_number() OVER (PARTITION BY current.is_total ORDER BY ${order.join(', ')}) AS place,
         (count(*) OVER () - 1)::int AS row_count
    FROM current
   CROSS JOIN (SELECT cost, complete FROM current WHERE is_total) AS total
    LEFT JOIN previous ON previous.is_total = current.is_total AND ${same}
)
SELECT * FROM ranked
 WHERE is_total OR (place > ${of.offset}::bigint AND place <= ${of.offset}::bigint + ${of.limit}::bigint)
 ORDER BY is_total DESC, place`;
}

function totals(of: Statement, months: string, month: string): string {
  const columns = of.groupBy.map((name) => (name === 'period_month' ? `${month} AS period_month` : `v.${name}`));
  const keys = of.groupBy.map((name) => (name === 'period_month' ? month : `v.${name}`));
  const single = 'count(DISTINCT v.currency) = 1';
  return `
  SELECT ${columns.map((column) => `${column}, `).join('')}
         grouping(${keys.join(', ')}) > 0 AS is_total,
         sum(v.${of.measure} * rate.multiplier) AS cost,
         COALESCE(bool_and(rate.multiplier IS NOT NULL), true) AS complete,
         CASE WHEN ${single} THEN sum(v.${of.measure}) END AS local_cost,
         CASE WHEN ${single} THEN min(v.currency) END AS local_currency,
         ${of.withQuantity ? 'sum(v.quantity) AS quantity,' : ''}
         COALESCE(sum(v.fact_rows), 0)::text AS fact_rows, COALESCE(sum(v.${VALUED_ROWS[of.measure]}), 0)::text AS valued_rows
    FROM ${of.view} AS v
    LEFT JOIN rate ON rate.period_month = v.period_month AND rate.currency = v.currency
   WHERE v.period_month = ANY(${months}::date[])${of.narrowing}
   GROUP BY GROUPING SETS ((${keys.join(', ')}), ())`;
}
