import type pg from 'pg';
import { SCHEMA } from './migrate.ts';
import type { DatabaseRole } from './roles.ts';

/** How a tenant's rows are kept apart (spec 03, "Tenant context"). The platform chooses it; a service never does. */
export type TenantMode = 'POOLED' | 'SCHEMA' | 'DEDICATED_DB';

/** Where a tenant's rows live: which connections reach them and in which schema they stand. */
export interface TenantPlace {
  readonly mode: TenantMode;
  readonly schema: string;
  pool(role: DatabaseRole): pg.Pool;
}

/**
 * Answers where a tenant lives. Every transaction asks it, so a tenant with a schema or a database of its own is reached by
 * another registry (`OpenOptions.registry`) and by no other change. Creating such a place and migrating it is the registry's part.
 */
export interface TenantRegistry {
  place(tenantId: string): TenantPlace;
}

/** The registry of a node whose tenants share tables, kept apart by row-level security. */
export function pooledRegistry(pool: (role: DatabaseRole) => pg.Pool): TenantRegistry {
  const shared: TenantPlace = { mode: 'POOLED', schema: SCHEMA, pool };
  return { place: () => shared };
}
