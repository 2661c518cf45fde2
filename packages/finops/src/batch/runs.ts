import { formatDecimal, parseDecimal } from '@prorata/allocation';
import { firstDayOf, isUuid, type Tx } from '@prorata/platform';
import { adjustmentsIn } from '../closing/adjustments.ts';
import type { ReplacedFacts, RunStep } from '../facts/run-month.ts';
import type { MonthKey } from '../facts/step.ts';
import { consumptionTotals } from '../facts/totals.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './batch.sql.ts';

export interface RunRow {
  readonly run_id: string;
  readonly period_month: string;
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'INTERRUPTED';
  readonly trigger: string;
  readonly mapping_sha256: string;
  readonly summary: unknown;
  readonly replaced: ReplacedFacts | null;
  readonly started_at: string;
  readonly ended_at: string | null;
}

/** The latest runs of a month, or of all months. */
export async function listRuns(entity: EntityNode, month?: string): Promise<{ readonly rows: readonly RunRow[] }> {
  const { tenantId, legalEntityId } = entity.scope;
  const values = [tenantId, legalEntityId, month === undefined ? null : firstDayOf(month)];
  const rows = await entity.db.transaction(entity.scope, (tx) => tx.query<RunRow>(sql.RUNS, values), {
    readOnly: true,
  });
  return { rows };
}

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
  /** Corrections of closed months that the facts hold as well, from ADJUSTMENT on. */
  readonly carried_effective: string;
  readonly carried_billed: string;
  /** Bills + carried = held + pools. */
  readonly equal: boolean;
}

/** Proof step by step that a month's run lost nothing and made nothing; empty where no run stands. By step and currency. */
export async function conservedSteps(tx: Tx, key: MonthKey): Promise<ConservedStep[]> {
  const [run] = await tx.query<{ run_id: string }>(sql.STANDING_RUN, key);
  if (run === undefined) return [];
  const steps = await tx.query<RunStep>(sql.STEPS_OF_RUN, [key[0], key[1], run.run_id]);
  const pools = await tx.query<Money>(sql.SPREAD_BY_CURRENCY, key);
  const bills = await consumptionTotals(tx, key);
  const carried = (await adjustmentsIn(tx, key)).flatMap(({ totals }) => totals);
  const spread = steps.findIndex(({ step }) => step === 'INDIRECT');
  const direct = steps.findIndex(({ step }) => step === 'DIRECT');
  const corrected = steps.findIndex(({ step }) => step === 'ADJUSTMENT');
  const currencies = [...new Set([...bills, ...carried].map(({ currency }) => currency))].sort();
  return steps.flatMap(({ step, money, rows_in, rows_out }, index) =>
    currencies.map((currency) => {
      const billed = moneyOf(bills, currency);
      const held = moneyOf(money, currency);
      const pooled = moneyOf(index >= direct && index < spread ? pools : [], currency);
      const added = moneyOf(corrected >= 0 && index >= corrected ? carried : [], currency);
      const conserved = (cost: keyof Omit<Money, 'currency'>) =>
        units(held[cost]) + units(pooled[cost]) === units(billed[cost]) + units(added[cost]);
      return {
        step,
        currency,
        rows_in,
        rows_out,
        bills_effective: billed.cost_effective,
        bills_billed: billed.cost_billed,
        held_effective: held.cost_effective,
        held_billed: held.cost_billed,
        pools_effective: pooled.cost_effective,
        pools_billed: pooled.cost_billed,
        carried_effective: added.cost_effective,
        carried_billed: added.cost_billed,
        equal: conserved('cost_effective') && conserved('cost_billed'),
      };
    }),
  );
}

interface Money {
  readonly currency: string;
  readonly cost_effective: string;
  readonly cost_billed: string;
}

function moneyOf(some: readonly Money[], currency: string): Omit<Money, 'currency'> {
  const own = some.filter((one) => one.currency === currency);
  const sum = (cost: keyof Omit<Money, 'currency'>) => {
    if (own.length <= 1) return own[0]?.[cost] ?? '0';
    return trimmed(
      formatDecimal(
        own.reduce((all, one) => all + units(one[cost]), 0n),
        18,
      ),
    );
  };
  return { cost_effective: sum('cost_effective'), cost_billed: sum('cost_billed') };
}

function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

/** Units of 10^-18. */
function units(decimal: string): bigint {
  return parseDecimal(decimal, 18);
}
