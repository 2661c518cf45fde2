import { assertConserved } from '../facts/check.ts';
import type { BatchStep } from '../facts/step.ts';
import { countOf, factTotals } from '../facts/totals.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './adjust.sql.ts';
import { adjustmentsIn, moneyWords } from './adjustments.ts';
import { bookedTotals } from './booked-totals.ts';

/**
 * Adds the corrections of closed months that are booked in this one, after everything else: they are nobody's base, they keep the
 * prices of the month that they correct, and the facts then hold the bills and the corrections, to the last decimal.
 */
export const adjustmentStep: BatchStep = {
  name: 'ADJUSTMENT',
  async run({ tx, key, month, runId }) {
    const adjustments = await adjustmentsIn(tx, key);
    const written = adjustments.length === 0 ? 0 : await tx.execute(sql.ADD_TO_FACTS, [...key, runId]);
    const money = await factTotals(tx, key);
    if (countOf(money) === 0) throw finopsProblem('NO_CONSUMPTION', `${month} carries corrections that change nothing`);
    assertConserved(month, await bookedTotals(tx, key), money);
    const lines = adjustments.reduce((sum, one) => sum + countOf(one.totals), 0);
    return {
      rows_in: lines,
      rows_out: written,
      money,
      warnings: adjustments.map((one) => ({
        code: 'ADJUSTS_MONTH',
        detail: `carries a correction of ${one.adjusts_month}: ${moneyWords(one)}`,
      })),
      errors: 0,
    };
  },
};
