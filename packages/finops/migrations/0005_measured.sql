-- Consumption that somebody measured: quantities of products, without money. Prices value them.

CREATE TABLE measured_file (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  measured_file_id  uuid NOT NULL,
  country_code      char(2) NOT NULL,
  sha256            char(64) NOT NULL,
  source            text NOT NULL,
  name              text NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('csv', 'csv.gz', 'parquet')),
  bytes             bigint NOT NULL CHECK (bytes > 0),
  row_count         bigint NOT NULL CHECK (row_count > 0),
  -- What the caller was told, to be told again when the same bytes come again.
  answer            jsonb NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT now(),
  created_by        uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, measured_file_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);
CREATE INDEX measured_file_by_digest ON measured_file (tenant_id, legal_entity_id, sha256);

-- A source and month stand in one file at a time: that is what a restatement replaces.
CREATE TABLE measured_scope (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  measured_file_id  uuid NOT NULL,
  source            text NOT NULL,
  period_month      date NOT NULL CHECK (extract(day FROM period_month) = 1),
  row_count         bigint NOT NULL,
  superseded_by     uuid,
  PRIMARY KEY (tenant_id, legal_entity_id, measured_file_id, period_month),
  FOREIGN KEY (tenant_id, legal_entity_id, measured_file_id)
    REFERENCES measured_file (tenant_id, legal_entity_id, measured_file_id),
  FOREIGN KEY (tenant_id, legal_entity_id, superseded_by)
    REFERENCES measured_file (tenant_id, legal_entity_id, measured_file_id)
);
CREATE UNIQUE INDEX measured_scope_standing
  ON measured_scope (tenant_id, legal_entity_id, source, period_month) WHERE superseded_by IS NULL;

-- The measurements that stand. charge_month is the month that a correction concerns; otherwise that of the measurement.
CREATE TABLE measured_consumption (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  measured_file_id  uuid NOT NULL,
  source            text NOT NULL,
  period_month      date NOT NULL,
  charge_month      date NOT NULL,
  application_id    text NOT NULL,
  product_id        text NOT NULL,
  unit              text NOT NULL,
  environment       text NOT NULL CHECK (environment IN ('prod', 'non_prod', 'unknown', 'n_a')),
  currency          char(3) NOT NULL,
  quantity          numeric(38, 18) NOT NULL,
  -- Where it stands in its file, below the header from 1.
  row_number        bigint NOT NULL,
  CHECK (charge_month <= period_month),
  CHECK (quantity >= 0 OR charge_month < period_month),
  UNIQUE (tenant_id, legal_entity_id, source, period_month, charge_month, application_id, product_id, environment, currency),
  FOREIGN KEY (tenant_id, legal_entity_id, measured_file_id)
    REFERENCES measured_file (tenant_id, legal_entity_id, measured_file_id),
  FOREIGN KEY (tenant_id, legal_entity_id, application_id)
    REFERENCES dim_application (tenant_id, legal_entity_id, application_id),
  FOREIGN KEY (tenant_id, legal_entity_id, product_id)
    REFERENCES dim_product (tenant_id, legal_entity_id, product_id)
);
CREATE INDEX measured_consumption_by_month
  ON measured_consumption (tenant_id, legal_entity_id, period_month, application_id, product_id);

GRANT SELECT, INSERT ON measured_file TO prorata_app;
GRANT SELECT, INSERT, UPDATE (superseded_by) ON measured_scope TO prorata_app;
GRANT SELECT, INSERT, DELETE ON measured_consumption TO prorata_app;
-- A measurement of what a bill made a fact of already makes that fact larger.
GRANT UPDATE (quantity) ON fact_consumption TO prorata_app;
GRANT SELECT ON measured_file, measured_scope, measured_consumption TO prorata_reader;

SELECT wall('legal_entity', ARRAY['measured_file', 'measured_scope', 'measured_consumption']);
