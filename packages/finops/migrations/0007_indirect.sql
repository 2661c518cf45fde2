-- Indirect rules and drivers, and what a run did with them: enough to compute each part again and say why.

-- A rule, version by version. What was published is never changed: a change is the next version.
CREATE TABLE indirect_rule (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  code             text NOT NULL,
  version          integer NOT NULL CHECK (version >= 1),
  country_code     char(2) NOT NULL,
  label            text NOT NULL,
  status           text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
  rule_order       integer NOT NULL,
  valid_from       date CHECK (extract(day FROM valid_from) = 1),
  valid_to         date CHECK (extract(day FROM valid_to) = 1),
  document         jsonb NOT NULL,
  sha256           char(64) NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  published_at     timestamptz,
  published_by     uuid,
  archived_at      timestamptz,
  archived_by      uuid,
  PRIMARY KEY (tenant_id, legal_entity_id, code, version),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);
CREATE UNIQUE INDEX indirect_rule_one_draft ON indirect_rule (tenant_id, legal_entity_id, code) WHERE status = 'DRAFT';

CREATE FUNCTION keep_published_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'DRAFT' AND NEW.status IN ('DRAFT', 'PUBLISHED') THEN
    RETURN NEW;
  END IF;
  IF OLD.status = 'PUBLISHED' AND NEW.status = 'ARCHIVED'
     AND (NEW.code, NEW.version, NEW.label, NEW.rule_order, NEW.document, NEW.sha256, NEW.published_at, NEW.published_by)
         = (OLD.code, OLD.version, OLD.label, OLD.rule_order, OLD.document, OLD.sha256, OLD.published_at, OLD.published_by)
     AND NEW.valid_from IS NOT DISTINCT FROM OLD.valid_from AND NEW.valid_to IS NOT DISTINCT FROM OLD.valid_to THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'version % of the indirect rule % is % and is not changed', OLD.version, OLD.code, OLD.status
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER indirect_rule_is_kept BEFORE UPDATE ON indirect_rule FOR EACH ROW EXECUTE FUNCTION keep_published_rules();

-- One row a driver file taken in, and one a (driver, month) that it brought: a month of a driver stands in one file.
CREATE TABLE driver_import (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  driver_import_id uuid NOT NULL,
  country_code     char(2) NOT NULL,
  sha256           char(64) NOT NULL,
  name             text NOT NULL,
  kind             text NOT NULL,
  bytes            bigint NOT NULL CHECK (bytes > 0),
  row_count        bigint NOT NULL CHECK (row_count > 0),
  answer           jsonb NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, driver_import_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);
CREATE INDEX driver_import_by_digest ON driver_import (tenant_id, legal_entity_id, sha256);

CREATE TABLE driver_scope (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  driver_import_id uuid NOT NULL,
  driver           text NOT NULL,
  period_month     date NOT NULL CHECK (extract(day FROM period_month) = 1),
  row_count        bigint NOT NULL,
  total            numeric NOT NULL,
  superseded_by    uuid,
  PRIMARY KEY (tenant_id, legal_entity_id, driver_import_id, driver, period_month),
  FOREIGN KEY (tenant_id, legal_entity_id, driver_import_id)
    REFERENCES driver_import (tenant_id, legal_entity_id, driver_import_id),
  FOREIGN KEY (tenant_id, legal_entity_id, superseded_by)
    REFERENCES driver_import (tenant_id, legal_entity_id, driver_import_id)
);
CREATE UNIQUE INDEX driver_scope_standing ON driver_scope (tenant_id, legal_entity_id, driver, period_month)
  WHERE superseded_by IS NULL;

CREATE TABLE driver_value (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  driver           text NOT NULL,
  period_month     date NOT NULL,
  application_id   text NOT NULL,
  driver_import_id uuid NOT NULL,
  value            numeric(38, 18) NOT NULL CHECK (value >= 0),
  PRIMARY KEY (tenant_id, legal_entity_id, driver, period_month, application_id),
  FOREIGN KEY (tenant_id, legal_entity_id, application_id)
    REFERENCES dim_application (tenant_id, legal_entity_id, application_id),
  FOREIGN KEY (tenant_id, legal_entity_id, driver_import_id)
    REFERENCES driver_import (tenant_id, legal_entity_id, driver_import_id)
);

-- Direct facts that a rule spread: no longer facts of the application that they were measured for.
CREATE TABLE indirect_source (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  run_id           uuid NOT NULL,
  period_month     date NOT NULL,
  rule_code        text NOT NULL,
  application_id   text NOT NULL,
  domain_id        text NOT NULL,
  family_id        text,
  product_id       text,
  unit             text NOT NULL,
  environment      text NOT NULL,
  currency         char(3) NOT NULL,
  quantity         numeric(38, 18) NOT NULL,
  cost_effective   numeric(38, 18),
  cost_billed      numeric(38, 18),
  cost_standard    numeric(38, 18),
  UNIQUE NULLS NOT DISTINCT (tenant_id, legal_entity_id, period_month, application_id, domain_id, family_id, product_id,
                             unit, environment, currency),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id)
);

-- What was spread, one row a source, domain, environment and currency (and an environment it goes to): the answer to "of what?".
CREATE TABLE indirect_line (
  tenant_id           uuid NOT NULL,
  legal_entity_id     uuid NOT NULL,
  run_id              uuid NOT NULL,
  period_month        date NOT NULL,
  source_kind         text NOT NULL CHECK (source_kind IN ('POOL', 'FACTS', 'PRODUCT')),
  source              text NOT NULL,
  domain_id           text NOT NULL,
  is_tax              boolean NOT NULL,
  environment         text NOT NULL,
  currency            char(3) NOT NULL,
  target_environment  text NOT NULL,
  rule_code           text NOT NULL,
  -- Null for the default rule, which has no versions. No foreign key: a rule that is only tried is stored nowhere.
  rule_version        integer,
  base                jsonb NOT NULL,
  product_id          text NOT NULL,
  row_count           bigint NOT NULL,
  -- Null where the source has no such cost. Own + received − passed = what the lines of the source spread.
  own_effective       numeric(38, 18),
  own_billed          numeric(38, 18),
  received_effective  numeric(38, 18) NOT NULL,
  received_billed     numeric(38, 18) NOT NULL,
  passed_effective    numeric(38, 18) NOT NULL,
  passed_billed       numeric(38, 18) NOT NULL,
  cost_effective      numeric(38, 18),
  cost_billed         numeric(38, 18),
  cost_standard       numeric(38, 18),
  total_weight        numeric NOT NULL,
  fallback            text NOT NULL,
  -- NO_POSITIVE_WEIGHT: everything goes to the fallback.
  warning             text,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, source_kind, source, domain_id, is_tax, environment, currency,
               target_environment),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id)
);

-- Money that pools passed to each other before applications got theirs.
CREATE TABLE indirect_flow (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  run_id           uuid NOT NULL,
  period_month     date NOT NULL,
  from_pool        text NOT NULL,
  to_pool          text NOT NULL,
  domain_id        text NOT NULL,
  is_tax           boolean NOT NULL,
  environment      text NOT NULL,
  currency         char(3) NOT NULL,
  share            numeric NOT NULL,
  rule_code        text NOT NULL,
  rule_version     integer NOT NULL,
  cost_effective   numeric(38, 18) NOT NULL,
  cost_billed      numeric(38, 18) NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, from_pool, to_pool, domain_id, is_tax, environment, currency),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id)
);

-- The base of a rule in a currency, as it was found and as it weighed (never below zero).
CREATE TABLE indirect_weight (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  run_id           uuid NOT NULL,
  period_month     date NOT NULL,
  rule_code        text NOT NULL,
  currency         char(3) NOT NULL,
  -- '' unless the rule follows the environments of its base.
  environment      text NOT NULL,
  application_id   text NOT NULL,
  value            numeric(38, 18) NOT NULL,
  weight           numeric(38, 18) NOT NULL CHECK (weight >= 0),
  clamped          boolean NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, rule_code, currency, environment, application_id),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id)
);

GRANT SELECT, INSERT ON indirect_rule TO prorata_app;
GRANT UPDATE (label, status, rule_order, valid_from, valid_to, document, sha256, published_at, published_by, archived_at,
              archived_by) ON indirect_rule TO prorata_app;
GRANT SELECT, INSERT ON driver_import, driver_scope TO prorata_app;
GRANT UPDATE (superseded_by) ON driver_scope TO prorata_app;
GRANT SELECT, INSERT, DELETE ON driver_value, indirect_source, indirect_line, indirect_flow, indirect_weight TO prorata_app;
GRANT SELECT ON indirect_rule, driver_import, driver_scope, driver_value, indirect_source, indirect_line, indirect_flow,
  indirect_weight TO prorata_reader;

SELECT wall('legal_entity', ARRAY['indirect_rule', 'driver_import', 'driver_scope', 'driver_value', 'indirect_source',
  'indirect_line', 'indirect_flow', 'indirect_weight']);
