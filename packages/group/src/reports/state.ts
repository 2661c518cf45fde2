import type { GroupNode } from '../node/group-node.ts';
import { isOfEntity } from './read.ts';

/**
 * Number of the state that reports are made of. It grows with each committed change of facts, rates, references, locks or entities,
 * and with nothing else (migration 0008): two reads of one number had the same to read.
 */
export async function stateVersion(group: GroupNode): Promise<string> {
  const [row] = await group.db.transaction(
    group.scope,
    (tx) => tx.query<{ version: string }>('SELECT COALESCE(sum(version), 0)::text AS version FROM group_state'),
    { role: isOfEntity(group) ? 'app' : 'reader', readOnly: true },
  );
  return row?.version ?? '0';
}
