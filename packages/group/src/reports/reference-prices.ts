import { monthOf, type Tx } from '@prorata/platform';
import { conversionTo } from '../exchange/multipliers.ts';
import { groupProblem } from '../problems.ts';

/** Prices at which all entities are valued alike, as a step `price (product, unit, period_month, unit_price)` in the report's currency. */
export interface ReferencePrices {
  readonly step: string;
  readonly reference: {
    readonly kind: 'average' | 'entity' | 'view';
    /** The entity, or the reference view and its set. */
    readonly name: string;
    readonly price_set: number | null;
    /** Months in which the view's currency has no rate: nothing is valued there. */
    readonly missing: { readonly period_month: string; readonly currency: string }[];
  };
}

/** Digits after the point of a price that is a quotient. */
export const PRICE_DECIMALS = 18;

const quotient = (where: string) => `
price AS (
  SELECT product, unit, NULL::date AS period_month, round(sum(cost) / sum(quantity), ${PRICE_DECIMALS}) AS unit_price
    FROM item WHERE line = 'measured' AND complete${where} GROUP BY product, unit HAVING sum(quantity) > 0)`;

/**
 * `average`: what the entities of the report pay together; the code of an entity: what that one pays; else the name of a reference
 * view of the group, in its last set. Pushes its parameters onto `values`; the step follows those of `measuredItems`.
 *
 * @throws Problem `REFERENCE_PRICES_UNKNOWN`
 */
export async function referencePrices(
  tx: Tx,
  asked: { readonly name: string; readonly currency: string; readonly days: readonly string[] },
  values: unknown[],
): Promise<ReferencePrices> {
  const { name } = asked;
  const plain = { name, price_set: null, missing: [] };
  if (name === 'average') return { step: quotient(''), reference: { kind: 'average', ...plain } };
  const [entity] = await tx.query('SELECT 1 FROM dim_entity WHERE entity_id = $1', [name]);
  if (entity !== undefined) {
    return { step: quotient(` AND entity_id = $${values.push(name)}`), reference: { kind: 'entity', ...plain } };
  }
  const [set] = await tx.query<{ price_set: number }>(
    'SELECT max(price_set) AS price_set FROM reference_price_set WHERE name = $1 HAVING max(price_set) IS NOT NULL',
    [name],
  );
  if (set === undefined) throw groupProblem('REFERENCE_PRICES_UNKNOWN', `there is nothing named ${name.slice(0, 64)}`);
  const used = await tx.query<{ currency: string }>(
    'SELECT DISTINCT currency FROM reference_price WHERE price_set = $1 ORDER BY 1',
    [set.price_set],
  );
  const pairs = asked.days.flatMap((day) => used.map(({ currency }) => ({ period_month: day, currency })));
  const { months, currencies, multipliers } = await conversionTo(tx, asked.currency, pairs);
  const [inMonths, inCurrencies, inMultipliers, priceSet] = [months, currencies, multipliers, set.price_set].map(
    (value) => `$${values.push(value)}`,
  );
  const missing = pairs
    .filter((_pair, index) => multipliers[index] === null)
    .map((pair) => ({ ...pair, period_month: monthOf(pair.period_month) }));
  return {
    reference: { kind: 'view', name, price_set: set.price_set, missing },
    step: `
price AS MATERIALIZED ( -- or a distributed plan mixes the columns of rates and prices
  SELECT p.product_code AS product, p.unit, r.period_month, p.unit_price * r.multiplier AS unit_price
    FROM reference_price p
    JOIN unnest(${inMonths}::date[], ${inCurrencies}::text[], ${inMultipliers}::numeric[]) AS r(period_month, currency, multiplier)
      ON r.currency = p.currency AND r.multiplier IS NOT NULL
   WHERE p.price_set = ${priceSet}::int)`,
  };
}
