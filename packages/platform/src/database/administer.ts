import type pg from 'pg';
import { newClient } from './connection.ts';
import { SCHEMA } from './migrate.ts';
import { type PlaceOptions, reach } from './place.ts';
import type { Login } from './roles.ts';

/**
 * Work on a node's database as its administrator: for operations on the server itself, which no role of a request may do. The
 * connection is outside every policy, so nothing that serves a request comes here.
 *
 * @throws Problem of `database/problems.ts`
 */
export async function administer<T>(
  options: PlaceOptions,
  work: (admin: pg.Client, logins: readonly Login[]) => Promise<T>,
): Promise<T> {
  const place = await reach(options);
  const admin = newClient(place.admin);
  try {
    await admin.connect();
    await admin.query(`SET search_path = ${SCHEMA}, public`);
    return await work(admin, place.logins);
  } finally {
    await admin.end();
    await place.server?.release();
  }
}
