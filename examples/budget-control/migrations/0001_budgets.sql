-- Budgets by dimension and month. A version never changes: a new file makes the next one, and version 1 stays the original budget
-- (IPSAS 24 asks for original, final and actual amounts side by side).
CREATE TABLE budget_control_version (
  tenant_id        uuid NOT NULL DEFAULT NULLIF(current_setting('app.current_tenant', true), '')::uuid,
  legal_entity_id  uuid NOT NULL DEFAULT NULLIF(current_setting('app.current_legal_entity', true), '')::uuid,
  id               uuid NOT NULL DEFAULT gen_random_uuid(),
  code             text NOT NULL,
  version          integer NOT NULL CHECK (version > 0),
  axis             text NOT NULL,
  digest           text NOT NULL,
  lines            integer NOT NULL,
  total            numeric NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  UNIQUE (tenant_id, legal_entity_id, code, version)
);

CREATE TABLE budget_control_line (
  tenant_id        uuid NOT NULL DEFAULT NULLIF(current_setting('app.current_tenant', true), '')::uuid,
  legal_entity_id  uuid NOT NULL DEFAULT NULLIF(current_setting('app.current_legal_entity', true), '')::uuid,
  version_id       uuid NOT NULL,
  dimension        text NOT NULL,
  period_month     date NOT NULL,
  amount           numeric NOT NULL CHECK (scale(amount) <= 18),
  PRIMARY KEY (tenant_id, legal_entity_id, version_id, dimension, period_month),
  FOREIGN KEY (tenant_id, legal_entity_id, version_id) REFERENCES budget_control_version (tenant_id, legal_entity_id, id)
);

-- What was told of an overrun: it is told again when it has grown.
CREATE TABLE budget_control_overrun (
  tenant_id        uuid NOT NULL DEFAULT NULLIF(current_setting('app.current_tenant', true), '')::uuid,
  legal_entity_id  uuid NOT NULL DEFAULT NULLIF(current_setting('app.current_legal_entity', true), '')::uuid,
  version_id       uuid NOT NULL,
  dimension        text NOT NULL,
  period_month     date NOT NULL,
  overrun          numeric NOT NULL,
  told_at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, legal_entity_id, version_id, dimension, period_month),
  FOREIGN KEY (tenant_id, legal_entity_id, version_id) REFERENCES budget_control_version (tenant_id, legal_entity_id, id)
);

GRANT SELECT, INSERT ON budget_control_version TO prorata_app;
GRANT SELECT, INSERT ON budget_control_line TO prorata_app;
GRANT SELECT, INSERT, UPDATE ON budget_control_overrun TO prorata_app;
GRANT SELECT ON budget_control_version TO prorata_reader;
GRANT SELECT ON budget_control_line TO prorata_reader;
GRANT SELECT ON budget_control_overrun TO prorata_reader;

CREATE POLICY own_row ON budget_control_version
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid);
CREATE POLICY own_row ON budget_control_line
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid);
CREATE POLICY own_row ON budget_control_overrun
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid);

ALTER TABLE budget_control_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE budget_control_version FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_control_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE budget_control_line FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_control_overrun ENABLE ROW LEVEL SECURITY;
ALTER TABLE budget_control_overrun FORCE ROW LEVEL SECURITY;
