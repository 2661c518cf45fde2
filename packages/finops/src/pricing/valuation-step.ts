import type { BatchStep, MonthRun, StepOutcome } from '../facts/step.ts';
import { factTotals } from '../facts/totals.ts';
import { viewOfMonth } from './revalue.ts';
import * as sql from './valuation.sql.ts';
import { viewLabel } from './view-name.ts';

/**
 * Values the facts of one type with the month's Pricing View: standard cost = quantity × unit price. The direct ones are valued
 * before they can be the base of indirect ones, those after they are made. A fact without a price stays without standard cost.
 */
export function valuationStep(type: 'DIRECT' | 'INDIRECT'): BatchStep {
  return { name: 'VALUATION', run: (run) => value(run, type) };
}

async function value({ tx, key }: MonthRun, type: 'DIRECT' | 'INDIRECT'): Promise<StepOutcome> {
  const view = await viewOfMonth(tx, key);
  if (view !== null) await tx.execute(sql.VALUE_FACTS[type], [...key, view.code, view.version]);
  await tx.execute(sql.REMEMBER_VALUATION, [...key, view?.code ?? null, view?.version ?? null]);
  const [counted] = await tx.query<{ facts: number; valued: number }>(sql.COUNT_FACTS, [...key, type]);
  const { facts, valued } = counted ?? { facts: 0, valued: 0 };
  const kind = type.toLowerCase();
  const detail = (name: string) =>
    `${facts - valued} of ${facts} ${kind} facts have no price in ${name} and are worth 0 at standard prices`;
  return {
    rows_in: facts,
    rows_out: valued,
    money: await factTotals(tx, key),
    warnings: view === null || valued === facts ? [] : [{ code: 'PRICES_INCOMPLETE', detail: detail(viewLabel(view)) }],
    errors: 0,
  };
}
