import type { Database } from '../database/database.ts';
import * as sql from './publish.sql.ts';

/** Events that one transaction publishes: enough to be quick, few enough that nobody waits for it. */
const BATCH = 5_000;

/**
 * Publishes what is committed: each event gets its place in the feed of its tenant, and subscriptions are told of it from then on.
 * The order of places is the order of `position` among what is visible, so that events of one thing, whose writers wait for each
 * other, stand in the order in which they happened (decision 0110).
 *
 * @returns how many were published now
 */
export async function publishEvents(db: Database, tenantId: string): Promise<number> {
  if (!(await anyUnpublished(db, tenantId))) return 0;
  for (let total = 0; ; ) {
    const published = await publishBatch(db, tenantId);
    total += published;
    if (published < BATCH) return total;
  }
}

async function anyUnpublished(db: Database, tenantId: string): Promise<boolean> {
  return await db.transaction(
    { tenantId },
    async (tx) => (await tx.query<{ waiting: boolean }>(sql.ANY_UNPUBLISHED, [tenantId]))[0]?.waiting === true,
    { role: 'relay', readOnly: true },
  );
}

async function publishBatch(db: Database, tenantId: string): Promise<number> {
  return await db.transaction(
    { tenantId },
    async (tx) => {
      await tx.execute(sql.OPEN_FEED, [tenantId]);
      // A statement of its own: the next one sees what the publisher before this one committed.
      const [feed] = await tx.query<{ last_position: string }>(sql.LOCK_FEED, [tenantId]);
      const rows = await tx.query<{ published: number }>(sql.PUBLISH, [tenantId, feed?.last_position ?? '0', BATCH]);
      return rows[0]?.published ?? 0;
    },
    { role: 'relay' },
  );
}
