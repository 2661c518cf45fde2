import type { CompletenessRow } from '../api/types.ts';

export interface EntityLine {
  readonly entity: string;
  readonly label: string;
  /** One a month, in the order of the months; undefined where the node says nothing about the pair. */
  readonly cells: readonly (CompletenessRow | undefined)[];
  readonly expected: number;
  readonly published: number;
}

/** Arranges the answer into one line an entity, and counts what each still owes. */
export function linesOf(rows: readonly CompletenessRow[], months: readonly string[]): readonly EntityLine[] {
  const entities = new Map<string, { label: string; cells: Map<string, CompletenessRow> }>();
  for (const row of rows) {
    const line = entities.get(row.entity) ?? { label: row.label, cells: new Map<string, CompletenessRow>() };
    line.cells.set(row.period_month, row);
    entities.set(row.entity, line);
  }
  return [...entities].map(([entity, { label, cells }]) => {
    const expected = [...cells.values()].filter(({ status }) => status !== 'INACTIVE');
    return {
      entity,
      label,
      cells: months.map((month) => cells.get(month)),
      expected: expected.length,
      published: expected.filter(({ revision }) => revision !== null).length,
    };
  });
}

/** How a cell is drawn and named. A month that the group has locked is locked whatever the entity said. */
export type CellState = 'open' | 'closed' | 'locked' | 'missing' | 'inactive';

export function stateOf({ status, group_status }: Pick<CompletenessRow, 'status' | 'group_status'>): CellState {
  if (status === 'MISSING') return 'missing';
  if (status === 'INACTIVE') return 'inactive';
  if (group_status === 'LOCKED') return 'locked';
  return status === 'CLOSED' ? 'closed' : 'open';
}
