-- A month is locked by the general ledger, or held by the legal entity itself: either is enough (decision 0107).
ALTER TABLE gl_period RENAME COLUMN state TO gl_state;
ALTER TABLE gl_period
  ADD COLUMN held boolean NOT NULL DEFAULT false,
  ADD COLUMN hold_reason text,
  ADD COLUMN hold_changed_at timestamptz,
  ADD COLUMN hold_changed_by uuid,
  ADD COLUMN state text COLLATE "C" NOT NULL
    GENERATED ALWAYS AS (CASE WHEN held OR gl_state = 'LOCKED' THEN 'LOCKED' ELSE 'OPEN' END) STORED,
  ADD CONSTRAINT gl_period_hold CHECK ((hold_changed_at IS NULL) = (hold_reason IS NULL)
    AND (hold_changed_at IS NULL) = (hold_changed_by IS NULL) AND (hold_changed_at IS NOT NULL OR NOT held));

-- Entries that an event told of without their lines: they wait here, in sight, until the GL's API or an event brings them.
CREATE TABLE gl_awaited_entry (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  entry_id         uuid NOT NULL,
  event_id         text COLLATE "C" NOT NULL,
  told_at          timestamptz NOT NULL,
  attempts         integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Why the last attempt failed: a problem's code and detail.
  problem          text,
  tried_at         timestamptz,
  PRIMARY KEY (tenant_id, legal_entity_id, entry_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

GRANT SELECT ON gl_awaited_entry TO prorata_app, prorata_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON gl_awaited_entry TO prorata_intake;

SELECT wall('legal_entity', ARRAY['gl_awaited_entry']);
