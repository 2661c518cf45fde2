import { firstDayOf, monthOf } from '@prorata/platform';
import { conversionTo } from '../exchange/multipliers.ts';
import type { GroupNode } from '../node/group-node.ts';

/** A version of a Pricing View, as an entity published it with some months. */
export interface PricingViewEntry {
  readonly entity: string;
  readonly view_code: string;
  readonly view_version: number;
  /** First and last month that it valued, `YYYY-MM`, and how many. */
  readonly first_month: string;
  readonly last_month: string;
  readonly months: number;
  readonly products: number;
}

/** Every version of every Pricing View behind the publications that stand. */
export async function listPricingViews(
  group: GroupNode,
  input: { readonly entity?: string } = {},
): Promise<PricingViewEntry[]> {
  return await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<PricingViewEntry & Record<string, unknown>>(
        `SELECT entity_id AS entity, view_code, view_version, to_char(min(period_month), 'YYYY-MM') AS first_month,
                to_char(max(period_month), 'YYYY-MM') AS last_month, count(DISTINCT period_month)::int AS months,
                count(DISTINCT product_id)::int AS products
           FROM published_price WHERE $1::text IS NULL OR entity_id = $1
          GROUP BY entity_id, view_code, view_version ORDER BY 1, 2, 3`,
        [input.entity ?? null],
      ),
    { role: 'reader', readOnly: true },
  );
}

/** The price of one product at one entity; products that map to one reference of the group stand side by side. */
export interface ComparedPrice {
  /** Code of the group's reference; null where the entity maps the product to none. */
  readonly reference: string | null;
  readonly entity: string;
  readonly product: string;
  readonly label: string;
  readonly unit: string;
  readonly view_code: string;
  readonly view_version: number;
  readonly currency: string;
  readonly unit_price: string;
  /** In the currency asked for; null where the month has no rate. */
  readonly converted: string | null;
  /** Of the group's reference view; null where it has none for the product and unit. */
  readonly reference_price: string | null;
  readonly reference_currency: string | null;
}

export interface ComparedPrices {
  readonly period_month: string;
  readonly currency: string;
  readonly rows: ComparedPrice[];
  readonly missing: readonly { readonly period_month: string; readonly currency: string }[];
}

const PRICES = `
  SELECT d.reference_code AS reference, p.entity_id AS entity, p.product_id AS product, COALESCE(d.label, p.product_id) AS label, p.unit,
         p.view_code, p.view_version, p.currency, p.unit_price::text AS unit_price,
         trim_scale(p.unit_price * m.multiplier)::text AS converted,
         r.unit_price::text AS reference_price, r.currency AS reference_currency
    FROM published_price p
    LEFT JOIN dim_product_group d ON d.entity_id = p.entity_id AND d.product_id = p.product_id
    LEFT JOIN reference_price r ON r.product_code = d.reference_code AND r.unit = p.unit
          AND r.price_set = (SELECT max(price_set) FROM reference_price_set WHERE name = 'GROUP')
    LEFT JOIN unnest($2::text[], $3::numeric[]) AS m(currency, multiplier) ON m.currency = p.currency
   WHERE p.period_month = $1 AND ($4::text[] IS NULL OR p.entity_id = ANY($4)) AND ($5::text IS NULL OR d.reference_code = $5)
   ORDER BY d.reference_code NULLS LAST, p.unit, p.entity_id, p.product_id, p.view_code, p.view_version, p.currency
   LIMIT $6`;

const MOST_ROWS = 10_000;

/**
 * The published prices of a month side by side, local and in one currency.
 *
 * @throws Problem `MONTH_INVALID`
 */
export async function comparePrices(
  group: GroupNode,
  input: {
    readonly month: string;
    readonly entity?: readonly string[];
    readonly reference?: string;
    readonly currency?: string;
    readonly limit?: number;
  },
): Promise<ComparedPrices> {
  const day = firstDayOf(input.month);
  const target = input.currency ?? group.config.currency;
  return await group.db.transaction(
    group.scope,
    async (tx) => {
      const pairs = await tx.query<{ period_month: string; currency: string }>(
        'SELECT DISTINCT period_month, currency FROM published_price WHERE period_month = $1',
        [day],
      );
      const { currencies, multipliers, missing } = await conversionTo(tx, target, pairs);
      const rows = await tx.query<ComparedPrice & Record<string, unknown>>(PRICES, [
        day,
        currencies,
        multipliers,
        input.entity === undefined || input.entity.length === 0 ? null : input.entity,
        input.reference ?? null,
        Math.min(input.limit ?? MOST_ROWS, MOST_ROWS),
      ]);
      return { period_month: monthOf(day), currency: target, rows, missing };
    },
    { role: 'reader', readOnly: true },
  );
}
