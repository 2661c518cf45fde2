import type { MigrationSet } from '@prorata/platform';

/** The tables of an entity node; they refer to those of the platform. */
export const FINOPS_MIGRATIONS: MigrationSet = {
  name: 'finops',
  directory: new URL('../migrations/', import.meta.url),
};
