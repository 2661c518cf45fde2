-- Entities whose readers see their own slice of the reports. History stands in the audit log.
CREATE TABLE entity_read_grant (
  tenant_id   uuid NOT NULL,
  entity_id   text COLLATE "C" NOT NULL,
  granted_at  timestamptz NOT NULL DEFAULT now(),
  granted_by  uuid NOT NULL,
  PRIMARY KEY (tenant_id, entity_id),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES dim_entity (tenant_id, entity_id)
);
GRANT SELECT, INSERT, DELETE ON entity_read_grant TO prorata_app;
GRANT SELECT ON entity_read_grant TO prorata_reader;
-- An administrator's transaction names no entity and sees the tenant; one that is walled to an entity sees that one's grant.
SELECT wall('entity_or_tenant', ARRAY['entity_read_grant']);

-- Who read what of the group, and when. Rows are added and, once old enough, removed; never changed: nobody may update one, and the
-- policy of removal reaches no row of the last thirty days, whatever retention the node is configured to.
CREATE TABLE access_log (
  tenant_id       uuid NOT NULL,
  access_id       uuid NOT NULL,
  read_at         timestamptz NOT NULL,
  user_id         uuid NOT NULL,
  roles           text[] NOT NULL,
  -- The entity that the read was walled to; null for a read of the group as a whole.
  entity_id       text COLLATE "C",
  method          text NOT NULL,
  route           text NOT NULL,
  filters         jsonb NOT NULL,
  status          integer NOT NULL,
  -- Null where an answer is a file or a stream, whose rows nobody counts.
  row_count       bigint,
  correlation_id  uuid NOT NULL,
  PRIMARY KEY (tenant_id, access_id)
);
CREATE INDEX access_log_by_time ON access_log (tenant_id, read_at, access_id);
CREATE INDEX access_log_by_user ON access_log (tenant_id, user_id, read_at);
GRANT INSERT, DELETE ON access_log TO prorata_app;
-- A statement that removes by time has to see that column.
GRANT SELECT (tenant_id, read_at) ON access_log TO prorata_app;
GRANT SELECT ON access_log TO prorata_reader;
SELECT wall('tenant', ARRAY['access_log'], 'prorata_app', 'INSERT');
CREATE POLICY old_rows ON access_log FOR SELECT TO prorata_app
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND read_at < now() - interval '30 days');
CREATE POLICY removed ON access_log FOR DELETE TO prorata_app
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND read_at < now() - interval '30 days');
SELECT wall('tenant', ARRAY['access_log'], 'prorata_reader', 'SELECT');
