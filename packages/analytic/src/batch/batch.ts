import {
  enqueueJob,
  firstDayOf,
  Problem,
  type RequestContext,
  type Tx,
  uuidv7,
  type WriteAnswer,
} from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import type { RuleRow } from '../rules/rules.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { afterId, PAGE_ROWS, type Page, pageOf } from '../service/page.ts';
import { refusalOf } from '../service/refusals.ts';
import { type MadeRow, told } from '../service/rows.ts';
import type { BatchAnswer, BatchQuery, NewBatchRun, Refusal } from './batch.schema.ts';
import * as sql from './batch.sql.ts';
import { ChunkOverlap, claimRun, completeRun, standingOf, storeChunk } from './chunk.ts';
import { type ChunkPlan, type Position, planChunk } from './plan-chunk.ts';

/** Kind of the job that carries a run out. */
export const BATCH_JOB = 'analytic.batch';

type Counts = 'expected' | 'seen' | 'posted' | 'existing' | 'unmatched' | 'refused';
type BatchRow = Omit<BatchAnswer, 'created_at' | 'updated_at' | Counts> & MadeRow & Record<Counts, string>;

function tellRun(row: BatchRow): BatchAnswer {
  const { expected, seen, posted, existing, unmatched, refused } = row;
  return {
    ...told(row),
    expected: Number(expected),
    seen: Number(seen),
    posted: Number(posted),
    existing: Number(existing),
    unmatched: Number(unmatched),
    refused: Number(refused),
  };
}

/** Who carries a run out: a job of the node's queue, or the caller himself with `runBatch`. */
export type CarriedOutBy = 'job' | 'caller';

/** Asks for a run of posted rules over all posted entries of a month. @throws Problem `REFERENCE_UNKNOWN`, `RULE_NOT_POSTED`, `MONTH_INVALID` */
export async function createBatchRun(
  node: AnalyticNode,
  caller: Caller,
  input: NewBatchRun,
  by: CarriedOutBy = 'caller',
): Promise<WriteAnswer<BatchAnswer>> {
  return await change(node, caller, { action: 'analytic.batch.create', payload: input }, async (tx, record) => {
    const { month, allocationRuleIds: rules } = input;
    const { countryCode, userId } = caller.context;
    const known = new Map((await tx.query<RuleRow>(sql.POSTED_RULES, [rules])).map((rule) => [rule.id, rule]));
    for (const [index, id] of rules.entries()) requirePosted(known.get(id), id, index);
    const id = uuidv7();
    await tx.execute(sql.INSERT, [id, countryCode, firstDayOf(month), rules.length, userId]);
    await tx.execute(sql.INSERT_RULES, [id, rules]);
    if (by === 'job') await askForJob(tx, caller.context, id);
    record.audit({ subject: 'batch_run', subjectId: id, details: input });
    record.emit({ event: 'ANALYTIC.BATCH.STARTED', entity_id: id, payload: { month, rules } });
    return { status: 202, body: tellRun(found(await tx.query<BatchRow>(sql.BY_ID, [id]), id)) };
  });
}

/** One unfinished job a run: who resumes a run that is being carried out is answered with the job that does it. */
async function askForJob(tx: Tx, context: RequestContext, id: string): Promise<void> {
  const { jobId } = await enqueueJob(tx, context, BATCH_JOB, { batch_run_id: id }, { jobKey: id });
  await tx.execute(sql.SET_JOB, [id, jobId]);
}

function requirePosted(rule: RuleRow | undefined, id: string, index: number): void {
  const pointer = `/allocationRuleIds/${index}`;
  if (rule === undefined) throw analyticProblem('REFERENCE_UNKNOWN', `there is no allocation rule ${id}`, { pointer });
  if (rule.posted_at !== null) return;
  throw analyticProblem('RULE_NOT_POSTED', `version ${rule.version} of ${rule.rule_code} is a draft`, { pointer });
}

/** Lets a run that failed or was cut off go on where it stopped. @throws Problem `NOT_FOUND`, `IMMUTABLE_POSTED` for one that is complete */
export async function resumeBatchRun(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  by: CarriedOutBy = 'caller',
): Promise<WriteAnswer<BatchAnswer>> {
  return await change(node, caller, { action: 'analytic.batch.resume', payload: { id } }, async (tx, record) => {
    found(await tx.query<BatchRow>(sql.BY_ID, [id]), `there is no batch run ${id}`);
    const resumed = await tx.execute(sql.RESUME, [id, caller.context.userId]);
    if (resumed === 0) throw analyticProblem('IMMUTABLE_POSTED', `the batch run ${id} is complete`);
    if (by === 'job') await askForJob(tx, caller.context, id);
    record.audit({ subject: 'batch_run', subjectId: id, details: { resumed: true } });
    return { status: 202, body: tellRun(found(await tx.query<BatchRow>(sql.BY_ID, [id]), id)) };
  });
}

export interface RunBatchOptions {
  /** Asked between two chunks: whether to stop here. The run can be resumed. */
  readonly stop?: () => boolean;
  /** Entries of one transaction; `CHUNK_ENTRIES` unless told. */
  readonly chunkEntries?: number;
  /** Told after each chunk. */
  readonly progress?: (run: BatchAnswer) => Promise<void>;
}

/** How often a chunk is looked at again because others allocated the same entries at the same moment. */
const MOST_OVERLAPS = 20;

/**
 * Carries a run out, chunk by chunk, each in its own transaction. What stops the whole run (a locked month, a driver without
 * weights) is kept as its problem; what stops one entry is kept as a refusal and the run goes on.
 */
export async function runBatch(
  node: AnalyticNode,
  context: RequestContext,
  id: string,
  options: RunBatchOptions = {},
): Promise<BatchAnswer> {
  const caller: Caller = { context, method: 'BATCH', route: 'analytic/batch-runs' };
  let planned: Promise<ChunkPlan> | undefined;
  let overlaps = 0;
  let standing = '';
  for (let more = true; more; ) {
    try {
      const plan = await planned;
      if (plan === undefined) {
        const at = await read(node, context, (tx) => standingOf(tx, id));
        // Where another runner got on with it, having come too late is no failure.
        if (standing !== JSON.stringify(at)) overlaps = 0;
        standing = JSON.stringify(at) ?? '';
        more = at !== undefined && at.allocation_rule_id !== null;
        if (at !== undefined && more) planned = planAt(node, context, at, options.chunkEntries);
        else if (at !== undefined) await endBatchRun(node, caller, id);
        continue;
      }
      if (options.stop?.() === true) break;
      // While the database stores this chunk, the next one is read and computed.
      planned = planBehind(node, context, plan, options.chunkEntries);
      more = await storeNext(node, caller, id, plan);
      await options.progress?.(await batchRunById(node, context, id));
      overlaps = 0;
    } catch (error) {
      planned = undefined;
      overlaps += 1;
      if (error instanceof ChunkOverlap && overlaps < MOST_OVERLAPS) continue;
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      await failBatchRun(node, caller, id, error);
      more = false;
    }
  }
  return await batchRunById(node, context, id);
}

function planAt(node: AnalyticNode, context: RequestContext, position: Position, entries?: number): Promise<ChunkPlan> {
  const plan = read(node, context, (tx) => planChunk(node, tx, context, position, entries)).catch((error: unknown) => {
    throw refusalOf(error);
  });
  // It is looked at a chunk later; until then its failure is nobody's.
  plan.catch(() => {});
  return plan;
}

/** The plan of what comes behind a plan of the same rule; undefined behind the last one. */
function planBehind(
  node: AnalyticNode,
  context: RequestContext,
  plan: ChunkPlan,
  entries?: number,
): Promise<ChunkPlan> | undefined {
  if (plan.last === undefined) return undefined;
  const { accountingDate, id } = plan.last;
  return planAt(node, context, { ...plan.position, after_date: accountingDate, after_id: id }, entries);
}

/**
 * Stores a plan where the run still stands at its position.
 *
 * @returns whether the run runs
 * @throws ChunkOverlap where it stands elsewhere
 */
async function storeNext(node: AnalyticNode, caller: Caller, id: string, plan: ChunkPlan): Promise<boolean> {
  const asked = { action: 'analytic.batch.chunk', payload: { id } };
  const answer = await change(node, caller, asked, async (tx, record) => {
    const at = await claimRun(tx, id);
    if (at !== undefined && !samePosition(at, plan.position)) throw new ChunkOverlap();
    if (at !== undefined) await storeChunk(tx, record, caller.context, id, plan);
    return { status: 200, body: at !== undefined };
  });
  return answer.body;
}

async function endBatchRun(node: AnalyticNode, caller: Caller, id: string): Promise<void> {
  await change(node, caller, { action: 'analytic.batch.complete', payload: { id } }, async (tx, record) => {
    const at = await claimRun(tx, id);
    // Another runner of the run may have ended it a moment ago.
    if (at !== undefined) await completeRun(tx, record, id, at.month);
    return { status: 200, body: null };
  });
}

function samePosition(a: Position, b: Position): boolean {
  return a.rule_position === b.rule_position && a.after_id === b.after_id && a.after_date === b.after_date;
}

async function failBatchRun(node: AnalyticNode, caller: Caller, id: string, problem: Problem): Promise<void> {
  await change(node, caller, { action: 'analytic.batch.fail', payload: { id } }, async (tx, record) => {
    const { code, detail } = problem;
    await tx.execute(sql.FAIL, [id, JSON.stringify(problem)]);
    record.audit({ subject: 'batch_run', subjectId: id, details: { code, detail } });
    record.emit({ event: 'ANALYTIC.BATCH.FAILED', entity_id: id, payload: { code, detail } });
    return { status: 200, body: null };
  });
}

/** @throws Problem `NOT_FOUND` */
export async function batchRunById(node: AnalyticNode, context: RequestContext, id: string): Promise<BatchAnswer> {
  const rows = await read(node, context, (tx) => tx.query<BatchRow>(sql.BY_ID, [id]));
  return tellRun(found(rows, `there is no batch run ${id}`));
}

export async function listBatchRuns(
  node: AnalyticNode,
  context: RequestContext,
  query: BatchQuery,
): Promise<Page<BatchAnswer>> {
  const { limit = PAGE_ROWS } = query;
  const month = query.month === undefined ? null : firstDayOf(query.month);
  const rows = await read(node, context, (tx) =>
    tx.query<BatchRow>(sql.LIST, [afterId(query.after), month, limit + 1]),
  );
  return pageOf(rows.map(tellRun), limit);
}

/** Entries that a run could not allocate, each with its reason. @throws Problem `NOT_FOUND` */
export async function batchRefusals(
  node: AnalyticNode,
  context: RequestContext,
  id: string,
  page: { readonly after?: string | undefined; readonly limit?: number | undefined },
): Promise<Page<Refusal>> {
  const { limit = PAGE_ROWS } = page;
  const rows = await read(node, context, async (tx) => {
    found(await tx.query<BatchRow>(sql.BY_ID, [id]), `there is no batch run ${id}`);
    return await tx.query<Refusal>(sql.REFUSALS, [id, afterId(page.after), limit + 1]);
  });
  return pageOf(rows, limit);
}
