-- What consumption becomes: references, runs, facts, and the answer to "why this amount?".

CREATE TABLE dim_domain (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  domain_id        text NOT NULL,
  country_code     char(2) NOT NULL,
  name_i18n_key    text NOT NULL,
  name_source      text,
  is_active        boolean NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz,
  updated_by       uuid,
  version          bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, legal_entity_id, domain_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

CREATE TABLE dim_family (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  family_id        text NOT NULL,
  domain_id        text NOT NULL,
  country_code     char(2) NOT NULL,
  name_i18n_key    text NOT NULL,
  name_source      text,
  is_active        boolean NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz,
  updated_by       uuid,
  version          bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, legal_entity_id, family_id),
  FOREIGN KEY (tenant_id, legal_entity_id, domain_id) REFERENCES dim_domain (tenant_id, legal_entity_id, domain_id)
);

-- A product has one unit and one domain. TAX alone has no domain of its own: its facts keep that of the charge.
CREATE TABLE dim_product (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  product_id       text NOT NULL,
  unit             text NOT NULL,
  domain_id        text,
  family_id        text,
  country_code     char(2) NOT NULL,
  name_i18n_key    text NOT NULL,
  name_source      text,
  is_active        boolean NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz,
  updated_by       uuid,
  version          bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, legal_entity_id, product_id),
  FOREIGN KEY (tenant_id, legal_entity_id, domain_id) REFERENCES dim_domain (tenant_id, legal_entity_id, domain_id),
  FOREIGN KEY (tenant_id, legal_entity_id, family_id) REFERENCES dim_family (tenant_id, legal_entity_id, family_id),
  CHECK (domain_id IS NOT NULL OR product_id = 'TAX')
);

CREATE TABLE dim_application (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  application_id   text NOT NULL,
  country_code     char(2) NOT NULL,
  name_i18n_key    text NOT NULL,
  name_source      text,
  is_active        boolean NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz,
  updated_by       uuid,
  version          bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, legal_entity_id, application_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- A range of months run one after the other. A kill leaves it RUNNING; asked for again by its id, it goes on.
CREATE TABLE batch (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  batch_id         uuid NOT NULL,
  country_code     char(2) NOT NULL,
  from_month       date NOT NULL CHECK (extract(day FROM from_month) = 1),
  to_month         date NOT NULL CHECK (extract(day FROM to_month) = 1 AND to_month >= from_month),
  trigger          text NOT NULL,
  status           text NOT NULL DEFAULT 'RUNNING' CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED')),
  summary          jsonb,
  started_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at         timestamptz,
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, batch_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- RUNNING is stored before the work begins: what a kill leaves is seen, and named INTERRUPTED by the next run.
CREATE TABLE batch_run (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  run_id           uuid NOT NULL,
  country_code     char(2) NOT NULL,
  run_type         text NOT NULL CHECK (run_type IN ('MONTH')),
  trigger          text NOT NULL,
  period_month     date NOT NULL CHECK (extract(day FROM period_month) = 1),
  status           text NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED')),
  -- Null for a month that was run on its own.
  batch_id         uuid,
  mapping_sha256   char(64) NOT NULL,
  summary          jsonb,
  -- What the run replaced: run, rows, totals and digest of the facts that stood before.
  replaced         jsonb,
  started_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at         timestamptz,
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, run_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id),
  FOREIGN KEY (tenant_id, legal_entity_id, batch_id) REFERENCES batch (tenant_id, legal_entity_id, batch_id)
);
CREATE INDEX batch_run_by_batch ON batch_run (tenant_id, legal_entity_id, batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX batch_run_by_month ON batch_run (tenant_id, legal_entity_id, period_month, started_at);

CREATE TABLE batch_step (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  run_id           uuid NOT NULL,
  position         integer NOT NULL,
  step             text NOT NULL CHECK (step IN ('MAPPING', 'DIRECT', 'MEASURED', 'VALUATION', 'INDIRECT', 'CHECK')),
  rows_in          bigint NOT NULL,
  rows_out         bigint NOT NULL,
  errors           bigint NOT NULL DEFAULT 0,
  warnings         jsonb NOT NULL DEFAULT '[]',
  -- Money in and out by currency, as decimal texts.
  money            jsonb NOT NULL DEFAULT '[]',
  duration_ms      integer NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, run_id, position),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id)
);

CREATE TABLE fact_consumption (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  run_id            uuid NOT NULL,
  period_month      date NOT NULL,
  application_id    text NOT NULL,
  domain_id         text NOT NULL,
  family_id         text,
  product_id        text,
  unit              text NOT NULL,
  environment       text NOT NULL CHECK (environment IN ('prod', 'non_prod', 'unknown', 'n_a')),
  consumption_type  text NOT NULL CHECK (consumption_type IN ('DIRECT', 'INDIRECT')),
  currency          char(3) NOT NULL,
  quantity          numeric(38, 18) NOT NULL,
  cost_effective    numeric(38, 18),
  cost_billed       numeric(38, 18),
  cost_standard     numeric(38, 18),
  UNIQUE NULLS NOT DISTINCT (tenant_id, legal_entity_id, period_month, application_id, domain_id, family_id, product_id,
                             unit, environment, consumption_type, currency)
);

-- Where the month's cost went, by what kind of charge it was: a fact no longer tells a credit from usage.
CREATE TABLE run_coverage (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  run_id           uuid NOT NULL,
  period_month     date NOT NULL,
  currency         char(3) NOT NULL,
  charge_category  text NOT NULL,
  domain_id        text NOT NULL,
  placed_on        text NOT NULL CHECK (placed_on IN ('APPLICATION', 'POOL', 'UNALLOCATED')),
  row_count        bigint NOT NULL,
  cost_effective   numeric(38, 18) NOT NULL,
  cost_billed      numeric(38, 18) NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, currency, charge_category, domain_id, placed_on),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id)
);

-- What the mapping put into each pool, taxes apart: what the indirect rules spread.
CREATE TABLE pool_cost (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  run_id           uuid NOT NULL,
  period_month     date NOT NULL,
  pool             text NOT NULL,
  domain_id        text NOT NULL,
  is_tax           boolean NOT NULL,
  environment      text NOT NULL,
  currency         char(3) NOT NULL,
  row_count        bigint NOT NULL,
  cost_effective   numeric(38, 18) NOT NULL,
  cost_billed      numeric(38, 18) NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, pool, domain_id, is_tax, environment, currency),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id)
);

GRANT SELECT, INSERT ON dim_domain, dim_family, dim_product, dim_application TO prorata_app;
GRANT UPDATE (name_source, is_active, updated_at, updated_by, version)
  ON dim_domain, dim_family, dim_product, dim_application TO prorata_app;
GRANT UPDATE (domain_id) ON dim_product TO prorata_app;
GRANT SELECT, INSERT ON batch, batch_run TO prorata_app;
GRANT UPDATE (status, summary, ended_at) ON batch TO prorata_app;
GRANT UPDATE (status, summary, replaced, ended_at) ON batch_run TO prorata_app;
GRANT SELECT, INSERT ON batch_step TO prorata_app;
GRANT UPDATE (step, rows_in, rows_out, errors, warnings, money, duration_ms) ON batch_step TO prorata_app;
GRANT SELECT, INSERT, DELETE ON fact_consumption, run_coverage, pool_cost TO prorata_app;
GRANT SELECT ON dim_domain, dim_family, dim_product, dim_application, batch, batch_run, batch_step,
  fact_consumption, run_coverage, pool_cost TO prorata_reader;

SELECT wall('legal_entity', ARRAY['dim_domain', 'dim_family', 'dim_product', 'dim_application', 'batch', 'batch_run',
  'batch_step', 'fact_consumption', 'run_coverage', 'pool_cost']);
