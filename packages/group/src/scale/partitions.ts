import type { GroupNode } from '../node/group-node.ts';

/** Months that have a partition before anybody publishes them: the one that is being published, this one, and the next. */
const AHEAD = [-1, 0, 1, 2] as const;

/**
 * Makes the partitions of the months to come, so that no intake waits for one to be made. A month without one gets it from its first
 * intake all the same.
 *
 * @param now the clock, for tests
 * @returns the months that have one now, `YYYY-MM`
 */
export async function makePartitionsAhead(group: GroupNode, now = new Date()): Promise<string[]> {
  const days = AHEAD.map((months) => {
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString().slice(0, 10);
  });
  for (const day of days) {
    // Each in a transaction of its own: attaching one takes a lock on the parent until the commit.
    await group.db.transaction(group.scope, (tx) => tx.query('SELECT ensure_fact_partition($1::date)', [day]), {
      role: 'intake',
    });
  }
  return days.map((day) => day.slice(0, 7));
}
