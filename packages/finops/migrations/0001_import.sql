-- What an entity's bills say. Every table with a tenant has the same wall; staging has none and only the intake role.

-- The group that the entity belongs to: the admission as it was signed, and what it says.
CREATE TABLE group_membership (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  country_code     char(2) NOT NULL,
  group_kid        text NOT NULL,
  group_tenant_id  uuid NOT NULL,
  admission        text NOT NULL,
  statement        jsonb NOT NULL,
  joined_at        timestamptz NOT NULL DEFAULT now(),
  joined_by        uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- One row a file taken in. History: a restated file leaves its row, its scopes say by whom they were superseded.
CREATE TABLE import_file (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  import_file_id   uuid NOT NULL,
  country_code     char(2) NOT NULL,
  sha256           char(64) NOT NULL,
  name             text NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('csv', 'csv.gz', 'parquet')),
  bytes            bigint NOT NULL CHECK (bytes > 0),
  row_count        bigint NOT NULL CHECK (row_count > 0),
  -- What the caller was told, to be told again when the same bytes come again.
  answer           jsonb NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, import_file_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);
CREATE INDEX import_file_by_digest ON import_file (tenant_id, legal_entity_id, sha256);

-- A scope stands in one file at a time: that is what a restatement replaces.
CREATE TABLE import_scope (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  import_file_id   uuid NOT NULL,
  provider         text NOT NULL,
  billing_account  text NOT NULL,
  period_month     date NOT NULL CHECK (extract(day FROM period_month) = 1),
  currency         char(3) NOT NULL,
  row_count        bigint NOT NULL,
  cost_effective   numeric(38, 18) NOT NULL,
  cost_billed      numeric(38, 18) NOT NULL,
  superseded_by    uuid,
  PRIMARY KEY (tenant_id, legal_entity_id, import_file_id, provider, billing_account, period_month, currency),
  FOREIGN KEY (tenant_id, legal_entity_id, import_file_id)
    REFERENCES import_file (tenant_id, legal_entity_id, import_file_id),
  FOREIGN KEY (tenant_id, legal_entity_id, superseded_by)
    REFERENCES import_file (tenant_id, legal_entity_id, import_file_id)
);
CREATE UNIQUE INDEX import_scope_standing
  ON import_scope (tenant_id, legal_entity_id, provider, billing_account, period_month, currency)
  WHERE superseded_by IS NULL;

-- The bills by month, as imported, grouped by everything that a mapping can look at. The truth that facts derive from.
-- Its file is named without a foreign key: looking each row's file up took half of the time of storing them, all rows of an
-- import name the one file that the same transaction stored, and no role may remove a file.
CREATE TABLE consumption (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  import_file_id    uuid NOT NULL,
  provider          text NOT NULL,
  billing_account   text NOT NULL,
  period_month      date NOT NULL,
  charge_month      date,
  currency          char(3) NOT NULL,
  charge_category   text NOT NULL CHECK (charge_category IN ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment')),
  charge_class      text,
  invoice_id        text,
  sub_account_id    text,
  sub_account_name  text,
  region_id         text,
  service_category  text NOT NULL,
  service_name      text,
  consumed_unit     text,
  tags              text,
  row_count         bigint NOT NULL,
  quantity          numeric(38, 18) NOT NULL,
  cost_effective    numeric(38, 18) NOT NULL,
  cost_billed       numeric(38, 18) NOT NULL
);
CREATE INDEX consumption_by_scope
  ON consumption (tenant_id, legal_entity_id, period_month, provider, billing_account);

-- COPY is refused under row-level security: rows land here first, marked with their load, and leave in the same
-- transaction. No tenant column, no wall, and no role but intake.
CREATE UNLOGGED TABLE consumption_staging (
  provider          text,
  billing_account   text,
  period_month      date,
  charge_month      date,
  currency          char(3),
  charge_category   text,
  charge_class      text,
  invoice_id        text,
  sub_account_id    text,
  sub_account_name  text,
  region_id         text,
  service_category  text,
  service_name      text,
  consumed_unit     text,
  tags              text,
  row_count         bigint,
  quantity          numeric(38, 18),
  cost_effective    numeric(38, 18),
  cost_billed       numeric(38, 18),
  -- The transaction that loads it: two imports at once never see each other's rows.
  loaded_by         xid8 NOT NULL DEFAULT pg_current_xact_id()
);

-- The mappings that runs used and people wrote, each once and for ever: mapping.yaml is the file that is edited, this is what it
-- was when it counted.
CREATE TABLE mapping_version (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  version          integer NOT NULL CHECK (version > 0),
  sha256           char(64) NOT NULL,
  text             text NOT NULL,
  document         jsonb NOT NULL,
  source           text NOT NULL CHECK (source IN ('RUN', 'COMMAND', 'API')),
  country_code     char(2) NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, version),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- Append-only: no grant to change or remove.
GRANT SELECT, INSERT ON mapping_version TO prorata_app;
GRANT SELECT ON mapping_version TO prorata_reader;
GRANT SELECT, INSERT, UPDATE ON group_membership TO prorata_app;
GRANT SELECT ON group_membership TO prorata_reader;
GRANT SELECT, INSERT ON import_file TO prorata_intake;
GRANT SELECT, INSERT, UPDATE (superseded_by) ON import_scope TO prorata_intake;
GRANT SELECT, INSERT, DELETE ON consumption TO prorata_intake;
GRANT SELECT, INSERT, DELETE ON consumption_staging TO prorata_intake;
GRANT SELECT ON import_file, import_scope, consumption TO prorata_app, prorata_reader;

SELECT wall('legal_entity', ARRAY['group_membership', 'import_file', 'import_scope', 'consumption', 'mapping_version']);
