import { directValue, indirectValue } from './priced-parts.sql.ts';

const LINE = `l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.view_code = $4 AND l.view_version = $5
     AND l.product_id = f.product_id AND l.unit = f.unit AND l.currency = f.currency`;
const OF_MONTH = 'f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3';

/** Quantity times price. What has no price has no standard cost: it counts 0. */
const VALUE_DIRECT = `
  UPDATE fact_consumption f SET cost_standard = ${directValue('l.unit_price')}
    FROM pricing_line l
   WHERE ${OF_MONTH} AND f.consumption_type = 'DIRECT' AND ${LINE}
     AND f.cost_standard IS DISTINCT FROM ${directValue('l.unit_price')}`;

/** Shares of the price of an indirect product, which add up to it. */
const VALUE_INDIRECT = `
  UPDATE fact_consumption f SET cost_standard = part.value
    FROM (SELECT f.application_id, f.domain_id, f.product_id, f.unit, f.environment, f.currency,
                 ${indirectValue('l.unit_price')} AS value
            FROM fact_consumption f JOIN pricing_line l ON ${LINE}
           WHERE ${OF_MONTH} AND f.consumption_type = 'INDIRECT') AS part
   WHERE ${OF_MONTH} AND f.consumption_type = 'INDIRECT' AND f.application_id = part.application_id
     AND f.domain_id = part.domain_id AND f.product_id = part.product_id AND f.unit = part.unit
     AND f.environment = part.environment AND f.currency = part.currency AND f.cost_standard IS DISTINCT FROM part.value`;

export const VALUE_FACTS = { DIRECT: VALUE_DIRECT, INDIRECT: VALUE_INDIRECT } as const;

/** What an earlier view priced and this one does not; without a view, everything. */
export const UNVALUE_FACTS = `
  UPDATE fact_consumption f SET cost_standard = NULL
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3 AND f.cost_standard IS NOT NULL
     -- What a rule spread of chosen facts was valued where it was measured; the next run spreads it at the new prices.
     AND NOT (f.consumption_type = 'INDIRECT' AND f.product_id LIKE 'SPREAD:%')
     AND NOT EXISTS (SELECT 1 FROM pricing_line l
                      WHERE l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.view_code = $4::text
                        AND l.view_version = $5::integer AND l.product_id = f.product_id AND l.unit = f.unit
                        AND l.currency = f.currency)`;

/** A correction keeps the standard cost of the month that it corrects: only the month's own quantity takes the new price. */
export const KEEP_CORRECTIONS = `
  UPDATE fact_consumption f
     SET cost_standard = CASE WHEN l.unit_price IS NULL THEN a.cost_standard
                              ELSE round((f.quantity - a.quantity) * l.unit_price, 18) + coalesce(a.cost_standard, 0) END
    FROM (SELECT application_id, domain_id, family_id, product_id, unit, environment, currency,
                 sum(CASE adjusted_type WHEN 'DIRECT' THEN quantity ELSE 0 END) AS quantity, sum(cost_standard) AS cost_standard
            FROM adjustment_line n JOIN adjustment b USING (tenant_id, legal_entity_id, adjustment_id)
           WHERE n.tenant_id = $1 AND n.legal_entity_id = $2 AND b.period_month = $3 AND b.withdrawn_at IS NULL
           GROUP BY 1, 2, 3, 4, 5, 6, 7) AS a
    LEFT JOIN pricing_line l ON l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.view_code = $4::text
     AND l.view_version = $5::integer AND l.product_id = a.product_id AND l.unit = a.unit AND l.currency = a.currency
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3 AND f.consumption_type = 'DIRECT'
     AND f.application_id = a.application_id AND f.domain_id = a.domain_id AND f.unit = a.unit
     AND f.environment = a.environment AND f.currency = a.currency
     AND f.family_id IS NOT DISTINCT FROM a.family_id AND f.product_id IS NOT DISTINCT FROM a.product_id`;

export const COUNT_FACTS = `
  SELECT count(*)::integer AS facts, count(cost_standard)::integer AS valued
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = $4`;

/** Prices of shares, the whole amount that a month has to spread, of products that no fact of the month has. */
export const UNSPREAD_PRICES = `
  SELECT l.product_id AS product, trim_scale(l.unit_price)::text AS price, l.currency
    FROM pricing_line l
   WHERE l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.view_code = $4 AND l.view_version = $5
     AND l.unit = 'share' AND l.unit_price > 0
     AND NOT EXISTS (SELECT 1 FROM fact_consumption f
                      WHERE ${OF_MONTH} AND f.product_id = l.product_id AND f.unit = l.unit AND f.currency = l.currency)
   ORDER BY l.product_id COLLATE "C", l.currency`;

export const REMEMBER_VALUATION = `
  INSERT INTO month_valuation (tenant_id, legal_entity_id, period_month, view_code, view_version)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (tenant_id, legal_entity_id, period_month) DO UPDATE
     SET view_code = excluded.view_code, view_version = excluded.view_version, valued_at = now()`;

/** The view that the standing facts of a month were valued with: the frozen one where the month is closed. */
export const VALUATION_OF_MONTH = `
  SELECT CASE WHEN c.state <> 'OPEN' THEN c.view_code ELSE w.view_code END AS code,
         CASE WHEN c.state <> 'OPEN' THEN c.view_version ELSE w.view_version END AS version
    FROM month_valuation w
    LEFT JOIN period_closure c USING (tenant_id, legal_entity_id, period_month)
   WHERE w.tenant_id = $1 AND w.legal_entity_id = $2 AND w.period_month = $3`;

/** The month by product, and which of two views ($4@$5, $6@$7) prices it: many facts, few products, one pass. */
export const PRICED_PRODUCTS = `
  WITH sums AS MATERIALIZED (
    SELECT product_id, unit, currency, consumption_type, count(*) AS facts, sum(quantity) AS quantity,
           coalesce(sum(cost_effective), 0) AS cost_effective
      FROM standing_fact
     WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
     GROUP BY product_id, unit, currency, consumption_type
  )
  SELECT s.product_id AS product, s.unit, s.currency, s.consumption_type, s.facts::integer AS facts,
         trim_scale(s.quantity)::text AS quantity, trim_scale(s.cost_effective)::text AS cost_effective,
         a.product_id IS NOT NULL AS by_one, b.product_id IS NOT NULL AS by_other
    FROM sums s
    LEFT JOIN pricing_line a ON a.tenant_id = $1 AND a.legal_entity_id = $2 AND a.view_code = $4::text
     AND a.view_version = $5::integer AND a.product_id = s.product_id AND a.unit = s.unit AND a.currency = s.currency
    LEFT JOIN pricing_line b ON b.tenant_id = $1 AND b.legal_entity_id = $2 AND b.view_code = $6::text
     AND b.view_version = $7::integer AND b.product_id = s.product_id AND b.unit = s.unit AND b.currency = s.currency
   ORDER BY s.currency, s.cost_effective DESC, s.product_id COLLATE "C", s.unit COLLATE "C", s.consumption_type`;
