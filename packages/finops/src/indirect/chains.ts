import { EVERY_POOL, type IndirectRule } from './rule-document.ts';

/** A rule in force, with the version that it is. */
export interface RuleInForce {
  readonly rule: IndirectRule;
  readonly version: number;
}

/** In the order in which rules choose: by `order`, then by code. The first rule that chooses something takes it. */
export function inOrder<T extends { readonly rule: IndirectRule }>(rules: readonly T[]): T[] {
  return [...rules].sort(
    (one, other) => one.rule.order - other.rule.order || (one.rule.code < other.rule.code ? -1 : 1),
  );
}

/** The rule that takes a pool in an environment, or undefined where the default one does. @param rules in order */
export function ruleOfPool<T extends { readonly rule: IndirectRule }>(
  rules: readonly T[],
  pool: string,
  environment: string,
): T | undefined {
  return rules.find(({ rule: { from } }) => {
    if (!('pools' in from)) return false;
    const chosen = from.pools.includes(pool) || from.pools.includes(EVERY_POOL);
    return chosen && (from.environments === undefined || from.environments.some((one) => one === environment));
  });
}

/** How pools that pass money to each other are emptied, or why they cannot be. */
export type Chains =
  | { readonly method: 'step-down' | 'reciprocal' }
  /** Pools in the order in which money would go round; the first one again at the end. */
  | { readonly loop: readonly string[] }
  /** A pool that is passed money by a rule that comes after the one that empties it. */
  | { readonly backwards: { readonly from: string; readonly to: string } };

/**
 * Looks at how the pools of one environment pass money on. Without a loop, the declared order has to be one in which money only
 * goes forward. A loop is solved where every rule on it names the same method.
 *
 * @param rules in order
 * @param pools codes of all pools of mapping.yaml
 */
export function readChains(rules: readonly RuleInForce[], pools: readonly string[], environment: string): Chains {
  const taken = new Map(pools.map((pool) => [pool, ruleOfPool(rules, pool, environment)]));
  const passedTo = (pool: string) => Object.keys(taken.get(pool)?.rule.to?.pools ?? {}).sort();
  const methods = new Set<string>();
  for (const pool of [...pools].sort()) {
    const loop = loopThrough(pool, passedTo);
    if (loop === undefined) continue;
    for (const member of loop) methods.add(taken.get(member)?.rule.loops ?? 'refuse');
    if (methods.has('refuse') || methods.size > 1) return { loop };
  }
  if (methods.has('reciprocal')) return { method: 'reciprocal' };
  if (methods.size === 0) {
    const rank = rankOf(rules, taken);
    for (const from of pools) {
      const to = passedTo(from).find((one) => (rank.get(one) ?? rules.length) <= (rank.get(from) ?? rules.length));
      if (to !== undefined) return { backwards: { from, to } };
    }
  }
  return { method: 'step-down' };
}

function rankOf(rules: readonly RuleInForce[], taken: ReadonlyMap<string, RuleInForce | undefined>) {
  return new Map(
    [...taken].map(([pool, rule]) => [pool, rule === undefined ? rules.length : rules.indexOf(rule)] as const),
  );
}

/** The shortest way from a pool back to itself, that pool first and last. */
function loopThrough(start: string, passedTo: (pool: string) => readonly string[]): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let pool = queue.shift(); pool !== undefined; pool = queue.shift()) {
    for (const next of passedTo(pool)) {
      if (next === start) {
        const way = [start];
        for (let at: string | undefined = pool; at !== undefined; at = at === start ? undefined : cameFrom.get(at)) {
          way.unshift(at);
        }
        return way;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, pool);
      queue.push(next);
    }
  }
  return undefined;
}
