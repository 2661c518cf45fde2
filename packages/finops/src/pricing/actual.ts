import { formatDecimal, parseDecimal } from '@prorata/contract';
import { firstDayOf, writePath } from '@prorata/platform';
import type { MonthKey } from '../facts/step.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { ACTUAL_PRICES } from './comparison.sql.ts';
import { storeDraft } from './import-prices.ts';
import { onFacts } from './on-facts.ts';
import { readViewName } from './view-name.ts';
import { type PricingOptions, type PricingView, reading } from './views.ts';

/** What a product of a month really cost. Decimal texts. */
export interface ActualPrice {
  readonly product: string | null;
  readonly unit: string;
  readonly currency: string;
  readonly quantity: string;
  /** Effective cost / quantity, at 18 decimals; null where there is no such price. */
  readonly unit_price: string | null;
  readonly cost_effective: string;
  /** What the month's facts of the product would be booked at with that price. */
  readonly value: string;
  /** cost_effective − value: all of it where there is no price, what rounding leaves where there is one. */
  readonly residual: string;
  /** Why there is no price. */
  readonly reason: 'NO_PRODUCT' | 'NO_QUANTITY' | 'NO_COST' | 'BELOW_ZERO' | null;
}

export interface ActualView {
  readonly period_month: string;
  readonly rows: readonly ActualPrice[];
  /** By currency: value + residual = cost_effective, exactly. */
  readonly totals: readonly {
    readonly currency: string;
    readonly value: string;
    readonly residual: string;
    readonly cost_effective: string;
  }[];
}

/** The prices that a month's bills come to. @param month YYYY-MM @throws Problem `MONTH_INVALID`, `NO_RUN` */
export async function actualView(entity: EntityNode, month: string): Promise<ActualView> {
  const key = keyOf(entity, month);
  const rows = await reading(entity, async (tx) => tx.query<ActualPrice>(await onFacts(tx, key, ACTUAL_PRICES), key));
  return viewOf(month, rows);
}

function viewOf(month: string, rows: readonly ActualPrice[]): ActualView {
  if (rows.length === 0) throw finopsProblem('NO_RUN', `${month} has no facts`);
  const currencies = [...new Set(rows.map((row) => row.currency))];
  const totals = currencies.map((currency) => {
    const own = rows.filter((row) => row.currency === currency);
    const total = (cost: 'value' | 'residual' | 'cost_effective') => sum(own.map((row) => row[cost]));
    return { currency, value: total('value'), residual: total('residual'), cost_effective: total('cost_effective') };
  });
  return { period_month: month, rows, totals };
}

function sum(values: readonly string[]): string {
  return formatDecimal(values.reduce((total, value) => total + (parseDecimal(value) ?? 0n), 0n));
}

/**
 * Keeps the actual prices of a month as a draft of a Pricing View, in one currency; the entity's unless told.
 *
 * @throws Problem `MONTH_INVALID`, `NO_RUN`, `VIEW_INVALID`, `VIEW_PUBLISHED`, `VERSION_GAP`
 */
export async function saveActualView(
  entity: EntityNode,
  query: { readonly month: string; readonly view: string; readonly currency?: string | undefined },
  options: PricingOptions = {},
): Promise<PricingView & { readonly imported: boolean }> {
  const { code, version } = readViewName(query.view);
  const key = keyOf(entity, query.month);
  const currency = query.currency ?? entity.config.currency;
  const context = options.context ?? entity.operator;
  const request = {
    action: 'finops.prices.actual',
    method: 'POST',
    route: '/api/finops/prices/actual',
    payload: { ...query, currency },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<PricingView & { imported: boolean }>(
    entity.db,
    context,
    request,
    async (tx, record) => {
      await tx.query(LOCK_ENTITY);
      const { rows } = viewOf(query.month, await tx.query<ActualPrice>(await onFacts(tx, key, ACTUAL_PRICES), key));
      const lines = rows.flatMap(({ product, unit, unit_price, currency: own }) =>
        product === null || unit_price === null || own !== currency ? [] : [{ product, unit, unit_price }],
      );
      if (lines.length === 0) {
        throw finopsProblem('VIEW_INVALID', `no product of ${query.month} has an actual price in ${currency}`);
      }
      const draft = { code, version: version ?? null, currency, validFrom: null, validTo: null };
      const source = `actual prices of ${query.month}`;
      const view = await storeDraft(tx, { entity, context, draft, lines, source }, record);
      return { status: view.imported ? 201 : 200, body: view };
    },
  );
  return answer.body;
}

function keyOf(entity: EntityNode, month: string): MonthKey {
  return [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
}
