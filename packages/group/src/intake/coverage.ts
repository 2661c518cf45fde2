import type { PriceRow, ReferenceUse } from '@prorata/contract';
import { RESERVED_PRODUCTS, type Unmapped } from './references-check.ts';

/** How far a publication can be compared and valued: facts that name a product, tax left out, and what is known of their products. */
export interface Coverage {
  /** Facts that name a product. */
  readonly product_rows: number;
  /** Of those, facts whose product maps to a reference of the group. */
  readonly mapped_rows: number;
  /** Of those, facts whose product has a price in the Pricing View that was published with them. */
  readonly priced_rows: number;
}

export function coverageOf(
  products: ReferenceUse['products'],
  prices: readonly PriceRow[],
  unmapped: Unmapped,
): Coverage {
  const priced = new Set(prices.map((price) => price.product_id));
  const named = products.filter((product) => !RESERVED_PRODUCTS.has(product.product_id));
  const rows = (of: ReferenceUse['products']) => of.reduce((sum, product) => sum + product.rows, 0);
  const all = rows(named);
  return {
    product_rows: all,
    mapped_rows: all - unmapped.rows,
    priced_rows: rows(named.filter((product) => priced.has(product.product_id))),
  };
}
