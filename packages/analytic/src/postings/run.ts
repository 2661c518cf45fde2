import {
  type EventEntry,
  monthOf,
  type RequestContext,
  type Tx,
  uuidv7,
  type WriteAnswer,
  type WriteRecord,
} from '@prorata/platform';
import { foldSoon } from '../balance/fold.ts';
import { analyticProblem } from '../problems.ts';
import * as ruleSql from '../rules/rules.sql.ts';
import type { RuleRow } from '../rules/rules.ts';
import { type AnalyticNode, type Caller, change, found, read, requireLegalEntity } from '../service/node.ts';
import { refusalOf } from '../service/refusals.ts';
import { type RunSource, runSource, sourceStatement } from '../source/run-source.ts';
import { type Computed, compute } from './compute.ts';
import { explainResult, type Language } from './explain.ts';
import type { PostingAnswer, RunRequest } from './postings.schema.ts';
import * as sql from './postings.sql.ts';
import type { PostingResult } from './result.ts';
import { isContended, type PostingRow, type Storing, storeAlone, storePosting, tellPosting } from './store.ts';

/** The posting, and whether it was there before this request. */
export interface RunAnswer extends WriteAnswer<PostingAnswer> {
  readonly replayed: boolean;
}

/**
 * Runs a posted rule on a posted entry, in a transaction of its own. One entry and rule give one posting, whoever asks how often
 * (spec 02, guard 3): who comes later is answered with what is stored.
 *
 * @throws Problem `RULE_NOT_POSTED`, `ALREADY_ALLOCATED`, and those of `compute`
 */
export async function runAlone(node: AnalyticNode, caller: Caller, asked: RunRequest): Promise<RunAnswer> {
  try {
    return await runIn(node, caller, asked, storeThisAlone);
  } catch (error) {
    if (!isContended(error)) throw error;
    return await runIn(node, caller, asked, storeWaiting);
  }
}

/** How a posting is stored: waiting for what the database says, or not. */
type Store = (tx: Tx, storing: Storing) => Promise<PostingRow | undefined>;

const storeThisAlone: Store = async (tx, storing) => storeAlone(tx, [storing])[0];
const storeWaiting: Store = (tx, { posting, ids }) => storePosting(tx, posting, ids);

/** What a run is for the write path, and for whoever stores its answer. */
export const RUN_ACTION = 'analytic.allocation.run';

async function runIn(node: AnalyticNode, caller: Caller, asked: RunRequest, store: Store): Promise<RunAnswer> {
  let before = false;
  const asking = { action: RUN_ACTION, payload: asked, ahead: sourceStatement([{ context: caller.context, asked }]) };
  const answer = await change(node, caller, asking, async (tx, record) => {
    const source = runSource(tx.ahead.at(-1), caller.context);
    const posting =
      source.activeId === null
        ? await runOnce(node, tx, record, caller.context, asked, source, store)
        : await existingPosting(tx, asked);
    before = posting.existing;
    if (before) record.audit({ subject: 'posting', subjectId: posting.id, details: { ...asked, existing: true } });
    return { status: 201, body: tellPosting(posting) };
  });
  foldSoon(node, caller.context);
  return { ...answer, replayed: answer.replayed || before };
}

type OncePosting = PostingRow & { readonly existing: boolean };

async function existingPosting(tx: Tx, asked: RunRequest): Promise<OncePosting> {
  const rows = await tx.query<PostingRow>(sql.ACTIVE, [asked.sourceEntryId, asked.allocationRuleId]);
  if (rows[0] !== undefined) return { ...rows[0], existing: true };
  throw analyticProblem('ALREADY_REVERSED', `the posting of entry ${asked.sourceEntryId} was reversed a moment ago`);
}

async function runOnce(
  node: AnalyticNode,
  tx: Tx,
  record: WriteRecord,
  context: RequestContext,
  asked: RunRequest,
  source: RunSource,
  store: Store,
): Promise<OncePosting> {
  const stored = await store(tx, await storingOf(node, tx, context, asked, source));
  // Another request won between the look and the insert: what it stored is the answer.
  if (stored === undefined) return await existingPosting(tx, asked);
  notePosting(record, 'RUN', stored);
  return { ...stored, existing: false };
}

/** The posting that a run stores where nothing is stored yet. @throws Problem `RULE_NOT_POSTED`, and those of `compute` */
export async function storingOf(
  node: AnalyticNode,
  tx: Tx,
  context: RequestContext,
  asked: RunRequest,
  source: RunSource,
): Promise<Storing> {
  const rule = await ruleToRun(node, tx, context, asked.allocationRuleId);
  if (rule.posted_at === null) {
    throw analyticProblem('RULE_NOT_POSTED', `version ${rule.version} of the rule ${rule.rule_code} is a draft`);
  }
  const computed = await compute(node, tx, context, source, rule, asked.sourceEntryId);
  const owner = requireLegalEntity(context);
  return { owner, posting: newPosting(context, rule, computed), ids: computed.references, moment: source.moment };
}

/** Posted rules that a node has read; they never change. */
const MOST_KEPT = 1000;
const kept = new WeakMap<AnalyticNode, Map<string, RuleRow>>();

/** A rule of the caller's legal entity, from memory when it is posted and was read before. @throws Problem `NOT_FOUND` */
async function ruleToRun(node: AnalyticNode, tx: Tx, context: RequestContext, id: string): Promise<RuleRow> {
  const known = kept.get(node) ?? new Map<string, RuleRow>();
  kept.set(node, known);
  const place = `${context.tenantId} ${context.legalEntityId} ${id}`;
  const before = known.get(place);
  if (before !== undefined) return before;
  const rule = found(await tx.query<RuleRow>(ruleSql.BY_ID, [id]), `there is no allocation rule ${id}`);
  if (rule.posted_at !== null) known.set(place, rule);
  const oldest = known.keys().next().value;
  if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
  return rule;
}

function newPosting(context: RequestContext, rule: RuleRow, { entry, result }: Computed) {
  return {
    id: uuidv7(),
    country_code: context.countryCode,
    source_entry_id: entry.id,
    allocation_rule_id: rule.id,
    kind: 'ORIGINAL' as const,
    reverses: null,
    posting_date: entry.accountingDate,
    currency: entry.currency,
    result,
    created_by: context.userId,
  };
}

/** Audit row and event of a posting. */
export function notePosting(record: WriteRecord, what: 'RUN' | 'REVERSED', posting: PostingRow): void {
  const { id, source_entry_id, allocation_rule_id: rule_id, reverses, result } = posting;
  const details = { posting_id: id, source_entry_id, rule_id, reverses, amount: result.amount };
  record.audit({ subject: 'posting', subjectId: id, details });
  record.emit(eventOfPosting(what, posting));
}

/** The event of a posting (spec 02, "Events normalisés"); a mirror has the sister `ANALYTIC.ALLOCATION.REVERSED`. */
export function eventOfPosting(
  what: 'RUN' | 'REVERSED',
  posting: Pick<PostingRow, 'id' | 'source_entry_id' | 'allocation_rule_id' | 'reverses' | 'result'> & {
    readonly posting_date?: string;
  },
): EventEntry {
  const { id, source_entry_id, allocation_rule_id: rule_id, reverses } = posting;
  const mirror = reverses === null ? {} : { reverses };
  // A result keeps the month of its weights; a mirror may count in a later one, which is the month that a receiver books it in.
  const result_summary = {
    ...summaryOf(posting.result),
    month: posting.posting_date === undefined ? posting.result.month : monthOf(posting.posting_date),
  };
  const payload = { posting_id: id, source_entry_id, rule_id, ...mirror, result_summary };
  return { event: `ANALYTIC.ALLOCATION.${what}`, entity_id: id, payload };
}

function summaryOf({ amount, currency, month, lines, totals }: PostingResult) {
  return { amount, currency, month, lines: lines.length, totals };
}

/** What a run would store, with its explanation; a draft is tried like a posted rule. Nothing is stored. @throws Problem of `compute` */
export async function previewAllocation(
  node: AnalyticNode,
  context: RequestContext,
  asked: RunRequest,
  language: Language,
) {
  requireLegalEntity(context);
  const ahead = [sourceStatement([{ context, asked }])];
  const computing = async (tx: Tx) => {
    const source = runSource(tx.ahead[0], context);
    const tried = await ruleToRun(node, tx, context, asked.allocationRuleId);
    return { rule: tried, computed: await compute(node, tx, context, source, tried, asked.sourceEntryId) };
  };
  const { computed, rule } = await read(node, context, computing, ahead).catch((error: unknown) => {
    throw refusalOf(error);
  });
  const { entry, result } = computed;
  return {
    source_entry_id: entry.id,
    allocation_rule_id: rule.id,
    posting_date: entry.accountingDate,
    period_month: entry.month,
    currency: entry.currency,
    result,
    explanation: explainResult(result, rule.rule, language),
  };
}
