import { type RequestContext, type Tx, uuidv7, type WriteAnswer } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { afterId, PAGE_ROWS, type Page, pageOf } from '../service/page.ts';
import { told } from '../service/rows.ts';
import { requireSource } from './computed.ts';
import type { DriverRow } from './driver-row.ts';
import type { Driver, DriverQuery, NewDriver } from './drivers.schema.ts';
import * as sql from './drivers.sql.ts';

/** Creates a driver: weights by month for the dimensions of one axis. @throws Problem `REFERENCE_UNKNOWN`, `REFERENCE_INACTIVE`, `CODE_TAKEN` */
export async function createDriver(node: AnalyticNode, caller: Caller, input: NewDriver): Promise<WriteAnswer<Driver>> {
  const { context } = caller;
  return await change(node, caller, { action: 'analytic.driver.create', payload: input }, async (tx, record) => {
    await requireActiveAxis(tx, input.axis_id);
    requireSource(node, context, input.source ?? null);
    const id = uuidv7();
    const key = `erp.analytic.driver.${id}.name`;
    const { code, axis_id, name_source = null, source = null } = input;
    const values = [id, context.countryCode, axis_id, code, key, name_source, source, context.userId];
    const row = (await tx.query<DriverRow>(sql.INSERT, values))[0];
    if (row === undefined) {
      const other = (await tx.query<DriverRow>(sql.BY_LETTERS, [code]))[0];
      throw analyticProblem('CODE_TAKEN', `there is a driver ${other?.code ?? code}`, { id: other?.id });
    }
    record.audit({ subject: 'driver', subjectId: id, details: input });
    record.emit({ event: 'ANALYTIC.DRIVER.CREATED', entity_id: id, payload: { axis_id, code, name_key: key } });
    return { status: 201, body: told(row) };
  });
}

async function requireActiveAxis(tx: Tx, id: string): Promise<void> {
  const axis = (await tx.query<{ is_active: boolean; code: string }>(sql.AXIS, [id]))[0];
  if (axis === undefined) throw analyticProblem('REFERENCE_UNKNOWN', `there is no axis ${id}`, { pointer: '/axis_id' });
  if (axis.is_active) return;
  const inactive = [{ axis: axis.code }];
  throw analyticProblem('REFERENCE_INACTIVE', `the axis ${axis.code} is not active`, { inactive });
}

/** @throws Problem `NOT_FOUND` */
export async function driverById(node: AnalyticNode, context: RequestContext, id: string): Promise<Driver> {
  const rows = await read(node, context, (tx) => tx.query<DriverRow>(sql.BY_ID, [id]));
  return told(found(rows, `there is no driver ${id}`));
}

export async function listDrivers(
  node: AnalyticNode,
  context: RequestContext,
  query: DriverQuery,
): Promise<Page<Driver>> {
  const { limit = PAGE_ROWS, axis_id: axis = null, code = null } = query;
  const rows = await read(node, context, (tx) =>
    tx.query<DriverRow>(sql.LIST, [afterId(query.after), axis, code, limit + 1]),
  );
  return pageOf(rows.map(told), limit);
}
