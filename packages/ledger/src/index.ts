// entry

// api
export { type FetchedEntries, fetchAwaited } from './api/fetch-awaited.ts';
export { connectGlApi, type GlApi, glClientOf } from './api/gl-api-file.ts';
export { createGlClient, type GlClient, type GlClientOptions } from './api/gl-client.ts';
export { type SyncedEntries, syncEntries, syncEntry } from './api/sync-entries.ts';
export { DECIMALS, formatAmount, readAmount } from './entry/amount.ts';
export type { EntryKind, EntryLine, EntryOrigin, EntryStatus, IncomingEntry, WholeEntry } from './entry/entry.ts';
export { minorUnit } from './entry/minor-unit.ts';
// events
export { GL_EVENTS, LEDGER_EVENTS } from './event-catalogue.ts';
// events
export type { EventOutcome, LedgerChange, LedgerReaction } from './events/apply.ts';
export type { GlEvent } from './events/event.schema.ts';
export { registerGlInbox } from './events/inbox.routes.ts';
export { type EventAnswer, INBOX_ROUTE, type Inbox, receiveEvent } from './events/inbox.ts';
export { addInboxSecret, inboxSenders, retireInboxSecrets } from './events/secrets.ts';
export { type Sender, sign as signEvent, TOLERANCE_SECONDS } from './events/signature.ts';
// fec
export type { FecEntryHead } from './fec/entries.ts';
export { ENTRY_FAULTS, FAULTS_FR, LINE_FAULTS, type RefusedEntry, type RefusedLine } from './fec/faults.ts';
export type { FecLine } from './fec/line.ts';
export {
  type FecDialect,
  type FecEntry,
  type FecReading,
  fecEntries,
  type ReadFecOptions,
  readFec,
} from './fec/read-fec.ts';
// http
export { LEDGER_ROLES, registerLedgerRoutes } from './http/register.ts';
// intake
export { type AwaitedEntry, awaitedEntries } from './intake/awaited.ts';
export {
  type FecImport,
  type FecImported,
  type ImportFecOptions,
  importFec,
  type LedgerNode,
} from './intake/import-fec.ts';
// migrations, problems
export { LEDGER_MIGRATIONS } from './migrations.ts';
// periods
export { DEFAULT_LEDGER_CONFIG, type LedgerConfig, ledgerConfig, setLedgerConfig } from './periods/config.ts';
export { type HeldPeriod, holdPeriod, listPeriods, releasePeriod } from './periods/hold.ts';
export { type PeriodState, periodState, requireOpenPeriod } from './periods/periods.ts';
export { ledgerProblem } from './problems.ts';
export { type AccountBalance, type BalanceQuery, balance } from './read/balance.ts';
export {
  type EntryFilter,
  entriesOfMonth,
  entry,
  type LedgerEntry,
  requireEntry,
} from './read/entries.ts';
// read
export { type EntryHead, type EntryListQuery, listEntries } from './read/list.ts';
