import { finopsProblem } from '../problems.ts';
import { inOrder, type RuleInForce } from './chains.ts';
import { solvable } from './pass-on.ts';
import { EVERY_POOL, type IndirectRule } from './rule-document.ts';

/** Before every month that can be written. */
const ALWAYS = '0000-00';
const ENVIRONMENTS = ['prod', 'non_prod', 'unknown', 'n_a'] as const;

/** The newest version of each rule that is valid in a month, in order. @param month YYYY-MM */
export function validIn(rules: readonly RuleInForce[], month: string): RuleInForce[] {
  const newest = new Map<string, RuleInForce>();
  for (const one of rules) {
    const { code, valid_from = ALWAYS, valid_to = '9999-99' } = one.rule;
    if (month < valid_from || month > valid_to) continue;
    if ((newest.get(code)?.version ?? 0) < one.version) newest.set(code, one);
  }
  return inOrder([...newest.values()]);
}

/**
 * Looks at rules as a whole, in every month in which another set of them is valid: pools that they name exist, and the chains
 * of pools end.
 *
 * @param pools codes of all pools of mapping.yaml
 * @throws Problem `POOL_UNKNOWN`, `CHAIN_LOOPS`, `CHAIN_BACKWARDS`
 */
export function assertRuleSet(rules: readonly RuleInForce[], pools: readonly string[]): void {
  for (const { rule } of rules) assertPools(rule, pools);
  const starts = rules.flatMap(({ rule }) => [
    rule.valid_from ?? ALWAYS,
    ...(rule.valid_to === undefined ? [] : [after(rule.valid_to)]),
  ]);
  for (const month of new Set(starts)) {
    const valid = validIn(rules, month);
    for (const environment of ENVIRONMENTS) solvable(valid, pools, environment);
  }
}

function after(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = number === 12 ? [year + 1, 1] : [year, number + 1];
  return `${String(next[0]).padStart(4, '0')}-${String(next[1]).padStart(2, '0')}`;
}

/** @throws Problem `POOL_UNKNOWN` */
export function assertPools({ code, from, to }: IndirectRule, pools: readonly string[]): void {
  const named = [...('pools' in from ? from.pools : []), ...Object.keys(to?.pools ?? {})];
  const unknown = [...new Set(named)].filter((pool) => pool !== EVERY_POOL && !pools.includes(pool));
  if (unknown.length === 0) return;
  const there = pools.length === 0 ? 'mapping.yaml has no pools' : `mapping.yaml has ${pools.join(', ')}`;
  throw finopsProblem('POOL_UNKNOWN', `rule ${code} names ${unknown.join(', ')}; ${there}`, { rule: code, unknown });
}
