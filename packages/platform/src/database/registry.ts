import type pg from 'pg';
import { isUuid } from '../identity/uuid.ts';
import { SCHEMA } from './migrate.ts';
import { databaseProblem } from './problems.ts';
import type { DatabaseRole } from './roles.ts';
import type { Store } from './store.ts';

/** How a tenant's rows are kept apart (spec 03, "Tenant context"). The platform chooses it; a service never does. */
export type TenantMode = 'POOLED' | 'SCHEMA' | 'DEDICATED_DB';

/** A tenant that does not share tables with others. */
export type TenantEntry =
  | { readonly id: string; readonly mode: 'SCHEMA' }
  | {
      readonly id: string;
      readonly mode: 'DEDICATED_DB';
      /** Of a PostgreSQL; a database in the node's own embedded cluster unless told. */
      readonly url?: string | undefined;
      /** Its name inside the embedded cluster; made of the tenant's id unless told. */
      readonly database?: string | undefined;
    };

/** Where a tenant's rows live: which connections reach them and in which schema they stand. */
export interface TenantPlace {
  readonly mode: TenantMode;
  readonly schema: string;
  pool(role: DatabaseRole): pg.Pool;
}

/** Answers where a tenant lives. Every transaction asks it, and nothing else in the code knows about modes. */
export interface TenantRegistry {
  place(tenantId: string): TenantPlace;
}

/** Name of the schema, or of the embedded database, that a tenant has for itself. */
export function ownName(tenantId: string): string {
  if (!isUuid(tenantId)) throw databaseProblem('SCOPE_INVALID', 'the tenant is not a UUID in lower case');
  return `${SCHEMA}_${tenantId.replaceAll('-', '').toLowerCase()}`;
}

/** @param dedicated the opened databases of the tenants that have one each, by tenant */
export function registryOf(
  shared: Store,
  entries: readonly TenantEntry[],
  dedicated: ReadonlyMap<string, Store>,
): TenantRegistry {
  const pooled: TenantPlace = { mode: 'POOLED', schema: SCHEMA, pool: (role) => shared.pool(role) };
  const places = new Map<string, TenantPlace>(
    entries.map(({ id, mode }) => {
      const store = dedicated.get(id) ?? shared;
      const schema = mode === 'SCHEMA' ? ownName(id) : SCHEMA;
      return [id.toLowerCase(), { mode, schema, pool: (role) => store.pool(role) }];
    }),
  );
  return { place: (tenantId) => places.get(tenantId.toLowerCase()) ?? pooled };
}

/**
 * Remembers in the shared database which tenants live elsewhere. A tenant whose mode was changed in the configuration alone would
 * find none of its rows and begin anew beside them: that is refused.
 *
 * @throws Problem `TENANT_MODE_CHANGED`
 */
export async function recordPlaces(admin: pg.Client, entries: readonly TenantEntry[]): Promise<void> {
  const recorded = await admin.query<{ id: string; mode: TenantMode }>(
    `SELECT place_of AS id, mode FROM ${SCHEMA}.tenant_place ORDER BY place_of`,
  );
  const told = new Map(entries.map(({ id, mode }) => [id, mode]));
  if (told.size < entries.length) throw databaseProblem('TENANT_MODE_CHANGED', 'a tenant is listed twice');
  for (const { id, mode } of recorded.rows) {
    const now = told.get(id) ?? 'POOLED';
    if (now === mode) told.delete(id);
    else throw databaseProblem('TENANT_MODE_CHANGED', `the tenant ${id} is kept as ${mode}, not as ${now}`);
  }
  for (const [id, mode] of told) {
    await admin.query('BEGIN');
    try {
      await admin.query("SELECT set_config('app.current_tenant', $1, true)", [id]);
      const shared = await admin.query(`SELECT 1 FROM ${SCHEMA}.tenant WHERE tenant_id = $1`, [id]);
      if (shared.rowCount !== 0) {
        throw databaseProblem('TENANT_MODE_CHANGED', `the tenant ${id} is kept as POOLED, not as ${mode}`);
      }
      await admin.query(`INSERT INTO ${SCHEMA}.tenant_place (place_of, mode) VALUES ($1, $2)`, [id, mode]);
      await admin.query('COMMIT');
    } catch (error) {
      await admin.query('ROLLBACK');
      throw error;
    }
  }
}
