import { canonicalJson } from '@prorata/allocation';
import { type RequestContext, type Tx, uuidv7, type WriteAnswer, type WriteRecord } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { afterId, PAGE_ROWS, type Page, pageOf } from '../service/page.ts';
import { requireVersion } from '../service/routes.ts';
import { type MadeRow, told } from '../service/rows.ts';
import { compiledRule } from './compiled.ts';
import { referencesOf } from './references.ts';
import type { NewRule, NewVersion, RuleAnswer, RuleChange, RuleQuery } from './rules.schema.ts';
import * as sql from './rules.sql.ts';

export type RuleRow = Omit<RuleAnswer, 'created_at' | 'updated_at' | 'posted_at' | 'status'> &
  MadeRow & { readonly posted_at: Date | null };

function tellRule(row: RuleRow): RuleAnswer {
  // One order of members, whether the rule comes from the request or from jsonb: answers are compared as texts.
  const rule = JSON.parse(canonicalJson(row.rule));
  const posted = row.posted_at?.toISOString() ?? null;
  return { ...told(row), rule, posted_at: posted, status: posted === null ? 'DRAFT' : 'POSTED' };
}

/** Stores a draft: the first version of a new code. @throws Problem `RULE_INVALID`, `REFERENCE_INACTIVE`, `CODE_TAKEN`, `DRAFT_EXISTS` */
export async function createRule(node: AnalyticNode, caller: Caller, input: NewRule): Promise<WriteAnswer<RuleAnswer>> {
  return await change(node, caller, { action: 'analytic.rule.create', payload: input }, async (tx, record) => {
    const latest = (await tx.query<RuleRow>(sql.LATEST, [input.rule_code]))[0];
    if (latest !== undefined) throw refusedCode(latest);
    const draft = { ...input, description_source: input.description_source ?? null, version: 1 };
    return { status: 201, body: tellRule(await insertDraft(node, tx, record, caller, draft)) };
  });
}

function refusedCode(latest: RuleRow) {
  const { id, rule_code: code, version } = latest;
  if (latest.posted_at === null)
    return analyticProblem('DRAFT_EXISTS', `version ${version} of ${code} is a draft`, { id });
  const how = 'POST /allocation-rules/{id}/versions makes the next one';
  return analyticProblem('CODE_TAKEN', `version ${version} of ${code} is posted; ${how}`, { id });
}

/** Makes the next version of a posted rule, as a draft; what is not given is taken from it. @throws Problem as `createRule`, and `NOT_FOUND` */
export async function createVersion(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  input: NewVersion,
): Promise<WriteAnswer<RuleAnswer>> {
  const payload = { id, ...input };
  return await change(node, caller, { action: 'analytic.rule.version', payload }, async (tx, record) => {
    const from = found(await tx.query<RuleRow>(sql.BY_ID, [id]), `there is no allocation rule ${id}`);
    const latest = found(await tx.query<RuleRow>(sql.LATEST, [from.rule_code]), id);
    if (latest.posted_at === null) throw refusedCode(latest);
    const description = input.description_source === undefined ? from.description_source : input.description_source;
    const draft = {
      rule_code: from.rule_code,
      rule: input.rule ?? from.rule,
      description_source: description,
      version: latest.version + 1,
    };
    return { status: 201, body: tellRule(await insertDraft(node, tx, record, caller, draft)) };
  });
}

type Draft = Pick<RuleAnswer, 'rule_code' | 'rule' | 'description_source' | 'version'>;

async function insertDraft(node: AnalyticNode, tx: Tx, record: WriteRecord, caller: Caller, draft: Draft) {
  const { context } = caller;
  const plan = compiledRule(draft.rule, await referencesOf(node, tx, context));
  const id = uuidv7();
  const key = `erp.analytic.allocation_rule.${id}.description`;
  const row = (
    await tx.query<RuleRow>(sql.INSERT, [
      id,
      context.countryCode,
      draft.rule_code,
      key,
      draft.description_source,
      JSON.stringify(draft.rule),
      plan.digest,
      draft.version,
      context.userId,
    ])
  )[0];
  if (row === undefined) throw refusedCode(found(await tx.query<RuleRow>(sql.LATEST, [draft.rule_code]), id));
  noteRule(record, row, 'CREATED');
  return row;
}

function noteRule(record: WriteRecord, row: RuleRow, what: 'CREATED' | 'UPDATED' | 'POSTED'): void {
  const { id, rule_code, version, digest } = row;
  record.audit({ subject: 'allocation_rule', subjectId: id, details: { rule_code, version, digest } });
  record.emit({
    event: `ANALYTIC.ALLOCATION_RULE.${what}`,
    entity_id: id,
    payload: { rule_code, version, digest, description_key: row.description_i18n_key },
  });
}

/** Changes a draft. @throws Problem `IMMUTABLE_POSTED`, `NOT_FOUND`, `CHANGED_MEANWHILE`, `RULE_INVALID`, `REFERENCE_INACTIVE` */
export async function changeRule(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  input: RuleChange,
  expected?: number,
): Promise<WriteAnswer<RuleAnswer>> {
  const payload = { id, ...input };
  return await change(node, caller, { action: 'analytic.rule.change', payload }, async (tx, record) => {
    const before = found(await tx.query<RuleRow>(sql.BY_ID_TO_CHANGE, [id]), `there is no allocation rule ${id}`);
    requireNotPosted(before);
    requireVersion(expected, before.revision);
    const rule = input.rule ?? before.rule;
    const plan = compiledRule(rule, await referencesOf(node, tx, caller.context));
    const description = input.description_source === undefined ? before.description_source : input.description_source;
    const values = [id, description, JSON.stringify(rule), plan.digest, caller.context.userId];
    const row = found(await tx.query<RuleRow>(sql.UPDATE, values), id);
    noteRule(record, row, 'UPDATED');
    return { status: 200, body: tellRule(row) };
  });
}

/** Spec 02, guard 1. @throws Problem `IMMUTABLE_POSTED` */
function requireNotPosted(row: RuleRow): void {
  if (row.posted_at === null) return;
  const { rule_code: code, version } = row;
  throw analyticProblem('IMMUTABLE_POSTED', `version ${version} of the rule ${code} is posted`, { id: row.id });
}

/** Posts a draft: from now on it allocates and never changes. @throws Problem as `changeRule` */
export async function postRule(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  expected?: number,
): Promise<WriteAnswer<RuleAnswer>> {
  return await change(node, caller, { action: 'analytic.rule.post', payload: { id } }, async (tx, record) => {
    const before = found(await tx.query<RuleRow>(sql.BY_ID_TO_CHANGE, [id]), `there is no allocation rule ${id}`);
    requireNotPosted(before);
    requireVersion(expected, before.revision);
    compiledRule(before.rule, await referencesOf(node, tx, caller.context));
    const row = found(await tx.query<RuleRow>(sql.POST, [id, caller.context.userId]), id);
    noteRule(record, row, 'POSTED');
    return { status: 200, body: tellRule(row) };
  });
}

/** @throws Problem `NOT_FOUND` */
export async function ruleById(node: AnalyticNode, context: RequestContext, id: string): Promise<RuleAnswer> {
  const rows = await read(node, context, (tx) => tx.query<RuleRow>(sql.BY_ID, [id]));
  return tellRule(found(rows, `there is no allocation rule ${id}`));
}

export async function listRules(
  node: AnalyticNode,
  context: RequestContext,
  query: RuleQuery,
): Promise<Page<RuleAnswer>> {
  const { limit = PAGE_ROWS } = query;
  const values = [afterId(query.after), query.rule_code ?? null, query.posted ?? null, limit + 1];
  const rows = await read(node, context, (tx) => tx.query<RuleRow>(sql.LIST, values));
  return pageOf(rows.map(tellRule), limit);
}
