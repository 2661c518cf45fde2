import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Database, openDatabase } from '../database/database.ts';
import { attachEmbedded, EMBEDDED_SUPERUSER } from '../database/embedded.ts';
import { type MigrationSet, migrationsDigest } from '../database/migrate.ts';
import type { TenantEntry } from '../database/registry.ts';
import { type DeclaredEvent, type EventCatalogue, eventFaults } from '../outbox/catalogue.ts';

export interface TestDatabase {
  readonly db: Database;
  /** Runs SQL as the superuser, outside every policy: for looking at what is really stored. */
  admin<Row extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** How a second client (a raw driver, a benchmark) reaches the same database. */
  readonly connection: { readonly host: string; readonly database: string };
  /** Names of the databases that tenants have for themselves. */
  readonly dedicated: readonly string[];
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** What may have been emitted when the test ends: an event that is not declared so, or carries something else, fails it. */
  readonly events?: EventCatalogue;
  /** Tenants with a schema or a database of their own; the latter stands beside the shared one. */
  readonly tenants?: readonly Pick<TenantEntry, 'id' | 'mode'>[];
}

/** A few of each: what one event carries is much the same every time. */
const SOME_EVENTS = `
  SELECT event, payload FROM (
    SELECT event, payload, row_number() OVER (PARTITION BY event ORDER BY position DESC) AS nth FROM prorata.outbox_event) AS e
   WHERE nth <= 20`;

const TEMPLATE_LOCK = 7_340_033;

/**
 * A database of its own for one test file: a clone of a template that was migrated once, in a cluster that all test
 * processes of this machine share and the last one stops. Not durable.
 */
export async function openTestDatabase(
  migrations: readonly MigrationSet[],
  options: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const digest = (await migrationsDigest(migrations)).slice(0, 12);
  const cluster = join(tmpdir(), `prorata-test-${process.getuid?.() ?? 0}`);
  const server = await attachEmbedded(cluster, { durable: false });
  const template = `template_${digest}`;
  const database = `t_${process.pid}_${randomBytes(5).toString('hex')}`;
  const tenants = (options.tenants ?? []).map(({ id, mode }, index): TenantEntry => {
    return mode === 'SCHEMA' ? { id, mode } : { id, mode, database: `${database}_${index}` };
  });
  const dedicated = tenants.flatMap((tenant) => (tenant.mode === 'DEDICATED_DB' ? [`${tenant.database}`] : []));
  const postgres = new pg.Client({ host: server.socketDirectory, user: EMBEDDED_SUPERUSER, database: 'postgres' });
  await postgres.connect();
  // Clones and template builds are serialised: CREATE DATABASE refuses a template that anybody is connected to.
  await postgres.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const there = await postgres.query('select 1 from pg_database where datname = $1 and datistemplate', [template]);
    if (there.rowCount === 0) {
      await postgres.query(`DROP DATABASE IF EXISTS ${template}`);
      await (await openDatabase({ dir: cluster, migrations, database: template, durable: false })).close();
      await postgres.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
    }
    for (const name of [database, ...dedicated]) {
      await postgres.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    }
  } finally {
    await postgres.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  const db = await openDatabase({ dir: cluster, migrations, database, durable: false, tenants });
  const admin = new pg.Client({ host: server.socketDirectory, user: EMBEDDED_SUPERUSER, database });
  await admin.connect();
  await admin.query('set search_path = prorata');
  // A test may ask several things at once; one connection answers them one by one.
  let before: Promise<unknown> = Promise.resolve();
  return {
    db,
    connection: { host: server.socketDirectory, database },
    dedicated,
    async admin<Row extends object>(sql: string, values?: readonly unknown[]) {
      const asked = () => admin.query<Row>(sql, values === undefined ? undefined : [...values]);
      const answer = before.then(asked);
      before = answer.catch(() => {});
      return (await answer).rows;
    },
    async close() {
      const emitted = options.events === undefined ? [] : (await admin.query<DeclaredEvent>(SOME_EVENTS)).rows;
      await admin.end();
      await db.close();
      for (const name of [database, ...dedicated]) await postgres.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await postgres.end();
      await server.release();
      const faults = eventFaults(options.events ?? {}, emitted);
      if (faults.length > 0) throw new Error(`see event-catalogue.ts: ${[...new Set(faults)].join('; ')}`);
    },
  };
}
