import { firstDayOf, Problem, parseMonths, shiftMonth, type Tx, uuidv7, writePath } from '@prorata/platform';
import { type RunOptions, type RunResult, runMonth } from '../facts/run-month.ts';
import type { MoneyTotal } from '../facts/step.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './batch.sql.ts';

/** Months of a range that a batch leaves as they are, and says so: they have nothing to compute, or may not be changed. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['NO_CONSUMPTION', 'PERIOD_CLOSED', 'PERIOD_LOCKED']);
const MOST_MONTHS = 120;

/** A month of a batch; decimal texts. */
export interface BatchMonth {
  readonly period_month: string;
  /** DONE_BEFORE: an earlier attempt of the batch had committed it. */
  readonly status: 'COMPLETED' | 'DONE_BEFORE' | 'LEFT_ALONE';
  readonly run_id: string | null;
  readonly facts: number | null;
  readonly totals: readonly MoneyTotal[];
  readonly warnings: number;
  /** Code of the problem for which a month was left alone. */
  readonly reason: string | null;
}

export interface BatchResult {
  readonly batch_id: string;
  readonly from: string;
  readonly to: string;
  readonly status: 'COMPLETED';
  readonly months: readonly BatchMonth[];
}

export interface BatchOptions extends Omit<RunOptions, 'batchId' | 'idempotencyKey'> {
  /** Names the batch; one that exists is gone on with. A new one unless told. */
  readonly batchId?: string;
  /** Asked between months. */
  readonly signal?: AbortSignal;
  /** Told after each month. */
  readonly monthDone?: (month: BatchMonth, done: number, total: number) => void | Promise<void>;
}

/**
 * Runs the months of a range one after the other, each in its own transaction. A batch that was killed or that failed goes on,
 * when it is asked for again by its id, with the month it was in; what it had committed stays. Months without anything to compute
 * and closed ones are left alone, and named.
 *
 * @param from YYYY-MM @param to YYYY-MM, included
 * @throws Problem `MONTH_INVALID`, `RANGE_TOO_LONG`, and those of a run, with the month in `period_month`
 */
export async function runMonths(
  entity: EntityNode,
  range: { readonly from: string; readonly to: string },
  options: BatchOptions = {},
): Promise<BatchResult> {
  const [from, to] = parseMonths(range.from, range.to);
  const batch = await beginBatch(entity, { from, to }, options);
  const list = monthsOf(batch.from_month, batch.to_month);
  const before = new Map((await doneBefore(entity, batch.batch_id)).map((month) => [month.period_month, month]));
  const months: BatchMonth[] = [];
  for (const month of list) {
    options.signal?.throwIfAborted();
    const done = before.get(month) ?? (await runOne(entity, month, batch.batch_id, options));
    months.push(done);
    await options.monthDone?.(done, months.length, list.length);
  }
  await endBatch(entity, batch.batch_id, 'COMPLETED', { months: months.length }, options);
  return { batch_id: batch.batch_id, from: batch.from_month, to: batch.to_month, status: 'COMPLETED', months };
}

/** The newest batch that has not come to its end, to go on with. @throws Problem `NO_BATCH` */
export async function unfinishedBatch(entity: EntityNode): Promise<BatchRow> {
  const { tenantId, legalEntityId } = entity.scope;
  const work = (tx: Tx) => tx.query<BatchRow>(sql.UNFINISHED_BATCH, [tenantId, legalEntityId]);
  const [batch] = await entity.db.transaction(entity.scope, work, { readOnly: true });
  if (batch === undefined) throw finopsProblem('NO_BATCH', 'every batch of months has come to its end');
  return batch;
}

/** A batch as it is kept. RUNNING is also what a kill leaves. */
export interface BatchRow {
  readonly batch_id: string;
  readonly from_month: string;
  readonly to_month: string;
  readonly trigger: string;
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  readonly summary: unknown;
  readonly started_at: string;
  readonly ended_at: string | null;
}

async function beginBatch(
  entity: EntityNode,
  range: { readonly from: string; readonly to: string },
  options: BatchOptions,
): Promise<BatchRow> {
  const { from, to } = range;
  if (monthsOf(from, to).length > MOST_MONTHS) {
    throw finopsProblem('RANGE_TOO_LONG', `${from} to ${to} are more than ${MOST_MONTHS} months`);
  }
  const context = options.context ?? entity.operator;
  const { batchId = uuidv7(), trigger = 'COMMAND' } = options;
  const payload = { batch_id: batchId, from, to };
  const request = { action: 'finops.batch.begin', method: 'POST', route: 'batch', payload };
  const key = [entity.scope.tenantId, entity.scope.legalEntityId, batchId];
  const answer = await writePath<BatchRow>(entity.db, context, request, async (tx, record) => {
    const values = [...key, context.countryCode, firstDayOf(from), firstDayOf(to), trigger, context.userId];
    await tx.execute(sql.BEGIN_BATCH, values);
    const [batch] = await tx.query<BatchRow>(sql.ONE_BATCH, key);
    if (batch === undefined) throw new Error(`the batch ${batchId} was stored and cannot be read`);
    record.audit({ subject: 'batch', subjectId: batchId, details: { from, to, trigger } });
    return { status: 201, body: batch };
  });
  return answer.body;
}

/** Waits for the month that a killed attempt may still be committing, so that it is not done twice. */
async function doneBefore(entity: EntityNode, batchId: string): Promise<BatchMonth[]> {
  const { tenantId, legalEntityId } = entity.scope;
  const work = async (tx: Tx) => {
    await tx.query(LOCK_ENTITY);
    return await tx.query<Omit<BatchMonth, 'status' | 'reason'>>(sql.MONTHS_DONE, [tenantId, legalEntityId, batchId]);
  };
  const rows = await entity.db.transaction(entity.scope, work, { readOnly: true });
  return rows.map((row) => ({ ...row, status: 'DONE_BEFORE', reason: null }));
}

async function runOne(entity: EntityNode, month: string, batchId: string, options: BatchOptions): Promise<BatchMonth> {
  const { progress, context, trigger } = options;
  const run = {
    batchId,
    ...(progress === undefined ? {} : { progress }),
    ...(context === undefined ? {} : { context }),
    ...(trigger === undefined ? {} : { trigger }),
  };
  try {
    return completed(await runMonth(entity, month, run));
  } catch (error) {
    if (error instanceof Problem && LEFT_ALONE.has(error.code)) {
      return { ...NOTHING, period_month: month, reason: error.code };
    }
    const reason = error instanceof Problem ? error.code : 'INTERNAL';
    await endBatch(entity, batchId, 'FAILED', { month, reason }, options).catch(() => undefined);
    throw error;
  }
}

const NOTHING = { status: 'LEFT_ALONE' as const, run_id: null, facts: null, totals: [], warnings: 0 };

function completed({ period_month, run_id, facts, totals, warnings }: RunResult): BatchMonth {
  return { period_month, status: 'COMPLETED', run_id, facts, totals, warnings: warnings.length, reason: null };
}

async function endBatch(
  entity: EntityNode,
  batchId: string,
  status: 'COMPLETED' | 'FAILED',
  summary: unknown,
  options: BatchOptions,
): Promise<void> {
  const context = options.context ?? entity.operator;
  const payload = { batch_id: batchId, status };
  const request = { action: 'finops.batch.end', method: 'POST', route: 'batch', payload };
  const key = [entity.scope.tenantId, entity.scope.legalEntityId, batchId];
  await writePath(entity.db, context, request, async (tx, record) => {
    await tx.execute(sql.END_BATCH, [...key, status, JSON.stringify(summary)]);
    record.audit({ subject: 'batch', subjectId: batchId, details: { status, summary } });
    return { status: 200, body: null };
  });
}

function monthsOf(from: string, to: string): string[] {
  const months: string[] = [];
  for (let month = from; month <= to && months.length <= MOST_MONTHS; month = shiftMonth(month, 1)) months.push(month);
  return months;
}
