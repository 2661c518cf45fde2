import type pg from 'pg';
import { QUEUE_SCHEMA } from '../database/migrate.ts';

/** Class of the advisory locks by which workers show that they live. */
const ALIVE = 7_340_041;

/**
 * A worker lives as long as one session of its holds the lock of its name. A killed process, a cut cable or a restarted server end the
 * session, and with it the lock: whoever looks next finds the worker dead, without a clock that could be wrong.
 */
export async function showLife(session: pg.PoolClient, workerId: string): Promise<void> {
  await session.query('SELECT pg_advisory_lock($1, hashtext($2))', [ALIVE, workerId]);
}

// Two workers whose names hash alike would only seem alive as long as one of them is.
const UNLOCK_DEAD = `
  WITH holder AS MATERIALIZED (
    SELECT DISTINCT locked_by FROM ${QUEUE_SCHEMA}._private_jobs WHERE locked_by IS NOT NULL AND locked_by <> $2),
  dead AS MATERIALIZED (
    SELECT locked_by FROM holder WHERE pg_try_advisory_xact_lock($1, hashtext(locked_by)))
  SELECT ${QUEUE_SCHEMA}.force_unlock_workers(array_agg(locked_by)),
         pg_notify('jobs:insert', json_build_object('count', count(*))::text)
    FROM dead HAVING count(*) > 0`;

// A job that was put back by a worker killed right afterwards: its next place in the queue exists already.
const REMOVE_SPENT = `
  DELETE FROM ${QUEUE_SCHEMA}._private_jobs WHERE locked_at IS NULL AND attempts >= max_attempts`;

/**
 * Gives back what dead workers held, so that others go on with it at once.
 *
 * @returns whether there was any
 */
export async function unlockDead(pool: pg.Pool, workerId: string): Promise<boolean> {
  const freed = await pool.query(UNLOCK_DEAD, [ALIVE, workerId]);
  if (freed.rowCount === 0) return false;
  await pool.query(REMOVE_SPENT);
  return true;
}

/** graphile-worker frees a job by itself after four hours: one that is at work longer says that it still is. */
export async function renewLocks(pool: pg.Pool, workerId: string): Promise<void> {
  await pool.query(
    `UPDATE ${QUEUE_SCHEMA}._private_jobs SET locked_at = now()
      WHERE locked_by = $1 AND locked_at < now() - interval '1 hour'`,
    [workerId],
  );
}
