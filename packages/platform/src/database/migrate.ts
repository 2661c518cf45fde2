import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { databaseProblem } from './problems.ts';
import { ensureRoles, type Login, OWNER_ROLE, QUEUE_ROLE } from './roles.ts';

/** One package's numbered `.sql` files, run in the order of their numbers, sets in the order given. */
export interface MigrationSet {
  readonly name: string;
  readonly directory: URL;
}

interface Migration {
  readonly set: string;
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly digest: string;
}

/** The schema of the tables that tenants share; the runner sets the search path, so that migrations name no schema. */
export const SCHEMA = 'prorata';

/** The schema of graphile-worker, whose migrations are its own. */
export const QUEUE_SCHEMA = 'graphile_worker';

export interface MigrateInto {
  readonly nodeId?: string | undefined;
  readonly schema?: string;
}

const MIGRATION_LOCK = 7_340_032;

/**
 * Brings a database to the state of the code. Concurrent starts wait for each other; each file runs in a transaction of its own,
 * so a kill between two leaves a valid state from which the next start goes on.
 *
 * @param into `nodeId`: the node that the database is to belong to; a database of another one is left as it is. `schema`: the shared
 *   one unless told
 * @returns the names of the migrations that ran now
 * @throws Problem `DATABASE_TOO_OLD`, `DATABASE_OF_ANOTHER_NODE`, `DATABASE_NEWER_THAN_CODE`, `MIGRATION_CHANGED`
 */
export async function migrate(
  admin: Client,
  sets: readonly MigrationSet[],
  logins: readonly Login[],
  { nodeId, schema = SCHEMA }: MigrateInto = {},
): Promise<string[]> {
  await requireVersion(admin);
  const wanted = (await Promise.all(sets.map(readSet))).flat();
  await admin.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    if (nodeId !== undefined) await refuseOtherNode(admin, nodeId, schema);
    await prepare(admin, logins, schema);
    const pending = await compare(admin, wanted, schema);
    if (pending.length > 0) await keepTablesLocal(admin);
    for (const migration of pending) await apply(admin, migration, schema);
    if (nodeId !== undefined) {
      await admin.query(`INSERT INTO ${schema}.node (node_id) VALUES ($1) ON CONFLICT DO NOTHING`, [nodeId]);
    }
    return pending.map((migration) => `${migration.set}/${migration.name}`);
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}

/** Digest of all files of the sets: two trees with the same digest build the same schema. */
export async function migrationsDigest(sets: readonly MigrationSet[]): Promise<string> {
  const hash = createHash('sha256');
  for (const migration of (await Promise.all(sets.map(readSet))).flat()) {
    hash.update(`${migration.set}/${migration.name}:${migration.digest}\n`);
  }
  return hash.digest('hex');
}

async function requireVersion(admin: Client): Promise<void> {
  const version = await admin.query<{ server_version_num: string }>('show server_version_num');
  const number = Number(version.rows[0]?.server_version_num);
  if (number < 150_000) {
    throw databaseProblem('DATABASE_TOO_OLD', `the server is PostgreSQL ${Math.floor(number / 10_000)}; 15 is needed`);
  }
}

async function readSet(set: MigrationSet): Promise<Migration[]> {
  const directory = fileURLToPath(set.directory);
  const names = (await readdir(directory)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, `${set.directory.href.replace(/\/$/, '')}/`), 'utf8');
      const digest = createHash('sha256').update(sql).digest('hex');
      return { set: set.name, number: Number(name.slice(0, 4)), name: basename(name, '.sql'), sql, digest };
    }),
  );
}

/** Nodes share no database (architecture, "Words"): the first one to open it owns it, and its logins keep their passwords. */
async function refuseOtherNode(admin: Client, nodeId: string, schema: string): Promise<void> {
  const there = await admin.query<{ there: boolean }>(`SELECT to_regclass('${schema}.node') IS NOT NULL AS there`);
  if (there.rows[0]?.there !== true) return;
  const owner = await admin.query<{ node_id: string }>(`SELECT node_id FROM ${schema}.node`);
  const claimed = owner.rows[0]?.node_id;
  if (claimed === undefined || claimed === nodeId) return;
  throw databaseProblem('DATABASE_OF_ANOTHER_NODE', `it belongs to the node ${claimed}`);
}

async function prepare(admin: Client, logins: readonly Login[], schema: string): Promise<void> {
  const ready = await admin.query<{ ready: boolean }>(
    `select to_regclass('${schema}.schema_migration') is not null
        and to_regnamespace('${QUEUE_SCHEMA}') is not null
        and (select count(*) from pg_roles where rolname = any($1)) = $2 as ready`,
    [logins.map((login) => login.name), logins.length],
  );
  if (ready.rows[0]?.ready === true && logins.every((login) => login.password === '')) return;
  await ensureRoles(admin, logins);
  await admin.query(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${OWNER_ROLE}`);
  await admin.query(`CREATE SCHEMA IF NOT EXISTS ${QUEUE_SCHEMA} AUTHORIZATION ${QUEUE_ROLE}`);
  // Beforehand, because graphile-worker would make the schema along with it, which its owner may not.
  await admin.query(
    `CREATE TABLE IF NOT EXISTS ${QUEUE_SCHEMA}.migrations (
       id integer PRIMARY KEY, ts timestamptz NOT NULL DEFAULT now(), breaking boolean NOT NULL DEFAULT false)`,
  );
  await admin.query(`ALTER TABLE ${QUEUE_SCHEMA}.migrations OWNER TO ${QUEUE_ROLE}`);
  await admin.query(`GRANT USAGE ON SCHEMA ${schema} TO prorata_app, prorata_intake, prorata_reader, prorata_relay`);
  await admin.query(
    `CREATE TABLE IF NOT EXISTS ${schema}.schema_migration (
       set_name text NOT NULL, number integer NOT NULL, name text NOT NULL, sha256 text NOT NULL,
       applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (set_name, number))`,
  );
}

async function compare(admin: Client, wanted: readonly Migration[], schema: string): Promise<Migration[]> {
  const applied = await admin.query<{ set_name: string; number: number; name: string; sha256: string }>(
    `select set_name, number, name, sha256 from ${schema}.schema_migration order by set_name, number`,
  );
  const known = new Map(wanted.map((migration) => [`${migration.set}/${migration.number}`, migration]));
  for (const row of applied.rows) {
    const mine = known.get(`${row.set_name}/${row.number}`);
    if (mine === undefined) {
      // The tables of a plugin that is no longer there stay: whoever takes it back finds its rows.
      if (row.set_name.startsWith('plugin:')) continue;
      throw databaseProblem(
        'DATABASE_NEWER_THAN_CODE',
        `it holds ${row.set_name}/${row.name}, which this version does not know`,
      );
    }
    if (mine.digest !== row.sha256) {
      throw databaseProblem('MIGRATION_CHANGED', `${row.set_name}/${row.name} differs from the file that was run`);
    }
    known.delete(`${row.set_name}/${row.number}`);
  }
  return wanted.filter((migration) => known.has(`${migration.set}/${migration.number}`));
}

/**
 * On a Citus cluster, objects would be copied to the workers as they are made, by an owner who may not log in there. As long as no
 * table is distributed, all of them stay with the coordinator; from then on, changes reach the workers as well.
 */
async function keepTablesLocal(admin: Client): Promise<void> {
  const citus = await admin.query("SELECT 1 FROM pg_extension WHERE extname = 'citus'");
  if (citus.rowCount === 0) return;
  const distributed = await admin.query("SELECT 1 FROM pg_dist_partition WHERE partmethod = 'h' LIMIT 1");
  await admin.query(`SET citus.enable_ddl_propagation = ${distributed.rowCount === 0 ? 'off' : 'on'}`);
}

async function apply(admin: Client, migration: Migration, schema: string): Promise<void> {
  await admin.query('BEGIN');
  try {
    await admin.query(`SET LOCAL ROLE ${OWNER_ROLE}; SET LOCAL search_path = ${schema}, pg_temp`);
    await admin.query(migration.sql);
    await admin.query('RESET ROLE');
    await admin.query(
      `INSERT INTO ${schema}.schema_migration (set_name, number, name, sha256) VALUES ($1, $2, $3, $4)`,
      [migration.set, migration.number, migration.name, migration.digest],
    );
    await admin.query('COMMIT');
  } catch (error) {
    await admin.query('ROLLBACK');
    throw new Error(`migration ${migration.set}/${migration.name} failed and was rolled back`, { cause: error });
  }
}
