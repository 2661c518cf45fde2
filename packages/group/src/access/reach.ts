import type { RequestContext } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { isGranted } from './grants.ts';

/** Reads one entity's slice of the group, once the group has granted that to the entity. */
export const ENTITY_READER_ROLE = 'entity.reader';
/** Who reads the group as a whole (spec 01, 9). */
export const CONSOLIDATED_ROLES = ['group.reader', 'group.admin'] as const;
/** Who may ask for a report: the answer is about as much of the group as `reachOf` gives them. */
export const REPORT_ROLES = [...CONSOLIDATED_ROLES, ENTITY_READER_ROLE] as const;

/** Whether the caller reads the group as a whole. */
export function isConsolidated(context: RequestContext): boolean {
  return CONSOLIDATED_ROLES.some((role) => context.roles.includes(role));
}

/**
 * The group as far as the caller may see it: all of it, or inside the walls of the caller's own entity. Every read behind HTTP begins
 * here; inside the walls the database itself shows no row of another entity, whatever a statement or a filter says.
 *
 * @throws Problem `READER_NOT_GRANTED`
 */
export async function reachOf(group: GroupNode, context: RequestContext): Promise<GroupNode> {
  if (isConsolidated(context)) return group;
  const { entityCode: entity, roles } = context;
  if (!roles.includes(ENTITY_READER_ROLE) || entity === undefined) {
    throw groupProblem('READER_NOT_GRANTED', `the token names no entity with the role ${ENTITY_READER_ROLE}`);
  }
  const walled = { ...group, scope: { ...group.scope, entityId: entity } };
  if (await isGranted(walled)) return walled;
  throw groupProblem('READER_NOT_GRANTED', `the group has not granted readers of ${entity} their slice`, { entity });
}
