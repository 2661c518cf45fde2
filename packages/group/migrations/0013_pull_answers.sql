-- What became of a bundle that the group fetched from an entity's node, and whether the entity has been told. The report is that of the
-- refusal; of an accepted bundle it stands with the publication.
CREATE TABLE pull_answer (
  tenant_id        uuid NOT NULL,
  entity_id        text COLLATE "C" NOT NULL,
  manifest_digest  text COLLATE "C" NOT NULL CHECK (manifest_digest ~ '^[0-9a-f]{64}$'),
  period_month     date NOT NULL,
  revision         integer NOT NULL CHECK (revision > 0),
  outcome          text NOT NULL CHECK (outcome IN ('ACCEPTED', 'REFUSED')),
  report           jsonb,
  decided_at       timestamptz NOT NULL DEFAULT now(),
  told_at          timestamptz,
  PRIMARY KEY (tenant_id, entity_id, manifest_digest),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES dim_entity (tenant_id, entity_id)
);
CREATE INDEX pull_answer_untold ON pull_answer (tenant_id, entity_id, period_month, revision) WHERE told_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON pull_answer TO prorata_app;
GRANT SELECT ON pull_answer TO prorata_reader;
SELECT wall('entity_or_tenant', ARRAY['pull_answer']);
