import { floorDivide } from '../arithmetic/rational.ts';
import { FlowNetwork } from './least-cost-flow.ts';
import { compareCodes, type Network } from './network.ts';
import type { Solution } from './solve-exact.ts';

/** A use of a service in money: exactly `numerator` / denominator of the solution, and rounded. */
export interface RoundedFlow {
  readonly from: number;
  readonly to: number;
  readonly weight: bigint;
  readonly numerator: bigint;
  readonly floor: bigint;
  amount: bigint;
}

export interface RoundedReceipt {
  readonly numerator: bigint;
  readonly floor: bigint;
  amount: bigint;
}

export interface RoundedCycle {
  readonly flows: readonly RoundedFlow[];
  /** What each operating centre receives. */
  readonly received: readonly RoundedReceipt[];
}

/**
 * Rounds all flows at once so that every service centre passes on exactly what it received and its own cost, to the unit.
 *
 * Each flow and each receipt is its exact value rounded down or up. What the operating centres receive is rounded by
 * largest remainder; the flows then follow as the integral flow that is nearest to the exact one: each is rounded to the
 * nearest, but for those that must give way so that the centres balance, and these go no farther than needed. Where
 * groups of centres are so separate that no such flow meets the largest remainders, the receipts are rounded with the
 * flows: an integral flow between the floors and the ceilings always exists, because the exact flow is one (integrality
 * theorem of network flows).
 */
export function roundFlows(network: Network, costs: readonly bigint[], solution: Solution): RoundedCycle {
  const flows = floorFlows(network, solution);
  const received = floorReceipts(network, flows, solution);
  const total = costs.reduce((sum, cost) => sum + cost, 0n);
  const units = total - received.reduce((sum, receipt) => sum + receipt.floor, 0n);
  const targets = largestRemainders(network, received, units, solution);
  const draft = { network, costs, solution, flows, received, units };
  if (!route(draft, targets) && !route(draft, undefined)) {
    throw new Error('The rounded flows of the cycle do not balance: the solution is not within its stated error.');
  }
  return { flows, received };
}

interface Draft {
  readonly network: Network;
  readonly costs: readonly bigint[];
  readonly solution: Solution;
  readonly flows: readonly RoundedFlow[];
  readonly received: readonly RoundedReceipt[];
  readonly units: bigint;
}

/** The floor of a value that is known up to an error: a value that near to an integer is that integer. */
function floorWithin(numerator: bigint, { denominator }: Solution, error: bigint): bigint {
  return floorDivide(numerator + error, denominator);
}

/** Whether the value lies between integers, by more than the error. */
function isFractional(numerator: bigint, floor: bigint, { denominator }: Solution, error: bigint): boolean {
  return numerator - floor * denominator > error;
}

function floorFlows(network: Network, solution: Solution): RoundedFlow[] {
  return network.rows.flatMap((row, from) =>
    row.edges.map(({ to, weight }) => {
      const numerator = weight * (solution.numerators[from] as bigint);
      const floor = floorWithin(numerator, solution, solution.error);
      return { from, to, weight, numerator, floor, amount: floor };
    }),
  );
}

function floorReceipts(network: Network, flows: readonly RoundedFlow[], solution: Solution): RoundedReceipt[] {
  const size = network.service.length;
  const numerators = network.operating.map(() => 0n);
  for (const { to, numerator } of flows)
    if (to >= size) numerators[to - size] = (numerators[to - size] as bigint) + numerator;
  const error = receiptError(network, solution);
  return numerators.map((numerator) => {
    const floor = floorWithin(numerator, solution, error);
    return { numerator, floor, amount: floor };
  });
}

/** A receipt adds up at most one flow a service centre, and their errors. */
function receiptError(network: Network, solution: Solution): bigint {
  return solution.error * BigInt(network.service.length);
}

/**
 * The operating centres that receive a unit above their floor; ties by what they receive, then by code. Two figures whose
 * difference is within the error are equal, so that the refined solution breaks a tie as the exact one does.
 */
function largestRemainders(
  network: Network,
  received: readonly RoundedReceipt[],
  units: bigint,
  solution: Solution,
): ReadonlySet<number> {
  const { operating } = network;
  const { denominator } = solution;
  const error = 2n * receiptError(network, solution);
  const differ = (difference: bigint): boolean => difference > error || -difference > error;
  const remainder = received.map((receipt) => receipt.numerator - receipt.floor * denominator);
  const order = received.map((_, index) => index);
  order.sort((a, b) => {
    const difference = (remainder[b] as bigint) - (remainder[a] as bigint);
    if (differ(difference)) return difference > 0n ? 1 : -1;
    const larger = (received[b]?.numerator ?? 0n) - (received[a]?.numerator ?? 0n);
    if (differ(larger)) return larger > 0n ? 1 : -1;
    return compareCodes(operating[a] ?? '', operating[b] ?? '');
  });
  return new Set(order.slice(0, Number(units)));
}

/** Distances from the nearest are weighed in hundredths of a unit. */
const STEPS = 100n;

/** A value that may be rounded down or up: what is nearer, and how much farther away the other one is. */
interface Choice {
  readonly up: boolean;
  readonly farther: number;
}

/** The choice of a value between integers, undefined for an integer; a half goes down, and either way is as near. */
function choiceOf(numerator: bigint, floor: bigint, solution: Solution, error: bigint): Choice | undefined {
  if (!isFractional(numerator, floor, solution, error)) return undefined;
  const { denominator } = solution;
  const beyondHalf = 2n * (numerator - floor * denominator) - denominator;
  const distance = beyondHalf < 0n ? -beyondHalf : beyondHalf;
  return {
    up: beyondHalf > 2n * error,
    farther: Number(floorWithin(STEPS * distance, solution, STEPS * 2n * error)),
  };
}

/** A value to be rounded, as an edge of the network along which a unit above its floor may move. */
interface Step {
  readonly from: number;
  readonly to: number;
  readonly choice: Choice;
  readonly value: RoundedFlow | RoundedReceipt;
}

/**
 * Rounds every flow to the nearest and moves what then does not balance, along the flows where that costs least. With
 * `targets`, exactly these operating centres receive a unit above their floor; without, any fractional ones, the nearest
 * where that balances. Writes the result only if everything arrives.
 */
function route(draft: Draft, targets: ReadonlySet<number> | undefined): boolean {
  const { network, costs, flows, received, units } = draft;
  const size = network.service.length;
  const spare = size + received.length;
  const steps = [...flowSteps(draft), ...(targets === undefined ? receiptSteps(draft, size, spare) : [])];
  const surplus = [...costs, ...received.map((receipt) => -receipt.floor), -units];
  if (targets !== undefined) {
    for (const index of targets) surplus[size + index] = (surplus[size + index] as bigint) - 1n;
    surplus[spare] = 0n;
  }
  const move = (from: number, to: number, amount: bigint): void => {
    surplus[from] = (surplus[from] as bigint) - amount;
    surplus[to] = (surplus[to] as bigint) + amount;
  };
  for (const { from, to, floor } of flows) move(from, to, floor);
  for (const { from, to, choice } of steps) if (choice.up) move(from, to, 1n);
  const changed = balanceSteps(surplus, steps);
  if (changed === undefined) return false;
  steps.forEach(({ choice, value }, index) => {
    value.amount = choice.up === changed[index] ? value.floor : value.floor + 1n;
  });
  for (const index of targets ?? []) {
    const receipt = received[index] as RoundedReceipt;
    receipt.amount = receipt.floor + 1n;
  }
  return true;
}

function flowSteps({ flows, solution }: Draft): Step[] {
  return flows.flatMap((flow): Step[] => {
    const { from, to, numerator, floor } = flow;
    const choice = choiceOf(numerator, floor, solution, solution.error);
    if (choice === undefined) return [];
    return [{ from, to, choice, value: flow }];
  });
}

/** Receipts that may take a unit above their floor, as steps from their centre to `spare`. */
function receiptSteps({ network, received, solution }: Draft, first: number, spare: number): Step[] {
  const error = receiptError(network, solution);
  return received.flatMap((receipt, index): Step[] => {
    const { numerator, floor } = receipt;
    const choice = choiceOf(numerator, floor, solution, error);
    if (choice === undefined) return [];
    return [{ from: first + index, to: spare, choice, value: receipt }];
  });
}

/** Which steps are rounded away from the nearest so that no surplus is left, farther by as little as can be. */
function balanceSteps(surplus: readonly bigint[], steps: readonly Step[]): boolean[] | undefined {
  const [source, sink] = [surplus.length, surplus.length + 1];
  const graph = new FlowNetwork(surplus.length + 2);
  let wanted = 0;
  surplus.forEach((amount, centre) => {
    if (amount > 0n) graph.connect(source, centre, Number(amount));
    if (amount < 0n) graph.connect(centre, sink, Number(-amount));
    if (amount > 0n) wanted += Number(amount);
  });
  const edges = steps.map(({ from, to, choice: { up, farther } }) =>
    up ? graph.connect(to, from, 1, farther) : graph.connect(from, to, 1, farther),
  );
  if (graph.push(source, sink) !== wanted) return undefined;
  return edges.map((edge) => graph.used(edge) === 1);
}
