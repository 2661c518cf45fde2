import type { Tx } from '@prorata/platform';
import { monthOf } from '@prorata/platform';
import { assertConserved } from '../facts/check.ts';
import { changedInputs, inputsOf, type MonthInputs } from '../facts/inputs.ts';
import type { MonthKey } from '../facts/step.ts';
import { loadMapping } from '../mapping/document.ts';
import { finopsProblem } from '../problems.ts';
import { STANDING_RUN } from '../publish/publish.sql.ts';
import { bookedTotals, standingTotals } from './booked-totals.ts';
import { stateOf } from './guard.ts';

export interface StandingRun {
  readonly run_id: string;
  readonly mapping_sha256: string;
  readonly inputs: MonthInputs;
}

/**
 * The run whose facts a month is closed or published with. Facts that no longer say what was imported, mapped, ruled and priced are
 * neither: whatever the month is computed from has to be what the run found (decision 0145).
 *
 * @param dir folder of the node, for its mapping
 * @throws Problem `NO_RUN`, `RUN_OUTDATED` with what changed, `RUN_NOT_CONSERVED`, `MAPPING_INVALID`
 */
export async function standingRun(tx: Tx, key: MonthKey, dir: string): Promise<StandingRun> {
  const month = monthOf(key[2]);
  const [run] = await tx.query<StandingRun>(STANDING_RUN, key);
  if (run === undefined) throw finopsProblem('NO_RUN', `${month} has no completed run`);
  // What a closed month was computed from may change: the month does not.
  if ((await stateOf(tx, key)) === 'OPEN') await requireCurrent(tx, key, dir, run);
  assertConserved(month, await bookedTotals(tx, key), await standingTotals(tx, key));
  return run;
}

async function requireCurrent(tx: Tx, key: MonthKey, dir: string, run: StandingRun): Promise<void> {
  const changed = changedInputs(run.inputs, await inputsOf(tx, key, await loadMapping(dir)));
  if (changed.length === 0) return;
  const words = changed.map((kind) => kind.toLowerCase()).join(', ');
  throw finopsProblem('RUN_OUTDATED', `${words} of ${monthOf(key[2])} changed after run ${run.run_id}`, { changed });
}
