import type { RequestContext, WriteAnswer } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import { type AnalyticNode, type Caller, type DriverSource, found, read, requireLegalEntity } from '../service/node.ts';
import type { DriverRow } from './driver-row.ts';
import { type ValuesStored, WEIGHT_PATTERN } from './drivers.schema.ts';
import * as sql from './drivers.sql.ts';
import { putMonth } from './values.ts';

/** @throws Problem `REFERENCE_UNKNOWN` for a source that the node has not, or that the tenant has not enabled */
export function requireSource(node: AnalyticNode, context: RequestContext, source: string | null): void {
  if (source !== null) sourceOf(node, context, source);
}

function sourceOf(node: AnalyticNode, context: RequestContext, name: string): DriverSource {
  const source = node.driverSources?.get(name);
  if (source !== undefined && context.enabledModules.includes(source.module)) return source;
  throw analyticProblem('REFERENCE_UNKNOWN', `no plugin of this node computes ${name} for the tenant`, {
    pointer: '/source',
  });
}

/**
 * Lets the source of a driver compute the weights of a month, and keeps them as if they had been given: with the checks, the audit row and
 * the event of `putMonth`. Runs take what is kept, so that computing again is a decision.
 *
 * @throws Problem `DRIVER_NOT_COMPUTED`, `DRIVER_UNUSABLE`, and those of `putMonth`
 */
export async function computeMonth(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  month: string,
): Promise<WriteAnswer<ValuesStored>> {
  requireLegalEntity(caller.context);
  const driver = await read(node, caller.context, async (tx) => {
    return found(await tx.query<DriverRow & { axis: string }>(sql.BY_ID_WITH_AXIS, [id]), `there is no driver ${id}`);
  });
  if (driver.source === null) throw analyticProblem('DRIVER_NOT_COMPUTED', `the driver ${driver.code} has no source`);
  const source = sourceOf(node, caller.context, driver.source);
  const values = await source.compute(caller.context, { month, axis: driver.axis });
  const pattern = new RegExp(WEIGHT_PATTERN);
  const wrong = values.find(({ weight }) => !pattern.test(weight));
  if (wrong !== undefined) {
    const detail = `${driver.source} gave ${wrong.dimension} the weight ${wrong.weight.slice(0, 40)}`;
    throw analyticProblem('DRIVER_UNUSABLE', detail, { driver: driver.code });
  }
  return await putMonth(node, caller, id, month, {
    values: values.map(({ dimension, weight }) => ({ dimension, weight })),
  });
}
