import { commonDenominator, parseRational, type Rational } from '../arithmetic/rational.ts';
import { AllocationError, quoted } from '../problems.ts';

/** How service centres empty into each other. */
export type CycleMethod = 'direct' | 'step-down' | 'reciprocal';

/** Weights of what one centre gives to others, by receiving centre; exact, in any unit (hours, percent, m²). */
export type ServicesGiven = ReadonlyMap<string, Rational | string | bigint>;

export interface CycleInput {
  readonly method: CycleMethod;
  readonly service: readonly string[];
  readonly operating: readonly string[];
  /** Direct costs in units of one scale; a centre that is not named has none. */
  readonly costs: ReadonlyMap<string, bigint>;
  readonly services: ReadonlyMap<string, ServicesGiven>;
  /** The order of `step-down`, every service centre once. Without it: by amount served to other service centres. */
  readonly order?: readonly string[];
  /** Up to how many service centres the system is solved in exact fractions; 64 by default. */
  readonly exactUpTo?: number;
}

/** One use of a service that passes money: `to` counts the service centres first, then the operating centres. */
export interface Edge {
  readonly to: number;
  readonly weight: bigint;
}

/** What a service centre gives, in integers over one denominator. */
export interface Row {
  /** In the order of `to`; without self-use, and without what the method ignores. */
  readonly edges: readonly Edge[];
  /** Weight of the edges. */
  readonly passed: bigint;
  /** Weight of the centre's use of itself, where the method solves it. */
  readonly self: bigint;
  readonly denominator: bigint;
}

/** A checked cycle in canonical order (centres sorted by code), so that no result depends on the order of the input. */
export interface Network {
  readonly service: readonly string[];
  readonly operating: readonly string[];
  readonly costs: readonly bigint[];
  readonly rows: readonly Row[];
  /** The order in which step-down empties the centres. */
  readonly order?: readonly string[];
}

/**
 * Checks a cycle and keeps of the services what the method counts: `direct` what operating centres use, `step-down` also
 * what centres later in the order use, `reciprocal` everything, self-use included.
 *
 * @throws AllocationError `CYCLE_INVALID`, `NEGATIVE_WEIGHT`, `NOT_A_WEIGHT`, `WEIGHTS_TOO_FINE`.
 */
export function readNetwork(input: CycleInput): Network {
  assertMethod(input.method);
  const service = sortedOnce(input.service, 'service');
  const operating = sortedOnce(input.operating, 'operating');
  const index = indexCentres(service, operating);
  assertKnown(input, index, service.length);
  const given = service.map((centre) => readGiven(centre, input.services.get(centre) ?? new Map(), index));
  const costs = service.map((centre) => input.costs.get(centre) ?? 0n);
  if (input.method !== 'step-down') {
    const rows = given.map((row, from) =>
      keep(row, from, (to) => input.method === 'reciprocal' || to >= service.length),
    );
    return { service, operating, costs, rows };
  }
  const order = readOrder(input.order, service) ?? orderByAmountServed(service, costs, given);
  const rank = new Map(order.map((centre, position) => [centre, position]));
  const rankOf = service.map((centre) => rank.get(centre) ?? 0);
  const rows = given.map((row, from) =>
    keep(row, from, (to) => to >= service.length || (rankOf[to] ?? 0) > (rankOf[from] ?? 0)),
  );
  return { service, operating, costs, rows, order };
}

function assertMethod(method: string): void {
  if (method !== 'direct' && method !== 'step-down' && method !== 'reciprocal') {
    throw invalid(`The method ${quoted(method)} is not direct, step-down or reciprocal.`, 'method');
  }
}

function sortedOnce(centres: readonly string[], member: string): string[] {
  const sorted = [...centres].sort(compareCodes);
  if (sorted.length === 0) throw invalid(`There is no ${member} centre.`, member);
  const twice = sorted.find((centre, position) => centre === sorted[position - 1]);
  if (twice !== undefined) throw invalid(`The ${member} centre ${quoted(twice)} is named twice.`, member, [twice]);
  return sorted;
}

function indexCentres(service: readonly string[], operating: readonly string[]): Map<string, number> {
  const index = new Map<string, number>();
  for (const centre of [...service, ...operating]) {
    if (index.has(centre)) {
      throw invalid(`The centre ${quoted(centre)} is both a service and an operating centre.`, 'operating', [centre]);
    }
    index.set(centre, index.size);
  }
  return index;
}

function assertKnown(input: CycleInput, index: ReadonlyMap<string, number>, services: number): void {
  for (const [centre, cost] of input.costs) {
    if (!index.has(centre))
      throw invalid(`There is a cost for ${quoted(centre)}, which is no centre.`, 'costs', [centre]);
    if (typeof cost !== 'bigint') throw invalid(`The cost of ${quoted(centre)} is not a bigint.`, 'costs', [centre]);
  }
  for (const centre of input.services.keys()) {
    const position = index.get(centre);
    if (position === undefined || position >= services) {
      const reason = position === undefined ? 'is no centre' : 'is an operating centre, which passes nothing on';
      throw invalid(`There are services given by ${quoted(centre)}, which ${reason}.`, 'services', [centre]);
    }
  }
}

interface Given {
  readonly weights: ReadonlyArray<readonly [to: number, weight: bigint]>;
  readonly denominator: bigint;
}

function readGiven(from: string, given: ServicesGiven, index: ReadonlyMap<string, number>): Given {
  const fractions: Array<readonly [number, Rational]> = [];
  let denominator = 1n;
  for (const [centre, weight] of given) {
    const to = index.get(centre);
    if (to === undefined) {
      throw invalid(`${quoted(from)} serves ${quoted(centre)}, which is no centre.`, 'services', [from, centre]);
    }
    const fraction = parseRational(weight);
    if (fraction.numerator < 0n) {
      throw new AllocationError('NEGATIVE_WEIGHT', `What ${quoted(from)} gives to ${quoted(centre)} is negative.`, {
        centres: [from, centre],
      });
    }
    denominator = commonDenominator(denominator, fraction.denominator);
    fractions.push([to, fraction]);
  }
  const weights = fractions.map(
    ([to, fraction]) => [to, fraction.numerator * (denominator / fraction.denominator)] as const,
  );
  return { weights: weights.filter(([, weight]) => weight > 0n).sort(([a], [b]) => a - b), denominator };
}

function keep(given: Given, from: number, counts: (to: number) => boolean): Row {
  const edges: Edge[] = [];
  let passed = 0n;
  let self = 0n;
  for (const [to, weight] of given.weights) {
    if (!counts(to)) continue;
    if (to === from) {
      self = weight;
    } else {
      edges.push({ to, weight });
      passed += weight;
    }
  }
  return { edges, passed, self, denominator: given.denominator };
}

function readOrder(order: readonly string[] | undefined, service: readonly string[]): readonly string[] | undefined {
  if (order === undefined) return undefined;
  const known = new Set(service);
  const named = new Set<string>();
  for (const centre of order) {
    if (!known.has(centre)) throw invalid(`The order names ${quoted(centre)}, no service centre.`, 'order', [centre]);
    if (named.has(centre)) throw invalid(`The order names ${quoted(centre)} twice.`, 'order', [centre]);
    named.add(centre);
  }
  const missing = service.filter((centre) => !named.has(centre));
  if (missing.length > 0) throw invalid(`The order leaves out ${missing.map(quoted).join(', ')}.`, 'order', missing);
  return order;
}

/** The centre whose own cost goes most to other service centres is emptied first; equal ones by code. */
function orderByAmountServed(service: readonly string[], costs: readonly bigint[], given: readonly Given[]): string[] {
  const served = service.map((centre, from) => {
    let toServices = 0n;
    let all = 0n;
    for (const [to, weight] of given[from]?.weights ?? []) {
      if (to === from) continue;
      all += weight;
      if (to < service.length) toServices += weight;
    }
    const cost = costs[from] ?? 0n;
    return { centre, numerator: (cost < 0n ? -cost : cost) * toServices, denominator: all === 0n ? 1n : all };
  });
  served.sort((a, b) => {
    const difference = b.numerator * a.denominator - a.numerator * b.denominator;
    if (difference !== 0n) return difference > 0n ? 1 : -1;
    return compareCodes(a.centre, b.centre);
  });
  return served.map(({ centre }) => centre);
}

export function compareCodes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function invalid(detail: string, member: string, centres: readonly string[] = []): AllocationError {
  return new AllocationError('CYCLE_INVALID', detail, { member, ...(centres.length > 0 ? { centres } : {}) });
}
