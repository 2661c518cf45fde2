/** Counts of lanes stand beside each subscription: how many things it is behind on, and on how many it was given up. */
const COLUMNS = `
  s.id, s.url, s.events, s.all_entities, s.state, cardinality(s.secrets) AS secrets,
  (SELECT count(*)::int FROM webhook_lane l WHERE l.tenant_id = s.tenant_id AND l.legal_entity_id = s.legal_entity_id
      AND l.subscription_id = s.id) AS behind,
  (SELECT count(*)::int FROM webhook_lane l WHERE l.tenant_id = s.tenant_id AND l.legal_entity_id = s.legal_entity_id
      AND l.subscription_id = s.id AND l.dead_at IS NOT NULL) AS dead,
  s.created_at, s.created_by, s.updated_at, s.version`;

const OWN = 's.tenant_id = $1 AND s.legal_entity_id = $2';

export const LOCK_LIST = `SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(E'\\n', 'webhooks', $1::text, $2::text), 7340043))`;
export const COUNT = `SELECT count(*)::int AS subscriptions FROM webhook_subscription s WHERE ${OWN}`;
export const LIST = `SELECT ${COLUMNS} FROM webhook_subscription s WHERE ${OWN} ORDER BY s.id`;
export const ONE = `SELECT ${COLUMNS} FROM webhook_subscription s WHERE ${OWN} AND s.id = $3`;

export const INSERT = `
  INSERT INTO webhook_subscription (tenant_id, legal_entity_id, id, url, events, all_entities, secrets, created_by, updated_by)
  VALUES ($1, $2, $3, $4, $5, $6, ARRAY[$7::bytea], $8, $8)`;

export const SECRETS = `SELECT s.secrets AS sealed FROM webhook_subscription s WHERE ${OWN} AND s.id = $3`;

export const CHANGE = `
  UPDATE webhook_subscription s
     SET url = coalesce($4, url), state = coalesce($5, state), rest_until = '-infinity', updated_at = now(), updated_by = $6,
         version = version + 1
   WHERE ${OWN} AND s.id = $3`;

/** The newest secret in front, the one before it behind: both sign until the older one is retired. */
export const ROTATE = `
  UPDATE webhook_subscription s
     SET secrets = ARRAY[$4::bytea, s.secrets[1]], updated_at = now(), updated_by = $5, version = version + 1
   WHERE ${OWN} AND s.id = $3`;

export const RETIRE = `
  UPDATE webhook_subscription s
     SET secrets = s.secrets[1:1], updated_at = now(), updated_by = $4, version = version + 1
   WHERE ${OWN} AND s.id = $3`;

export const DELETE = `DELETE FROM webhook_subscription s WHERE ${OWN} AND s.id = $3`;

const DEAD = `
  l.id, l.subscription_id, s.url, nullif(l.of_legal_entity, '00000000-0000-0000-0000-000000000000') AS legal_entity_id,
  l.entity_id, l.failed_event_id AS event_id, l.failed_event AS event, l.attempts, l.last_error, l.dead_at`;

export const DEAD_LETTERS = `
  SELECT ${DEAD} FROM webhook_lane l
    JOIN webhook_subscription s ON s.tenant_id = l.tenant_id AND s.legal_entity_id = l.legal_entity_id AND s.id = l.subscription_id
   WHERE l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.dead_at IS NOT NULL AND ($3::uuid IS NULL OR l.id > $3)
   ORDER BY l.id LIMIT $4`;

const IS_DEAD =
  'l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.dead_at IS NOT NULL AND ($3::uuid IS NULL OR l.id = $3)';

export const REPLAY = `
  UPDATE webhook_lane l SET dead_at = NULL, attempts = 0, due_at = now(), claim = NULL WHERE ${IS_DEAD}
  RETURNING l.id, l.failed_event_id AS event_id`;

/** The dead letter is passed over; what waits behind it goes on. */
export const DISCARD = `
  UPDATE webhook_lane l
     SET sent_through = l.failed_position, dead_at = NULL, attempts = 0, due_at = now(), claim = NULL
   WHERE ${IS_DEAD} RETURNING l.id, l.failed_event_id AS event_id`;
