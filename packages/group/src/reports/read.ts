import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';

/**
 * Reads as the consolidated role: the only one that sees more than one entity. A report takes several statements (which months, which
 * rates, the figures); they see one state, so that an intake in between cannot bring costs whose rates nobody looked up.
 *
 * A node whose scope names an entity reads within that entity's walls, whatever the filters say.
 */
export async function read<T>(group: GroupNode, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await group.db.transaction(
    group.scope,
    async (tx) => {
      await tx.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      return await work(tx);
    },
    { role: isOfEntity(group) ? 'app' : 'reader', readOnly: true },
  );
}

/** Whether reads stay within the walls of one entity. */
export function isOfEntity(group: GroupNode): boolean {
  return group.scope.entityId !== undefined;
}
