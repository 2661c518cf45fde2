import { isUuid, type Tx } from '@prorata/platform';
import type { ReplacedFacts, RunStep } from '../facts/run-month.ts';
import type { MonthKey } from '../facts/steps.ts';
import { consumptionTotals } from '../facts/totals.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import type { RunRow } from '../report/reports.ts';
import * as sql from './batch.sql.ts';

/** A run with its steps, and totals and digest of the facts that it replaced. */
export interface ShownRun extends RunRow {
  /** The batch of months that it was part of. */
  readonly batch_id: string | null;
  readonly replaced: ReplacedFacts | null;
  readonly steps: readonly (RunStep & { readonly position: number })[];
}

/** One run, whatever became of it. @throws Problem `RUN_NOT_FOUND` */
export async function showRun(entity: EntityNode, runId: string): Promise<ShownRun> {
  const key = [entity.scope.tenantId, entity.scope.legalEntityId, runId];
  const work = async (tx: Tx): Promise<ShownRun | undefined> => {
    const [run] = await tx.query<Omit<ShownRun, 'steps'>>(sql.ONE_RUN, key);
    return run === undefined ? undefined : { ...run, steps: await tx.query(sql.STEPS_OF_RUN, key) };
  };
  const run = isUuid(runId) ? await entity.db.transaction(entity.scope, work, { readOnly: true }) : undefined;
  if (run === undefined) throw finopsProblem('RUN_NOT_FOUND', `there is no run ${runId}`);
  return run;
}

/** Where the money of a currency was after a step: on facts, or still in pools. Decimal texts. */
export interface ConservedStep {
  readonly step: string;
  readonly currency: string;
  readonly rows_in: number;
  readonly rows_out: number;
  readonly bills_effective: string;
  readonly bills_billed: string;
  /** On facts; before DIRECT, placed by the mapping. */
  readonly held_effective: string;
  readonly held_billed: string;
  /** In pools that the indirect rules had not spread yet. */
  readonly pools_effective: string;
  readonly pools_billed: string;
  /** Bills = held + pools. After ADJUSTMENT the facts hold corrections of other months as well. */
  readonly equal: boolean;
}

/** Proof step by step that a month's run lost nothing and made nothing; empty where no run stands. */
export async function conservedSteps(tx: Tx, key: MonthKey): Promise<ConservedStep[]> {
  const [run] = await tx.query<{ run_id: string }>(sql.STANDING_RUN, key);
  if (run === undefined) return [];
  const steps = await tx.query<RunStep>(sql.STEPS_OF_RUN, [key[0], key[1], run.run_id]);
  const pools = await tx.query<Money>(sql.SPREAD_BY_CURRENCY, key);
  const bills = await consumptionTotals(tx, key);
  const spread = steps.findIndex(({ step }) => step === 'INDIRECT');
  const direct = steps.findIndex(({ step }) => step === 'DIRECT');
  return steps.flatMap(({ step, money, rows_in, rows_out }, index) =>
    bills.map(({ currency, cost_effective, cost_billed }) => {
      const held = moneyOf(money, currency);
      const waiting = index >= direct && index < spread ? moneyOf(pools, currency) : NO_MONEY;
      return {
        step,
        currency,
        rows_in,
        rows_out,
        bills_effective: cost_effective,
        bills_billed: cost_billed,
        held_effective: held.cost_effective,
        held_billed: held.cost_billed,
        pools_effective: waiting.cost_effective,
        pools_billed: waiting.cost_billed,
        equal:
          units(held.cost_effective) + units(waiting.cost_effective) === units(cost_effective) &&
          units(held.cost_billed) + units(waiting.cost_billed) === units(cost_billed),
      };
    }),
  );
}

interface Money {
  readonly currency: string;
  readonly cost_effective: string;
  readonly cost_billed: string;
}

const NO_MONEY = { cost_effective: '0', cost_billed: '0' };

function moneyOf(some: readonly Money[], currency: string): Omit<Money, 'currency'> {
  return some.find((one) => one.currency === currency) ?? NO_MONEY;
}

/** Units of 10^-18. */
function units(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(18, '0'));
  return decimal.startsWith('-') ? -value : value;
}
