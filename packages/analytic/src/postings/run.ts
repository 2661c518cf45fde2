import {
  type EventEntry,
  type RequestContext,
  type Tx,
  uuidv7,
  type WriteAnswer,
  type WriteRecord,
} from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import * as ruleSql from '../rules/rules.sql.ts';
import type { RuleRow } from '../rules/rules.ts';
import { type AnalyticNode, type Caller, change, found, read, requireLegalEntity } from '../service/node.ts';
import { refusalOf } from '../service/refusals.ts';
import { type Computed, compute } from './compute.ts';
import { explainResult, type Language } from './explain.ts';
import type { PostingAnswer, RunRequest } from './postings.schema.ts';
import * as sql from './postings.sql.ts';
import type { PostingResult } from './result.ts';
import { type PostingRow, storePosting, tellPosting } from './store.ts';

/** The posting, and whether it was there before this request. */
export interface RunAnswer extends WriteAnswer<PostingAnswer> {
  readonly replayed: boolean;
}

/**
 * Runs a posted rule on a posted entry. One entry and rule give one posting, whoever asks how often (spec 02, guard 3): who comes
 * later is answered with what is stored.
 *
 * @throws Problem `RULE_NOT_POSTED`, `ALREADY_ALLOCATED`, and those of `compute`
 */
export async function runAllocation(node: AnalyticNode, caller: Caller, asked: RunRequest): Promise<RunAnswer> {
  let before = false;
  const answer = await change(
    node,
    caller,
    { action: 'analytic.allocation.run', payload: asked },
    async (tx, record) => {
      const active = await activePosting(tx, asked);
      const posting = active ?? (await runOnce(node, tx, record, caller.context, asked));
      before = active !== undefined || posting.existing;
      if (before) record.audit({ subject: 'posting', subjectId: posting.id, details: { ...asked, existing: true } });
      return { status: 201, body: tellPosting(posting) };
    },
  );
  return { ...answer, replayed: answer.replayed || before };
}

type OncePosting = PostingRow & { readonly existing: boolean };

async function activePosting(tx: Tx, asked: RunRequest): Promise<OncePosting | undefined> {
  const rows = await tx.query<PostingRow>(sql.ACTIVE, [asked.sourceEntryId, asked.allocationRuleId]);
  return rows[0] === undefined ? undefined : { ...rows[0], existing: true };
}

async function runOnce(
  node: AnalyticNode,
  tx: Tx,
  record: WriteRecord,
  context: RequestContext,
  asked: RunRequest,
): Promise<OncePosting> {
  const rule = await ruleToRun(tx, asked.allocationRuleId);
  if (rule.posted_at === null) {
    throw analyticProblem('RULE_NOT_POSTED', `version ${rule.version} of the rule ${rule.rule_code} is a draft`);
  }
  const computed = await compute(node, tx, context, asked.sourceEntryId, rule);
  const stored = await storePosting(tx, newPosting(context, rule, computed), computed.references);
  if (stored === undefined) {
    // Another request won between the look and the insert: what it stored is the answer.
    const winner = await activePosting(tx, asked);
    if (winner !== undefined) return winner;
    throw analyticProblem('ALREADY_REVERSED', `the posting of entry ${asked.sourceEntryId} was reversed a moment ago`);
  }
  notePosting(record, 'RUN', stored);
  return { ...stored, existing: false };
}

async function ruleToRun(tx: Tx, id: string): Promise<RuleRow> {
  return found(await tx.query<RuleRow>(ruleSql.BY_ID, [id]), `there is no allocation rule ${id}`);
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
  posting: Pick<PostingRow, 'id' | 'source_entry_id' | 'allocation_rule_id' | 'reverses' | 'result'>,
): EventEntry {
  const { id, source_entry_id, allocation_rule_id: rule_id, reverses } = posting;
  const mirror = reverses === null ? {} : { reverses };
  const result_summary = summaryOf(posting.result);
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
  const { computed, rule } = await read(node, context, async (tx) => {
    const tried = await ruleToRun(tx, asked.allocationRuleId);
    return { rule: tried, computed: await compute(node, tx, context, asked.sourceEntryId, tried) };
  }).catch((error: unknown) => {
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
