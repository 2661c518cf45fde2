import type { MigrationSet } from './migrate.ts';

/** Tables of every node: tenancy registry, idempotency keys, audit chain, outbox. First in each list of sets. */
export const PLATFORM_MIGRATIONS: MigrationSet = {
  name: 'platform',
  directory: new URL('../../migrations/', import.meta.url),
};
