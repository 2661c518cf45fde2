import type { BatchStep, MonthRun, RunWarning } from '../facts/steps.ts';
import { factTotals } from '../facts/totals.ts';
import { UNALLOCATED } from '../mapping/apply.ts';
import { poolProduct } from '../mapping/products.ts';
import * as sql from './indirect.sql.ts';
import { type PoolCell, type Spread, spreadPools } from './spread.ts';

/** Spreads what the mapping put into pools over the applications. */
export const indirectStep: BatchStep = {
  name: 'INDIRECT',
  async run(run) {
    const { tx, key } = run;
    const cells = await tx.query<PoolCell>(sql.POOLS, key);
    const spread = spreadPools(cells, await tx.query(sql.DIRECT_COSTS, key), UNALLOCATED);
    await writeIndirect(run, spread);
    return {
      rows_in: cells.length,
      rows_out: spread.parts.length,
      money: await factTotals(tx, key),
      warnings: poolWarnings(spread),
      errors: 0,
    };
  },
};

async function writeIndirect({ tx, key, runId }: MonthRun, { parts, cells, weights }: Spread): Promise<void> {
  const base = [...key, runId];
  const product = (cell: PoolCell) => poolProduct(cell.pool, cell.domain);
  await tx.execute(sql.WRITE_WEIGHTS, [
    ...base,
    weights.map((one) => one.currency),
    weights.map((one) => one.application),
    weights.map((one) => one.cost_effective),
    weights.map((one) => one.weight),
    weights.map((one) => one.clamped),
  ]);
  await tx.execute(sql.WRITE_POOLS, [
    ...base,
    cells.map(({ cell }) => product(cell)),
    cells.map(({ cell }) => cell.environment),
    cells.map(({ cell }) => cell.currency),
    cells.map(({ cell }) => cell.pool),
    cells.map(({ cell }) => cell.domain),
    cells.map(({ cell }) => cell.rows),
    cells.map(({ cell }) => cell.cost_effective),
    cells.map(({ cell }) => cell.cost_billed),
    cells.map((one) => one.total_weight),
    cells.map((one) => one.warning),
  ]);
  await tx.execute(sql.WRITE_INDIRECT, [
    ...base,
    parts.map((part) => part.application),
    parts.map((part) => part.cell.domain),
    parts.map((part) => product(part.cell)),
    parts.map((part) => part.cell.environment),
    parts.map((part) => part.cell.currency),
    parts.map((part) => part.quantity),
    parts.map((part) => part.cost_effective),
    parts.map((part) => part.cost_billed),
  ]);
}

function poolWarnings({ cells, weights }: Spread): RunWarning[] {
  const kept = cells.filter((one) => one.warning !== null);
  const warnings = kept.map(({ cell }) => ({
    code: 'NO_POSITIVE_WEIGHT',
    detail: `pool ${cell.pool}, ${cell.domain}, ${cell.environment}, ${cell.currency}: no application has a direct cost above zero, so it stays on ${UNALLOCATED}`,
  }));
  const clamped = weights.filter((one) => one.clamped);
  const used = clamped.filter((one) => cells.some(({ cell }) => cell.currency === one.currency));
  return [
    ...warnings,
    ...used.map((one) => ({
      code: 'WEIGHT_CLAMPED',
      detail: `${one.application} has a direct cost of ${one.cost_effective} ${one.currency} and weighs nothing`,
    })),
  ];
}
