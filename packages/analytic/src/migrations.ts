import type { MigrationSet } from '@prorata/platform';

/** Tables of analytic accounting; after those of the platform and of the ledger, which postings refer to. */
export const ANALYTIC_MIGRATIONS: MigrationSet = {
  name: 'analytic',
  directory: new URL('../migrations/', import.meta.url),
};
