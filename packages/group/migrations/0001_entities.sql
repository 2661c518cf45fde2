-- Who belongs to the group. An entity is deactivated from a month on, never deleted: its history keeps joining to it.
CREATE TABLE dim_entity (
  tenant_id        uuid NOT NULL,
  entity_id        text COLLATE "C" NOT NULL CHECK (entity_id ~ '^[A-Z0-9][A-Z0-9_-]{0,31}$'),
  legal_entity_id  uuid NOT NULL,
  label            text NOT NULL,
  country          text COLLATE "C" NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  currency         text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  active_from      date CHECK (active_from = date_trunc('month', active_from)),
  active_to        date CHECK (active_to = date_trunc('month', active_to)),
  -- Day of the following month by which a month is due; null for the policy's.
  due_day          smallint CHECK (due_day BETWEEN 1 AND 31),
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  version          bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, entity_id),
  UNIQUE (tenant_id, legal_entity_id),
  CHECK (active_to >= active_from)
);

-- The public keys that may sign for an entity, with the time in which each may; kept for good, so that a file of years ago
-- can still be judged. A kid (RFC 7638 thumbprint) names one key in the whole tenant.
CREATE TABLE entity_key (
  tenant_id          uuid NOT NULL,
  entity_id          text COLLATE "C" NOT NULL,
  kid                text COLLATE "C" NOT NULL,
  jwk                jsonb NOT NULL,
  valid_from         timestamptz NOT NULL DEFAULT now(),
  revoked_at         timestamptz,
  revocation_reason  text,
  created_by         uuid NOT NULL,
  PRIMARY KEY (tenant_id, kid),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES dim_entity (tenant_id, entity_id)
);
CREATE INDEX entity_key_of_entity ON entity_key (tenant_id, entity_id);

GRANT SELECT, INSERT, UPDATE ON dim_entity, entity_key TO prorata_app;
GRANT SELECT ON dim_entity, entity_key TO prorata_intake, prorata_reader;

-- A publisher's transaction names its entity and sees that one only; an administrator's names none and sees the tenant.
SELECT wall('entity_or_tenant', ARRAY['dim_entity', 'entity_key']);
