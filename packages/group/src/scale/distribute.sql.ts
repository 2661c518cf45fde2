import { GROUP_VIEWS } from '../consolidation/views.ts';

/**
 * Tables whose rows lie with their entity, the facts first: the others are put where the facts of the same entity are. What several
 * entities share (the view by domain), and all that is small, stays with the coordinator.
 */
export const DISTRIBUTED_TABLES: readonly string[] = [
  'fact_consumption_group',
  'intake_staging',
  ...GROUP_VIEWS.filter((view) => view.entityGrained).map((view) => view.name),
];

export const CITUS_VERSION = "SELECT extversion AS version FROM pg_extension WHERE extname = 'citus'";

/** Only nodes that hold shards count. The coordinator may be one of them. */
export const WORKERS = `
  SELECT nodename AS name, nodeport AS port FROM pg_dist_node WHERE noderole = 'primary' AND isactive AND shouldhaveshards ORDER BY 1, 2`;

export const PLACEMENT = `
  SELECT c.relname AS table, d.colocationid AS colocation, (SELECT count(*) FROM pg_dist_shard s WHERE s.logicalrelid = d.logicalrelid)::int AS shards
    FROM pg_dist_partition d JOIN pg_class c ON c.oid = d.logicalrelid
   WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY($1) AND d.partmethod = 'h'`;

/**
 * The scope of a transaction stays with the coordinator, and so do the defaults that stand for the policy where facts are copied into a
 * partition. Without them nobody may do so, and intakes stage their facts.
 */
export const CLOSE_PARTITIONS = `
DO $$
DECLARE part regclass;
BEGIN
  FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'fact_consumption_group'::regclass LOOP
    EXECUTE format('REVOKE ALL ON %s FROM prorata_intake', part);
  END LOOP;
END $$;
ALTER TABLE fact_consumption_group ALTER tenant_id DROP DEFAULT, ALTER entity_id DROP DEFAULT`;

/** The queries of the intake name a month, and a month's partition has this many pieces. */
export const DISTRIBUTE_FACTS =
  "SELECT create_distributed_table('fact_consumption_group', 'entity_id', shard_count => $1)";
export const DISTRIBUTE_ALONG =
  "SELECT create_distributed_table($1::regclass, 'entity_id', colocate_with => 'fact_consumption_group')";

/** The secret that a role shows to the workers, for a server that asks for one. */
export const TRUST_LOGIN = `
  INSERT INTO pg_dist_authinfo (nodeid, rolename, authinfo) VALUES (0, $1, $2)
      ON CONFLICT (rolename, nodeid) DO UPDATE SET authinfo = EXCLUDED.authinfo`;

export const OWNER_TRUSTED = `
  SELECT 1 FROM pg_dist_authinfo a JOIN pg_roles r ON r.rolname = a.rolename WHERE a.rolename = 'prorata_owner' AND r.rolcanlogin`;
