import { parseMonth, type RequestContext } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';
import { type EntityEntry, listEntities, setEntityActivity } from './entities.ts';

interface Acting {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

export interface EntityChange {
  readonly entity: string;
  readonly label?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** Day of the following month by which its months are due; null for the policy's. */
  readonly due_day?: number | null;
}

/**
 * Changes what the group calls an entity, where it is, or when its months are due. Its code, ids and keys stay, and so does what it
 * published.
 *
 * @throws Problem `ENTITY_UNKNOWN`
 */
export async function changeEntity(group: GroupNode, change: EntityChange, options: Acting = {}): Promise<EntityEntry> {
  const context = options.context ?? operatorContext(group);
  const what = { action: 'group.entity.change', payload: change, idempotencyKey: options.idempotencyKey };
  await recorded(group, context, what, async (tx, record) => {
    const [after] = await tx.query<{ label: string; country: string; due_day: number | null }>(
      `UPDATE dim_entity
          SET label = COALESCE($2, label), country = COALESCE($3, country),
              due_day = CASE WHEN $4 THEN $5 ELSE due_day END, updated_at = now(), version = version + 1
        WHERE entity_id = $1 RETURNING label, country, due_day`,
      [
        change.entity,
        change.label ?? null,
        change.country ?? null,
        change.due_day !== undefined,
        change.due_day ?? null,
      ],
    );
    if (after === undefined) throw unknown(change.entity);
    const payload = { entity: change.entity, ...after };
    record.audit({ subject: 'dim_entity', subjectId: change.entity, details: payload });
    record.emit({ event: 'GROUP.ENTITY.CHANGED', entity_id: change.entity, payload });
    return null;
  });
  return await entityOf(group, change.entity);
}

/**
 * Ends the publishing of an entity with its last month: later months are refused with `ENTITY_INACTIVE` and no longer expected. What it
 * published stays in every report.
 *
 * @throws Problem `ENTITY_UNKNOWN`, `MONTH_INVALID`
 */
export async function deactivateEntity(
  group: GroupNode,
  input: { readonly entity: string; readonly last_month: string },
  options: Acting = {},
): Promise<EntityEntry> {
  const { active_from } = await entityOf(group, input.entity);
  const active_to = parseMonth(input.last_month);
  await setEntityActivity(group, { entity: input.entity, active_from, active_to }, options);
  return await entityOf(group, input.entity);
}

/**
 * Takes the end away: months after it are taken, and expected, again; also those in between.
 *
 * @throws Problem `ENTITY_UNKNOWN`
 */
export async function reactivateEntity(
  group: GroupNode,
  input: { readonly entity: string },
  options: Acting = {},
): Promise<EntityEntry> {
  const { active_from } = await entityOf(group, input.entity);
  await setEntityActivity(group, { entity: input.entity, active_from, active_to: null }, options);
  return await entityOf(group, input.entity);
}

/** @throws Problem `ENTITY_UNKNOWN` */
export async function entityOf(group: GroupNode, code: string): Promise<EntityEntry> {
  const found = (await listEntities(group)).find(({ entity }) => entity === code);
  if (found === undefined) throw unknown(code);
  return found;
}

function unknown(entity: string): Error {
  return groupProblem('ENTITY_UNKNOWN', `there is no entity ${entity}`, { entity });
}
