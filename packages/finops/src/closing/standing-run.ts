import type { Tx } from '@prorata/platform';
import { monthOf } from '@prorata/platform';
import { assertConserved } from '../facts/check.ts';
import { INPUTS_DIGEST } from '../facts/run.sql.ts';
import type { MonthKey } from '../facts/steps.ts';
import { finopsProblem } from '../problems.ts';
import { STANDING_RUN } from '../publish/publish.sql.ts';
import { bookedTotals, standingTotals } from './booked-totals.ts';
import { stateOf } from './guard.ts';

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
  // What a closed month was computed from may change: the month does not.
  if ((await stateOf(tx, key)) === 'OPEN') await requireCurrent(tx, key, run);
  assertConserved(month, await bookedTotals(tx, key), await standingTotals(tx, key));
  return run;
}

async function requireCurrent(tx: Tx, key: MonthKey, run: StandingRun): Promise<void> {
  const [inputs] = await tx.query<{ sha256: string }>(INPUTS_DIGEST, key);
  if (inputs?.sha256 === run.inputs_sha256) return;
  const month = monthOf(key[2]);
  const detail = `what ${month} is computed from was imported, replaced or booked after run ${run.run_id}`;
  throw finopsProblem('RUN_OUTDATED', detail);
}
