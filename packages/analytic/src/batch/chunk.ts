import { createHash } from 'node:crypto';
import { entriesOfMonth, type LedgerEntry, requireOpenPeriod } from '@prorata/ledger';
import { Problem, type RequestContext, type Tx, uuidv7, type WriteRecord } from '@prorata/platform';
import { allocate, boundTo, requireAllocatable, requireFunctionalCurrency } from '../postings/compute.ts';
import { linePartsOf, type PostingResult } from '../postings/result.ts';
import { eventOfPosting } from '../postings/run.ts';
import { analyticProblem } from '../problems.ts';
import { compiledRule } from '../rules/compiled.ts';
import { type References, referencesOf } from '../rules/references.ts';
import * as ruleSql from '../rules/rules.sql.ts';
import type { RuleRow } from '../rules/rules.ts';
import { type AnalyticNode, found } from '../service/node.ts';
import { refusalOf } from '../service/refusals.ts';
import * as sql from './batch.sql.ts';

/** Entries of one transaction: large enough that its overhead is small, small enough that memory and lost work are. */
export const CHUNK_ENTRIES = 500;

interface Claimed {
  readonly month: string;
  readonly rule_position: number;
  readonly after_date: string | null;
  readonly after_id: string | null;
  readonly allocation_rule_id: string | null;
}

interface Planned {
  readonly id: string;
  readonly entry: LedgerEntry;
  readonly result: PostingResult;
}

interface Refused {
  readonly entry: LedgerEntry;
  readonly problem: Problem;
}

/** Somebody allocated the same entries meanwhile: the chunk is to be looked at again. */
export class ChunkOverlap extends Error {}

/** Runs the next chunk of a run in the given transaction; answers whether there may be more. @throws Problem that stops the run, ChunkOverlap */
export async function runChunk(
  node: AnalyticNode,
  tx: Tx,
  record: WriteRecord,
  context: RequestContext,
  runId: string,
): Promise<boolean> {
  const claimed = (await tx.query<Claimed>(sql.CLAIM, [runId]))[0];
  if (claimed === undefined) return false;
  if (claimed.allocation_rule_id === null) {
    await tx.execute(sql.COMPLETE, [runId]);
    record.audit({ subject: 'batch_run', subjectId: runId, details: { completed: true } });
    record.emit({ event: 'ANALYTIC.BATCH.COMPLETED', entity_id: runId, payload: { month: claimed.month } });
    return false;
  }
  await requireOpenPeriod(tx, claimed.month);
  const entries = await nextEntries(tx, claimed);
  const last = entries.at(-1);
  if (last === undefined) {
    await tx.execute(sql.NEXT_RULE, [runId]);
    return true;
  }
  const rule = found(await tx.query<RuleRow>(ruleSql.BY_ID, [claimed.allocation_rule_id]), claimed.allocation_rule_id);
  const references = await referencesOf(node, tx, context);
  const plan = await planChunk(tx, rule, references, claimed.month, entries);
  await storeChunk(tx, context, rule, references, plan.planned);
  await storeRefusals(tx, runId, rule.id, plan.refused);
  const counts = [plan.planned.length, plan.existing, plan.unmatched, plan.refused.length];
  await tx.execute(sql.ADVANCE, [runId, last.accountingDate, last.id, ...counts]);
  noteChunk(record, runId, rule, plan.planned);
  return true;
}

async function nextEntries(tx: Tx, { month, after_date, after_id }: Claimed): Promise<LedgerEntry[]> {
  const after = after_date === null || after_id === null ? {} : { after: { accountingDate: after_date, id: after_id } };
  const entries: LedgerEntry[] = [];
  const kinds = ['ORDINARY', 'OPENING', 'CLOSING'] as const;
  for await (const one of entriesOfMonth(tx, month, { ...after, kinds, pageSize: CHUNK_ENTRIES })) {
    entries.push(one);
    if (entries.length === CHUNK_ENTRIES) break;
  }
  return entries;
}

interface Plan {
  readonly planned: Planned[];
  readonly refused: Refused[];
  existing: number;
  unmatched: number;
}

/** What each entry of a chunk gives, by the guards and the code of a single run. @throws Problem for what is wrong with the rule itself */
async function planChunk(
  tx: Tx,
  rule: RuleRow,
  references: References,
  month: string,
  entries: readonly LedgerEntry[],
): Promise<Plan> {
  const { bound, drivers } = await boundTo(tx, compiledRule(rule.rule, references, rule.digest), month);
  const ids = entries.map((entry) => entry.id);
  const rows = await tx.query<{ source_entry_id: string }>(sql.EXISTING, [ids, rule.id]);
  const existing = new Set(rows.map((row) => row.source_entry_id));
  const axes = bound.axes.flatMap((axis) => axis.axes).map((axis) => references.axisIds.get(axis) ?? '');
  const held = await heldLines(tx, ids, axes);
  const plan: Plan = { planned: [], refused: [], existing: 0, unmatched: 0 };
  for (const entry of entries) {
    if (existing.has(entry.id)) {
      plan.existing += 1;
      continue;
    }
    try {
      // A reversal is no work for a rule: its original's mirror speaks for it.
      if (entry.reverses !== null) throw analyticProblem('NOTHING_TO_ALLOCATE', 'the entry reverses another');
      requireAllocatable(entry);
      requireFunctionalCurrency(entry, references.settings);
      const result = allocate(entry, rule, bound, drivers, references.settings);
      requireFree(entry.id, result, references, held);
      plan.planned.push({ id: uuidv7(), entry, result });
    } catch (error) {
      const problem = refusalOf(error);
      if (!(problem instanceof Problem) || problem.status >= 500) throw error;
      if (problem.code === 'NOTHING_TO_ALLOCATE') plan.unmatched += 1;
      else plan.refused.push({ entry, problem });
    }
  }
  return plan;
}

const place = (entry: string, line: number, axis: string) => `${entry} ${line} ${axis}`;

async function heldLines(tx: Tx, entries: readonly string[], axes: readonly string[]): Promise<Map<string, string>> {
  type Row = { entry_id: string; line_no: number; axis_id: string; posting_id: string };
  const rows = await tx.query<Row>(sql.HELD, [entries, axes]);
  return new Map(rows.map((row) => [place(row.entry_id, row.line_no, row.axis_id), row.posting_id]));
}

function requireFree(
  entry: string,
  result: PostingResult,
  references: References,
  held: ReadonlyMap<string, string>,
): void {
  if (held.size === 0) return;
  for (const { line, axis } of linePartsOf(result.lines)) {
    const posting = held.get(place(entry, line, references.axisIds.get(axis) ?? ''));
    if (posting === undefined) continue;
    const detail = `line ${line} on ${axis} is held by the posting ${posting}`;
    throw analyticProblem('ALREADY_ALLOCATED', detail, { posting_id: posting, line, axis });
  }
}

async function storeChunk(
  tx: Tx,
  context: RequestContext,
  rule: RuleRow,
  references: References,
  planned: readonly Planned[],
): Promise<void> {
  if (planned.length === 0) return;
  const parts: unknown[][] = [[], [], [], [], [], [], []];
  const held: unknown[][] = [[], [], []];
  const push = (columns: unknown[][], row: readonly unknown[]) => {
    for (const [index, value] of row.entries()) columns[index]?.push(value);
  };
  for (const { id, result } of planned) {
    for (const { line, part, axis, dimension, account, amount } of linePartsOf(result.lines)) {
      const axisId = references.axisIds.get(axis);
      const dimensionId = references.dimensionIds.get(axis)?.get(dimension);
      push(parts, [id, line, part, axisId, dimensionId, account, amount]);
      if (part === 1) push(held, [id, line, axisId]);
    }
  }
  const rows = await tx.query<{ stored: number; held: number }>(sql.STORE, [
    context.countryCode,
    rule.id,
    references.settings.currency,
    context.userId,
    planned.map(({ id }) => id),
    planned.map(({ entry }) => entry.id),
    planned.map(({ entry }) => entry.accountingDate),
    planned.map(({ result }) => JSON.stringify(result)),
    ...parts,
    ...held,
  ]);
  const done = found(rows, rule.id);
  if (done.stored < planned.length || done.held < (held[0]?.length ?? 0)) throw new ChunkOverlap();
}

async function storeRefusals(tx: Tx, runId: string, ruleId: string, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  await tx.execute(sql.INSERT_REFUSALS, [
    runId,
    ruleId,
    refused.map(() => uuidv7()),
    refused.map(({ entry }) => entry.id),
    refused.map(({ problem }) => problem.code),
    refused.map(({ problem }) => problem.detail),
  ]);
}

/** One audit row a chunk, which is one change; one event a posting, because receivers follow postings. */
function noteChunk(record: WriteRecord, runId: string, rule: RuleRow, planned: readonly Planned[]): void {
  const digest = createHash('sha256');
  for (const { id, entry, result } of planned) {
    digest.update(`${id} ${entry.id} ${JSON.stringify(result)}\n`);
    record.emit(
      eventOfPosting('RUN', { id, source_entry_id: entry.id, allocation_rule_id: rule.id, reverses: null, result }),
    );
  }
  const details = { rule_id: rule.id, postings: planned.length, sha256: digest.digest('hex') };
  record.audit({ subject: 'batch_run', subjectId: runId, details });
}
