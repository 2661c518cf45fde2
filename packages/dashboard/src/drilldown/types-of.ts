import type { DrilldownRow } from '../api/types.ts';

export type ConsumptionType = 'DIRECT' | 'INDIRECT';
type Counted = Pick<DrilldownRow, 'code' | 'unit' | 'fact_rows'>;

/** The types of the facts behind a row, told from the same level asked for indirect facts only. */
export function typesOf(row: Counted, indirect: readonly Counted[]): readonly ConsumptionType[] {
  const same = indirect.find(({ code, unit }) => code === row.code && unit === row.unit);
  if (same === undefined || same.fact_rows === 0) return ['DIRECT'];
  return same.fact_rows < row.fact_rows ? ['DIRECT', 'INDIRECT'] : ['INDIRECT'];
}
