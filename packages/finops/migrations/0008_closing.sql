-- The state of each month, what a closed month costs for good, and what came too late for it.

-- A month without a row is OPEN.
CREATE TABLE period_closure (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL CHECK (extract(day FROM period_month) = 1),
  country_code     char(2) NOT NULL,
  state            text NOT NULL CHECK (state IN ('OPEN', 'CLOSED', 'LOCKED')),
  -- Of the frozen costs; none while the month is open.
  run_id           uuid,
  view_code        text,
  view_version     integer,
  facts_sha256     char(64),
  closed_at        timestamptz,
  closed_by        uuid,
  version          bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id),
  FOREIGN KEY (tenant_id, legal_entity_id, run_id) REFERENCES batch_run (tenant_id, legal_entity_id, run_id),
  FOREIGN KEY (tenant_id, legal_entity_id, view_code, view_version)
    REFERENCES pricing_view (tenant_id, legal_entity_id, view_code, view_version),
  CHECK ((state = 'OPEN') = (run_id IS NULL)),
  CHECK ((state = 'OPEN') = (facts_sha256 IS NULL))
);

-- Every change of state, for good.
CREATE TABLE period_change (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL,
  version          bigint NOT NULL,
  country_code     char(2) NOT NULL,
  from_state       text NOT NULL,
  to_state         text NOT NULL,
  reason           text,
  -- Totals and digest of the costs that were frozen or released.
  details          jsonb NOT NULL,
  changed_at       timestamptz NOT NULL DEFAULT now(),
  changed_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, version),
  FOREIGN KEY (tenant_id, legal_entity_id, period_month)
    REFERENCES period_closure (tenant_id, legal_entity_id, period_month)
);

-- The facts of a closed month with their costs, and the Pricing View that valued them.
CREATE TABLE fact_cost (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  run_id            uuid NOT NULL,
  period_month      date NOT NULL,
  application_id    text NOT NULL,
  domain_id         text NOT NULL,
  family_id         text,
  product_id        text,
  unit              text NOT NULL,
  environment       text NOT NULL,
  consumption_type  text NOT NULL,
  currency          char(3) NOT NULL,
  quantity          numeric(38, 18) NOT NULL,
  cost_effective    numeric(38, 18),
  cost_billed       numeric(38, 18),
  cost_standard     numeric(38, 18),
  view_code         text,
  view_version      integer,
  UNIQUE NULLS NOT DISTINCT (tenant_id, legal_entity_id, period_month, application_id, domain_id, family_id, product_id,
                             unit, environment, consumption_type, currency)
);

-- What the codes of a month were called, and for which code of the group they stood, when the month was closed.
CREATE TABLE closed_label (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('APPLICATION', 'DOMAIN', 'FAMILY', 'PRODUCT')),
  code             text NOT NULL,
  label            text NOT NULL,
  group_code       text,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, kind, code),
  FOREIGN KEY (tenant_id, legal_entity_id, period_month)
    REFERENCES period_closure (tenant_id, legal_entity_id, period_month)
);

-- A correction of a closed month that an open month carries.
CREATE TABLE adjustment (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  adjustment_id    uuid NOT NULL,
  country_code     char(2) NOT NULL,
  -- The month that carries it, and the month that it corrects.
  period_month     date NOT NULL CHECK (extract(day FROM period_month) = 1),
  adjusts_month    date NOT NULL CHECK (extract(day FROM adjusts_month) = 1),
  -- Files that came late, with what each scope brought.
  sources          jsonb NOT NULL,
  booked_at        timestamptz NOT NULL DEFAULT now(),
  booked_by        uuid NOT NULL,
  withdrawn_at     timestamptz,
  withdrawn_by     uuid,
  PRIMARY KEY (tenant_id, legal_entity_id, adjustment_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id),
  CHECK (adjusts_month < period_month)
);
CREATE INDEX adjustment_by_month ON adjustment (tenant_id, legal_entity_id, period_month);

-- Its lines, at the grain of the facts that they are added to.
CREATE TABLE adjustment_line (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  adjustment_id     uuid NOT NULL,
  -- As in the closed month; an INDIRECT difference is carried as a DIRECT fact without quantity.
  adjusted_type     text NOT NULL CHECK (adjusted_type IN ('DIRECT', 'INDIRECT')),
  application_id    text NOT NULL,
  domain_id         text NOT NULL,
  family_id         text,
  product_id        text,
  unit              text NOT NULL,
  environment       text NOT NULL,
  currency          char(3) NOT NULL,
  quantity          numeric(38, 18) NOT NULL,
  cost_effective    numeric(38, 18),
  cost_billed       numeric(38, 18),
  cost_standard     numeric(38, 18),
  UNIQUE NULLS NOT DISTINCT (tenant_id, legal_entity_id, adjustment_id, adjusted_type, application_id, domain_id,
                             family_id, product_id, unit, environment, currency),
  FOREIGN KEY (tenant_id, legal_entity_id, adjustment_id)
    REFERENCES adjustment (tenant_id, legal_entity_id, adjustment_id)
);

-- A scope that came for a closed month: it waits, or an adjustment carries it. Neither is part of the month.
ALTER TABLE import_scope
  ADD COLUMN late text CHECK (late IN ('WAITING', 'BOOKED')),
  ADD COLUMN adjustment_id uuid,
  ADD FOREIGN KEY (tenant_id, legal_entity_id, adjustment_id)
    REFERENCES adjustment (tenant_id, legal_entity_id, adjustment_id),
  ADD CHECK ((late = 'BOOKED') = (adjustment_id IS NOT NULL));
DROP INDEX import_scope_standing;
CREATE UNIQUE INDEX import_scope_standing
  ON import_scope (tenant_id, legal_entity_id, provider, billing_account, period_month, currency)
  WHERE superseded_by IS NULL AND late IS NULL;

-- Rows of such scopes: what consumption would hold had they come in time.
CREATE TABLE consumption_late (
  LIKE consumption INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
  FOREIGN KEY (tenant_id, legal_entity_id, import_file_id)
    REFERENCES import_file (tenant_id, legal_entity_id, import_file_id)
);
CREATE INDEX consumption_late_by_scope
  ON consumption_late (tenant_id, legal_entity_id, period_month, provider, billing_account);

-- Measurements have the same two ways.
ALTER TABLE measured_scope
  ADD COLUMN late text CHECK (late IN ('WAITING', 'BOOKED')),
  ADD COLUMN adjustment_id uuid,
  ADD FOREIGN KEY (tenant_id, legal_entity_id, adjustment_id)
    REFERENCES adjustment (tenant_id, legal_entity_id, adjustment_id),
  ADD CHECK ((late = 'BOOKED') = (adjustment_id IS NOT NULL));
DROP INDEX measured_scope_standing;
CREATE UNIQUE INDEX measured_scope_standing
  ON measured_scope (tenant_id, legal_entity_id, source, period_month) WHERE superseded_by IS NULL AND late IS NULL;
CREATE TABLE measured_late (
  LIKE measured_consumption INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
  FOREIGN KEY (tenant_id, legal_entity_id, measured_file_id)
    REFERENCES measured_file (tenant_id, legal_entity_id, measured_file_id),
  FOREIGN KEY (tenant_id, legal_entity_id, application_id)
    REFERENCES dim_application (tenant_id, legal_entity_id, application_id),
  FOREIGN KEY (tenant_id, legal_entity_id, product_id)
    REFERENCES dim_product (tenant_id, legal_entity_id, product_id)
);
CREATE INDEX measured_late_by_month ON measured_late (tenant_id, legal_entity_id, period_month, measured_file_id);

-- Takes late scopes into the consumption of their month, oldest first, as if they had come in time: each replaces what
-- stands for its provider, account and month. The application may not write consumption; this is all that it may do.
CREATE FUNCTION take_late_scopes(p_month date, p_late text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  v_tenant  uuid := NULLIF(current_setting('app.current_tenant', true), '')::uuid;
  v_entity  uuid := NULLIF(current_setting('app.current_legal_entity', true), '')::uuid;
  v_scope   record;
  v_taken   bigint := 0;
BEGIN
  FOR v_scope IN
    SELECT DISTINCT s.import_file_id, s.provider, s.billing_account
      FROM import_scope s
     WHERE s.tenant_id = v_tenant AND s.legal_entity_id = v_entity AND s.period_month = p_month
       AND s.late = ANY (p_late) AND s.superseded_by IS NULL
     -- Ids are UUIDv7: their order is that of time.
     ORDER BY 1, 2, 3
  LOOP
    UPDATE import_scope s SET superseded_by = v_scope.import_file_id
     WHERE s.tenant_id = v_tenant AND s.legal_entity_id = v_entity AND s.period_month = p_month
       AND s.provider = v_scope.provider AND s.billing_account = v_scope.billing_account
       AND s.late IS NULL AND s.superseded_by IS NULL;
    DELETE FROM consumption c
     WHERE c.tenant_id = v_tenant AND c.legal_entity_id = v_entity AND c.period_month = p_month
       AND c.provider = v_scope.provider AND c.billing_account = v_scope.billing_account;
    WITH taken AS (
      DELETE FROM consumption_late l
       WHERE l.tenant_id = v_tenant AND l.legal_entity_id = v_entity AND l.period_month = p_month
         AND l.import_file_id = v_scope.import_file_id
         AND l.provider = v_scope.provider AND l.billing_account = v_scope.billing_account
      RETURNING l.*
    )
    INSERT INTO consumption SELECT * FROM taken;
    UPDATE import_scope s SET late = NULL, adjustment_id = NULL
     WHERE s.tenant_id = v_tenant AND s.legal_entity_id = v_entity AND s.period_month = p_month
       AND s.import_file_id = v_scope.import_file_id
       AND s.provider = v_scope.provider AND s.billing_account = v_scope.billing_account;
    v_taken := v_taken + 1;
  END LOOP;
  FOR v_scope IN
    SELECT s.measured_file_id, s.source
      FROM measured_scope s
     WHERE s.tenant_id = v_tenant AND s.legal_entity_id = v_entity AND s.period_month = p_month
       AND s.late = ANY (p_late) AND s.superseded_by IS NULL
     ORDER BY 1, 2
  LOOP
    UPDATE measured_scope s SET superseded_by = v_scope.measured_file_id
     WHERE s.tenant_id = v_tenant AND s.legal_entity_id = v_entity AND s.period_month = p_month
       AND s.source = v_scope.source AND s.late IS NULL AND s.superseded_by IS NULL;
    DELETE FROM measured_consumption m
     WHERE m.tenant_id = v_tenant AND m.legal_entity_id = v_entity AND m.period_month = p_month
       AND m.source = v_scope.source;
    WITH taken AS (
      DELETE FROM measured_late l
       WHERE l.tenant_id = v_tenant AND l.legal_entity_id = v_entity AND l.period_month = p_month
         AND l.measured_file_id = v_scope.measured_file_id
      RETURNING l.*
    )
    INSERT INTO measured_consumption SELECT * FROM taken;
    UPDATE measured_scope s SET late = NULL, adjustment_id = NULL
     WHERE s.tenant_id = v_tenant AND s.legal_entity_id = v_entity AND s.period_month = p_month
       AND s.measured_file_id = v_scope.measured_file_id;
    v_taken := v_taken + 1;
  END LOOP;
  RETURN v_taken;
END $$;
REVOKE ALL ON FUNCTION take_late_scopes(date, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_late_scopes(date, text[]) TO prorata_app;

-- The facts of a month as everybody reads them: frozen where the month is closed, computed where it is open.
CREATE VIEW standing_fact WITH (security_invoker = true) AS
SELECT f.tenant_id, f.legal_entity_id, f.run_id, f.period_month, f.application_id, f.domain_id, f.family_id, f.product_id,
       f.unit, f.environment, f.consumption_type, f.currency, f.quantity, f.cost_effective, f.cost_billed, f.cost_standard
  FROM fact_consumption f
 WHERE NOT EXISTS (SELECT 1 FROM period_closure c
                    WHERE c.tenant_id = f.tenant_id AND c.legal_entity_id = f.legal_entity_id
                      AND c.period_month = f.period_month AND c.state <> 'OPEN')
UNION ALL
SELECT tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, family_id, product_id, unit,
       environment, consumption_type, currency, quantity, cost_effective, cost_billed, cost_standard
  FROM fact_cost;

-- Frozen costs leave only when their month is open again, which is what reopening does first; they never change.
CREATE FUNCTION refuse_frozen_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM removed r JOIN period_closure c USING (tenant_id, legal_entity_id, period_month)
              WHERE c.state <> 'OPEN') THEN
    RAISE EXCEPTION 'PERIOD_CLOSED: the costs of a closed month stay' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER fact_cost_frozen AFTER DELETE ON fact_cost
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen_change();
CREATE TRIGGER closed_label_frozen AFTER DELETE ON closed_label
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen_change();

ALTER TABLE batch_step DROP CONSTRAINT batch_step_step_check;
ALTER TABLE batch_step ADD CONSTRAINT batch_step_step_check
  CHECK (step IN ('MAPPING', 'DIRECT', 'MEASURED', 'VALUATION', 'INDIRECT', 'ADJUSTMENT', 'CHECK'));

GRANT SELECT, INSERT ON period_closure, period_change, adjustment, adjustment_line TO prorata_app;
GRANT UPDATE (state, run_id, view_code, view_version, facts_sha256, closed_at, closed_by, version) ON period_closure
  TO prorata_app;
GRANT UPDATE (withdrawn_at, withdrawn_by) ON adjustment TO prorata_app;
-- A correction is added to the fact of its grain where the month has one.
GRANT UPDATE (quantity, cost_effective, cost_billed) ON fact_consumption TO prorata_app;
GRANT SELECT, INSERT, DELETE ON fact_cost, closed_label TO prorata_app;
GRANT SELECT ON consumption_late, standing_fact TO prorata_app;
GRANT UPDATE (late, adjustment_id) ON import_scope, measured_scope TO prorata_app;
GRANT SELECT, INSERT, DELETE ON measured_late TO prorata_app;
GRANT SELECT ON period_closure TO prorata_intake;
GRANT SELECT, INSERT, DELETE ON consumption_late TO prorata_intake;
GRANT SELECT ON period_closure, period_change, adjustment, adjustment_line, fact_cost, closed_label, consumption_late,
  measured_late, standing_fact TO prorata_reader;

SELECT wall('legal_entity', ARRAY['period_closure', 'period_change', 'fact_cost', 'closed_label', 'adjustment',
  'adjustment_line', 'consumption_late', 'measured_late']);
