-- The accepted bundles of each entity and month: revision 1, 2, 3 without gaps, one of them current. A superseded one stays readable.
CREATE TABLE publication (
  tenant_id        uuid NOT NULL,
  entity_id        text COLLATE "C" NOT NULL,
  period_month     date NOT NULL CHECK (period_month = date_trunc('month', period_month)),
  revision         integer NOT NULL CHECK (revision > 0),
  status           text NOT NULL CHECK (status IN ('ACCEPTED', 'SUPERSEDED')),
  period_state     text NOT NULL CHECK (period_state IN ('OPEN', 'CLOSED')),
  manifest         jsonb NOT NULL,
  manifest_digest  text COLLATE "C" NOT NULL,
  kid              text COLLATE "C" NOT NULL,
  totals           jsonb NOT NULL,
  fact_rows        bigint NOT NULL,
  coverage         jsonb NOT NULL DEFAULT '{}',
  adjusts_month    date,
  report           jsonb NOT NULL,
  received_at      timestamptz NOT NULL DEFAULT now(),
  received_by      uuid NOT NULL,
  PRIMARY KEY (tenant_id, entity_id, period_month, revision),
  UNIQUE (tenant_id, entity_id, manifest_digest)
);
CREATE UNIQUE INDEX publication_current ON publication (tenant_id, period_month, entity_id) WHERE status = 'ACCEPTED';

-- The file as it came, in parts of bounded size: the evidence behind the facts, kept for good. It is compressed already.
CREATE TABLE publication_bundle (
  tenant_id     uuid NOT NULL,
  entity_id     text COLLATE "C" NOT NULL,
  period_month  date NOT NULL,
  revision      integer NOT NULL,
  part          integer NOT NULL,
  bytes         bytea NOT NULL,
  PRIMARY KEY (tenant_id, entity_id, period_month, revision, part),
  FOREIGN KEY (tenant_id, entity_id, period_month, revision)
    REFERENCES publication (tenant_id, entity_id, period_month, revision)
);
ALTER TABLE publication_bundle ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- What was refused and why. The entity is what the transport named; month, revision and digest stand only where the signature was
-- verified before the bundle was refused.
CREATE TABLE intake_refusal (
  tenant_id     uuid NOT NULL,
  refusal_id    uuid NOT NULL,
  entity_id     text COLLATE "C",
  file_name     text NOT NULL,
  file_sha256   text COLLATE "C" NOT NULL,
  code          text COLLATE "C" NOT NULL,
  report        jsonb NOT NULL,
  signed_entity    text COLLATE "C",
  period_month     date,
  revision         integer,
  manifest_digest  text COLLATE "C",
  received_at   timestamptz NOT NULL DEFAULT now(),
  received_by   uuid NOT NULL,
  PRIMARY KEY (tenant_id, refusal_id)
);
CREATE INDEX intake_refusal_by_time ON intake_refusal (tenant_id, received_at DESC);
CREATE INDEX intake_refusal_by_month ON intake_refusal (tenant_id, period_month, signed_entity) WHERE code = 'PERIOD_LOCKED';

-- How an entity names what its facts mention, and the group reference it maps to (null: not mapped, local to the entity).
CREATE TABLE dim_application_group (
  tenant_id       uuid NOT NULL,
  entity_id       text COLLATE "C" NOT NULL,
  application_id  text COLLATE "C" NOT NULL,
  label           text NOT NULL,
  reference_code  text COLLATE "C",
  PRIMARY KEY (tenant_id, entity_id, application_id)
);
CREATE TABLE dim_product_group (
  tenant_id       uuid NOT NULL,
  entity_id       text COLLATE "C" NOT NULL,
  product_id      text COLLATE "C" NOT NULL,
  label           text NOT NULL,
  reference_code  text COLLATE "C",
  PRIMARY KEY (tenant_id, entity_id, product_id)
);
-- Whether a code is known, and how it is called, is asked by code alone.
CREATE INDEX dim_application_group_by_code ON dim_application_group (tenant_id, application_id);
CREATE INDEX dim_product_group_by_code ON dim_product_group (tenant_id, product_id, entity_id);

-- The Pricing View lines that valued a slice, as published with it.
CREATE TABLE published_price (
  tenant_id     uuid NOT NULL,
  entity_id     text COLLATE "C" NOT NULL,
  period_month  date NOT NULL,
  product_id    text COLLATE "C" NOT NULL,
  unit          text COLLATE "C" NOT NULL,
  currency      text COLLATE "C" NOT NULL,
  unit_price    numeric NOT NULL,
  view_code     text COLLATE "C" NOT NULL,
  view_version  integer NOT NULL,
  PRIMARY KEY (tenant_id, entity_id, period_month, product_id, unit, currency, view_code, view_version)
);

GRANT SELECT ON publication, publication_bundle, dim_application_group, dim_product_group, published_price
  TO prorata_app, prorata_reader;
GRANT SELECT, INSERT, UPDATE (status) ON publication TO prorata_intake;
GRANT SELECT, INSERT ON publication_bundle TO prorata_intake;
GRANT SELECT, INSERT, UPDATE ON dim_application_group, dim_product_group TO prorata_intake;
GRANT SELECT, INSERT, DELETE ON published_price TO prorata_intake;
GRANT SELECT, INSERT ON intake_refusal TO prorata_intake;
GRANT SELECT ON intake_refusal TO prorata_app, prorata_reader;

SELECT wall('entity', ARRAY['publication', 'publication_bundle', 'dim_application_group', 'dim_product_group',
  'published_price'], 'prorata_app, prorata_intake');
SELECT wall('tenant', ARRAY['publication', 'publication_bundle', 'dim_application_group', 'dim_product_group',
  'published_price', 'intake_refusal'], 'prorata_reader', 'SELECT');
SELECT wall('tenant', ARRAY['intake_refusal'], 'prorata_intake', 'INSERT');
SELECT wall('entity', ARRAY['intake_refusal'], 'prorata_app, prorata_intake', 'SELECT');
