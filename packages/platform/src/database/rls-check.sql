-- Every table with a tenant and what its wall lacks. A partition has no policies of its own: it is reached through its
-- parent only, so what counts for it is that no role but the owner holds a grant on it; or one to insert into columns that none of the
-- parent's policies looks at: those (the tenant, the entity) then come from the scope by their defaults, because COPY cannot go through the
-- parent's policies.
WITH tenant_table AS (
  SELECT c.oid, CASE n.nspname WHEN 'prorata' THEN c.relname ELSE n.nspname || '.' || c.relname END AS relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition, c.relacl, c.relowner
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
     -- The shared tables, and those of tenants with a schema of their own.
     AND EXISTS (SELECT 1 FROM pg_class m WHERE m.relnamespace = n.oid AND m.relname = 'schema_migration')
   WHERE c.relkind IN ('r', 'p')
     AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
)
SELECT t.relname AS table_name, problem
  FROM tenant_table t
 CROSS JOIN LATERAL (
   SELECT 'row-level security is not enabled' AS problem WHERE NOT t.relispartition AND NOT t.relrowsecurity
   UNION ALL
   SELECT 'row-level security is not forced' WHERE NOT t.relispartition AND NOT t.relforcerowsecurity
   UNION ALL
   SELECT 'no policy' WHERE NOT t.relispartition
      AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid)
   UNION ALL
   SELECT 'a policy does not compare tenant_id: ' || p.polname
     FROM pg_policy p
    WHERE p.polrelid = t.oid
      AND (pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%app.current_tenant%'
           OR pg_get_expr(p.polwithcheck, p.polrelid) NOT LIKE '%app.current_tenant%')
   UNION ALL
   SELECT 'a policy lets rows be written that it does not check: ' || p.polname
     FROM pg_policy p
    WHERE p.polrelid = t.oid AND p.polcmd IN ('*', 'a', 'w') AND p.polwithcheck IS NULL
   UNION ALL
   SELECT 'a partition is granted directly' WHERE t.relispartition
      AND EXISTS (SELECT 1 FROM aclexplode(t.relacl) g WHERE g.grantee <> t.relowner)
   UNION ALL
   SELECT 'a column of a partition is granted directly' WHERE t.relispartition
      AND EXISTS (SELECT 1 FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) g
                   WHERE a.attrelid = t.oid AND NOT a.attisdropped AND g.grantee <> t.relowner
                     AND NOT (g.privilege_type = 'INSERT' AND a.attname <> 'tenant_id' AND NOT EXISTS (
                       SELECT 1 FROM pg_inherits i
                         JOIN pg_policy p ON p.polrelid = i.inhparent
                         JOIN pg_depend w ON w.classid = 'pg_policy'::regclass AND w.objid = p.oid AND w.refobjid = i.inhparent
                         JOIN pg_attribute c ON c.attrelid = i.inhparent AND c.attnum = w.refobjsubid
                        WHERE i.inhrelid = t.oid AND c.attname = a.attname)
                     AND EXISTS (
                       SELECT 1 FROM pg_attribute o JOIN pg_attrdef d ON d.adrelid = o.attrelid AND d.adnum = o.attnum
                        WHERE o.attrelid = t.oid AND o.attname = 'tenant_id' AND o.attnotnull
                          AND pg_get_expr(d.adbin, d.adrelid) LIKE '%app.current_tenant%')))
 ) AS found
 ORDER BY 1, 2
