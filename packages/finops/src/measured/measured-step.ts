import type { BatchStep } from '../facts/step.ts';
import { factTotals } from '../facts/totals.ts';
import { inactiveWarnings } from '../references/list-references.ts';
import * as sql from './measured.sql.ts';

/** How many products a warning names. */
const NAMED = 10;

/**
 * Adds what was measured to the direct facts: quantities without money, which prices value. It comes when all direct facts of the
 * bills stand, and so is also where codes are named that no longer hold.
 */
export const measuredStep: BatchStep = {
  name: 'MEASURED',
  async run({ tx, key, runId }) {
    const [measured] = await tx.query<{ rows: number }>(sql.MEASURED_ROWS, key);
    const [written] = await tx.query<{ facts: number; billed: readonly string[] | null }>(sql.WRITE_MEASURED, [
      ...key,
      runId,
    ]);
    const billed = (written?.billed ?? []).slice(0, NAMED).map((product) => ({
      code: 'MEASURED_AND_BILLED',
      detail: `${product} was measured for an application that is also billed for it: its quantities are added up`,
    }));
    return {
      rows_in: measured?.rows ?? 0,
      rows_out: written?.facts ?? 0,
      money: await factTotals(tx, key),
      warnings: [...billed, ...(await inactiveWarnings(tx, key))],
      errors: 0,
    };
  },
};
