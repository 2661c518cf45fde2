import type { Tx } from '@prorata/platform';
import * as sql from './run.sql.ts';
import type { MoneyTotal, MonthKey } from './step.ts';

/** The month's bills as imported, by currency. */
export async function consumptionTotals(tx: Tx, key: MonthKey): Promise<MoneyTotal[]> {
  return await tx.query<MoneyTotal>(sql.CONSUMPTION_TOTALS, key);
}

/** The month's facts as they stand, by currency. */
export async function factTotals(tx: Tx, key: MonthKey): Promise<MoneyTotal[]> {
  return await tx.query<MoneyTotal>(sql.FACT_TOTALS, key);
}

export function countOf(totals: readonly MoneyTotal[]): number {
  return totals.reduce((sum, total) => sum + total.rows, 0);
}
