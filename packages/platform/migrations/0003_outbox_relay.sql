-- How events leave the node (decisions 0110 and 0111). An event is published when it gets its place in the feed of its tenant.
-- `position` is taken before the commit, so events become visible out of its order; a place is given to what is committed,
-- by one transaction at a time, so that a reader who has passed a place never finds anything new before it.
DROP INDEX outbox_event_pending;
ALTER TABLE outbox_event DROP COLUMN attempts, DROP COLUMN last_error;
ALTER TABLE outbox_event ADD COLUMN feed_position bigint;
ALTER TABLE outbox_event ADD CONSTRAINT outbox_event_published CHECK ((feed_position IS NULL) = (published_at IS NULL));
CREATE INDEX outbox_event_unpublished ON outbox_event (tenant_id, position) WHERE feed_position IS NULL;
CREATE UNIQUE INDEX outbox_event_feed ON outbox_event (tenant_id, feed_position) WHERE feed_position IS NOT NULL;
CREATE INDEX outbox_event_feed_entity ON outbox_event (tenant_id, legal_entity_id, feed_position)
  WHERE feed_position IS NOT NULL;
CREATE INDEX outbox_event_aggregate ON outbox_event (tenant_id, legal_entity_id, entity_id, feed_position)
  WHERE feed_position IS NOT NULL;

-- The last place given in a tenant. Its row lock makes publishers queue.
CREATE TABLE event_feed (
  tenant_id      uuid PRIMARY KEY,
  last_position  bigint NOT NULL DEFAULT 0
);

-- Up to which place events of a legal entity were removed: a reader who asks for older ones is told, not answered with a gap.
CREATE TABLE event_feed_purge (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  purged_through   bigint NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id)
);

-- Who is told of which events. Of the legal entity that made it, or of all of them where the tenant as a whole made it.
CREATE TABLE webhook_subscription (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  id               uuid NOT NULL,
  url              text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
  -- Names of events, or beginnings of names: ANALYTIC.AXIS.CREATED, ANALYTIC.*, *
  events           text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 50),
  all_entities     boolean NOT NULL DEFAULT false
    CHECK (NOT all_entities OR legal_entity_id = '00000000-0000-0000-0000-000000000000'),
  -- Newest first, sealed with a key of the node's folder: a copy of the database signs nothing.
  secrets          bytea[] NOT NULL CHECK (cardinality(secrets) BETWEEN 1 AND 2),
  -- GONE: the receiver answered 410. Events go on waiting for a subscription that is not active, until it is removed.
  state            text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'PAUSED', 'GONE')),
  -- A receiver that does not answer at all is left alone until then.
  rest_until       timestamptz NOT NULL DEFAULT '-infinity',
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  updated_by       uuid NOT NULL,
  version          integer NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id, id)
);

-- What one subscription has yet to be told about one thing (aggregate), in the order of the feed. A lane exists while something
-- is to be told; its events are those of the thing behind sent_through that the subscription asks for.
CREATE TABLE webhook_lane (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  subscription_id  uuid NOT NULL,
  -- The aggregate: legal entity of the events, and the thing that they are about.
  of_legal_entity  uuid NOT NULL,
  entity_id        text NOT NULL,
  id               uuid NOT NULL DEFAULT gen_random_uuid(),
  sent_through     bigint NOT NULL,
  -- When the lane may be taken. Whoever takes it moves this ahead, so that it comes back by itself if the taker dies.
  due_at           timestamptz NOT NULL DEFAULT now(),
  claim            uuid,
  attempts         integer NOT NULL DEFAULT 0,
  failed_event_id  uuid,
  failed_event     text,
  failed_position  bigint,
  last_error       text,
  failed_at        timestamptz,
  -- Given up: the dead letter is the event at failed_position, and what comes behind it in the lane waits.
  dead_at          timestamptz,
  PRIMARY KEY (tenant_id, legal_entity_id, subscription_id, of_legal_entity, entity_id),
  UNIQUE (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, subscription_id)
    REFERENCES webhook_subscription (tenant_id, legal_entity_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_lane_due ON webhook_lane (tenant_id, legal_entity_id, subscription_id, due_at) WHERE dead_at IS NULL;
CREATE INDEX webhook_lane_dead ON webhook_lane (tenant_id, legal_entity_id, id) WHERE dead_at IS NOT NULL;
CREATE INDEX webhook_lane_aggregate ON webhook_lane (tenant_id, of_legal_entity, entity_id);

GRANT UPDATE (published_at, feed_position), DELETE ON outbox_event TO prorata_relay;
GRANT SELECT ON outbox_event TO prorata_reader;
GRANT SELECT, INSERT, UPDATE ON event_feed, event_feed_purge TO prorata_relay;
GRANT SELECT ON event_feed, event_feed_purge TO prorata_app, prorata_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_subscription TO prorata_app;
GRANT SELECT, UPDATE (rest_until) ON webhook_subscription TO prorata_relay;
GRANT SELECT, UPDATE, DELETE ON webhook_lane TO prorata_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_lane TO prorata_relay;

SELECT wall('tenant', ARRAY['outbox_event'], 'prorata_reader', 'SELECT');
SELECT wall('tenant', ARRAY['event_feed']);
SELECT wall('tenant', ARRAY['event_feed_purge'], 'prorata_relay, prorata_reader');
SELECT wall('scope', ARRAY['event_feed_purge', 'webhook_subscription', 'webhook_lane'], 'prorata_app');
-- The relay goes through all companies of one tenant, never through two tenants at once.
SELECT wall('tenant', ARRAY['webhook_subscription', 'webhook_lane'], 'prorata_relay');
