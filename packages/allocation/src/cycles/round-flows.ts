import { floorDivide } from '../arithmetic/rational.ts';
import { FlowNetwork } from './maximum-flow.ts';
import { compareCodes, type Network } from './network.ts';
import type { Solution } from './solve-exact.ts';

/** A use of a service in money: exactly `numerator` / denominator of the solution, and rounded. */
export interface RoundedFlow {
  readonly from: number;
  readonly to: number;
  readonly weight: bigint;
  readonly numerator: bigint;
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
 * largest remainder; the flows then follow as an integral flow. Where groups of centres are so separate that no such
 * flow meets the largest remainders, the receipts are rounded with the flows: an integral flow between the floors and
 * the ceilings always exists, because the exact flow is one (integrality theorem of network flows).
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
      return { from, to, weight, numerator, amount: floorWithin(numerator, solution, solution.error) };
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

/**
 * Moves the units that flooring left at the centres along the fractional flows. With `targets`, exactly these operating
 * centres receive a unit above their floor; without, any fractional ones. Writes the result only if everything arrives.
 */
function route(draft: Draft, targets: ReadonlySet<number> | undefined): boolean {
  const { network, costs, solution, flows, received, units } = draft;
  const size = network.service.length;
  const spare = size + received.length;
  const [source, sink] = [spare + 1, spare + 2];
  const graph = new FlowNetwork(spare + 3);
  const { left, arrived } = imbalances(network, costs, flows);
  let wanted = 0;
  left.forEach((amount, centre) => {
    if (amount > 0n) graph.connect(source, centre, Number(amount));
    if (amount < 0n) graph.connect(centre, sink, Number(-amount));
    if (amount > 0n) wanted += Number(amount);
  });
  const error = receiptError(network, solution);
  const optional: number[] = [];
  received.forEach((receipt, index) => {
    const up = targets?.has(index) === true ? 1n : 0n;
    graph.connect(size + index, sink, Number(receipt.floor + up - (arrived[index] as bigint)));
    const free = targets === undefined && isFractional(receipt.numerator, receipt.floor, solution, error);
    optional.push(free ? graph.connect(size + index, spare, 1) : -1);
  });
  if (targets === undefined) graph.connect(spare, sink, Number(units));
  const steps = flows.map((flow) =>
    isFractional(flow.numerator, flow.amount, solution, solution.error) ? graph.connect(flow.from, flow.to, 1) : -1,
  );
  if (graph.push(source, sink) !== wanted) return false;
  flows.forEach((flow, index) => {
    if ((steps[index] as number) >= 0) flow.amount += BigInt(graph.used(steps[index] as number));
  });
  received.forEach((receipt, index) => {
    const edge = optional[index] as number;
    const up = targets?.has(index) === true || (edge >= 0 && graph.used(edge) === 1);
    if (up) receipt.amount = receipt.floor + 1n;
  });
  return true;
}

/** What the floored flows leave at each service centre, and what they bring to each operating centre. */
function imbalances(
  network: Network,
  costs: readonly bigint[],
  flows: readonly RoundedFlow[],
): { left: bigint[]; arrived: bigint[] } {
  const size = network.service.length;
  const left = [...costs];
  const arrived = network.operating.map(() => 0n);
  for (const { from, to, amount } of flows) {
    left[from] = (left[from] as bigint) - amount;
    if (to < size) left[to] = (left[to] as bigint) + amount;
    else arrived[to - size] = (arrived[to - size] as bigint) + amount;
  }
  return { left, arrived };
}
