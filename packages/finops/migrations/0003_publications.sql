-- What the entity told its group, revision by revision. The bytes stand beside their row: the file in the node's folder
-- is written from here, so that a kill between the two leaves nothing that the next command does not finish.
CREATE TABLE entity_publication (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL CHECK (extract(day FROM period_month) = 1),
  revision         integer NOT NULL CHECK (revision >= 1),
  country_code     char(2) NOT NULL,
  run_id           uuid NOT NULL,
  manifest         jsonb NOT NULL,
  manifest_sha256  char(64) NOT NULL,
  content_sha256   text NOT NULL,
  supersedes       char(64),
  file_name        text NOT NULL,
  bundle_sha256    char(64) NOT NULL,
  bundle           bytea NOT NULL,
  -- Public half of the key that signed: revisions are compared after the key was changed, too.
  public_jwk       jsonb NOT NULL,
  -- Order of publishing, for readers who ask what came since.
  sequence         bigint GENERATED ALWAYS AS IDENTITY,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, revision),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id),
  CHECK ((revision = 1) = (supersedes IS NULL))
);
-- Parquet is compressed already: compressing it again only costs.
ALTER TABLE entity_publication ALTER COLUMN bundle SET STORAGE EXTERNAL;
CREATE INDEX entity_publication_since ON entity_publication (tenant_id, legal_entity_id, sequence);

-- How a revision went to a group node: WAITING for an answer, PULLED where the group came for it, and what the group answered. One row
-- a revision and address.
CREATE TABLE publication_push (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL,
  revision         integer NOT NULL,
  url              text NOT NULL,
  country_code     char(2) NOT NULL,
  state            text NOT NULL CHECK (state IN ('WAITING', 'PULLED', 'ACCEPTED', 'REFUSED')),
  attempts         integer NOT NULL CHECK (attempts >= 1),
  -- Of the last attempt: none where nobody answered.
  http_status      integer,
  answer           jsonb,
  first_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, revision, url),
  FOREIGN KEY (tenant_id, legal_entity_id, period_month, revision)
    REFERENCES entity_publication (tenant_id, legal_entity_id, period_month, revision)
);

-- Immutable: no grant to change or remove.
GRANT SELECT, INSERT ON entity_publication TO prorata_app;
GRANT SELECT ON entity_publication TO prorata_reader;
GRANT SELECT, INSERT ON publication_push TO prorata_app;
GRANT UPDATE (state, attempts, http_status, answer, last_at) ON publication_push TO prorata_app;
GRANT SELECT ON publication_push TO prorata_reader;

SELECT wall('legal_entity', ARRAY['publication_push']);

SELECT wall('legal_entity', ARRAY['entity_publication']);
