import { formatDecimal, parseDecimal } from '@prorata/contract';
import { firstDayOf, type Tx } from '@prorata/platform';
import type { MonthKey } from '../facts/step.ts';
import type { EntityNode } from '../node/entity.ts';
import { onFacts } from './on-facts.ts';
import { valuationOfMonth } from './revalue.ts';
import * as sql from './valuation.sql.ts';
import { type ViewKey, viewLabel } from './view-name.ts';
import { reading } from './views.ts';

/** How much of a month a Pricing View prices. What has no price is worth 0 at standard prices and is named here. */
export interface PriceCoverage {
  readonly view: string;
  readonly currencies: readonly {
    readonly currency: string;
    readonly facts: number;
    readonly priced_facts: number;
    readonly products: number;
    readonly priced_products: number;
    readonly cost_effective: string;
    /** Effective cost of the facts that have a price. */
    readonly priced_effective: string;
    /** Priced facts of all, six decimals. */
    readonly priced_share: string;
  }[];
  readonly unpriced: readonly {
    readonly product: string | null;
    readonly unit: string;
    readonly currency: string;
    readonly consumption_type: 'DIRECT' | 'INDIRECT';
    readonly facts: number;
    readonly quantity: string;
    readonly cost_effective: string;
  }[];
}

type Unpriced = PriceCoverage['unpriced'][number];
type Product = Unpriced & { readonly by_one: boolean; readonly by_other: boolean };

/** Coverage of a month by one view, and by another where one is given. */
export async function priceCoverage(
  tx: Tx,
  key: MonthKey,
  one: ViewKey | null,
  other: ViewKey | null = null,
): Promise<readonly [one: PriceCoverage | null, other: PriceCoverage | null]> {
  const views = [one?.code ?? null, one?.version ?? null, other?.code ?? null, other?.version ?? null];
  const products = await tx.query<Product>(await onFacts(tx, key, sql.PRICED_PRODUCTS), [...key, ...views]);
  return [
    one === null ? null : coverageOf(one, products, (product) => product.by_one),
    other === null ? null : coverageOf(other, products, (product) => product.by_other),
  ];
}

function coverageOf(
  view: ViewKey,
  products: readonly Product[],
  isPriced: (product: Product) => boolean,
): PriceCoverage {
  const currencies = [...new Set(products.map((product) => product.currency))];
  const unpriced = products.filter((product) => !isPriced(product));
  return {
    view: viewLabel(view),
    currencies: currencies.map((currency) => {
      const own = products.filter((product) => product.currency === currency);
      const priced = own.filter(isPriced);
      const [facts, pricedFacts] = [count(own), count(priced)];
      return {
        currency,
        facts,
        priced_facts: pricedFacts,
        products: distinct(own),
        priced_products: distinct(priced),
        cost_effective: cost(own),
        priced_effective: cost(priced),
        priced_share: (pricedFacts / facts).toFixed(6),
      };
    }),
    unpriced: unpriced.map(({ by_one: _one, by_other: _other, ...product }) => product),
  };
}

function count(products: readonly Product[]): number {
  return products.reduce((sum, product) => sum + product.facts, 0);
}

function distinct(products: readonly Product[]): number {
  return new Set(products.map(({ product }) => product).filter((product) => product !== null)).size;
}

function cost(products: readonly Product[]): string {
  return formatDecimal(products.reduce((sum, one) => sum + (parseDecimal(one.cost_effective) ?? 0n), 0n));
}

/** Coverage of a month by the view that valued it; null where none did. @throws Problem `MONTH_INVALID` */
export async function reportPriceCoverage(entity: EntityNode, month: string): Promise<PriceCoverage | null> {
  const key: MonthKey = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
  return await reading(entity, async (tx) => {
    const view = await valuationOfMonth(tx, key);
    return view === null ? null : (await priceCoverage(tx, key, view))[0];
  });
}
