import { formatDecimal, parseDecimal } from '@prorata/allocation';
import { firstDayOf, type Tx, uuidv7 } from '@prorata/platform';
import * as run from '../facts/run.sql.ts';
import { computeFacts, type RunStep } from '../facts/run-month.ts';
import type { MonthKey, RunWarning } from '../facts/step.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { loadMapping } from '../mapping/document.ts';
import type { EntityNode } from '../node/entity.ts';
import type { RuleInForce } from './chains.ts';
import * as sql from './explain.sql.ts';
import { parseRules } from './rule-document.ts';
import { assertRuleSet, validIn } from './rule-set.ts';
import { MONEY_SCALE } from './spread.ts';

/** What a rule would take and how it would weigh it. Decimal texts. */
export interface TestedLine {
  readonly rule_code: string;
  readonly rule_version: number | null;
  readonly source_kind: 'POOL' | 'FACTS' | 'PRODUCT';
  readonly pool: string;
  readonly domain_id: string;
  readonly tax: boolean;
  readonly environment: string;
  readonly currency: string;
  readonly pool_effective: string | null;
  readonly pool_billed: string | null;
  readonly total_weight: string;
  readonly warning: string | null;
}

/** What an application would bear, and what it bears in the facts that stand. */
export interface TestedEffect {
  readonly application: string;
  readonly currency: string;
  readonly before: string;
  readonly after: string;
  readonly difference: string;
}

export interface RulesTest {
  readonly period_month: string;
  readonly rows: readonly TestedLine[];
  readonly effects: readonly TestedEffect[];
  readonly warnings: readonly RunWarning[];
}

/**
 * Computes a month as it would be with other rules, and changes nothing: what each rule takes, and what each application would
 * bear of shared costs against the facts that stand.
 *
 * @param text a rules file that takes the place of all rules; the rules in force unless given
 * @throws Problem those of the file and of a run
 */
export async function testRules(entity: EntityNode, month: string, text?: string): Promise<RulesTest> {
  const key: MonthKey = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
  const mapping = await loadMapping(entity.dir);
  const rules = text === undefined ? undefined : parseRules(text).map((rule) => ({ rule, version: 1 }));
  const pools = (mapping.document.pools ?? []).map((pool) => pool.code);
  if (rules !== undefined) assertRuleSet(rules, pools);
  const outcome = new Undone();
  const work = async (tx: Tx): Promise<void> => {
    await tx.query(LOCK_ENTITY);
    const before = await tx.query<Borne>(sql.BORNE, key);
    const runId = uuidv7();
    const { operator: context } = entity;
    const values = [...key, runId, context.countryCode, 'COMMAND', mapping.sha256, context.userId, null];
    await tx.execute(run.START_RUN, values);
    const given = rules === undefined ? {} : { rules: validIn(rules, month) as readonly RuleInForce[] };
    const steps: RunStep[] = [];
    await computeFacts({ tx, entity, context, month, key, runId, mapping, ...given }, steps);
    outcome.found = {
      period_month: month,
      rows: await tx.query<TestedLine>(sql.LINES, key),
      effects: effectsOf(before, await tx.query<Borne>(sql.BORNE, key)),
      warnings: steps.flatMap((step) => step.warnings),
    };
    throw outcome;
  };
  await entity.db.transaction(entity.scope, work).catch((error: unknown) => {
    if (error !== outcome) throw error;
  });
  if (outcome.found === undefined) throw new Error('a test of rules ended without a result');
  return outcome.found;
}

/** Thrown to undo what the test wrote. */
class Undone extends Error {
  found: RulesTest | undefined;
}

interface Borne {
  readonly application: string;
  readonly currency: string;
  readonly cost: string;
}

function effectsOf(before: readonly Borne[], after: readonly Borne[]): TestedEffect[] {
  const places = new Map([...before, ...after].map((one) => [`${one.currency} ${one.application}`, one]));
  const costOf = (some: readonly Borne[], { application, currency }: Borne) =>
    some.find((one) => one.application === application && one.currency === currency)?.cost ?? '0';
  return [...places]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, place]) => {
      const [was, is] = [costOf(before, place), costOf(after, place)];
      const { application, currency } = place;
      return { application, currency, before: was, after: is, difference: minus(is, was) };
    });
}

function minus(one: string, other: string): string {
  const units = parseDecimal(one, MONEY_SCALE) - parseDecimal(other, MONEY_SCALE);
  return formatDecimal(units, MONEY_SCALE).replace(/\.?0+$/, '');
}
