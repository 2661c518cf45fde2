-- Service centres that empty into each other over the balances of a month. A cycle has no source entry, so its runs are kept apart from
-- the postings; the analytic balance adds both.

CREATE TABLE ana_cycle (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  id               uuid NOT NULL,
  country_code     char(2) NOT NULL,
  code             text COLLATE "C" NOT NULL CHECK (code <> ''),
  -- The business version: a cycle never changes, a correction is the next version.
  version          bigint NOT NULL CHECK (version > 0),
  axis_id          uuid NOT NULL,
  name_i18n_key    text NOT NULL,
  name_source      text,
  definition       jsonb NOT NULL,
  digest           text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  CONSTRAINT ana_cycle_version UNIQUE (tenant_id, legal_entity_id, code, version),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id) REFERENCES ana_axis (tenant_id, legal_entity_id, id)
);

CREATE TABLE ana_cycle_run (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  id               uuid NOT NULL,
  country_code     char(2) NOT NULL,
  cycle_id         uuid NOT NULL,
  cycle_code       text COLLATE "C" NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('ORIGINAL', 'MIRROR')),
  reverses         uuid,
  reversed_by      uuid,
  -- The month whose balances were emptied, and the month in which the run counts: they differ for a late mirror.
  source_month     date NOT NULL CHECK (source_month = date_trunc('month', source_month)::date),
  period_month     date NOT NULL CHECK (period_month = date_trunc('month', period_month)::date),
  currency         char(3) NOT NULL,
  result           jsonb NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  updated_by       uuid NOT NULL,
  version          bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, cycle_id) REFERENCES ana_cycle (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, reverses) REFERENCES ana_cycle_run (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, reversed_by) REFERENCES ana_cycle_run (tenant_id, legal_entity_id, id),
  CONSTRAINT ana_cycle_run_mirror_of CHECK ((kind = 'MIRROR') = (reverses IS NOT NULL)),
  CONSTRAINT ana_cycle_run_mirror_stays CHECK (kind = 'ORIGINAL' OR reversed_by IS NULL)
);
-- Whatever its version, a cycle empties a month once.
CREATE UNIQUE INDEX ana_cycle_run_active ON ana_cycle_run (tenant_id, legal_entity_id, cycle_code, source_month)
  WHERE kind = 'ORIGINAL' AND reversed_by IS NULL;

CREATE TABLE ana_cycle_line (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  cycle_run_id     uuid NOT NULL,
  -- A flow has two lines: out of one centre, into another.
  flow_no          integer NOT NULL,
  axis_id          uuid NOT NULL,
  dimension_id     uuid NOT NULL,
  period_month     date NOT NULL,
  amount           numeric NOT NULL CHECK (scale(amount) <= 18),
  PRIMARY KEY (tenant_id, legal_entity_id, cycle_run_id, flow_no, dimension_id),
  FOREIGN KEY (tenant_id, legal_entity_id, cycle_run_id) REFERENCES ana_cycle_run (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id, dimension_id)
    REFERENCES ana_dimension (tenant_id, legal_entity_id, axis_id, id)
);
CREATE INDEX ana_cycle_line_balance ON ana_cycle_line (tenant_id, legal_entity_id, axis_id, period_month, dimension_id)
  INCLUDE (amount);

CREATE FUNCTION refuse_cycle_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'ana_cycle_run' AND TG_OP = 'UPDATE' THEN
    IF OLD.reversed_by IS NULL AND NEW.reversed_by IS NOT NULL
       AND (to_jsonb(NEW) - ARRAY['reversed_by', 'updated_at', 'updated_by', 'version'])
         = (to_jsonb(OLD) - ARRAY['reversed_by', 'updated_at', 'updated_by', 'version']) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'IMMUTABLE_POSTED: cycles and their runs stay' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ana_cycle_immutable BEFORE UPDATE OR DELETE ON ana_cycle FOR EACH ROW EXECUTE FUNCTION refuse_cycle_change();
CREATE TRIGGER ana_cycle_run_immutable BEFORE UPDATE OR DELETE ON ana_cycle_run
  FOR EACH ROW EXECUTE FUNCTION refuse_cycle_change();
CREATE TRIGGER ana_cycle_line_immutable BEFORE UPDATE OR DELETE ON ana_cycle_line
  FOR EACH ROW EXECUTE FUNCTION refuse_cycle_change();

GRANT SELECT, INSERT ON ana_cycle, ana_cycle_line TO prorata_app;
GRANT SELECT, INSERT, UPDATE (reversed_by, updated_at, updated_by, version) ON ana_cycle_run TO prorata_app;
GRANT SELECT ON ana_cycle, ana_cycle_run, ana_cycle_line TO prorata_reader;

SELECT wall('legal_entity', ARRAY['ana_cycle', 'ana_cycle_run', 'ana_cycle_line']);
