import { ENTITY_CODE, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { adjustShared, countChange, type DomainShare, deriveSlice, shareOfSlice, withdrawSlice } from './derive.ts';
import { lockMonth, lockSlice } from './locks.ts';
import { GROUP_VIEWS } from './views.ts';

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
        // Told with the change itself: a rebuild that is killed never comes to the shared rows, where it is told otherwise.
        await lockMonth(tx, slice.tenantId, month);
        await countChange(tx, slice);
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
 * The rows that entities share, once more as the sum of what each entity puts into them. Under the month's lock, without which they never
 * change; one transaction, which looks at one entity after the other as their intakes do.
 */
async function rebuildShared(group: GroupNode, month: string): Promise<void> {
  const of = { tenantId: group.scope.tenantId, month };
  await group.db.transaction(
    group.scope,
    async (tx) => {
      await lockMonth(tx, of.tenantId, month);
      const entities = await tx.query<{ entity_id: string }>('SELECT entity_id FROM dim_entity ORDER BY entity_id');
      const parts: DomainShare[] = [];
      for (const { entity_id } of entities) {
        await lookAt(tx, entity_id);
        parts.push(await shareOfSlice(tx, { ...of, entityId: entity_id }));
      }
      await lookAt(tx, '');
      await tx.execute('DELETE FROM mv_group_domain_month WHERE tenant_id = $1 AND period_month = $2', [
        of.tenantId,
        month,
      ]);
      await adjustShared(tx, of, parts.flat(), []);
    },
    { role: 'intake' },
  );
}

/** Only `SET LOCAL` with a literal reaches the workers of a distributed PostgreSQL. */
async function lookAt(tx: Tx, entity: string): Promise<void> {
  if (entity !== '' && !ENTITY_CODE.test(entity)) throw new Error(`${JSON.stringify(entity)} is no code of an entity`);
  await tx.execute(`SET LOCAL app.current_entity = '${entity}'`);
}
