import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFromStatement } from 'pg-copy-streams';
import type { Sql, Statement, Tx } from './tx.ts';

/** A connection of a pool with its transaction begun. */
export interface Session {
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
export async function begun(pool: pg.Pool, begin: string, ahead: readonly Statement[]): Promise<Session> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await connected(pool);
    let failure: Error | undefined;
    const broke = (error: Error) => {
      failure = error;
    };
    // Remembered, so that a connection that was cut while it was held does not go back to the pool.
    client.on('error', broke);
    const release = () => {
      client.off('error', broke);
      client.release(failure);
    };
    const { began, sent } = inOnePiece(client, () => ({
      began: client.query(begin),
      sent: ahead.map(({ sql, values }) => statement(client, sql, values)),
    }));
    for (const one of sent) one.catch(() => {});
    try {
      await began;
    } catch (error) {
      broke(error instanceof Error ? error : new Error(String(error)));
      release();
      if (attempt > (pool.options.max ?? 1)) throw error;
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

/** How long nobody tries to connect after a connection was refused: a crowd of attempts keeps a server from starting. */
const REST_MILLISECONDS = 100;

const refusals = new WeakMap<pg.Pool, { readonly error: unknown; readonly until: number }>();

/** @throws what the last attempt met, where it was a moment ago and no connection is open */
async function connected(pool: pg.Pool): Promise<pg.PoolClient> {
  const refused = refusals.get(pool);
  if (refused !== undefined && pool.idleCount === 0 && performance.now() < refused.until) throw refused.error;
  try {
    return await pool.connect();
  } catch (error) {
    // Without a code: the pool has no free connection, which says nothing about the server.
    if (error instanceof Error && 'code' in error) {
      refusals.set(pool, { error, until: performance.now() + REST_MILLISECONDS });
    }
    throw error;
  }
}

/** Hands what is sent to the operating system at once: half of a short statement's time is the call that sends it. */
export function inOnePiece<T>(client: pg.PoolClient, send: () => T): T {
  const { stream } = client.connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

/** Sends one statement; `values` undefined: by the simple protocol, which takes several at once. */
export function statement<Row extends object>(
  client: pg.PoolClient,
  sql: Sql,
  values: readonly unknown[] | undefined,
): Promise<pg.QueryResult<Row>> {
  if (typeof sql === 'string') return client.query<Row>(sql, values === undefined ? undefined : [...values]);
  return client.query<Row>({ ...sql, values: [...(values ?? [])] });
}

/** Waits for all and answers the last one's result. @throws the first failure in the order given */
export async function together<Last>(sent: readonly [...Promise<unknown>[], Promise<Last>]): Promise<Last> {
  const settled = await Promise.allSettled(sent);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return (await sent.at(-1)) as Last;
}

export function transactionOf({ client, ahead }: Session, deferred: Statement[]): Tx {
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
