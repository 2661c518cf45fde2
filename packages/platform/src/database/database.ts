import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFromStatement } from 'pg-copy-streams';
import { openPrivateFile } from '../node/private-file.ts';
import { attachEmbedded, EMBEDDED_SUPERUSER, type EmbeddedOptions, type EmbeddedServer } from './embedded.ts';
import { type MigrationSet, migrate, SCHEMA } from './migrate.ts';
import { databaseProblem } from './problems.ts';
import { installQueue } from './queue-schema.ts';
import { pooledRegistry, type TenantMode, type TenantRegistry } from './registry.ts';
import {
  type DatabaseRole,
  freshPasswords,
  LOGIN_ROLES,
  type Login,
  type LoginPasswords,
  type LoginRole,
  loginName,
} from './roles.ts';
import { type Scope, scopeStatements } from './scope.ts';

/** One open transaction: its tenant is set, its role is set, and it ends with the function it was given to. */
export interface Tx {
  /** Runs one statement; `numeric`, `bigint` and `date` come back as text, never as floats. */
  query<Row extends object = Record<string, unknown>>(sql: Sql, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs one statement and answers how many rows it touched. */
  execute(sql: string, values?: readonly unknown[]): Promise<number>;
  /** Streams into `COPY … FROM STDIN`; answers the number of rows. */
  copyFrom(sql: string, chunks: AsyncIterable<Uint8Array | string>): Promise<number>;
  /** Runs a statement after the work, together with the commit; when it fails, the transaction fails with its error. */
  defer(sql: Sql, values?: readonly unknown[]): void;
  /** The rows of each statement of `TransactionOptions.ahead`. */
  readonly ahead: readonly (readonly object[])[];
}

/** The text of a statement, or one with a name: a statement that is kept prepared by its session. */
export type Sql = string | { readonly name: string; readonly text: string };

export interface Statement {
  readonly sql: Sql;
  readonly values: readonly unknown[];
}

export interface TransactionOptions {
  readonly role?: DatabaseRole;
  readonly readOnly?: boolean;
  /** Statements that are sent along with the beginning, so that nobody waits for each; their rows are `tx.ahead`. */
  readonly ahead?: readonly Statement[];
}

export interface Database {
  /**
   * Runs `work` in one transaction as a least-privilege role with tenant and entity set locally. Commits when it returns,
   * rolls back when it throws.
   */
  transaction<T>(scope: Scope, work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** How the registry keeps this tenant's rows apart; a token that claims another mode is refused. */
  tenantMode(tenantId: string): TenantMode;
  /** New connections to the queue of the tenants' jobs, for whoever waits for them; the caller ends the pool. */
  connectQueue(connections: number): pg.Pool;
  /** Checks that the database answers. */
  ping(): Promise<void>;
  /** Waits for running transactions and gives the server back. */
  close(): Promise<void>;
}

export interface OpenOptions extends EmbeddedOptions {
  /** The node's folder; the embedded cluster and generated credentials live below it. */
  readonly dir: string;
  /** A PostgreSQL of one's own (15 or newer); its role needs to be allowed to create roles on first start. */
  readonly url?: string | undefined;
  readonly migrations: readonly MigrationSet[];
  /** Database name inside an embedded cluster. */
  readonly database?: string;
  /** The node this database belongs to: a second node that is pointed at it is refused. */
  readonly nodeId?: string;
  /** Where each tenant's rows live; shared tables for all of them unless told. */
  readonly registry?: (pool: (role: DatabaseRole) => pg.Pool) => TenantRegistry;
}

// numeric, int8 and date stay text, and lists of them lists of texts: exactness ends where a parser makes a float of them.
const [TEXT, TEXT_LIST] = [25, 1009];
const READ_AS: ReadonlyMap<number, number> = new Map([
  ...[1700, 20, 1082].map((oid) => [oid, TEXT] as const),
  ...[1231, 1016, 1182].map((oid) => [oid, TEXT_LIST] as const),
]);
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => pg.types.getTypeParser(READ_AS.get(oid) ?? oid, format),
};

/**
 * Opens a node's database, migrated to the state of the code.
 *
 * @throws Problem of `database/problems.ts`, and `KEY_FILE_EXPOSED` when others may read the passwords of the logins
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const place = options.url === undefined ? await embedded(options) : await remote(options, options.url);
  try {
    const admin = new pg.Client(place.admin);
    await admin.connect();
    try {
      await migrate(admin, options.migrations, place.logins, options.nodeId);
      await installQueue(admin, place.admin);
    } finally {
      await admin.end();
    }
    return await pooled(place, options.registry ?? pooledRegistry);
  } catch (error) {
    await place.server?.release();
    throw error;
  }
}

interface Place {
  readonly admin: pg.ClientConfig;
  readonly logins: readonly Login[];
  connect(role: LoginRole): pg.PoolConfig;
  readonly server?: EmbeddedServer;
}

/** Connections a role; four roles of a node stay well below a server's default of 100. */
const POOL_SIZE = 10;

async function embedded(options: OpenOptions): Promise<Place> {
  const server = await attachEmbedded(options.dir, options);
  const database = options.database ?? 'prorata';
  const host = server.socketDirectory;
  await createDatabase({ host, user: EMBEDDED_SUPERUSER, database: 'postgres' }, database);
  const logins = LOGIN_ROLES.map((role) => ({ role, name: loginName(role, database, false), password: '' }));
  return {
    admin: { host, user: EMBEDDED_SUPERUSER, database },
    logins,
    connect: (role) => ({ host, user: loginName(role, database, false), database }),
    server,
  };
}

async function createDatabase(config: pg.ClientConfig, name: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    const there = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (there.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // A second process created it between the look and the statement.
    if (!(error instanceof Error && 'code' in error && (error.code === '42P04' || error.code === '23505'))) throw error;
  } finally {
    await client.end();
  }
}

async function remote(options: OpenOptions, url: string): Promise<Place> {
  const admin = new pg.Client({ connectionString: url });
  const database = admin.database ?? 'postgres';
  const passwords = await credentials(options.dir);
  const logins = LOGIN_ROLES.map((role) => ({
    role,
    name: loginName(role, database, true),
    password: passwords[role],
  }));
  return {
    admin: { connectionString: url },
    logins,
    connect: (role) => {
      // In the query, which the driver heeds before the rest: the URL of a socket has no other place for a user.
      const address = new URL(url);
      address.searchParams.set('user', loginName(role, database, true));
      address.searchParams.set('password', passwords[role]);
      return { connectionString: address.href };
    },
  };
}

/** Passwords of the node's own logins; made once, kept beside its keys, readable by its owner only. */
async function credentials(dir: string): Promise<LoginPasswords> {
  const text = await openPrivateFile(
    join(dir, 'keys', 'database.json'),
    () => `${JSON.stringify(freshPasswords(), null, 2)}\n`,
  );
  return JSON.parse(text) as LoginPasswords;
}

async function pooled(place: Place, registryOf: NonNullable<OpenOptions['registry']>): Promise<Database> {
  const pools = new Map<DatabaseRole, pg.Pool>();
  const poolOf = (role: DatabaseRole): pg.Pool => {
    const existing = pools.get(role);
    if (existing !== undefined) return existing;
    const pool = new pg.Pool({
      ...place.connect(role),
      types,
      options: `-c search_path=${SCHEMA} -c timezone=UTC`,
      max: POOL_SIZE,
      allowExitOnIdle: true,
      // Statements that need not wait for each other's answers are sent together; each still answers by itself.
      pipeline: true,
    });
    // An idle connection that the server cuts is replaced at the next use; without a listener it would end the process.
    pool.on('error', () => {});
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
  const registry = registryOf(poolOf);

  return {
    tenantMode: (tenantId) => registry.place(tenantId).mode,
    async transaction(scope, work, options = {}) {
      const begin = `BEGIN${options.readOnly === true ? ' READ ONLY' : ''}; ${scopeStatements(scope)}`;
      const { schema, pool } = registry.place(scope.tenantId);
      const path = schema === SCHEMA ? '' : `; SET LOCAL search_path = ${pg.escapeIdentifier(schema)}`;
      const session = await begun(pool(options.role ?? 'app'), begin + path, options.ahead ?? []);
      try {
        const deferred: Statement[] = [];
        const result = await work(transactionOf(session, deferred));
        const end = await together([
          ...deferred.map(({ sql, values }) => statement(session.client, sql, values)),
          session.client.query('COMMIT'),
        ]);
        // The server answers ROLLBACK, and no error, when a statement had failed and its error was not passed on.
        if (end.command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it had failed');
        return result;
      } catch (error) {
        await session.client.query('ROLLBACK').catch(session.broke);
        throw error;
      } finally {
        session.release();
      }
    },
    connectQueue: (connections) => queuePool(place.connect('jobs'), connections),
    async ping() {
      await poolOf('app').query('select 1');
    },
    async close() {
      await end();
      await place.server?.release();
    },
  };
}

/** Sessions tell by their locks that a worker lives: a server has to notice within a minute that a machine fell silent. */
const KEEPALIVE = '-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3';

function queuePool(config: pg.PoolConfig, connections: number): pg.Pool {
  const pool = new pg.Pool({ ...config, options: `${KEEPALIVE} -c timezone=UTC`, max: connections, keepAlive: true });
  // The worker notices by its next statement; without listeners a cut connection would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

interface Session {
  readonly client: pg.PoolClient;
  readonly ahead: Tx['ahead'];
  /** Remembers that the connection is of no further use. */
  broke(error: Error): void;
  release(): void;
}

/**
 * A connection of the pool with its transaction begun. The server may have cut an idle connection (a restart, a failover), which
 * shows at the first statement: nothing has happened by then, so it is tried on another connection, as often as the pool is large.
 */
async function begun(pool: pg.Pool, begin: string, ahead: readonly Statement[]): Promise<Session> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool.connect();
    let failure: Error | undefined;
    const broke = (error: Error) => {
      failure = error;
    };
    // The driver emits an error on a connection that is cut while somebody holds it; without a listener it ends the process.
    client.on('error', broke);
    const release = () => {
      client.off('error', broke);
      client.release(failure);
    };
    const began = client.query(begin);
    const sent = ahead.map(({ sql, values }) => statement(client, sql, values));
    for (const one of sent) one.catch(() => {});
    try {
      await began;
    } catch (error) {
      broke(error instanceof Error ? error : new Error(String(error)));
      release();
      if (attempt > POOL_SIZE) throw error;
      continue;
    }
    try {
      const rows: object[][] = [];
      for (const one of sent) rows.push((await one).rows);
      return { client, ahead: rows, broke, release };
    } catch (error) {
      await client.query('ROLLBACK').catch(broke);
      release();
      throw error;
    }
  }
}

/** Sends one statement; `values` undefined: by the simple protocol, which takes several at once. */
function statement<Row extends object>(
  client: pg.PoolClient,
  sql: Sql,
  values: readonly unknown[] | undefined,
): Promise<pg.QueryResult<Row>> {
  if (typeof sql === 'string') return client.query<Row>(sql, values === undefined ? undefined : [...values]);
  return client.query<Row>({ ...sql, values: [...(values ?? [])] });
}

/** Waits for all and answers the last one's result. @throws the first failure in the order given */
async function together<Last>(sent: readonly [...Promise<unknown>[], Promise<Last>]): Promise<Last> {
  const settled = await Promise.allSettled(sent);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return (await sent.at(-1)) as Last;
}

function transactionOf({ client, ahead }: Session, deferred: Statement[]): Tx {
  return {
    ahead,
    async query<Row extends object>(sql: Sql, values?: readonly unknown[]) {
      return (await statement<Row>(client, sql, values)).rows;
    },
    defer(sql, values = []) {
      deferred.push({ sql, values });
    },
    async execute(sql, values) {
      const result = await client.query(sql, values === undefined ? undefined : [...values]);
      return result.rowCount ?? 0;
    },
    async copyFrom(sql, chunks) {
      // A stream holds the connection for itself until it ends.
      const connection = client as { pipeline: boolean };
      connection.pipeline = false;
      try {
        const copy = client.query(copyFromStatement(sql));
        await pipeline(chunks, copy);
        return copy.rowCount;
      } finally {
        connection.pipeline = true;
      }
    },
  };
}

/** Row-level security is no wall for a superuser or a role with BYPASSRLS: a node does not start as one. */
async function refusePowerfulRole(pool: pg.Pool): Promise<void> {
  const result = await pool.query<{ name: string; powerful: boolean }>(
    'select rolname as name, rolsuper or rolbypassrls as powerful from pg_roles where rolname in (session_user, current_user)',
  );
  const powerful = result.rows.find((row) => row.powerful);
  if (powerful !== undefined) throw databaseProblem('ROLE_TOO_POWERFUL', `the role is ${powerful.name}`);
}
