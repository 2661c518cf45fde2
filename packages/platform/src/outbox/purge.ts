import type { Database } from '../database/database.ts';

/** How long published events stay readable in the feed unless told otherwise. */
export const EVENT_RETENTION_DAYS = 90;

const BATCH = 10_000;

/** Only what was published long ago and what no subscription still has to be told; a dead letter keeps its events. */
const PURGE = `
  WITH old AS (
    SELECT e.legal_entity_id, e.id, e.feed_position FROM outbox_event e
     WHERE e.tenant_id = $1 AND e.feed_position > $3::bigint AND e.published_at < now() - make_interval(days => $2)
       AND NOT EXISTS (
         SELECT FROM webhook_lane l
          WHERE l.tenant_id = e.tenant_id AND l.of_legal_entity = e.legal_entity_id AND l.entity_id = e.entity_id
            AND l.sent_through < e.feed_position)
     ORDER BY e.feed_position LIMIT ${BATCH}
  ), gone AS (
    DELETE FROM outbox_event e USING old o
     WHERE e.tenant_id = $1 AND e.legal_entity_id = o.legal_entity_id AND e.id = o.id
    RETURNING e.legal_entity_id, e.feed_position
  ), noted AS (
    INSERT INTO event_feed_purge AS p (tenant_id, legal_entity_id, purged_through)
    SELECT $1, legal_entity_id, max(feed_position) FROM gone GROUP BY legal_entity_id
    ON CONFLICT (tenant_id, legal_entity_id) DO UPDATE SET purged_through = greatest(p.purged_through, excluded.purged_through)
  )
  SELECT count(*)::int AS purged, max(feed_position) AS through FROM gone`;

/**
 * Removes events of a tenant that were published more than `days` days ago and that nobody still waits for. A reader of the feed who
 * comes back later than that is told so (`EVENTS_PURGED`).
 *
 * @returns how many were removed
 */
export async function purgeEvents(
  db: Database,
  tenantId: string,
  days: number = EVENT_RETENTION_DAYS,
): Promise<number> {
  let after = '0';
  for (let total = 0; ; ) {
    const [batch] = await db.transaction(
      { tenantId },
      (tx) => tx.query<{ purged: number; through: string | null }>(PURGE, [tenantId, days, after]),
      { role: 'relay' },
    );
    total += batch?.purged ?? 0;
    if (batch === undefined || batch.through === null || batch.purged < BATCH) return total;
    after = batch.through;
  }
}
