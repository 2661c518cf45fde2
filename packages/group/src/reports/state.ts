import type { Statement } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';

/**
 * Names the state that reports are made of. The name changes with each committed change of facts, rates, references, locks or entities
 * (migration 0008), with what was refused for a locked month, and with nothing else: two reads of one name had the same to read.
 */
export const STATE: Statement = {
  // A revision that came too late for a locked month changes no figure, and makes its entity differ from the group.
  sql: {
    name: 'group_state',
    text: `
    SELECT COALESCE(sum(version), 0) || '.' || (SELECT count(*) FROM intake_refusal WHERE code = 'PERIOD_LOCKED') AS version
      FROM group_state`,
  },
  values: [],
};

/** The state that stands now, by its name. */
export async function stateVersion(group: GroupNode): Promise<string> {
  return await group.db.transaction(group.scope, async (tx) => versionIn(tx.ahead[0]), {
    role: group.scope.entityId === undefined ? 'reader' : 'app',
    readOnly: true,
    ahead: [STATE],
  });
}

/** What `STATE` answered. */
export function versionIn(rows: readonly object[] | undefined): string {
  const [row] = (rows ?? []) as readonly { version: string }[];
  return row?.version ?? '0.0';
}
