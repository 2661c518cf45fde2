import type { RequestContext } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';

/** An entity whose readers see its own slice of the group. */
export interface ReadGrant {
  readonly entity: string;
  readonly granted_at: string;
  /** UUID. */
  readonly granted_by: string;
}

interface Acting {
  readonly context?: RequestContext;
}

const ALL = `
  SELECT entity_id AS entity, granted_by,
         to_char(granted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS granted_at
    FROM entity_read_grant ORDER BY entity_id`;

/** Every entity whose readers may look. */
export async function listGrants(group: GroupNode): Promise<ReadGrant[]> {
  return await group.db.transaction(group.scope, (tx) => tx.query<ReadGrant>(ALL), { role: 'reader', readOnly: true });
}

/** Whether the entity that the scope is walled to has been granted its slice; asked at each read, so that a revocation works at once. */
export async function isGranted(walled: GroupNode): Promise<boolean> {
  if (walled.scope.entityId === undefined) return false;
  const rows = await walled.db.transaction(walled.scope, (tx) => tx.query('SELECT 1 FROM entity_read_grant'), {
    readOnly: true,
  });
  return rows.length === 1;
}

/**
 * Lets readers of an entity see its own slice of the reports, and nothing of another's. Granted twice is granted once.
 *
 * @throws Problem `ENTITY_UNKNOWN`
 */
export async function grantReader(
  group: GroupNode,
  input: { readonly entity: string },
  options: Acting = {},
): Promise<{ entity: string; granted: boolean }> {
  const context = options.context ?? operatorContext(group);
  return await recorded(group, context, { action: 'group.reader.grant', payload: input }, async (tx, record) => {
    const known = await tx.query('SELECT 1 FROM dim_entity WHERE entity_id = $1', [input.entity]);
    if (known.length === 0) throw unknown(input.entity);
    const added = await tx.execute(
      'INSERT INTO entity_read_grant (tenant_id, entity_id, granted_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [group.scope.tenantId, input.entity, context.userId],
    );
    if (added > 0) {
      record.audit({ subject: 'entity_read_grant', subjectId: input.entity, details: { ...input, granted: true } });
      record.emit({ event: 'GROUP.READER.GRANTED', entity_id: input.entity, payload: input });
    }
    return { ...input, granted: true };
  });
}

/**
 * Takes the slice away again; the next read is refused.
 *
 * @throws Problem `ENTITY_UNKNOWN`
 */
export async function revokeReader(
  group: GroupNode,
  input: { readonly entity: string },
  options: Acting = {},
): Promise<{ entity: string; granted: boolean }> {
  const context = options.context ?? operatorContext(group);
  return await recorded(group, context, { action: 'group.reader.revoke', payload: input }, async (tx, record) => {
    const known = await tx.query('SELECT 1 FROM dim_entity WHERE entity_id = $1', [input.entity]);
    if (known.length === 0) throw unknown(input.entity);
    const removed = await tx.execute('DELETE FROM entity_read_grant WHERE entity_id = $1', [input.entity]);
    if (removed > 0) {
      record.audit({ subject: 'entity_read_grant', subjectId: input.entity, details: { ...input, granted: false } });
      record.emit({ event: 'GROUP.READER.REVOKED', entity_id: input.entity, payload: input });
    }
    return { ...input, granted: false };
  });
}

function unknown(entity: string) {
  return groupProblem('ENTITY_UNKNOWN', `there is no entity ${entity}`, { entity });
}
