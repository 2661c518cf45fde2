// entry
export { DECIMALS, formatAmount, readAmount } from './entry/amount.ts';
export type { EntryLine, EntryOrigin, EntryStatus, IncomingEntry, WholeEntry } from './entry/entry.ts';
// fec
export type { FecEntryHead } from './fec/entries.ts';
export { ENTRY_FAULTS, LINE_FAULTS, type RefusedEntry, type RefusedLine } from './fec/faults.ts';
export type { FecLine } from './fec/line.ts';
export {
  type FecDialect,
  type FecEntry,
  type FecReading,
  fecEntries,
  type ReadFecOptions,
  readFec,
} from './fec/read-fec.ts';
// intake
export {
  type FecImport,
  type FecImported,
  type ImportFecOptions,
  importFec,
  type LedgerNode,
} from './intake/import-fec.ts';
// migrations, problems
export { LEDGER_MIGRATIONS } from './migrations.ts';
export { ledgerProblem } from './problems.ts';
