-- Evidence that stands in a file of the node's folder `archive` instead of the database: which file, and the digest that its bytes must
-- have. A bundle is in one of the two places.
CREATE TABLE bundle_archive (
  tenant_id     uuid NOT NULL,
  entity_id     text COLLATE "C" NOT NULL,
  period_month  date NOT NULL,
  revision      integer NOT NULL,
  -- Below the folder `archive`.
  path          text NOT NULL,
  sha256        text COLLATE "C" NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes         bigint NOT NULL CHECK (bytes > 0),
  archived_at   timestamptz NOT NULL DEFAULT now(),
  archived_by   uuid NOT NULL,
  PRIMARY KEY (tenant_id, entity_id, period_month, revision),
  FOREIGN KEY (tenant_id, entity_id, period_month, revision)
    REFERENCES publication (tenant_id, entity_id, period_month, revision)
);
GRANT SELECT ON bundle_archive TO prorata_app, prorata_reader;
GRANT SELECT, INSERT, DELETE ON bundle_archive TO prorata_intake;
GRANT DELETE ON publication_bundle TO prorata_intake;
SELECT wall('entity', ARRAY['bundle_archive'], 'prorata_app, prorata_intake');
SELECT wall('tenant', ARRAY['bundle_archive'], 'prorata_reader', 'SELECT');
