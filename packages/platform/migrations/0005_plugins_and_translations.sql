-- How far a plugin has taken the events of a legal entity, and what keeps it from going on.
CREATE TABLE plugin_cursor (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  plugin           text COLLATE "C" NOT NULL,
  cursor           text,
  -- The event at hand, once it was not taken, and how often.
  event_id         uuid,
  attempts         integer NOT NULL DEFAULT 0,
  -- Why the event at hand was not taken: a code and a detail.
  problem          text,
  -- Not before then it is tried again.
  due_at           timestamptz NOT NULL DEFAULT '-infinity',
  updated_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, legal_entity_id, plugin)
);

-- Events that a plugin did not take however often they were tried: it goes on with the others, and these wait in sight.
CREATE TABLE plugin_parked_event (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  plugin           text COLLATE "C" NOT NULL,
  event_id         uuid NOT NULL,
  event            text NOT NULL,
  attempts         integer NOT NULL,
  problem          text NOT NULL,
  parked_at        timestamptz NOT NULL DEFAULT now(),
  -- When somebody had it taken after all. The row stays: the plugin may still be at the same page of events, and would hear it again.
  taken_at         timestamptz,
  PRIMARY KEY (tenant_id, legal_entity_id, plugin, event_id)
);

-- What a key says in a language (spec 02, "i18n"). Keys are made by services and never change.
CREATE TABLE translation (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  key              text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  locale           text COLLATE "C" NOT NULL CHECK (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  text             text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  updated_by       uuid NOT NULL,
  version          bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id, key, locale)
);

GRANT SELECT, INSERT, UPDATE ON plugin_cursor TO prorata_app;
GRANT SELECT, INSERT, UPDATE (taken_at) ON plugin_parked_event TO prorata_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON translation TO prorata_app;
GRANT SELECT ON plugin_cursor, plugin_parked_event, translation TO prorata_reader;

SELECT wall('legal_entity', ARRAY['plugin_cursor', 'plugin_parked_event', 'translation']);
