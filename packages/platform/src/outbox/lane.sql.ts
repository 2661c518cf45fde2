import { OUTBOX_COLUMNS } from './envelope.ts';
import { matches } from './pattern.ts';

const SAME = `l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.subscription_id = $3 AND l.of_legal_entity = $4 AND l.entity_id = $5`;

/** A lane is the taker's while its claim stands: who lost it changes nothing any more. */
const MINE = `${SAME} AND l.claim = $6`;

/** Takes due lanes, a few of each subscription, so that a slow receiver holds nobody up. What another relay holds is passed over. */
export const CLAIM = `
  WITH due AS (
    SELECT d.legal_entity_id, d.subscription_id, d.of_legal_entity, d.entity_id, s.url, s.events, s.secrets
      FROM webhook_subscription s
     CROSS JOIN LATERAL (
       SELECT l.legal_entity_id, l.subscription_id, l.of_legal_entity, l.entity_id FROM webhook_lane l
        WHERE l.tenant_id = s.tenant_id AND l.legal_entity_id = s.legal_entity_id AND l.subscription_id = s.id
          AND l.dead_at IS NULL AND l.due_at <= now()
        ORDER BY l.due_at LIMIT $4 FOR UPDATE SKIP LOCKED) d
     WHERE s.tenant_id = $1 AND s.state = 'ACTIVE' AND s.rest_until <= now() AND s.id <> ALL ($5::uuid[])
  )
  UPDATE webhook_lane l SET claim = $2, due_at = now() + make_interval(secs => $3)
    FROM due d
   WHERE l.tenant_id = $1 AND l.legal_entity_id = d.legal_entity_id AND l.subscription_id = d.subscription_id
     AND l.of_legal_entity = d.of_legal_entity AND l.entity_id = d.entity_id
  RETURNING l.tenant_id, l.legal_entity_id, l.subscription_id, l.of_legal_entity, l.entity_id, l.claim, l.attempts, d.url,
            d.events, d.secrets`;

/** Notes what was taken, and keeps the lane for as long again. Its row lock also keeps publishers from adding to it meanwhile. */
export const ADVANCE = `
  UPDATE webhook_lane l
     SET sent_through = coalesce($8::bigint, l.sent_through), due_at = now() + make_interval(secs => $7),
         attempts = CASE WHEN $8::bigint IS NULL THEN l.attempts ELSE 0 END
   WHERE ${MINE} RETURNING l.sent_through`;

export const NEXT = `
  SELECT ${OUTBOX_COLUMNS}, e.feed_position FROM outbox_event e
   WHERE e.tenant_id = $1 AND e.legal_entity_id = $2 AND e.entity_id = $3 AND e.feed_position > $4::bigint
     AND ${matches('e.event', '$5::text[]')}
   ORDER BY e.feed_position LIMIT 1`;

export const CLOSE = `DELETE FROM webhook_lane l WHERE ${MINE}`;

export const RELEASE = `UPDATE webhook_lane l SET claim = NULL, due_at = now() WHERE ${MINE}`;

export const FAIL = `
  UPDATE webhook_lane l
     SET claim = NULL, due_at = now() + make_interval(secs => $7), attempts = $8, failed_event_id = $9, failed_event = $10,
         failed_position = $11, last_error = $12, failed_at = now(), dead_at = CASE WHEN $13 THEN now() END
   WHERE ${MINE}`;

export const REST = `
  UPDATE webhook_subscription SET rest_until = now() + make_interval(secs => $4)
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND id = $3`;

export const GONE = `
  UPDATE webhook_subscription SET state = 'GONE', updated_at = now(), updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND id = $3 AND state = 'ACTIVE'`;
