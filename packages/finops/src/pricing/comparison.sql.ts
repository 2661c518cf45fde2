import { directValue, indirectValue } from './priced-parts.sql.ts';

/** What rows of a comparison stand for. */
export type Breakdown = 'domain' | 'family' | 'product' | 'application';

export const BREAKDOWNS: readonly Breakdown[] = ['domain', 'family', 'product', 'application'];

/** A fact counts once in each breakdown; one without family or product counts under null. */
const CODE: Readonly<Record<Breakdown, string>> = {
  domain: 'domain_id',
  family: 'family_id',
  product: 'product_id',
  application: 'application_id',
};

const line = (alias: string, code: string, version: string) => `
    LEFT JOIN pricing_line ${alias} ON ${alias}.tenant_id = $1 AND ${alias}.legal_entity_id = $2 AND ${alias}.view_code = ${code}
     AND ${alias}.view_version = ${version} AND ${alias}.product_id = f.product_id AND ${alias}.unit = f.unit
     AND ${alias}.currency = f.currency`;

const text = (sum: string, name: string) => `trim_scale(coalesce(${sum}, 0))::text AS ${name}`;

const EFFECT = `${text('sum(before_value)', 'before')}, ${text('sum(after_value)', 'after')},
         ${text('coalesce(sum(after_value), 0) - coalesce(sum(before_value), 0)', 'effect')},
         round((coalesce(sum(after_value), 0) - coalesce(sum(before_value), 0)) * 100 / nullif(sum(before_value), 0), 6)::text
           AS percent`;

/**
 * A month under two views ($4@$5 and $6@$7). Each fact is valued as it would be booked, at 18 decimals, so that every breakdown adds
 * up to the same total, exactly.
 */
export function compareViews(by: Breakdown): string {
  return compared(by, (value) => value('a.unit_price'), line('a', '$4', '$5'), '$6', '$7');
}

/** A month as it stands, and under another view ($4@$5). */
export function whatIf(by: Breakdown): string {
  return compared(by, () => 'f.cost_standard', '', '$4', '$5');
}

type Value = typeof directValue;

function compared(
  by: Breakdown,
  before: (value: Value) => string,
  join: string,
  code: string,
  version: string,
): string {
  const valued = (type: 'DIRECT' | 'INDIRECT', value: Value) => `
    SELECT f.${CODE[by]} AS code, f.currency, ${before(value)} AS before_value, ${value('b.unit_price')} AS after_value
      FROM standing_fact f ${join} ${line('b', code, version)}
     WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3 AND f.consumption_type = '${type}'`;
  return `
  WITH valued AS (${valued('DIRECT', directValue)}
    UNION ALL ${valued('INDIRECT', indirectValue)}
  ), grouped AS MATERIALIZED (
    SELECT code, currency, count(*) AS facts, sum(before_value) AS before_value, sum(after_value) AS after_value
      FROM valued GROUP BY code, currency
  )
  SELECT CASE WHEN grouping(code) = 1 THEN 'TOTAL' ELSE 'ROW' END AS level, code, currency, sum(facts)::integer AS facts,
         ${EFFECT}
    FROM grouped
   GROUP BY GROUPING SETS ((code, currency), (currency))
   ORDER BY currency, grouping(code), code COLLATE "C" NULLS LAST`;
}

/** How the money of a month is measured when two months are compared. */
export type Measure = 'standard' | 'effective';

/** No family and no product are a value: an empty text, so that cells can be joined by plain equality. */
const key = (name: string) => (name === 'family_id' || name === 'product_id' ? `coalesce(f.${name}, '')` : `f.${name}`);

const cells = (month: string, view: string, keys: readonly string[], measure: Measure) => `
    SELECT ${keys.map((name) => `${key(name)} AS ${name}`).join(', ')}, sum(f.quantity) AS quantity,
           coalesce(sum(f.cost_${measure}), 0) AS value, ${measure === 'standard' ? 'max(l.unit_price)' : 'NULL::numeric'} AS price
      FROM standing_fact f ${line('l', ...viewOf(view))}
     WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = ${month}
     GROUP BY ${keys.map(key).join(', ')}`;

function viewOf(parameters: string): [code: string, version: string] {
  const [code = '', version = ''] = parameters.split(',');
  return [code, version];
}

/**
 * Two months ($3 valued with $5@$6, $4 valued with $7@$8). A cell is a product with its unit and currency, and its application where
 * rows are applications. `carried` is what the later quantity costs at the earlier price; then
 *   price effect = later value − carried, volume effect = carried − earlier value.
 * What stands in one month only, or has no price (or no quantity) in one of them, is not split: it has a column of its own.
 */
export function compareMonths(by: Breakdown, measure: Measure): string {
  const keys = [
    'domain_id',
    'family_id',
    'product_id',
    'unit',
    'currency',
    ...(by === 'application' ? ['application_id'] : []),
  ];
  const both = keys.map((name) => `coalesce(n.${name}, o.${name}) AS ${name}`).join(', ');
  const equal = keys.map((name) => `n.${name} = o.${name}`).join(' AND ');
  const split =
    measure === 'standard' ? 'o.price IS NOT NULL AND n.price IS NOT NULL' : 'o.quantity <> 0 AND n.quantity <> 0';
  const carried =
    measure === 'standard'
      ? 'round(n.quantity * o.price, 18)'
      : 'round(o.value * n.quantity / nullif(o.quantity, 0), 18)';
  return `
  WITH earlier AS (${cells('$3', '$5::text,$6::integer', keys, measure)}
  ), later AS (${cells('$4', '$7::text,$8::integer', keys, measure)}
  ), paired AS (
    SELECT ${both}, coalesce(o.value, 0) AS before_value, coalesce(n.value, 0) AS after_value,
           CASE WHEN o.unit IS NULL THEN 'NEW' WHEN n.unit IS NULL THEN 'ENDED' WHEN ${split} THEN 'KEPT' ELSE 'OTHER' END AS kind,
           ${carried} AS carried
      FROM later n FULL JOIN earlier o ON ${equal}
  ), effects AS (
    SELECT nullif(${CODE[by]}, '') AS code, currency, before_value, after_value,
           CASE kind WHEN 'KEPT' THEN after_value - carried ELSE 0 END AS price_effect,
           CASE kind WHEN 'KEPT' THEN carried - before_value ELSE 0 END AS volume_effect,
           CASE kind WHEN 'NEW' THEN after_value ELSE 0 END AS new_effect,
           CASE kind WHEN 'ENDED' THEN -before_value ELSE 0 END AS ended_effect,
           CASE kind WHEN 'OTHER' THEN after_value - before_value ELSE 0 END AS other_effect
      FROM paired
  )
  SELECT CASE WHEN grouping(code) = 1 THEN 'TOTAL' ELSE 'ROW' END AS level, code, currency, ${EFFECT},
         ${text('sum(price_effect)', 'price_effect')}, ${text('sum(volume_effect)', 'volume_effect')},
         ${text('sum(new_effect)', 'new_effect')}, ${text('sum(ended_effect)', 'ended_effect')},
         ${text('sum(other_effect)', 'other_effect')}
    FROM effects
   GROUP BY GROUPING SETS ((code, currency), (currency))
   ORDER BY currency, grouping(code), code COLLATE "C" NULLS LAST`;
}

const worth = (type: 'DIRECT' | 'INDIRECT', value: Value) => `
    SELECT f.product_id, f.unit, f.currency, ${value('p.unit_price')} AS value
      FROM standing_fact f
      JOIN products p ON p.product_id = f.product_id AND p.unit = f.unit AND p.currency = f.currency AND p.unit_price IS NOT NULL
     WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3 AND f.consumption_type = '${type}'`;

/**
 * What each product of a month really cost: effective cost over quantity. The value of a product is what its facts would be booked
 * at; what the price does not carry is its residual, so that values and residuals add up to the effective cost, exactly.
 */
export const ACTUAL_PRICES = `
  WITH products AS (
    SELECT f.product_id, f.unit, f.currency, sum(f.quantity) AS quantity, coalesce(sum(f.cost_effective), 0) AS cost_effective,
           CASE WHEN f.product_id IS NULL OR f.unit = 'none' OR sum(f.quantity) = 0 THEN NULL
                WHEN sum(f.cost_effective) / nullif(sum(f.quantity), 0) < 0 THEN NULL
                ELSE round(sum(f.cost_effective) / nullif(sum(f.quantity), 0), 18) END AS unit_price
      FROM standing_fact f
     WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3
     GROUP BY f.product_id, f.unit, f.currency
  ), valued AS (
    SELECT product_id, unit, currency, sum(value) AS value
      FROM (${worth('DIRECT', directValue)}
            UNION ALL ${worth('INDIRECT', indirectValue)}) AS facts
     GROUP BY product_id, unit, currency
  )
  SELECT p.product_id AS product, p.unit, p.currency, trim_scale(p.quantity)::text AS quantity,
         trim_scale(p.unit_price)::text AS unit_price, trim_scale(p.cost_effective)::text AS cost_effective,
         ${text('v.value', 'value')}, ${text('p.cost_effective - coalesce(v.value, 0)', 'residual')},
         CASE WHEN p.unit_price IS NOT NULL THEN NULL WHEN p.product_id IS NULL THEN 'NO_PRODUCT'
              WHEN p.unit = 'none' OR p.quantity = 0 THEN 'NO_QUANTITY' WHEN p.cost_effective = 0 THEN 'NO_COST'
              ELSE 'BELOW_ZERO' END AS reason
    FROM products p
    LEFT JOIN valued v ON v.product_id = p.product_id AND v.unit = p.unit AND v.currency = p.currency
   ORDER BY p.currency, p.product_id COLLATE "C" NULLS LAST, p.unit COLLATE "C"`;
