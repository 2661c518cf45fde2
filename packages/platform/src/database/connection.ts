import type { EventEmitter } from 'node:events';
import pg from 'pg';

/**
 * The driver emits an error on a connection that is cut while nothing is asked of it, or in the very bytes that make it ready; without
 * a listener that ends the process. Whoever uses the connection hears of it by the statement that fails.
 */
const heed = (connection: EventEmitter): void => void connection.on('error', () => {});

/** A connection, not yet open, whose loss shows at its next statement only. */
export function newClient(config: pg.ClientConfig): pg.Client {
  const client = new pg.Client(config);
  heed(client);
  return client;
}

/** Connections whose loss shows at their next statement only. */
export function newPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  heed(pool);
  // Emitted before the pool takes its own listener off to hand the connection out.
  pool.on('connect', heed);
  return pool;
}
