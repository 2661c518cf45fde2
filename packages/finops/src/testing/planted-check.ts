import { expect } from 'vitest';
import { textOf, unitsOf } from '../tieout/amounts.ts';
import type { TieOutReport } from '../tieout/tie-out.ts';
import type { Planted } from './planted.ts';

/** The report tells what was planted, with its amounts, and nothing else, and its lines add up. */
export function expectPlanted(report: TieOutReport, plants: readonly Planted[]): void {
  const told = report.differences.map(({ cause, difference, currency }) => `${cause} ${difference} ${currency}`);
  const planted = plants.flatMap(({ told }) =>
    told.map(([cause, amount, currency = 'EUR']) => `${cause} ${amount} ${currency}`),
  );
  expect(told.sort()).toEqual(planted.sort());
  expectToAddUp(report);
}

/** Each total is the one above it and the steps between, and no step is left without a reason. */
export function expectToAddUp({ rows }: TieOutReport): void {
  for (const chain of Map.groupBy(rows, (row) => `${row.section} ${row.currency}`).values()) {
    let reached = unitsOf(chain[0]?.amount ?? 'no rows');
    for (const row of chain.slice(1)) {
      if (row.kind === 'STEP') reached += unitsOf(row.amount);
      else expect([row.code, row.amount]).toEqual([row.code, textOf(reached)]);
    }
  }
  expect(rows.filter((row) => row.code === 'RESIDUAL' && row.amount !== '0')).toEqual([]);
}
