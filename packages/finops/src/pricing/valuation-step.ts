import type { BatchStep, MonthRun, RunWarning, StepOutcome } from '../facts/step.ts';
import { factTotals } from '../facts/totals.ts';
import { viewOfMonth } from './revalue.ts';
import * as sql from './valuation.sql.ts';
import { type ViewKey, viewLabel } from './view-name.ts';

/**
 * Values the facts of one type with the month's Pricing View: standard cost = quantity × unit price. The direct ones are valued
 * before they can be the base of indirect ones, those after they are made. A fact without a price stays without standard cost; a
 * price of shares that no rule spread is told, since nobody bears its amount.
 */
export function valuationStep(type: 'DIRECT' | 'INDIRECT'): BatchStep {
  return { name: 'VALUATION', run: (run) => value(run, type) };
}

async function value(run: MonthRun, type: 'DIRECT' | 'INDIRECT'): Promise<StepOutcome> {
  const { tx, key } = run;
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
    warnings: [
      ...(view === null || valued === facts ? [] : [{ code: 'PRICES_INCOMPLETE', detail: detail(viewLabel(view)) }]),
      ...(view === null || type === 'DIRECT' ? [] : await unspread(run, view)),
    ],
    errors: 0,
  };
}

async function unspread({ tx, key, month }: MonthRun, view: ViewKey): Promise<RunWarning[]> {
  const values = [...key, view.code, view.version];
  const prices = await tx.query<{ product: string; price: string; currency: string }>(sql.UNSPREAD_PRICES, values);
  return prices.map(({ product, price, currency }) => ({
    code: 'PRICE_UNSPREAD',
    detail: `${product} is to be spread at ${price} ${currency} in ${viewLabel(view)} and no rule spreads it in ${month}: nobody bears it`,
  }));
}
