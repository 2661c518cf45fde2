import { join } from 'node:path';
import pg from 'pg';
import { openPrivateFile } from '../node/private-file.ts';
import { newClient } from './connection.ts';
import { attachEmbedded, EMBEDDED_SUPERUSER, type EmbeddedOptions, type EmbeddedServer } from './embedded.ts';
import { freshPasswords, LOGIN_ROLES, type Login, type LoginPasswords, type LoginRole, loginName } from './roles.ts';

/** How one database is reached: by its administrator for migrations, by a login of its own for each role. */
export interface Place {
  readonly admin: pg.ClientConfig;
  readonly logins: readonly Login[];
  connect(role: LoginRole): pg.PoolConfig;
  readonly server?: EmbeddedServer;
}

/** What of a node's options says where a database is. */
export interface PlaceOptions extends EmbeddedOptions {
  /** The node's folder; the embedded cluster and generated credentials live below it. */
  readonly dir: string;
  /** A PostgreSQL of one's own (15 or newer); its role needs to be allowed to create roles on first start. */
  readonly url?: string | undefined;
  /** Database name inside an embedded cluster. */
  readonly database?: string | undefined;
}

/** @throws Problem `EMBEDDED_DATABASE_UNAVAILABLE`, `KEY_FILE_EXPOSED` */
export async function reach(options: PlaceOptions): Promise<Place> {
  return options.url === undefined ? await embedded(options) : await remote(options.dir, options.url);
}

async function embedded(options: PlaceOptions): Promise<Place> {
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
  const client = newClient(config);
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

async function remote(dir: string, url: string): Promise<Place> {
  const admin = new pg.Client({ connectionString: url });
  const database = admin.database ?? 'postgres';
  const passwords = await credentials(dir);
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
