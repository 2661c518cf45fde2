import type { Tx } from '@prorata/platform';

/** One publication of an entity and month at a time: a revision follows the one before it. Held until the transaction ends. */
export async function lockSlice(tx: Tx, tenantId: string, entityId: string, month: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [`${tenantId}/${entityId}/${month}`]);
}

/**
 * The rows that the entities of a month share, and the month's status. Taken as the last thing before commit, so that
 * parallel intakes wait for each other no longer than for one commit; always after the lock of a slice, never before.
 */
export async function lockMonth(tx: Tx, tenantId: string, month: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 2))', [`${tenantId}/${month}`]);
}
