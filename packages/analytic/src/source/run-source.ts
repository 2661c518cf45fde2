import {
  DEFAULT_LEDGER_CONFIG,
  type EntryKind,
  type EntryLine,
  type LedgerConfig,
  type LedgerEntry,
  ledgerProblem,
} from '@prorata/ledger';
import { endsOf, monthOf, ownerOf, type RequestContext, type Statement } from '@prorata/platform';
import { type BookSettings, settingsOf } from './settings.ts';

/** An entry as far as an allocation looks at it. */
export type SourceEntry = Pick<
  LedgerEntry,
  'id' | 'journalCode' | 'number' | 'accountingDate' | 'month' | 'status' | 'kind' | 'currency' | 'reverses'
> & { readonly lines: readonly Pick<EntryLine, 'lineNo' | 'account' | 'debit' | 'credit'>[] };

/** Everything that a run looks at before it allocates, read as one moment has it. */
export interface RunSource {
  /** The beginning of the transaction, which is what its rows say that they were created at. */
  readonly moment: Date;
  /** The active posting of the entry and rule, if there is one. */
  readonly activeId: string | null;
  readonly settings: BookSettings;
  readonly locked: boolean;
  readonly entry: SourceEntry | undefined;
}

interface Row {
  /** Of the run among those that were read together, from 1. */
  readonly place: number;
  readonly active_id: string | null;
  readonly currency: string;
  readonly revision: string;
  readonly opening_journals: string[] | null;
  readonly closing_journals: string[] | null;
  readonly default_accounts: string[] | null;
  readonly period_state: string | null;
  readonly entry: Omit<SourceEntry, 'month' | 'kind'> | null;
  readonly moment: Date;
}

/** Which rule is to be run on which entry. */
export interface EntryAndRule {
  readonly sourceEntryId: string;
  readonly allocationRuleId: string;
}

/** A run, and whose it is. */
export interface AskedRun {
  readonly context: RequestContext;
  readonly asked: EntryAndRule;
}

/** The statement by which runs of a tenant read their sources; those of one legal entity stand together. */
export function sourceStatement(runs: readonly AskedRun[]): Statement {
  const owners = runs.map(({ context }) => ownerOf(context));
  const legalEntities = [...new Set(owners)];
  return {
    sql: { name: 'ana_run_sources', text: 'SELECT * FROM ana_run_sources($1, $2, $3, $4)' },
    values: [
      legalEntities,
      endsOf(legalEntities, owners),
      runs.map(({ asked }) => asked.sourceEntryId),
      runs.map(({ asked }) => asked.allocationRuleId),
    ],
  };
}

/** What `sourceStatement` read for one of its runs, by its place in the list. @throws Problem `ENTITY_NOT_SERVED` */
export function runSource(rows: readonly object[] | undefined, context: RequestContext, place = 0): RunSource {
  const row = (rows as readonly Row[] | undefined)?.find((one) => one.place === place + 1);
  if (row === undefined) throw ledgerProblem('ENTITY_NOT_SERVED', `legal entity ${context.legalEntityId ?? 'none'}`);
  const config = configOf(row);
  const { active_id, currency, revision, period_state, entry, moment } = row;
  return {
    moment,
    activeId: active_id,
    settings: settingsOf(currency, revision, config),
    locked: period_state === 'LOCKED',
    entry: entry === null ? undefined : sourceEntry(entry, config),
  };
}

function configOf({ opening_journals, closing_journals, default_accounts }: Row): LedgerConfig {
  if (opening_journals === null || closing_journals === null || default_accounts === null) return DEFAULT_LEDGER_CONFIG;
  return { opening_journals, closing_journals, default_accounts };
}

/** An entry with what follows from its members. */
export function sourceEntry(entry: Omit<SourceEntry, 'month' | 'kind'>, config: LedgerConfig): SourceEntry {
  return { ...entry, month: monthOf(entry.accountingDate), kind: kindOf(entry.journalCode, config) };
}

/** As the ledger tells it: codes are compared whatever their case. */
function kindOf(journal: string, config: LedgerConfig): EntryKind {
  const among = (codes: readonly string[]) => codes.some((code) => code.toUpperCase() === journal.toUpperCase());
  if (among(config.opening_journals)) return 'OPENING';
  return among(config.closing_journals) ? 'CLOSING' : 'ORDINARY';
}
