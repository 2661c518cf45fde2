import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { countChange, deriveSlice, withdrawSlice } from './derive.ts';
import { lockMonth, lockSlice } from './locks.ts';
import { GROUP_VIEWS, MEASURED_FACTS } from './views.ts';

export interface Rebuilt {
  readonly slices: number;
  readonly months: number;
}

const SHARED = GROUP_VIEWS.filter((view) => !view.entityGrained);

/**
 * Replaces the content of every group view by what its definition gives. Slice by slice, each in a transaction of its own under
 * the intake's locks, so that intakes and reports go on meanwhile and a kill leaves a valid state.
 */
export async function rebuildViews(
  group: GroupNode,
  options: { progress?: (done: number, all: number) => void } = {},
): Promise<Rebuilt> {
  const slices = await listSlices(group);
  const months = [...new Set(slices.map((slice) => slice.period_month))].sort();
  let done = 0;
  for (const { entity_id: entityId, period_month: month } of slices.filter((slice) => slice.entity_id !== null)) {
    if (entityId === null) continue;
    const slice = { tenantId: group.scope.tenantId, entityId, month };
    await group.db.transaction(
      { ...group.scope, entityId },
      async (tx) => {
        await lockSlice(tx, slice.tenantId, entityId, month);
        await withdrawSlice(tx, slice);
        await deriveSlice(tx, slice);
      },
      { role: 'intake' },
    );
    options.progress?.(++done, slices.length + months.length);
  }
  for (const month of months) {
    await rebuildShared(group, month);
    options.progress?.(++done, slices.length + months.length);
  }
  return { slices: slices.filter((slice) => slice.entity_id !== null).length, months: months.length };
}

/** Every slice that has facts or rows in a view: rows whose facts are gone have to go as well. */
async function listSlices(group: GroupNode): Promise<{ entity_id: string | null; period_month: string }[]> {
  const sources = [
    'fact_consumption_group',
    ...GROUP_VIEWS.filter((view) => view.entityGrained).map((view) => view.name),
  ];
  const entityGrained = sources.map((name) => `SELECT entity_id, period_month FROM ${name}`);
  const shared = SHARED.map((view) => `SELECT NULL, period_month FROM ${view.name}`);
  return await group.db.transaction(
    group.scope,
    (tx) => tx.query(`${[...entityGrained, ...shared].join(' UNION ')} ORDER BY 2, 1`),
    { role: 'reader', readOnly: true },
  );
}

/**
 * The rows that entities share are defined over facts that an intake may not see. So the consolidated role reads, the intake
 * role writes, and the month's lock, under which alone these rows change, makes the two one step.
 */
async function rebuildShared(group: GroupNode, month: string): Promise<void> {
  await group.db.transaction(
    group.scope,
    async (tx) => {
      await lockMonth(tx, group.scope.tenantId, month);
      for (const view of SHARED) {
        const rows = await group.db.transaction(
          group.scope,
          (reader) =>
            reader.query(`WITH measured AS (${MEASURED_FACTS} WHERE period_month = $1) ${view.definition}`, [month]),
          { role: 'reader', readOnly: true },
        );
        await replaceMonth(tx, view.name, month, rows);
      }
      await countChange(tx, { tenantId: group.scope.tenantId, month });
    },
    { role: 'intake' },
  );
}

async function replaceMonth(tx: Tx, table: string, month: string, rows: readonly object[]): Promise<void> {
  await tx.execute(`DELETE FROM ${table} WHERE period_month = $1`, [month]);
  await tx.execute(
    `INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table}, one)).* FROM jsonb_array_elements($1::jsonb) AS one`,
    [JSON.stringify(rows)],
  );
}
