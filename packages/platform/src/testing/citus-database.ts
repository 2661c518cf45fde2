import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openDatabase } from '../database/database.ts';
import type { MigrationSet } from '../database/migrate.ts';
import type { TestDatabase } from './test-database.ts';

/** A database of its own on every node of a Citus cluster, joined, and migrated on the coordinator. */
export interface CitusDatabase extends Pick<TestDatabase, 'db' | 'admin' | 'close'> {
  /** Where the coordinator is, as the administrator. */
  readonly url: string;
}

/**
 * @param coordinator URL of the coordinator of a running cluster, as a superuser that the workers let in as well
 * @param dir folder of the node whose database it is to be
 */
export async function openCitusDatabase(
  coordinator: string,
  dir: string,
  migrations: readonly MigrationSet[],
): Promise<CitusDatabase> {
  const database = `t_${process.pid}_${randomBytes(5).toString('hex')}`;
  const { hostname, port } = new URL(coordinator);
  const workers = await run<{ name: string; port: number }>(
    coordinator,
    'SELECT nodename AS name, nodeport AS port FROM pg_dist_node WHERE groupid <> 0 ORDER BY 1, 2',
  );
  const places = [`${hostname}:${port}`, ...workers.map((worker) => `${worker.name}:${worker.port}`)];
  for (const place of places) {
    await run(urlOf(coordinator, place, 'postgres'), `CREATE DATABASE ${database}`);
    await run(urlOf(coordinator, place, database), 'CREATE EXTENSION citus');
  }
  const url = urlOf(coordinator, places[0] ?? '', database);
  await run(url, 'SELECT citus_set_coordinator_host($1, $2)', [hostname, Number(port)]);
  for (const worker of workers) await run(url, 'SELECT citus_add_node($1, $2)', [worker.name, worker.port]);
  const db = await openDatabase({ dir, url, migrations });
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query('SET search_path = prorata');
  return {
    url,
    db,
    async admin<Row extends object>(sql: string, values?: readonly unknown[]) {
      return (await admin.query<Row>(sql, values === undefined ? undefined : [...values])).rows;
    },
    async close() {
      await admin.end();
      await db.close();
      for (const place of places) {
        await run(urlOf(coordinator, place, 'postgres'), `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      }
    },
  };
}

function urlOf(coordinator: string, place: string, database: string): string {
  const url = new URL(coordinator);
  url.host = place;
  url.pathname = `/${database}`;
  return url.href;
}

async function run<Row extends object>(connectionString: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
