import pg from 'pg';
import { newClient, newPool } from './connection.ts';
import { type MigrationSet, migrate, SCHEMA } from './migrate.ts';
import { type Place, type PlaceOptions, reach } from './place.ts';
import { databaseProblem } from './problems.ts';
import { installQueue } from './queue-schema.ts';
import type { DatabaseRole } from './roles.ts';

/** One database with its connections: the shared one of a node, or the one that a tenant has for itself. */
export interface Store {
  pool(role: DatabaseRole): pg.Pool;
  /** New connections to its queue of jobs; the caller ends the pool. */
  connectQueue(connections: number): pg.Pool;
  close(): Promise<void>;
}

export interface StoreOptions extends PlaceOptions {
  readonly migrations: readonly MigrationSet[];
  readonly nodeId?: string | undefined;
}

/**
 * Opens a database, its schemas migrated to the state of the code.
 *
 * @param schemas besides the shared one: those of tenants that have one each
 * @param prepare what the administrator does in between: after the shared schema, before the others
 */
export async function openStore(
  options: StoreOptions,
  schemas: readonly string[] = [],
  prepare: (admin: pg.Client) => Promise<void> = async () => {},
): Promise<Store> {
  const place = await reach(options);
  try {
    const admin = newClient(place.admin);
    await admin.connect();
    try {
      const { migrations, nodeId } = options;
      await migrate(admin, migrations, place.logins, { nodeId });
      await prepare(admin);
      for (const schema of schemas) await migrate(admin, migrations, place.logins, { nodeId, schema });
      await installQueue(admin, place.admin);
    } finally {
      await admin.end();
    }
    return await connected(place);
  } catch (error) {
    await place.server?.release();
    throw error;
  }
}

/** Connections a role; the roles of a node stay well below a server's default of 100. */
const POOL_SIZE = 10;

/** For a new connection, or for one of the pool to become free: a caller hears that there is none instead of waiting for ever. */
const CONNECT_WITHIN_MS = 15_000;

// numeric, int8 and date stay text, and lists of them lists of texts: exactness ends where a parser makes a float of them.
const [TEXT, TEXT_LIST] = [25, 1009];
const READ_AS: ReadonlyMap<number, number> = new Map([
  ...[1700, 20, 1082].map((oid) => [oid, TEXT] as const),
  ...[1231, 1016, 1182].map((oid) => [oid, TEXT_LIST] as const),
]);
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => pg.types.getTypeParser(READ_AS.get(oid) ?? oid, format),
};

async function connected(place: Place): Promise<Store> {
  const pools = new Map<DatabaseRole, pg.Pool>();
  const poolOf = (role: DatabaseRole): pg.Pool => {
    const existing = pools.get(role);
    if (existing !== undefined) return existing;
    const pool = newPool({
      ...place.connect(role),
      types,
      // The last one is for a distributed PostgreSQL: the scope of a transaction reaches the workers. Any other keeps it unread.
      options: `-c search_path=${SCHEMA} -c timezone=UTC -c citus.propagate_set_commands=local`,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      keepAlive: true,
      allowExitOnIdle: true,
      // Statements that need not wait for each other's answers are sent together; each still answers by itself.
      pipeline: true,
    });
    pools.set(role, pool);
    return pool;
  };
  const end = () => Promise.all([...pools.values()].map((pool) => pool.end()));
  try {
    await refusePowerfulRole(poolOf('app'));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    pool: poolOf,
    connectQueue: (connections) => queuePool(place.connect('jobs'), connections),
    async close() {
      await end();
      await place.server?.release();
    },
  };
}

/** Sessions tell by their locks that a worker lives: a server has to notice within a minute that a machine fell silent. */
const KEEPALIVE = '-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3';

function queuePool(config: pg.PoolConfig, connections: number): pg.Pool {
  return newPool({ ...config, options: `${KEEPALIVE} -c timezone=UTC`, max: connections, keepAlive: true });
}

/** Row-level security is no wall for a superuser or a role with BYPASSRLS: a node does not start as one. */
async function refusePowerfulRole(pool: pg.Pool): Promise<void> {
  const result = await pool.query<{ name: string; powerful: boolean }>(
    'select rolname as name, rolsuper or rolbypassrls as powerful from pg_roles where rolname in (session_user, current_user)',
  );
  const powerful = result.rows.find((row) => row.powerful);
  if (powerful !== undefined) throw databaseProblem('ROLE_TOO_POWERFUL', `the role is ${powerful.name}`);
}
