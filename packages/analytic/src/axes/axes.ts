import { type RequestContext, type Tx, uuidv7, type WriteAnswer } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { afterId, PAGE_ROWS, type Page, pageOf } from '../service/page.ts';
import { requireVersion } from '../service/routes.ts';
import { type MadeRow, told } from '../service/rows.ts';
import type { Axis, AxisChange, AxisQuery, NewAxis } from './axes.schema.ts';
import * as sql from './axes.sql.ts';

type AxisRow = Omit<Axis, 'created_at' | 'updated_at'> & MadeRow;

/** Creates an axis and says so (`ANALYTIC.AXIS.CREATED`, spec 02). @throws Problem `CODE_TAKEN` */
export async function createAxis(node: AnalyticNode, caller: Caller, input: NewAxis): Promise<WriteAnswer<Axis>> {
  const { context } = caller;
  return await change(node, caller, { action: 'analytic.axis.create', payload: input }, async (tx, record) => {
    const id = uuidv7();
    const key = `erp.analytic.axis.${id}.name`;
    const values = [id, context.countryCode, input.code, key, input.name_source ?? null, context.userId];
    const row = (await tx.query<AxisRow>(sql.INSERT, values))[0];
    if (row === undefined) throw await codeTaken(tx, input.code);
    record.audit({ subject: 'axis', subjectId: id, details: input });
    record.emit({ event: 'ANALYTIC.AXIS.CREATED', entity_id: id, payload: { code: input.code, name_key: key } });
    return { status: 201, body: told(row) };
  });
}

async function codeTaken(tx: Tx, code: string) {
  const other = (await tx.query<AxisRow>(sql.BY_LETTERS, [code]))[0];
  return analyticProblem('CODE_TAKEN', `there is an axis ${other?.code ?? code}`, { id: other?.id });
}

/** Renames, deactivates or activates an axis; it is never deleted. @throws Problem `NOT_FOUND`, `CHANGED_MEANWHILE` */
export async function changeAxis(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  input: AxisChange,
  expected?: number,
): Promise<WriteAnswer<Axis>> {
  return await change(
    node,
    caller,
    { action: 'analytic.axis.change', payload: { id, ...input } },
    async (tx, record) => {
      const before = found(await tx.query<AxisRow>(sql.BY_ID_TO_CHANGE, [id]), `there is no axis ${id}`);
      requireVersion(expected, before.version);
      const name = input.name_source === undefined ? before.name_source : input.name_source;
      const active = input.is_active ?? before.is_active;
      const row = found(await tx.query<AxisRow>(sql.UPDATE, [id, name, active, caller.context.userId]), id);
      record.audit({ subject: 'axis', subjectId: id, details: input });
      record.emit({
        event: `ANALYTIC.AXIS.${eventOf(before.is_active, active)}`,
        entity_id: id,
        payload: { code: row.code, name_key: row.name_i18n_key, is_active: active },
      });
      return { status: 200, body: told(row) };
    },
  );
}

/** What a change is called, by whether the thing was and is active. */
export function eventOf(before: boolean, after: boolean): 'UPDATED' | 'ACTIVATED' | 'DEACTIVATED' {
  if (before === after) return 'UPDATED';
  return after ? 'ACTIVATED' : 'DEACTIVATED';
}

/** @throws Problem `NOT_FOUND` */
export async function axisById(node: AnalyticNode, context: RequestContext, id: string): Promise<Axis> {
  const rows = await read(node, context, (tx) => tx.query<AxisRow>(sql.BY_ID, [id]));
  return told(found(rows, `there is no axis ${id}`));
}

export async function listAxes(node: AnalyticNode, context: RequestContext, query: AxisQuery): Promise<Page<Axis>> {
  const { limit = PAGE_ROWS } = query;
  const values = [afterId(query.after), query.is_active ?? null, query.code ?? null, limit + 1];
  const rows = await read(node, context, (tx) => tx.query<AxisRow>(sql.LIST, values));
  return pageOf(rows.map(told), limit);
}
