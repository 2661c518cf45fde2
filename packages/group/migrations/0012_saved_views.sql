-- Addresses of the dashboard that a reader named. What an address names (applications, entities) is as confidential as what it shows:
-- a view of a reader inside the walls of an entity is of that entity, and nobody sees a view of another reach.
CREATE TABLE saved_view (
  tenant_id  uuid NOT NULL,
  view_id    uuid NOT NULL,
  -- Empty for whoever reads the group as a whole.
  entity_id  text COLLATE "C" NOT NULL,
  owner_id   uuid NOT NULL,
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  -- A path of this dashboard with its search; `//host` and `/\host` would lead elsewhere.
  address    text NOT NULL CHECK (length(address) <= 4000 AND address ~ '^/([^/\\\s]\S*)?$'),
  shared     boolean NOT NULL,
  saved_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, view_id),
  UNIQUE (tenant_id, entity_id, owner_id, name)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO prorata_app;
CREATE POLICY same_reach ON saved_view
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND entity_id = COALESCE(current_setting('app.current_entity', true), ''))
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND entity_id = COALESCE(current_setting('app.current_entity', true), ''));
ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_view FORCE ROW LEVEL SECURITY;
