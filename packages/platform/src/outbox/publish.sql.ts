import { NIL_UUID } from '../identity/uuid.ts';
import { matches } from './pattern.ts';

export const ANY_UNPUBLISHED =
  'SELECT EXISTS (SELECT FROM outbox_event WHERE tenant_id = $1 AND feed_position IS NULL) AS waiting';

export const OPEN_FEED = 'INSERT INTO event_feed (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING';

export const LOCK_FEED = 'SELECT last_position FROM event_feed WHERE tenant_id = $1 FOR UPDATE';

/**
 * Gives the committed events of a tenant their places, and opens a lane for each subscription and thing that they concern. `DO
 * UPDATE`, not `DO NOTHING`: it waits for whoever is about to close the lane (`CLOSE`), and opens it anew when that has happened.
 */
export const PUBLISH = `
  WITH waiting AS (
    SELECT legal_entity_id, id, position FROM outbox_event
     WHERE tenant_id = $1 AND feed_position IS NULL ORDER BY position LIMIT $3
  ), placed AS (
    SELECT legal_entity_id, id, $2::bigint + row_number() OVER (ORDER BY position) AS place FROM waiting
  ), published AS (
    UPDATE outbox_event e SET feed_position = p.place, published_at = now()
      FROM placed p
     WHERE e.tenant_id = $1 AND e.legal_entity_id = p.legal_entity_id AND e.id = p.id
    RETURNING e.legal_entity_id, e.entity_id, e.event, e.feed_position
  ), counted AS (
    UPDATE event_feed SET last_position = last_position + (SELECT count(*) FROM published) WHERE tenant_id = $1
  ), lanes AS (
    INSERT INTO webhook_lane AS l (tenant_id, legal_entity_id, subscription_id, of_legal_entity, entity_id, sent_through)
    SELECT $1, s.legal_entity_id, s.id, p.legal_entity_id, p.entity_id, min(p.feed_position) - 1
      FROM published p
      JOIN webhook_subscription s ON s.tenant_id = $1
       AND (s.legal_entity_id = p.legal_entity_id OR s.legal_entity_id = '${NIL_UUID}' AND s.all_entities)
     WHERE ${matches('p.event', 's.events')}
     GROUP BY s.legal_entity_id, s.id, p.legal_entity_id, p.entity_id
     ORDER BY s.legal_entity_id, s.id, p.legal_entity_id, p.entity_id
    ON CONFLICT (tenant_id, legal_entity_id, subscription_id, of_legal_entity, entity_id) DO UPDATE SET due_at = l.due_at
  )
  SELECT count(*)::int AS published FROM published`;
