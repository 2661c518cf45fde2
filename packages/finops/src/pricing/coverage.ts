import { firstDayOf, type Tx } from '@prorata/platform';
import type { MonthKey } from '../facts/steps.ts';
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

/** Coverage of a month by one view. */
export async function priceCoverage(tx: Tx, key: MonthKey, view: ViewKey): Promise<PriceCoverage> {
  const values = [...key, view.code, view.version];
  return {
    view: viewLabel(view),
    currencies: await tx.query<PriceCoverage['currencies'][number]>(await onFacts(tx, key, sql.PRICE_COVERAGE), values),
    unpriced: await tx.query<PriceCoverage['unpriced'][number]>(await onFacts(tx, key, sql.UNPRICED_PRODUCTS), values),
  };
}

/** Coverage of a month by the view that valued it; null where none did. @throws Problem `MONTH_INVALID` */
export async function reportPriceCoverage(entity: EntityNode, month: string): Promise<PriceCoverage | null> {
  const key: MonthKey = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
  return await reading(entity, async (tx) => {
    const view = await valuationOfMonth(tx, key);
    return view === null ? null : await priceCoverage(tx, key, view);
  });
}
