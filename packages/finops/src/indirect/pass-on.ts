import { AllocationError, runCycle } from '@prorata/allocation';
import { finopsProblem } from '../problems.ts';
import { type Chains, type RuleInForce, readChains, ruleOfPool } from './chains.ts';
import { unitsOf } from './rule-document.ts';

/** Money of one place in units of 10^-18; null where the place has none of that kind. */
export interface Money {
  readonly effective: bigint | null;
  readonly billed: bigint | null;
  readonly standard: bigint | null;
}

/** What is to be spread: a pool of mapping.yaml, direct facts that a rule chooses, or an indirect product with a price. */
export interface SourceCell extends Money {
  readonly kind: 'POOL' | 'FACTS' | 'PRODUCT';
  /** Code of the pool, of the rule, or of the product. */
  readonly source: string;
  readonly domain: string;
  /** Taxes are spread apart, so that a report without tax is without them. */
  readonly tax: boolean;
  readonly environment: string;
  readonly currency: string;
  readonly rows: number;
}

/** A cell with what other pools passed to it and what it passes on; own + received − passed is what applications get. */
export interface PooledCell extends SourceCell {
  readonly received: { readonly effective: bigint; readonly billed: bigint };
  readonly passed: { readonly effective: bigint; readonly billed: bigint };
}

/** Money from one pool to another, inside one domain, environment and currency. */
export interface PoolFlow {
  readonly from: string;
  readonly to: string;
  readonly rule: RuleInForce;
  readonly domain: string;
  readonly tax: boolean;
  readonly environment: string;
  readonly currency: string;
  readonly share: string;
  readonly effective: bigint;
  readonly billed: bigint;
}

const NONE = { effective: 0n, billed: 0n };
const WHOLE_SHARE = 10n ** 18n;
/** Codes of pools have no colon, so that this names no pool. */
const applicationsOf = (pool: string) => `applications:${pool}`;

/**
 * Lets pools pass money to each other, in each domain, environment and currency on its own. What leaves a pool arrives in others
 * or stays for its applications, to the last unit; money never changes its domain, environment or currency on the way.
 *
 * @param rules in order
 * @param pools codes of all pools of mapping.yaml
 * @throws Problem `CHAIN_LOOPS`, `CHAIN_BACKWARDS`
 */
export function passOn(
  cells: readonly SourceCell[],
  rules: readonly RuleInForce[],
  pools: readonly string[],
): { readonly cells: readonly PooledCell[]; readonly flows: readonly PoolFlow[] } {
  const passing = rules.some(({ rule }) => rule.to?.pools !== undefined);
  if (!passing) return { cells: cells.map((cell) => ({ ...cell, received: NONE, passed: NONE })), flows: [] };
  const chains = new Map<string, Exclude<Chains, { loop: unknown } | { backwards: unknown }>>();
  const slices = new Map<string, SourceCell[]>();
  for (const cell of cells) {
    if (cell.kind !== 'POOL') continue;
    if (!chains.has(cell.environment)) chains.set(cell.environment, solvable(rules, pools, cell.environment));
    const slice = JSON.stringify([cell.domain, cell.tax, cell.environment, cell.currency]);
    slices.set(slice, [...(slices.get(slice) ?? []), cell]);
  }
  const passed = [...slices.values()].map((slice) => {
    const method = chains.get(slice[0]?.environment ?? '')?.method ?? 'step-down';
    return passOnSlice(slice, rules, pools, method);
  });
  const others = cells
    .filter((cell) => cell.kind !== 'POOL')
    .map((cell) => ({ ...cell, received: NONE, passed: NONE }));
  return {
    cells: [...passed.flatMap((one) => one.cells), ...others],
    flows: passed.flatMap((one) => one.flows),
  };
}

/** How the pools of an environment are emptied. @throws Problem `CHAIN_LOOPS`, `CHAIN_BACKWARDS` */
export function solvable(rules: readonly RuleInForce[], pools: readonly string[], environment: string) {
  const chains = readChains(rules, pools, environment);
  if ('loop' in chains) {
    const detail = `${environment}: ${chains.loop.join(' → ')}`;
    throw finopsProblem('CHAIN_LOOPS', detail, { loop: chains.loop, environment });
  }
  if ('backwards' in chains) {
    const { from, to } = chains.backwards;
    const detail = `${environment}: ${from} passes money to ${to}, which is empty by then`;
    throw finopsProblem('CHAIN_BACKWARDS', detail, { from, to, environment });
  }
  return chains;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly rule: RuleInForce;
  readonly share: string;
}

function passOnSlice(
  slice: readonly SourceCell[],
  rules: readonly RuleInForce[],
  pools: readonly string[],
  method: 'step-down' | 'reciprocal',
): { readonly cells: PooledCell[]; readonly flows: PoolFlow[] } {
  const [first] = slice;
  if (first === undefined) return { cells: [], flows: [] };
  const place = {
    domain: first.domain,
    tax: first.tax,
    environment: first.environment,
    currency: first.currency,
  };
  const edges = reachable(slice, rules, first.environment);
  if (edges.length === 0) return { cells: slice.map((cell) => ({ ...cell, received: NONE, passed: NONE })), flows: [] };
  const effective = empty(slice, rules, pools, edges, method, place.environment, 'effective');
  const billed = empty(slice, rules, pools, edges, method, place.environment, 'billed');
  const flows = edges.map((edge) => {
    const key = flowKey(edge.from, edge.to);
    return { ...edge, ...place, effective: effective.get(key) ?? 0n, billed: billed.get(key) ?? 0n };
  });
  const names = new Set([...slice.map((cell) => cell.source), ...edges.map((edge) => edge.to)]);
  const cells = [...names].map((source): PooledCell => {
    const own = slice.find((cell) => cell.source === source);
    const sum = (of: readonly PoolFlow[]) => ({
      effective: of.reduce((all, flow) => all + flow.effective, 0n),
      billed: of.reduce((all, flow) => all + flow.billed, 0n),
    });
    return {
      ...(own ?? { kind: 'POOL', source, ...place, rows: 0, effective: 0n, billed: 0n, standard: null }),
      received: sum(flows.filter((flow) => flow.to === source)),
      passed: sum(flows.filter((flow) => flow.from === source)),
    };
  });
  return { cells, flows };
}

/** The ways that money of the slice can take between pools. */
function reachable(slice: readonly SourceCell[], rules: readonly RuleInForce[], environment: string): Edge[] {
  const edges: Edge[] = [];
  const seen = new Set(slice.map((cell) => cell.source));
  for (const from of seen) {
    const rule = ruleOfPool(rules, from, environment);
    if (rule === undefined) continue;
    for (const [to, share] of Object.entries(rule.rule.to?.pools ?? {})) {
      edges.push({ from, to, rule, share });
      // A set that grows while it is walked is walked to its end.
      seen.add(to);
    }
  }
  return edges;
}

/** Money between pools, by `flowKey`. The pools are the service centres of a cycle, the applications of each its operating centre. */
function empty(
  slice: readonly SourceCell[],
  rules: readonly RuleInForce[],
  pools: readonly string[],
  edges: readonly Edge[],
  method: 'step-down' | 'reciprocal',
  environment: string,
  measure: 'effective' | 'billed',
): Map<string, bigint> {
  const service = [...new Set([...slice.map((cell) => cell.source), ...edges.map((edge) => edge.to)])];
  const position = (pool: string) => {
    const rule = ruleOfPool(rules, pool, environment);
    return rule === undefined ? rules.length : rules.indexOf(rule);
  };
  const order = [...service].sort(
    (one, other) => position(one) - position(other) || pools.indexOf(one) - pools.indexOf(other),
  );
  const services = new Map(service.map((pool) => [pool, servicesOf(pool, edges)]));
  const costs = new Map(slice.map((cell) => [cell.source, cell[measure] ?? 0n]));
  const operating = service.map(applicationsOf);
  try {
    const result = runCycle({ method, service, operating, costs, services, order });
    return new Map(result.flows.map((flow) => [flowKey(flow.from, flow.to), flow.amount]));
  } catch (error) {
    if (!(error instanceof AllocationError) || error.code !== 'CYCLE_NOT_DEPLETABLE') throw error;
    throw finopsProblem('CHAIN_LOOPS', `${environment}: ${error.detail}`, { ...error.extensions, environment }, error);
  }
}

function servicesOf(pool: string, edges: readonly Edge[]): Map<string, bigint> {
  const given = new Map<string, bigint>();
  let left = WHOLE_SHARE;
  for (const edge of edges) {
    if (edge.from !== pool) continue;
    given.set(edge.to, unitsOf(edge.share));
    left -= unitsOf(edge.share);
  }
  if (left > 0n) given.set(applicationsOf(pool), left);
  return given;
}

function flowKey(from: string, to: string): string {
  return `${from} ${to}`;
}
