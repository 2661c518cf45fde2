-- The one node that this database belongs to.
CREATE TABLE node (
  one_row     boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  node_id     uuid NOT NULL,
  claimed_at  timestamptz NOT NULL DEFAULT now()
);

-- The registry says where a tenant's rows live. POOLED: shared tables with row-level security; the other two modes reach
-- a schema or a database of the tenant's own through the same interface.
CREATE TABLE tenant (
  tenant_id    uuid PRIMARY KEY,
  tenant_mode  text NOT NULL DEFAULT 'POOLED' CHECK (tenant_mode IN ('POOLED', 'SCHEMA', 'DEDICATED_DB')),
  code         text NOT NULL,
  label        text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  UNIQUE (code)
);

-- Tenants that live elsewhere, a schema or a database of their own, so that a change of the configuration alone is noticed. The
-- administrator's: no role of the application has a grant on it.
CREATE TABLE tenant_place (
  place_of    uuid PRIMARY KEY,
  mode        text NOT NULL CHECK (mode IN ('SCHEMA', 'DEDICATED_DB')),
  placed_at   timestamptz NOT NULL DEFAULT now()
);

-- Which legal entities a node serves for a tenant; everything of an entity refers to it.
CREATE TABLE legal_entity (
  tenant_id        uuid NOT NULL REFERENCES tenant (tenant_id),
  legal_entity_id  uuid NOT NULL,
  code             text NOT NULL,
  label            text NOT NULL,
  country_code     char(2) NOT NULL,
  currency         char(3) NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, legal_entity_id),
  UNIQUE (tenant_id, code)
);

GRANT SELECT, INSERT ON tenant TO prorata_app;
GRANT SELECT ON tenant TO prorata_intake, prorata_reader, prorata_relay;
GRANT SELECT, INSERT ON legal_entity TO prorata_app;
GRANT SELECT ON legal_entity TO prorata_intake, prorata_reader;

CREATE POLICY tenant_row ON tenant
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid);
CREATE POLICY legal_entity_row ON legal_entity
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid);

ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
ALTER TABLE legal_entity ENABLE ROW LEVEL SECURITY;
ALTER TABLE legal_entity FORCE ROW LEVEL SECURITY;
