import { gcd, type Rational } from '../arithmetic/rational.ts';
import { assertDepletable } from './depletion.ts';
import { type CycleInput, type CycleMethod, type Network, readNetwork } from './network.ts';
import { type RoundedCycle, roundFlows } from './round-flows.ts';
import { type Solution, solveExactly } from './solve-exact.ts';
import { solveRefined } from './solve-refined.ts';

/** Up to this many service centres the equations are solved in exact fractions. */
export const EXACT_CENTRES = 64;

/** What an operating centre costs in the end: amount = direct + floor + rounding. */
export interface CentrePart {
  readonly centre: string;
  readonly amount: bigint;
  readonly direct: bigint;
  /** What it receives from the service centres, exactly, in units of the scale. */
  readonly received: Rational;
  /** `received` rounded down (towards zero where the cycle as a whole is a credit). */
  readonly floor: bigint;
  /** 0, or one unit. */
  readonly rounding: bigint;
}

/** What passed through a service centre: its own cost, what it received, and its use of itself where that is solved. */
export interface Pool {
  readonly centre: string;
  readonly direct: bigint;
  readonly passed: Rational;
  /** The part of `passed` that the centre used itself. */
  readonly self: Rational;
}

/** Money from one centre to another: exact = pool of `from` × weight / total weight, and rounded. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly weight: Rational;
  readonly totalWeight: Rational;
  readonly exact: Rational;
  readonly amount: bigint;
}

export interface CycleResult {
  readonly method: CycleMethod;
  /** The order in which step-down emptied the centres. */
  readonly order?: readonly string[];
  /** Direct costs of all centres, and the sum of the parts. */
  readonly total: bigint;
  /** One an operating centre, in the order of the input. */
  readonly parts: readonly CentrePart[];
  /** One a service centre, in the order of the input. */
  readonly pools: readonly Pool[];
  /** By the code of the giving, then of the receiving centre. The rounded flows empty every service centre exactly. */
  readonly flows: readonly Flow[];
  /** Whether the fractions are exact; otherwise each is within 2^-64 units. */
  readonly exact: boolean;
}

/**
 * Empties service centres into operating centres. Pure and independent of the order of the input; all costs negated give
 * all amounts negated.
 *
 * @param input costs in units of one scale, services as exact weights.
 * @throws AllocationError `CYCLE_INVALID`, `CYCLE_NOT_DEPLETABLE`, `NEGATIVE_WEIGHT`, `NOT_A_WEIGHT`,
 *   `WEIGHTS_TOO_FINE`.
 */
export function runCycle(input: CycleInput): CycleResult {
  const network = readNetwork(input);
  assertDepletable(network);
  const sign = signOf(network.costs);
  const costs = network.costs.map((cost) => sign * cost);
  const exact = network.service.length <= (input.exactUpTo ?? EXACT_CENTRES);
  const solution = exact ? solveExactly(network, costs) : solveRefined(network, costs);
  const rounded = roundFlows(network, costs, solution);
  return present(input, network, sign, solution, rounded);
}

/** The sign of the whole; for a whole of zero, that of the first cost by code. A credit is computed as its mirror. */
function signOf(costs: readonly bigint[]): bigint {
  const total = costs.reduce((sum, cost) => sum + cost, 0n);
  const decisive = total === 0n ? (costs.find((cost) => cost !== 0n) ?? 0n) : total;
  return decisive < 0n ? -1n : 1n;
}

function present(
  input: CycleInput,
  network: Network,
  sign: bigint,
  solution: Solution,
  rounded: RoundedCycle,
): CycleResult {
  const { denominator } = solution;
  const serviceIndex = new Map(network.service.map((centre, index) => [centre, index]));
  const operatingIndex = new Map(network.operating.map((centre, index) => [centre, index]));
  const exact = solution.error === 0n;
  const fraction = (numerator: bigint): Rational => lowest({ numerator: sign * numerator, denominator }, exact);
  const parts = input.operating.map((centre): CentrePart => {
    const receipt = rounded.received[operatingIndex.get(centre) as number] as RoundedCycle['received'][number];
    const direct = input.costs.get(centre) ?? 0n;
    const floor = sign * receipt.floor;
    const received = sign * receipt.amount;
    const rounding = received - floor;
    return { centre, amount: direct + received, direct, received: fraction(receipt.numerator), floor, rounding };
  });
  const pools = input.service.map((centre): Pool => {
    const index = serviceIndex.get(centre) as number;
    const row = network.rows[index] as Network['rows'][number];
    const perWeight = solution.numerators[index] as bigint;
    const passed = fraction((row.passed + row.self) * perWeight);
    return { centre, direct: input.costs.get(centre) ?? 0n, passed, self: fraction(row.self * perWeight) };
  });
  return {
    method: input.method,
    ...(network.order === undefined ? {} : { order: network.order }),
    total: [...network.service, ...network.operating].reduce(
      (sum, centre) => sum + (input.costs.get(centre) ?? 0n),
      0n,
    ),
    parts,
    pools,
    flows: presentFlows(network, sign, solution, rounded),
    exact,
  };
}

function presentFlows(network: Network, sign: bigint, solution: Solution, rounded: RoundedCycle): Flow[] {
  const codes = [...network.service, ...network.operating];
  return rounded.flows.map(({ from, to, weight, numerator, amount }) => {
    const { denominator, passed, self } = network.rows[from] as Network['rows'][number];
    return {
      from: codes[from] as string,
      to: codes[to] as string,
      weight: { numerator: weight, denominator },
      totalWeight: { numerator: passed + self, denominator },
      exact: { numerator: sign * numerator, denominator: solution.denominator },
      amount: sign * amount,
    };
  });
}

function lowest(value: Rational, exact: boolean): Rational {
  if (!exact) return value;
  const divisor = gcd(value.numerator, value.denominator);
  return divisor <= 1n ? value : { numerator: value.numerator / divisor, denominator: value.denominator / divisor };
}
