import type pg from 'pg';
import { newPool } from './connection.ts';
import { QUEUE_SCHEMA } from './migrate.ts';
import { QUEUE_ROLE } from './roles.ts';

/** The last migration of the graphile-worker that is installed; a test compares, so that an upgrade is not forgotten here. */
export const QUEUE_REVISION = 20;

/**
 * Brings the queue's schema to the state of graphile-worker, as the queue's owner. The library is loaded only where something is to be
 * done: nearly every start finds all as it should be.
 */
export async function installQueue(admin: pg.Client, config: pg.ClientConfig): Promise<void> {
  const found = await admin.query<{ revision: number | null }>(
    `SELECT max(id) AS revision FROM ${QUEUE_SCHEMA}.migrations`,
  );
  if ((found.rows[0]?.revision ?? 0) >= QUEUE_REVISION) return;
  const { Logger, runMigrations } = await import('graphile-worker');
  // On a Citus cluster the queue stays with the coordinator; any other PostgreSQL keeps the setting unread.
  const options = `-c role=${QUEUE_ROLE} -c citus.enable_ddl_propagation=off`;
  const pool = newPool({ ...config, options, max: 1 });
  try {
    await runMigrations({ pgPool: pool, logger: new Logger(() => () => {}), schema: QUEUE_SCHEMA });
  } finally {
    await pool.end();
  }
}
