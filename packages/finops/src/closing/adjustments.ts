import type { Tx } from '@prorata/platform';
import { firstDayOf } from '@prorata/platform';
import type { MoneyTotal, MonthKey } from '../facts/step.ts';
import type { EntityNode } from '../node/entity.ts';
import * as sql from './adjust.sql.ts';
import type { LateScope } from './late.ts';

/** A correction of a closed month (`adjusts_month`) that another month (`period_month`) carries. */
export interface Adjustment {
  readonly adjustment_id: string;
  readonly period_month: string;
  readonly adjusts_month: string;
  /** The late files that it stems from. */
  readonly sources: readonly LateScope[];
  readonly totals: readonly MoneyTotal[];
  readonly booked_at: string;
  readonly booked_by: string;
}

/** A correction's money in words: a late file may change what is billed and nothing of the effective cost. */
export function moneyWords({ totals }: Pick<Adjustment, 'totals'>): string {
  const words = totals.map(({ currency, cost_effective, cost_billed, cost_standard }) =>
    [
      `${cost_effective} ${currency} effective`,
      `${cost_billed} ${currency} billed`,
      ...((cost_standard ?? '0') === '0' ? [] : [`${cost_standard} ${currency} at standard prices`]),
    ].join(', '),
  );
  return words.length === 0 ? 'no difference' : words.join('; ');
}

/** One difference at the grain of the facts; decimal texts, null where neither side carries the cost. */
export interface AdjustmentLine {
  readonly adjusts_month: string;
  /** As in the closed month; the month that carries it has it as a direct fact. */
  readonly adjusted_type: 'DIRECT' | 'INDIRECT';
  readonly application_id: string;
  readonly domain_id: string;
  readonly family_id: string | null;
  readonly product_id: string | null;
  readonly unit: string;
  readonly environment: string;
  readonly currency: string;
  readonly quantity: string;
  readonly cost_effective: string | null;
  readonly cost_billed: string | null;
  readonly cost_standard: string | null;
}

/** Corrections of a closed month, wherever they are booked. */
export async function adjustmentsOf(tx: Tx, [tenant, legalEntity, adjusts]: MonthKey): Promise<Adjustment[]> {
  return await tx.query<Adjustment>(sql.ADJUSTMENTS, [tenant, legalEntity, adjusts, null]);
}

/** Corrections of earlier months that a month carries. */
export async function adjustmentsIn(tx: Tx, [tenant, legalEntity, carrying]: MonthKey): Promise<Adjustment[]> {
  return await tx.query<Adjustment>(sql.ADJUSTMENTS, [tenant, legalEntity, null, carrying]);
}

/** All corrections that are booked. */
export async function allAdjustments(tx: Tx, entity: EntityNode): Promise<Adjustment[]> {
  const { tenantId, legalEntityId } = entity.scope;
  return await tx.query<Adjustment>(sql.ADJUSTMENTS, [tenantId, legalEntityId, null, null]);
}

/** Months (YYYY-MM) that carry corrections of a month. */
export async function bookedElsewhere(tx: Tx, key: MonthKey): Promise<string[]> {
  return [...new Set((await adjustmentsOf(tx, key)).map((one) => one.period_month))];
}

/** Every difference that a month carries. @param month YYYY-MM @throws Problem `MONTH_INVALID` */
export async function reportAdjustments(
  entity: EntityNode,
  month: string,
): Promise<{
  readonly period_month: string;
  readonly adjustments: readonly Adjustment[];
  readonly rows: readonly AdjustmentLine[];
}> {
  const key: MonthKey = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
  return await entity.db.transaction(
    entity.scope,
    async (tx) => ({
      period_month: month,
      adjustments: await adjustmentsIn(tx, key),
      rows: await tx.query<AdjustmentLine>(sql.LINES, key),
    }),
    { readOnly: true },
  );
}
