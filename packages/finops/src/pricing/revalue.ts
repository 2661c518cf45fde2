import type { Tx } from '@prorata/platform';
import type { MonthKey } from '../facts/step.ts';
import type { EntityNode } from '../node/entity.ts';
import * as sql from './valuation.sql.ts';
import type { ViewKey } from './view-name.ts';
import { CALENDAR, VIEW_OF_MONTH } from './views.sql.ts';

/** Which view values a month, and who says so. */
export interface ChosenView extends ViewKey {
  readonly chosen: 'CALENDAR' | 'LATEST';
}

/** The calendar's view of a month; without one, the published view valid for it that was published last; or none. */
export async function viewOfMonth(tx: Tx, key: MonthKey): Promise<ChosenView | null> {
  const [view] = await tx.query<ChosenView>(VIEW_OF_MONTH, key);
  return view ?? null;
}

/** The view that the standing facts of a month were valued with, frozen where the month is closed. */
export async function valuationOfMonth(tx: Tx, key: MonthKey): Promise<ViewKey | null> {
  const [view] = await tx.query<{ code: string | null; version: number | null }>(sql.VALUATION_OF_MONTH, key);
  if (view === undefined || view.code === null || view.version === null) return null;
  return { code: view.code, version: view.version };
}

/**
 * Values the facts of every open month again whose view is no longer the one that they were valued with: an open month is
 * worth what today's prices say.
 *
 * @returns the months that changed, YYYY-MM
 */
export async function revalueOpenMonths(tx: Tx, entity: EntityNode): Promise<string[]> {
  const { tenantId, legalEntityId } = entity.scope;
  const months = await tx.query<{ month: string; state: string }>(CALENDAR, [tenantId, legalEntityId]);
  const changed: string[] = [];
  for (const { month, state } of months) {
    if (state === 'OPEN' && (await revalue(tx, [tenantId, legalEntityId, `${month}-01`]))) changed.push(month);
  }
  return changed;
}

async function revalue(tx: Tx, key: MonthKey): Promise<boolean> {
  const [before] = await tx.query<{ code: string | null; version: number | null }>(sql.VALUATION_OF_MONTH, key);
  // Never run: there are no facts to value.
  if (before === undefined) return false;
  const view = await viewOfMonth(tx, key);
  if (before.code === (view?.code ?? null) && before.version === (view?.version ?? null)) return false;
  const named = [view?.code ?? null, view?.version ?? null];
  await tx.execute(sql.UNVALUE_FACTS, [...key, ...named]);
  if (view !== null) {
    for (const type of ['DIRECT', 'INDIRECT'] as const) await tx.execute(sql.VALUE_FACTS[type], [...key, ...named]);
  }
  await tx.execute(sql.KEEP_CORRECTIONS, [...key, ...named]);
  await tx.execute(sql.REMEMBER_VALUATION, [...key, ...named]);
  return true;
}
