import { type RequestContext, type Tx, type WriteAnswer, writePath } from '@prorata/platform';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { loadMapping } from '../mapping/document.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import type { RuleInForce } from './chains.ts';
import { type IndirectRule, parseRules, ruleDigest } from './rule-document.ts';
import { assertRuleSet } from './rule-set.ts';
import * as sql from './rules.sql.ts';

export interface RulesOptions {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

export type RuleStatus = 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';

/** A version of an indirect rule. Months are YYYY-MM, times RFC 3339 in UTC. */
export interface RuleVersion {
  readonly code: string;
  readonly version: number;
  readonly label: string;
  readonly status: RuleStatus;
  readonly order: number;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly sha256: string;
  readonly created_at: string;
  readonly created_by: string;
  readonly published_at: string | null;
  readonly published_by: string | null;
  readonly archived_at: string | null;
  readonly archived_by: string | null;
}

export interface ShownRule extends RuleVersion {
  readonly document: IndirectRule;
}

/** What an import did with a rule of the file. */
export interface ImportedRule {
  readonly code: string;
  readonly version: number;
  readonly status: RuleStatus;
  readonly change: 'CREATED' | 'REWRITTEN' | 'UNCHANGED';
}

/**
 * Takes a rules file: each rule that says something new becomes a draft, the next version of its code; a draft that stands is
 * rewritten; a rule that says what its newest version says is left alone. All of the file or nothing.
 *
 * @param text YAML or JSON
 * @throws Problem `RULES_INVALID`, `POOL_UNKNOWN`, `CHAIN_LOOPS`, `CHAIN_BACKWARDS`, `MAPPING_INVALID`
 */
export async function importRules(
  entity: EntityNode,
  text: string,
  options: RulesOptions & { readonly publish?: boolean | undefined } = {},
): Promise<{ readonly rows: readonly ImportedRule[] }> {
  const rules = parseRules(text);
  const pools = await poolsOf(entity);
  // Alone already the file has to make sense; with what is published it is judged when it is published.
  assertRuleSet(
    rules.map((rule) => ({ rule, version: 1 })),
    pools,
  );
  const publish = options.publish === true;
  const payload = { rules: rules.map(ruleDigest), publish };
  const answer = await write<{ rows: ImportedRule[] }>(entity, options, 'import', payload, async (work) => {
    const rows: ImportedRule[] = [];
    for (const rule of rules) rows.push(await storeRule(work, rule));
    if (!publish) return { rows };
    const drafts = rows.filter((row) => row.status === 'DRAFT');
    for (const draft of drafts) await setStatus(work, draft, 'PUBLISHED');
    assertRuleSet(await publishedRules(work), pools);
    return { rows: rows.map((row) => (drafts.includes(row) ? { ...row, status: 'PUBLISHED' as const } : row)) };
  });
  return answer.body;
}

/**
 * Publishes a draft: from the next run on it is in force in the months for which it is valid. It is never changed again.
 *
 * @param version the newest unless told
 * @throws Problem `RULE_NOT_FOUND`, `RULE_STATUS`, and those of looking at the rules as a whole
 */
export async function publishRule(
  entity: EntityNode,
  code: string,
  version?: number,
  options: RulesOptions = {},
): Promise<ShownRule> {
  const pools = await poolsOf(entity);
  const payload = { code, version: version ?? null };
  const answer = await write<ShownRule>(entity, options, 'publish', payload, async (work) => {
    const rule = await oneRule(work.tx, work.key, code, version);
    await setStatus(work, rule, 'PUBLISHED');
    assertRuleSet(await publishedRules(work), pools);
    return await oneRule(work.tx, work.key, code, rule.version);
  });
  return answer.body;
}

/** Takes a published version out of force for the runs to come. @throws Problem `RULE_NOT_FOUND`, `RULE_STATUS` */
export async function archiveRule(
  entity: EntityNode,
  code: string,
  version?: number,
  options: RulesOptions = {},
): Promise<ShownRule> {
  const pools = await poolsOf(entity);
  const payload = { code, version: version ?? null };
  const answer = await write<ShownRule>(entity, options, 'archive', payload, async (work) => {
    const rule = await oneRule(work.tx, work.key, code, version);
    await setStatus(work, rule, 'ARCHIVED');
    // An older version may be in force again.
    assertRuleSet(await publishedRules(work), pools);
    return await oneRule(work.tx, work.key, code, rule.version);
  });
  return answer.body;
}

/** All versions of all rules, in the order in which rules choose. */
export async function listRules(entity: EntityNode): Promise<{ readonly rows: readonly RuleVersion[] }> {
  const { tenantId, legalEntityId } = entity.scope;
  const work = (tx: Tx) => tx.query<RuleVersion>(sql.RULES, [tenantId, legalEntityId]);
  return { rows: await entity.db.transaction(entity.scope, work, { readOnly: true }) };
}

/** A version of a rule with what it says; the newest unless told. @throws Problem `RULE_NOT_FOUND` */
export async function showRule(entity: EntityNode, code: string, version?: number): Promise<ShownRule> {
  const { tenantId, legalEntityId } = entity.scope;
  const work = (tx: Tx) => oneRule(tx, [tenantId, legalEntityId], code, version);
  return await entity.db.transaction(entity.scope, work, { readOnly: true });
}

type EntityKey = readonly [tenantId: string, legalEntityId: string];

interface RuleWork {
  readonly tx: Tx;
  readonly key: EntityKey;
  readonly context: RequestContext;
  note(rule: { readonly code: string; readonly version: number }, details: object): void;
}

async function write<Body>(
  entity: EntityNode,
  options: RulesOptions,
  verb: 'import' | 'publish' | 'archive',
  payload: unknown,
  work: (work: RuleWork) => Promise<Body>,
): Promise<WriteAnswer<Body>> {
  const context = options.context ?? entity.operator;
  const { idempotencyKey } = options;
  const route = `/api/finops/indirect-rules#${verb}`;
  const request = { action: `finops.rules.${verb}`, method: 'POST', route, payload, idempotencyKey };
  const key: EntityKey = [entity.scope.tenantId, entity.scope.legalEntityId];
  return await writePath<Body>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const note: RuleWork['note'] = ({ code, version }, details) =>
      record.audit({ subject: 'indirect_rule', subjectId: `${code}@${version}`, details: { ...details } });
    return { status: 200, body: await work({ tx, key, context, note }) };
  });
}

async function poolsOf(entity: EntityNode): Promise<string[]> {
  const { document } = await loadMapping(entity.dir);
  return (document.pools ?? []).map((pool) => pool.code);
}

async function publishedRules({ tx, key }: RuleWork): Promise<RuleInForce[]> {
  return await tx.query<{ version: number; rule: IndirectRule }>(sql.PUBLISHED_RULES, key);
}

async function oneRule(tx: Tx, key: EntityKey, code: string, version: number | undefined): Promise<ShownRule> {
  const [rule] = await tx.query<ShownRule>(sql.ONE_RULE, [...key, code, version ?? null]);
  if (rule !== undefined) return rule;
  const which = version === undefined ? code : `${code} version ${version}`;
  throw finopsProblem('RULE_NOT_FOUND', `there is no rule ${which}`, { code, version: version ?? null });
}

async function storeRule(work: RuleWork, rule: IndirectRule): Promise<ImportedRule> {
  const { tx, key, context } = work;
  const sha256 = ruleDigest(rule);
  const [newest] = await tx.query<ShownRule>(sql.ONE_RULE, [...key, rule.code, null]);
  if (newest !== undefined && newest.sha256 === sha256 && newest.status !== 'ARCHIVED') {
    const { code, version, status } = newest;
    return { code, version, status, change: 'UNCHANGED' };
  }
  const day = (month: string | undefined) => (month === undefined ? null : `${month}-01`);
  const says = [rule.label, rule.order, day(rule.valid_from), day(rule.valid_to), JSON.stringify(rule), sha256];
  const rewrite = newest?.status === 'DRAFT';
  const version = rewrite ? newest.version : (newest?.version ?? 0) + 1;
  if (rewrite) await tx.execute(sql.REWRITE_DRAFT, [...key, rule.code, version, ...says]);
  else await tx.execute(sql.INSERT_RULE, [...key, rule.code, version, context.countryCode, ...says, context.userId]);
  work.note({ code: rule.code, version }, { sha256, rewritten: rewrite });
  return { code: rule.code, version, status: 'DRAFT', change: rewrite ? 'REWRITTEN' : 'CREATED' };
}

async function setStatus(
  work: RuleWork,
  rule: { readonly code: string; readonly version: number; readonly status: RuleStatus },
  status: 'PUBLISHED' | 'ARCHIVED',
): Promise<void> {
  const { code, version } = rule;
  const statement = status === 'PUBLISHED' ? sql.PUBLISH_RULE : sql.ARCHIVE_RULE;
  const changed = await work.tx.execute(statement, [...work.key, code, version, work.context.userId]);
  if (changed === 0) {
    const detail = `${code} version ${version} is ${rule.status}, and cannot become ${status}`;
    throw finopsProblem('RULE_STATUS', detail, { code, version, status: rule.status });
  }
  work.note(rule, { status });
}
