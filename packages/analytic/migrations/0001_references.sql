-- What a legal entity allocates over, and by what: axes with their dimensions, drivers with monthly weights, rules (spec 02,
-- "Modèle de données"). Keys start with tenant and legal entity (decision 0100). Both come from the transaction, so that no
-- statement of the service names them and none can name others.

CREATE FUNCTION ana_tenant() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT NULLIF(current_setting('app.current_tenant', true), '')::uuid $$;
CREATE FUNCTION ana_legal_entity() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT NULLIF(current_setting('app.current_legal_entity', true), '')::uuid $$;

CREATE TABLE ana_axis (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  id               uuid NOT NULL,
  country_code     char(2) NOT NULL,
  code             text COLLATE "C" NOT NULL CHECK (code <> ''),
  name_i18n_key    text NOT NULL,
  name_source      text,
  is_active        boolean NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  updated_by       uuid NOT NULL,
  version          bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  CONSTRAINT ana_axis_code UNIQUE (tenant_id, legal_entity_id, code),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

CREATE TABLE ana_dimension (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  id               uuid NOT NULL,
  country_code     char(2) NOT NULL,
  axis_id          uuid NOT NULL,
  -- The dimension above it in the tree of its axis; none for a root.
  parent_id        uuid,
  code             text COLLATE "C" NOT NULL CHECK (code <> ''),
  name_i18n_key    text NOT NULL,
  name_source      text,
  is_active        boolean NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  updated_by       uuid NOT NULL,
  version          bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  CONSTRAINT ana_dimension_code UNIQUE (tenant_id, legal_entity_id, axis_id, code),
  -- What a line of a posting refers to: a dimension on its own axis.
  CONSTRAINT ana_dimension_on_axis UNIQUE (tenant_id, legal_entity_id, axis_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id) REFERENCES ana_axis (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id, parent_id)
    REFERENCES ana_dimension (tenant_id, legal_entity_id, axis_id, id),
  CONSTRAINT ana_dimension_not_its_own_parent CHECK (parent_id <> id)
);
CREATE INDEX ana_dimension_parent ON ana_dimension (tenant_id, legal_entity_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE ana_driver (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  id               uuid NOT NULL,
  country_code     char(2) NOT NULL,
  axis_id          uuid NOT NULL,
  code             text COLLATE "C" NOT NULL CHECK (code <> ''),
  name_i18n_key    text NOT NULL,
  name_source      text,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  updated_by       uuid NOT NULL,
  version          bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  CONSTRAINT ana_driver_code UNIQUE (tenant_id, legal_entity_id, code),
  CONSTRAINT ana_driver_on_axis UNIQUE (tenant_id, legal_entity_id, axis_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id) REFERENCES ana_axis (tenant_id, legal_entity_id, id)
);

-- A month of a driver is replaced as a whole; postings keep the weights that they used.
CREATE TABLE ana_driver_value (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  country_code     char(2) NOT NULL,
  driver_id        uuid NOT NULL,
  axis_id          uuid NOT NULL,
  period_month     date NOT NULL CHECK (period_month = date_trunc('month', period_month)::date),
  dimension_id     uuid NOT NULL,
  weight           numeric NOT NULL CHECK (weight >= 0 AND scale(weight) <= 18),
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, driver_id, period_month, dimension_id),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id, driver_id)
    REFERENCES ana_driver (tenant_id, legal_entity_id, axis_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id, dimension_id)
    REFERENCES ana_dimension (tenant_id, legal_entity_id, axis_id, id)
);

CREATE TABLE ana_allocation_rule (
  tenant_id             uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id       uuid NOT NULL DEFAULT ana_legal_entity(),
  id                    uuid NOT NULL,
  country_code          char(2) NOT NULL,
  rule_code             text COLLATE "C" NOT NULL CHECK (rule_code <> ''),
  description_i18n_key  text NOT NULL,
  description_source    text,
  rule                  jsonb NOT NULL,
  -- SHA-256 of the rule's canonical JSON.
  digest                text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  -- The business version: 1, 2, 3 of a rule code.
  version               bigint NOT NULL DEFAULT 0,
  -- Counts the changes of a draft, for ETag.
  revision              bigint NOT NULL DEFAULT 1,
  posted_at             timestamptz,
  posted_by             uuid,
  created_at            timestamptz NOT NULL DEFAULT now(),
  created_by            uuid NOT NULL,
  updated_at            timestamptz NOT NULL DEFAULT now(),
  updated_by            uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  CONSTRAINT ana_allocation_rule_version UNIQUE (tenant_id, legal_entity_id, rule_code, version),
  CONSTRAINT ana_allocation_rule_posted CHECK ((posted_at IS NULL) = (posted_by IS NULL)),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);
-- Two drafts of one rule would leave open which of them becomes the next version.
CREATE UNIQUE INDEX ana_allocation_rule_one_draft ON ana_allocation_rule (tenant_id, legal_entity_id, rule_code)
  WHERE posted_at IS NULL;

-- The service refuses first (409 IMMUTABLE_POSTED); this is the wall behind it.
CREATE FUNCTION refuse_posted_rule_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'IMMUTABLE_POSTED: allocation rule % is posted', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ana_allocation_rule_immutable BEFORE UPDATE OR DELETE ON ana_allocation_rule
  FOR EACH ROW WHEN (OLD.posted_at IS NOT NULL) EXECUTE FUNCTION refuse_posted_rule_change();

-- Counts the changes of axes, dimensions and drivers' codes of a legal entity: who holds a compiled rule sees whether it is still good.
CREATE TABLE ana_reference_state (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  revision         bigint NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);
CREATE FUNCTION count_reference_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ana_reference_state AS s (tenant_id, legal_entity_id, revision)
  VALUES (NEW.tenant_id, NEW.legal_entity_id, 1)
  ON CONFLICT (tenant_id, legal_entity_id) DO UPDATE SET revision = s.revision + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER ana_axis_counted AFTER INSERT OR UPDATE ON ana_axis
  FOR EACH ROW EXECUTE FUNCTION count_reference_change();
CREATE TRIGGER ana_dimension_counted AFTER INSERT OR UPDATE ON ana_dimension
  FOR EACH ROW EXECUTE FUNCTION count_reference_change();
CREATE TRIGGER ana_driver_counted AFTER INSERT OR UPDATE ON ana_driver
  FOR EACH ROW EXECUTE FUNCTION count_reference_change();

GRANT SELECT, INSERT, UPDATE ON ana_axis, ana_dimension, ana_driver, ana_allocation_rule, ana_reference_state TO prorata_app;
GRANT SELECT, INSERT, DELETE ON ana_driver_value TO prorata_app;
GRANT SELECT ON ana_axis, ana_dimension, ana_driver, ana_driver_value, ana_allocation_rule TO prorata_reader;

SELECT wall('legal_entity', ARRAY['ana_axis', 'ana_dimension', 'ana_driver', 'ana_driver_value',
  'ana_allocation_rule', 'ana_reference_state']);
