import type { RequestContext, Tx } from '@prorata/platform';
import type { AnalyticNode } from '../service/node.ts';
import { type BookSettings, bookSettings } from '../source/settings.ts';

/** Axes, dimensions and drivers that rules of a legal entity may name, and its books' settings. */
export interface References {
  readonly settings: BookSettings;
  /** Active axis → its active dimensions, all by code. */
  readonly axes: ReadonlyMap<string, readonly string[]>;
  /** Codes of drivers → the axis that they weigh. */
  readonly drivers: ReadonlyMap<string, string>;
  /** Ids of all axes by code, inactive ones too. */
  readonly axisIds: ReadonlyMap<string, string>;
  /** Axis → code of a dimension → its id, inactive ones too. */
  readonly dimensionIds: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const AXES = 'SELECT id, code, is_active FROM ana_axis ORDER BY code';
const DIMENSIONS = 'SELECT id, axis_id, code, is_active FROM ana_dimension ORDER BY code';
const DRIVERS = 'SELECT d.code, a.code AS axis FROM ana_driver d JOIN ana_axis a ON a.id = d.axis_id';

/** Legal entities whose references one node keeps at hand. */
const MOST_KEPT = 200;
const kept = new WeakMap<AnalyticNode, Map<string, References>>();

/**
 * The references of the caller's legal entity. They are kept per node under the number of their last change, which is read in this
 * transaction: what is at hand is never older than the database.
 *
 * @param read the settings, where the transaction has read them already.
 * @throws Problem `ENTITY_NOT_SERVED`
 */
export async function referencesOf(
  node: AnalyticNode,
  tx: Tx,
  context: RequestContext,
  read?: BookSettings,
): Promise<References> {
  const settings = read ?? (await bookSettings(tx, context));
  const known = kept.get(node) ?? new Map<string, References>();
  kept.set(node, known);
  const owner = `${context.tenantId} ${context.legalEntityId}`;
  const before = known.get(owner);
  if (before?.settings.revision === settings.revision) {
    return sameSettings(before.settings, settings) ? before : keep(known, owner, { ...before, settings });
  }
  return keep(known, owner, await load(tx, settings));
}

function keep(known: Map<string, References>, owner: string, references: References): References {
  known.delete(owner);
  known.set(owner, references);
  const oldest = known.keys().next().value;
  if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
  return references;
}

function sameSettings(a: BookSettings, b: BookSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface AxisRow {
  readonly id: string;
  readonly code: string;
  readonly is_active: boolean;
}

async function load(tx: Tx, settings: BookSettings): Promise<References> {
  const axisRows = await tx.query<AxisRow>(AXES);
  const dimensionRows = await tx.query<AxisRow & { axis_id: string }>(DIMENSIONS);
  const driverRows = await tx.query<{ code: string; axis: string }>(DRIVERS);
  const codes = new Map(axisRows.map(({ id, code }) => [id, code]));
  const axes = new Map<string, string[]>();
  const dimensionIds = new Map<string, Map<string, string>>();
  for (const { code, is_active } of axisRows) {
    if (is_active) axes.set(code, []);
    dimensionIds.set(code, new Map());
  }
  for (const { id, axis_id, code, is_active } of dimensionRows) {
    const axis = codes.get(axis_id) ?? '';
    dimensionIds.get(axis)?.set(code, id);
    if (is_active) axes.get(axis)?.push(code);
  }
  return {
    settings,
    axes,
    drivers: new Map(driverRows.map(({ code, axis }) => [code, axis])),
    axisIds: new Map(axisRows.map(({ id, code }) => [code, id])),
    dimensionIds,
  };
}
