import type { Network } from './network.ts';
import { type Solution, solveExactly } from './solve-exact.ts';

/** Binary digits behind the point of a numerator, beyond those of the largest weight. */
const FRACTION_BITS = 160n;
/** The largest error of a flow that is accepted, in units of money: 2^-64, far below the promised 1e-12. */
const ERROR_BITS = 64n;
const MAX_ROUNDS = 40;

/**
 * Solves the simultaneous equations of many centres: a factorisation in doubles, refined against residuals that are
 * computed in integers without any rounding, until the proven error of every flow is below 2^-64 of a unit.
 *
 * The factorisation is the subtraction-free elimination of Grassmann, Taksar and Heyman ("Regenerative Analysis and
 * Steady State Distributions for Markov Chains", Operations Research 33, 1985), accurate in each component even where
 * almost everything circulates. Doubles only steer: what they get wrong shows in the residual. Where they fail (weights
 * beyond their range), the exact solution is computed instead, slower.
 */
export function solveRefined(network: Network, costs: readonly bigint[]): Solution {
  const passed = network.rows.map((row) => (row.passed === 0n ? 1n : row.passed));
  const longest = passed.reduce((length, weight) => Math.max(length, weight.toString(2).length), 1);
  const bits = FRACTION_BITS + BigInt(longest);
  const factors = factorise(network, passed);
  const numerators = network.service.map(() => 0n);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const residual = residuals(network, passed, costs, numerators, bits);
    const error = errorOf(factors, residual, bits);
    if (error === undefined) break;
    if (error <= 1n << (bits - ERROR_BITS)) return { numerators, denominator: 1n << bits, error };
    const [scaled, exponent] = asDoubles(residual);
    const correction = solve(factors, scaled);
    for (let index = 0; index < numerators.length; index++) {
      const step = asInteger(correction[index] as number, exponent) / (passed[index] as bigint);
      numerators[index] = (numerators[index] as bigint) + step;
    }
  }
  return solveExactly(network, costs);
}

/** cost − (passed·y − Σ weight·y) of each centre, in 2^-bits of a unit, without rounding. */
function residuals(
  { rows }: Network,
  passed: readonly bigint[],
  costs: readonly bigint[],
  numerators: readonly bigint[],
  bits: bigint,
): bigint[] {
  const residual = costs.map(
    (cost, centre) => (cost << bits) - (passed[centre] as bigint) * (numerators[centre] as bigint),
  );
  rows.forEach((row, from) => {
    const perWeight = numerators[from] as bigint;
    for (const { to, weight } of row.edges) {
      const sum = residual[to];
      if (sum !== undefined) residual[to] = sum + perWeight * weight;
    }
  });
  return residual;
}

interface Factors {
  readonly size: number;
  /** Row major. Above the diagonal: what is passed on, normalised; below: what flows back to an eliminated centre. */
  readonly cells: Float64Array;
  readonly leaving: Float64Array;
}

function factorise({ service, rows }: Network, passed: readonly bigint[]): Factors {
  const size = service.length;
  const cells = new Float64Array(size * size);
  const leak = new Float64Array(size);
  const leaving = new Float64Array(size);
  rows.forEach((row, from) => {
    const total = Number(passed[from]);
    for (const { to, weight } of row.edges) {
      const share = Number(weight) / total;
      if (to < size) cells[from * size + to] = share;
      else leak[from] = (leak[from] as number) + share;
    }
    if (row.edges.length === 0) leak[from] = 1;
  });
  for (let pivot = 0; pivot < size; pivot++) eliminateCentre(pivot, size, cells, leak, leaving);
  return { size, cells, leaving };
}

function eliminateCentre(
  pivot: number,
  size: number,
  cells: Float64Array,
  leak: Float64Array,
  leaving: Float64Array,
): void {
  const base = pivot * size;
  let out = leak[pivot] as number;
  for (let column = pivot + 1; column < size; column++) out += cells[base + column] as number;
  leaving[pivot] = out;
  for (let column = pivot + 1; column < size; column++) cells[base + column] = (cells[base + column] as number) / out;
  const leakShare = (leak[pivot] as number) / out;
  for (let row = pivot + 1; row < size; row++) {
    const start = row * size;
    const through = cells[start + pivot] as number;
    if (through === 0) continue;
    leak[row] = (leak[row] as number) + through * leakShare;
    for (let column = pivot + 1; column < size; column++) {
      cells[start + column] = (cells[start + column] as number) + through * (cells[base + column] as number);
    }
    cells[start + row] = 0;
  }
}

/** The money through each centre for costs of any sign, self-use left out. */
function solve({ size, cells, leaving }: Factors, costs: Float64Array): Float64Array {
  const through = Float64Array.from(costs);
  for (let from = 0; from < size; from++) {
    const amount = through[from] as number;
    if (amount === 0) continue;
    for (let to = from + 1; to < size; to++) {
      through[to] = (through[to] as number) + amount * (cells[from * size + to] as number);
    }
  }
  for (let centre = size - 1; centre >= 0; centre--) {
    let amount = through[centre] as number;
    for (let later = centre + 1; later < size; later++) {
      amount += (through[later] as number) * (cells[later * size + centre] as number);
    }
    through[centre] = amount / (leaving[centre] as number);
  }
  return through;
}

/**
 * A bound on the error of the flows, in 2^-bits: the inverse of an M-matrix is not negative, so that the error is at most
 * the solution for the absolute residuals. Doubled for what the doubles themselves may lose.
 */
function errorOf(factors: Factors, residual: readonly bigint[], bits: bigint): bigint | undefined {
  const [scaled, exponent] = asDoubles(residual.map((value) => (value < 0n ? -value : value)));
  // One more covers the digits that the doubles leave out.
  for (let index = 0; index < scaled.length; index++) scaled[index] = (scaled[index] as number) + 1;
  let largest = 0;
  for (const value of solve(factors, scaled)) {
    if (!Number.isFinite(value)) return undefined;
    if (value > largest) largest = value;
  }
  const bound = 2n * asInteger(largest, exponent) + 1n;
  return bound < 1n << (bits * 4n) ? bound : undefined;
}

/** Integers as doubles × 2^exponent, the largest of them with 60 binary digits; smaller ones lose what is below. */
function asDoubles(values: readonly bigint[]): [Float64Array, bigint] {
  let longest = 0;
  for (const value of values) {
    const digits = (value < 0n ? -value : value).toString(16).length * 4;
    if (digits > longest) longest = digits;
  }
  const exponent = BigInt(Math.max(0, longest - 60));
  const doubles = new Float64Array(values.length);
  values.forEach((value, index) => {
    doubles[index] = Number(value >> exponent);
  });
  return [doubles, exponent];
}

const FINE_BITS = 40;

function asInteger(value: number, exponent: bigint): bigint {
  if (!Number.isFinite(value)) return 0n;
  return (BigInt(Math.trunc(value * 2 ** FINE_BITS)) << exponent) >> BigInt(FINE_BITS);
}
