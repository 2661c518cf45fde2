import { type RequestContext, type Tx, uuidv7, type WriteAnswer } from '@prorata/platform';
import { eventOf } from '../axes/axes.ts';
import { analyticProblem } from '../problems.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { afterId, PAGE_ROWS, type Page, pageOf } from '../service/page.ts';
import { requireVersion } from '../service/routes.ts';
import { type MadeRow, told } from '../service/rows.ts';
import type { Dimension, DimensionChange, DimensionQuery, NewDimension } from './dimensions.schema.ts';
import * as sql from './dimensions.sql.ts';

type DimensionRow = Omit<Dimension, 'created_at' | 'updated_at'> & MadeRow;

/** Creates a dimension on an active axis. @throws Problem `REFERENCE_UNKNOWN`, `REFERENCE_INACTIVE`, `CODE_TAKEN`, `DIMENSION_TREE_INVALID` */
export async function createDimension(
  node: AnalyticNode,
  caller: Caller,
  input: NewDimension,
): Promise<WriteAnswer<Dimension>> {
  const { context } = caller;
  return await change(node, caller, { action: 'analytic.dimension.create', payload: input }, async (tx, record) => {
    const { axis_id: axis, code, parent_id: parent = null } = input;
    await requireActiveAxis(tx, axis);
    if (parent !== null) await requireOnAxis(tx, parent, axis);
    const id = uuidv7();
    const key = `erp.analytic.dimension.${id}.name`;
    const values = [id, context.countryCode, axis, parent, code, key, input.name_source ?? null, context.userId];
    const row = (await tx.query<DimensionRow>(sql.INSERT, values))[0];
    if (row === undefined) {
      const other = (await tx.query<{ id: string }>(sql.BY_CODE, [axis, code]))[0];
      throw analyticProblem('CODE_TAKEN', `there is a dimension ${code} on this axis`, { id: other?.id });
    }
    record.audit({ subject: 'dimension', subjectId: id, details: input });
    const payload = { axis_id: axis, code, name_key: key, parent_id: parent };
    record.emit({ event: 'ANALYTIC.DIMENSION.CREATED', entity_id: id, payload });
    return { status: 201, body: told(row) };
  });
}

async function requireActiveAxis(tx: Tx, id: string): Promise<void> {
  const axis = (await tx.query<{ is_active: boolean; code: string }>(sql.LOCK_AXIS, [id]))[0];
  if (axis === undefined) {
    throw analyticProblem('REFERENCE_UNKNOWN', `there is no axis ${id}`, { pointer: '/axis_id' });
  }
  if (!axis.is_active) {
    throw analyticProblem('REFERENCE_INACTIVE', `the axis ${axis.code} is not active`, {
      inactive: [{ axis: axis.code }],
    });
  }
}

async function requireOnAxis(tx: Tx, parent: string, axis: string): Promise<void> {
  const row = (await tx.query<DimensionRow>(sql.BY_ID, [parent]))[0];
  if (row === undefined) {
    throw analyticProblem('REFERENCE_UNKNOWN', `there is no dimension ${parent}`, { pointer: '/parent_id' });
  }
  if (row.axis_id !== axis) {
    throw analyticProblem('DIMENSION_TREE_INVALID', `the parent ${row.code} is on another axis`, {
      pointer: '/parent_id',
    });
  }
}

/** Renames, moves, deactivates or activates a dimension; it is never deleted. @throws Problem `NOT_FOUND`, `DIMENSION_TREE_INVALID`, `CHANGED_MEANWHILE` */
export async function changeDimension(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  input: DimensionChange,
  expected?: number,
): Promise<WriteAnswer<Dimension>> {
  const payload = { id, ...input };
  return await change(node, caller, { action: 'analytic.dimension.change', payload }, async (tx, record) => {
    const seen = found(await tx.query<DimensionRow>(sql.BY_ID, [id]), `there is no dimension ${id}`);
    await tx.query(sql.LOCK_AXIS, [seen.axis_id]);
    const before = found(await tx.query<DimensionRow>(sql.BY_ID_TO_CHANGE, [id]), id);
    requireVersion(expected, before.version);
    const parent = input.parent_id === undefined ? before.parent_id : input.parent_id;
    if (parent !== null && parent !== before.parent_id) await requirePlace(tx, before, parent);
    const name = input.name_source === undefined ? before.name_source : input.name_source;
    const active = input.is_active ?? before.is_active;
    const values = [id, name, active, parent, caller.context.userId];
    const row = found(await tx.query<DimensionRow>(sql.UPDATE, values), id);
    record.audit({ subject: 'dimension', subjectId: id, details: input });
    record.emit({
      event: `ANALYTIC.DIMENSION.${eventOf(before.is_active, active)}`,
      entity_id: id,
      payload: {
        axis_id: row.axis_id,
        code: row.code,
        name_key: row.name_i18n_key,
        parent_id: parent,
        is_active: active,
      },
    });
    return { status: 200, body: told(row) };
  });
}

async function requirePlace(tx: Tx, dimension: DimensionRow, parent: string): Promise<void> {
  await requireOnAxis(tx, parent, dimension.axis_id);
  const below = (await tx.query<{ below: boolean }>(sql.IS_BELOW, [parent, dimension.id]))[0]?.below === true;
  if (!below) return;
  throw analyticProblem('DIMENSION_TREE_INVALID', `the new parent of ${dimension.code} lies below it`, {
    pointer: '/parent_id',
  });
}

/** @throws Problem `NOT_FOUND` */
export async function dimensionById(node: AnalyticNode, context: RequestContext, id: string): Promise<Dimension> {
  const rows = await read(node, context, (tx) => tx.query<DimensionRow>(sql.BY_ID, [id]));
  return told(found(rows, `there is no dimension ${id}`));
}

export async function listDimensions(
  node: AnalyticNode,
  context: RequestContext,
  query: DimensionQuery,
): Promise<Page<Dimension>> {
  const { limit = PAGE_ROWS } = query;
  const { axis_id: axis = null, parent_id: parent = null, is_active: active = null, code = null } = query;
  const values = [afterId(query.after), axis, parent, active, code, limit + 1];
  const rows = await read(node, context, (tx) => tx.query<DimensionRow>(sql.LIST, values));
  return pageOf(rows.map(told), limit);
}
