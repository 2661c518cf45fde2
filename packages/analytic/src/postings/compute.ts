import {
  AllocationError,
  type BoundPlan,
  bindPlan,
  type DriverWeights,
  matchesLine,
  parseDecimal,
  type RulePlan,
} from '@prorata/allocation';
import { ledgerProblem } from '@prorata/ledger';
import type { RequestContext, Tx } from '@prorata/platform';
import { driverWeights } from '../drivers/weights.ts';
import { analyticProblem } from '../problems.ts';
import { compiledRule } from '../rules/compiled.ts';
import { type References, referencesOf } from '../rules/references.ts';
import type { RuleRow } from '../rules/rules.ts';
import type { AnalyticNode } from '../service/node.ts';
import type { RunSource, SourceEntry } from '../source/run-source.ts';
import type { BookSettings } from '../source/settings.ts';
import { type MatchedLine, type PostingResult, resultOf } from './result.ts';

/** An allocation that was computed and not yet stored. */
export interface Computed {
  readonly entry: SourceEntry;
  readonly references: References;
  readonly result: PostingResult;
}

/**
 * Allocates an entry by a rule, after every guard; stores nothing, so that a preview is the same code.
 *
 * @throws Problem `ENTRY_NOT_FOUND`, `ENTRY_NOT_POSTED`, `ENTRY_IS_REVERSAL`, `PERIOD_LOCKED`, `CURRENCY_DIFFERS`,
 *   `REFERENCE_INACTIVE`, `RULE_INVALID`, `NOTHING_TO_ALLOCATE`, `DRIVER_UNUSABLE`, `ALLOCATION_IMPOSSIBLE`
 */
export async function compute(
  node: AnalyticNode,
  tx: Tx,
  context: RequestContext,
  source: RunSource,
  rule: RuleRow,
  entryId: string,
): Promise<Computed> {
  const { entry, locked, settings } = source;
  if (entry === undefined) {
    throw ledgerProblem('ENTRY_NOT_FOUND', `the ledger holds no entry ${entryId}`, { entry_id: entryId });
  }
  requireAllocatable(entry);
  if (locked) {
    throw ledgerProblem('PERIOD_LOCKED', `the month ${entry.month} is locked`, { period_month: entry.month });
  }
  const references = await referencesOf(node, tx, context, settings);
  requireFunctionalCurrency(entry, references.settings);
  const plan = compiledRule(rule.rule, references, rule.digest);
  const { bound, drivers } = await boundTo(tx, plan, entry.month);
  return { entry, references, result: allocate(entry, rule, bound, drivers, references.settings) };
}

/** Spec 02, guard 2, and "Never twice" of entries that reverse another. */
export function requireAllocatable(entry: SourceEntry): void {
  const name = `entry ${entry.journalCode} ${entry.number}`;
  if (entry.status !== 'POSTED') {
    throw analyticProblem('ENTRY_NOT_POSTED', `${name} is ${entry.status}`, { status: entry.status });
  }
  if (entry.reverses !== null) {
    throw analyticProblem('ENTRY_IS_REVERSAL', `${name} reverses ${entry.reverses}`, { reverses: entry.reverses });
  }
}

export function requireFunctionalCurrency(entry: SourceEntry, settings: BookSettings): void {
  if (entry.currency === settings.currency) return;
  const detail = `the entry is in ${entry.currency}, the books are in ${settings.currency}`;
  throw analyticProblem('CURRENCY_DIFFERS', detail);
}

/** A plan with the weights of one month, and their snapshot. @throws AllocationError of `bindPlan` */
export async function boundTo(
  tx: Tx,
  plan: RulePlan,
  month: string,
): Promise<{ bound: BoundPlan; drivers: PostingResult['drivers'] }> {
  const weights = await driverWeights(tx, plan.drivers, month);
  return { bound: bindPlan(plan, month, weights), drivers: driversOf(weights) };
}

/** The snapshot of drivers that a result keeps. */
export function driversOf(weights: ReadonlyMap<string, DriverWeights>): PostingResult['drivers'] {
  return Object.fromEntries(
    [...weights].map(([driver, own]) => [driver, Object.fromEntries(own) as Record<string, string>]),
  );
}

/** @throws Problem `NOTHING_TO_ALLOCATE`, AllocationError */
export function allocate(
  entry: SourceEntry,
  rule: Pick<RuleRow, 'id' | 'rule_code' | 'version' | 'digest'>,
  bound: BoundPlan,
  drivers: PostingResult['drivers'],
  settings: BookSettings,
): PostingResult {
  const lines = matchedLines(entry, bound.plan, settings);
  if (lines.length === 0) {
    const detail = `the rule ${rule.rule_code} matches no line of entry ${entry.journalCode} ${entry.number}`;
    throw analyticProblem('NOTHING_TO_ALLOCATE', detail);
  }
  const { id, rule_code, version, digest } = rule;
  return resultOf({ bound, rule: { id, rule_code, version, digest }, currency: entry.currency, lines, drivers });
}

function matchedLines(entry: SourceEntry, plan: RulePlan, settings: BookSettings): MatchedLine[] {
  // Carrying forward and closing entries move totals, not costs.
  if (entry.kind !== 'ORDINARY') return [];
  return entry.lines.flatMap(({ lineNo, account, debit, credit }) => {
    if (!matchesLine(plan.rule.match, { account, journal: entry.journalCode }, settings)) return [];
    try {
      return [{ line: lineNo, account, amount: parseDecimal(debit, plan.scale) - parseDecimal(credit, plan.scale) }];
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      const place = `Line ${lineNo} of entry ${entry.journalCode} ${entry.number}, on account ${account}`;
      throw new AllocationError(error.code, `${place}: ${error.detail}`, {
        ...error.extensions,
        line: lineNo,
        account,
      });
    }
  });
}
