import type { MigrationSet } from '@prorata/platform';

/** Tables of the ledger's read copy; after those of the platform. */
export const LEDGER_MIGRATIONS: MigrationSet = {
  name: 'ledger',
  directory: new URL('../migrations/', import.meta.url),
};
