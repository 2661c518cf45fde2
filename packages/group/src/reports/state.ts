import type { GroupNode } from '../node/group-node.ts';
import { isOfEntity } from './read.ts';

/**
 * Name of the state that reports are made of. It changes with each committed change of facts, rates, references, locks or entities
 * (migration 0008), with what was refused for a locked month, and with nothing else: two reads of one name had the same to read.
 */
export async function stateVersion(group: GroupNode): Promise<string> {
  const [row] = await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<{ version: string }>(
        // A revision that came too late for a locked month changes no figure, and makes its entity differ from the group.
        `SELECT COALESCE(sum(version), 0) || '.' || (SELECT count(*) FROM intake_refusal WHERE code = 'PERIOD_LOCKED') AS version
           FROM group_state`,
      ),
    { role: isOfEntity(group) ? 'app' : 'reader', readOnly: true },
  );
  return row?.version ?? '0.0';
}
