import type { Tx } from '@prorata/platform';
import { monthOf } from '@prorata/platform';
import { assertConserved } from '../facts/check.ts';
import { INPUTS_DIGEST } from '../facts/run.sql.ts';
import type { MonthKey } from '../facts/steps.ts';
import { factTotals } from '../facts/totals.ts';
import { finopsProblem } from '../problems.ts';
import { STANDING_RUN } from '../publish/publish.sql.ts';
import { bookedTotals } from './booked-totals.ts';

export interface StandingRun {
  readonly run_id: string;
  readonly mapping_sha256: string;
  readonly inputs_sha256: string;
}

/**
 * The run whose facts a month is closed or published with. Facts that no longer say what was imported are neither.
 *
 * @throws Problem `NO_RUN`, `RUN_OUTDATED`, `RUN_NOT_CONSERVED`
 */
export async function standingRun(tx: Tx, key: MonthKey): Promise<StandingRun> {
  const month = monthOf(key[2]);
  const [run] = await tx.query<StandingRun>(STANDING_RUN, key);
  if (run === undefined) throw finopsProblem('NO_RUN', `${month} has no completed run`);
  const [inputs] = await tx.query<{ sha256: string }>(INPUTS_DIGEST, key);
  if (inputs?.sha256 !== run.inputs_sha256) {
    const detail = `what ${month} is computed from was imported, replaced or booked after run ${run.run_id}`;
    throw finopsProblem('RUN_OUTDATED', detail);
  }
  assertConserved(month, await bookedTotals(tx, key), await factTotals(tx, key));
  return run;
}
