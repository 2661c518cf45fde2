import { performance } from 'node:perf_hooks';
import { firstDayOf, Problem, type RequestContext, type Tx, uuidv7, writePath } from '@prorata/platform';
import { requireOpenMonth } from '../closing/guard.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { loadMapping } from '../mapping/document.ts';
import type { EntityNode } from '../node/entity.ts';
import type { Progress } from '../progress.ts';
import { storeFault } from '../store-faults.ts';
import { inputsOf } from './inputs.ts';
import * as sql from './run.sql.ts';
import type { BatchStep, MoneyTotal, MonthKey, MonthRun, RunWarning, StepName, StepOutcome } from './step.ts';
import { monthSteps } from './steps.ts';
import { countOf, factTotals } from './totals.ts';

/** A step as it is stored and shown. */
export interface RunStep extends StepOutcome {
  readonly step: StepName;
  readonly duration_ms: number;
}

/** What stood before a rerun and was replaced. */
export interface ReplacedFacts {
  readonly run_id: string;
  readonly sha256: string;
  readonly totals: readonly MoneyTotal[];
}

export interface RunResult {
  readonly run_id: string;
  readonly period_month: string;
  readonly status: 'COMPLETED';
  readonly mapping_sha256: string;
  readonly facts: number;
  readonly totals: readonly MoneyTotal[];
  readonly steps: readonly RunStep[];
  readonly warnings: readonly RunWarning[];
  readonly replaced: ReplacedFacts | null;
}

/** Who or what asked for a run. */
export type RunTrigger = 'COMMAND' | 'API' | 'JOB';

export interface RunOptions {
  readonly progress?: Progress;
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
  /** Who or what asked for the run; stored with it. */
  readonly trigger?: RunTrigger;
  /** The batch of months that the run is part of. */
  readonly batchId?: string;
}

/**
 * The monthly batch: mapping, direct facts, indirect facts, and the proof that their money is that of the bills. The month's
 * facts are replaced in one transaction; what stood before leaves its totals and digest. Runs of one entity take turns.
 *
 * @param month YYYY-MM
 * @throws Problem `MONTH_INVALID`, `NO_CONSUMPTION`, `MAPPING_INVALID`, `RUN_NOT_CONSERVED`, `PERIOD_CLOSED`, `PERIOD_LOCKED`,
 *   `AMOUNT_TOO_LARGE`, `DISK_FULL`
 */
export async function runMonth(entity: EntityNode, month: string, options: RunOptions = {}): Promise<RunResult> {
  const key: MonthKey = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
  const mapping = await loadMapping(entity.dir);
  const context = options.context ?? entity.operator;
  const run = await announce({ entity, context, month, key, mapping, runId: uuidv7() }, options);
  const steps: RunStep[] = [];
  const request = {
    action: 'finops.run',
    method: 'POST',
    route: '/api/finops/runs',
    payload: { month },
    idempotencyKey: options.idempotencyKey,
  };
  try {
    const answer = await writePath<RunResult>(entity.db, run.context, request, async (tx, record) => {
      await tx.query(LOCK_ENTITY);
      await tx.execute(sql.MARK_INTERRUPTED, [...key, run.runId]);
      await tx.execute(sql.PLAN_WITHOUT_STATISTICS);
      await requireOpenMonth(tx, key);
      const result = await replaceFacts({ ...run, tx }, steps, options.progress);
      const { run_id, mapping_sha256, totals, facts } = result;
      const details = { month, mapping_sha256, facts, totals, replaced: result.replaced };
      record.audit({ subject: 'batch_run', subjectId: run_id, details });
      record.emit({
        event: 'FINOPS.RUN.COMPLETED',
        entity_id: run_id,
        payload: { period_month: month, facts, totals },
      });
      return { status: 201, body: result };
    });
    return answer.body;
  } catch (cause) {
    const error = storeFault(cause);
    const reason = error instanceof Problem ? error.code : 'INTERNAL';
    await fail(run, steps, reason).catch(() => undefined);
    throw error;
  }
}

/** A month before its transaction is open. */
type MonthToRun = Omit<MonthRun, 'tx'>;

/**
 * Stores that a run begins, before it does, and names those that a kill ended. A request that is repeated with its key goes on
 * with the run that it began.
 */
async function announce(
  run: MonthToRun,
  { idempotencyKey, trigger = 'COMMAND', batchId }: RunOptions,
): Promise<MonthToRun> {
  const { context, key, mapping, month, runId } = run;
  const route = '/api/finops/runs#start';
  const request = { action: 'finops.run.start', method: 'POST', route, payload: { month }, idempotencyKey };
  const answer = await writePath<{ run_id: string }>(run.entity.db, context, request, async (tx, record) => {
    await tx.query(sql.ANNOUNCE_IN_TURN);
    await requireOpenMonth(tx, key);
    await tx.execute(sql.MARK_WHERE_NOBODY_WORKS, key);
    const values = [...key, runId, context.countryCode, trigger, mapping.sha256, context.userId, batchId ?? null];
    await tx.execute(sql.START_RUN, values);
    record.audit({ subject: 'batch_run', subjectId: runId, details: { month, trigger } });
    return { status: 201, body: { run_id: runId } };
  });
  return { ...run, runId: answer.body.run_id };
}

/** Keeps that a run failed, at which step, and what the steps before it had done: nothing of that stands in the facts. */
async function fail(run: MonthToRun, steps: readonly RunStep[], reason: string): Promise<void> {
  const { context, entity, runId } = run;
  const summary = { reason, step: steps.at(-1)?.step ?? null };
  const payload = { run_id: runId, status: 'FAILED' };
  const request = { action: 'finops.run.end', method: 'POST', route: 'batch_run', payload };
  await writePath(entity.db, context, request, async (tx, record) => {
    await writeSteps(tx, run, steps);
    await tx.execute(sql.END_RUN, [...entityKey(run), runId, 'FAILED', JSON.stringify(summary), null]);
    record.audit({ subject: 'batch_run', subjectId: runId, details: { status: 'FAILED', summary } });
    return { status: 200, body: null };
  });
}

function entityKey({ key }: MonthToRun): readonly [tenantId: string, legalEntityId: string] {
  return [key[0], key[1]];
}

/**
 * Carries out the steps of a month in its transaction, on what stands; nothing of the run itself is stored.
 *
 * @param steps is filled as the steps end, the one that fails included
 * @returns what stood before
 */
export async function computeFacts(
  run: MonthRun,
  steps: RunStep[] = [],
  progress?: Progress,
): Promise<ReplacedFacts | null> {
  const replaced = await removeFacts(run.tx, run.key);
  const list = monthSteps();
  for (const [index, step] of list.entries()) {
    progress?.({ step: step.name.toLowerCase(), done: index, total: list.length });
    await carryOut(step, run, steps);
  }
  progress?.({ step: 'done', done: list.length, total: list.length });
  return replaced;
}

async function replaceFacts(run: MonthRun, steps: RunStep[], progress: Progress | undefined): Promise<RunResult> {
  const { tx, key, month, runId } = run;
  const replaced = await computeFacts(run, steps, progress);
  const totals = await factTotals(tx, key);
  const result: RunResult = {
    run_id: runId,
    period_month: month,
    status: 'COMPLETED',
    mapping_sha256: run.mapping.sha256,
    facts: countOf(totals),
    totals,
    steps,
    warnings: steps.flatMap((step) => step.warnings),
    replaced,
  };
  await writeEnd(run, result);
  return result;
}

const NOTHING: StepOutcome = { rows_in: 0, rows_out: 0, money: [], warnings: [], errors: 1 };

async function carryOut(step: BatchStep, run: MonthRun, done: RunStep[]): Promise<void> {
  const started = performance.now();
  const ended = (outcome: StepOutcome) => {
    done.push({ step: step.name, ...outcome, duration_ms: Math.round(performance.now() - started) });
  };
  try {
    ended(await step.run(run));
  } catch (error) {
    ended(NOTHING);
    throw error;
  }
}

async function removeFacts(tx: Tx, key: MonthKey): Promise<ReplacedFacts | null> {
  const totals = await factTotals(tx, key);
  const [digest] = await tx.query<{ run_id: string | null; sha256: string }>(sql.FACTS_DIGEST, key);
  for (const statement of sql.REMOVE_FACTS) await tx.execute(statement, key);
  if (digest === undefined || digest.run_id === null) return null;
  return { run_id: digest.run_id, sha256: digest.sha256, totals };
}

async function writeSteps(tx: Tx, run: MonthToRun, steps: readonly RunStep[]): Promise<void> {
  const rows = steps.map((step, index) => ({ position: index + 1, ...step }));
  await tx.execute(sql.WRITE_STEPS, [...entityKey(run), run.runId, JSON.stringify(rows)]);
}

async function writeEnd(run: MonthRun, result: RunResult): Promise<void> {
  const { tx, key, runId } = run;
  const { facts, replaced, totals, warnings } = result;
  const inputs = await inputsOf(tx, key, run.mapping);
  await writeSteps(tx, run, result.steps);
  await tx.execute(sql.END_RUN, [
    ...entityKey(run),
    runId,
    'COMPLETED',
    JSON.stringify({ facts, totals, warnings, inputs }),
    replaced === null ? null : JSON.stringify(replaced),
  ]);
}
