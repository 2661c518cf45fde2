-- Walls: lets nobody see or write rows of a table beyond the reach of his transaction, the owner of the table included. A transaction
-- tells its scope in settings; one that tells none reaches nothing. For migrations, and for nobody else.
--   tenant            every row of the tenant
--   legal_entity      those of one legal entity
--   scope             those of one legal entity, or without one those that belong to the tenant as a whole
--   entity            those of one entity of a group
--   entity_or_tenant  those of one entity of a group, or without one every row of the tenant
CREATE FUNCTION wall(p_reach text, p_tables text[], p_roles text DEFAULT 'PUBLIC', p_for text DEFAULT 'ALL')
  RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  walled  text;
  -- Whom a wall is for, in its name: a table may have several.
  told    text := CASE WHEN p_roles = 'PUBLIC' THEN '' ELSE '_' || translate(replace(p_roles, 'prorata_', ''), ', ', '_') END
    || CASE WHEN p_for = 'ALL' THEN '' ELSE '_' || lower(p_for) END;
  reached text := $rows$tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid$rows$;
BEGIN
  reached := reached || CASE p_reach
    WHEN 'tenant' THEN ''
    WHEN 'legal_entity' THEN $rows$
      AND legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid$rows$
    WHEN 'scope' THEN $rows$
      AND legal_entity_id = COALESCE(NULLIF(current_setting('app.current_legal_entity', true), ''),
                                     '00000000-0000-0000-0000-000000000000')::uuid$rows$
    WHEN 'entity' THEN $rows$
      AND entity_id = NULLIF(current_setting('app.current_entity', true), '')$rows$
    WHEN 'entity_or_tenant' THEN $rows$
      AND (NULLIF(current_setting('app.current_entity', true), '') IS NULL
        OR entity_id = current_setting('app.current_entity', true))$rows$
  END;
  IF reached IS NULL THEN
    RAISE EXCEPTION 'a wall by % is not known', p_reach;
  END IF;
  FOREACH walled IN ARRAY p_tables LOOP
    EXECUTE format('CREATE POLICY %I ON %I FOR %s TO %s', 'rls_' || walled || told, walled, p_for, p_roles)
      || CASE WHEN p_for <> 'INSERT' THEN format(' USING (%s)', reached) ELSE '' END
      || CASE WHEN p_for NOT IN ('SELECT', 'DELETE') THEN format(' WITH CHECK (%s)', reached) ELSE '' END;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION wall FROM PUBLIC;

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

SELECT wall('tenant', ARRAY['tenant', 'legal_entity']);
