import type { Network } from './network.ts';

/**
 * What passes per unit of weight: a service centre with use u of weight w passes w × numerators[centre] / denominator
 * of money along u. `error` bounds the absolute error of each such product; 0 where the solution is exact.
 */
export interface Solution {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
  readonly error: bigint;
}

/**
 * Solves the simultaneous equations in exact fractions by fraction-free elimination (Bareiss, "Sylvester's Identity and
 * Multistep Integer-Preserving Gaussian Elimination", 1968): every division is without remainder and the entries stay as
 * short as the minors of the matrix.
 *
 * For centre s with y = pool / weight: passed(s)·y(s) − Σ weight(t → s)·y(t) = cost(s). The matrix of a depletable cycle
 * is a nonsingular M-matrix, whose leading minors are positive, so that no pivot is zero.
 */
export function solveExactly(network: Network, costs: readonly bigint[]): Solution {
  const matrix = equations(network, costs);
  const size = matrix.length;
  let previous = 1n;
  for (let pivot = 0; pivot < size - 1; pivot++) {
    const pivotRow = matrix[pivot] as bigint[];
    const diagonal = pivotRow[pivot] as bigint;
    for (let row = pivot + 1; row < size; row++)
      eliminate(matrix[row] as bigint[], pivotRow, pivot, diagonal, previous);
    previous = diagonal;
  }
  return backSubstitute(matrix);
}

function equations({ service, rows }: Network, costs: readonly bigint[]): bigint[][] {
  const size = service.length;
  const matrix = service.map((_, centre) => {
    const row = new Array<bigint>(size + 1).fill(0n);
    // An idle centre passes nothing: its equation is y = 0 and keeps the matrix regular.
    const passed = rows[centre]?.passed ?? 0n;
    row[centre] = passed === 0n ? 1n : passed;
    row[size] = costs[centre] ?? 0n;
    return row;
  });
  rows.forEach((row, from) => {
    for (const { to, weight } of row.edges) {
      const equation = matrix[to];
      if (equation !== undefined) equation[from] = -weight;
    }
  });
  return matrix;
}

function eliminate(
  row: bigint[],
  pivotRow: readonly bigint[],
  pivot: number,
  diagonal: bigint,
  previous: bigint,
): void {
  const factor = row[pivot] as bigint;
  for (let column = pivot + 1; column < row.length; column++) {
    const kept = (row[column] as bigint) * diagonal;
    row[column] = (factor === 0n ? kept : kept - factor * (pivotRow[column] as bigint)) / previous;
  }
  row[pivot] = 0n;
}

function backSubstitute(matrix: readonly bigint[][]): Solution {
  const size = matrix.length;
  const denominator = matrix[size - 1]?.[size - 1] ?? 1n;
  const numerators = new Array<bigint>(size).fill(0n);
  for (let index = size - 1; index >= 0; index--) {
    const row = matrix[index] as bigint[];
    let sum = denominator * (row[size] as bigint);
    for (let column = index + 1; column < size; column++) {
      sum -= (row[column] as bigint) * (numerators[column] as bigint);
    }
    numerators[index] = sum / (row[index] as bigint);
  }
  return { numerators, denominator, error: 0n };
}
