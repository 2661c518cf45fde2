import { type RequestContext, type Tx, uuidv7 } from '@prorata/platform';
import type { EntryLine, EntryOrigin, IncomingEntry } from '../entry/entry.ts';
import { ledgerProblem } from '../problems.ts';
import { copyRow } from './copy-text.ts';
import * as sql from './merge.sql.ts';

/** Entries on their way in; `entryNo` ties lines to their entry within one merge. */
export interface Incoming {
  readonly origin: EntryOrigin;
  /** Where they come from: sha-256 of a file, id of an event. */
  readonly source?: string;
  entries(): Iterable<{ readonly entryNo: number; readonly entry: IncomingEntry }>;
  lines(): AsyncIterable<readonly NumberedLine[]> | Iterable<readonly NumberedLine[]>;
}

export interface NumberedLine extends EntryLine {
  readonly entryNo: number;
}

export type RefusedOutcome = 'ID_DIFFERS' | 'BACK_TO_DRAFT' | 'CONTENT_DIFFERS';

export interface Merged {
  readonly new: number;
  readonly updated: number;
  readonly reversed: number;
  readonly unchanged: number;
  /** Ids of posted entries that are reversed from now on: whoever follows reversals acts on these. */
  readonly reversedIds: readonly string[];
  readonly refused: readonly { readonly entryNo: number; readonly code: RefusedOutcome; readonly entryId: string }[];
}

export interface Owner {
  readonly tenantId: string;
  readonly legalEntityId: string;
  readonly countryCode: string;
  readonly userId: string;
}

/** @throws Problem `ENTITY_NOT_SERVED` when the context acts for no legal entity */
export function ownerOf(context: RequestContext): Owner {
  const { tenantId, legalEntityId, countryCode, userId } = context;
  if (legalEntityId === undefined) throw ledgerProblem('ENTITY_NOT_SERVED', 'the ledger is one of a legal entity');
  return { tenantId, legalEntityId, countryCode, userId };
}

/** Functional currency of the books. @throws Problem `ENTITY_NOT_SERVED` */
export async function requireEntity(
  tx: Tx,
  owner: Pick<Owner, 'tenantId' | 'legalEntityId'>,
): Promise<{ currency: string }> {
  const rows = await tx.query<{ currency: string }>(
    'SELECT currency FROM legal_entity WHERE tenant_id = $1 AND legal_entity_id = $2',
    [owner.tenantId, owner.legalEntityId],
  );
  if (rows[0] === undefined) throw ledgerProblem('ENTITY_NOT_SERVED', `legal entity ${owner.legalEntityId}`);
  return rows[0];
}

/**
 * Takes entries into the read copy: the one way in for files, events and the API. Idempotent by content: what is known and equal
 * changes nothing, a draft is replaced, a posted entry that differs is refused and listed.
 *
 * Runs in a transaction of role `intake`; the entries are balanced and their lines have one side.
 */
export async function mergeEntries(tx: Tx, owner: Owner, incoming: Incoming): Promise<Merged> {
  const staged = await tx.copyFrom(sql.COPY_ENTRIES, chunked(entryRows(incoming)));
  await tx.copyFrom(sql.COPY_LINES, chunked(lineRows(incoming)));
  const own = [owner.tenantId, owner.legalEntityId];
  const source = incoming.source ?? null;
  await tx.query(sql.LOCK, own);
  await tx.execute(sql.planFor(staged));
  await tx.execute(sql.DECIDE, own);
  const added = await tx.execute(sql.INSERT_NEW, [...own, owner.countryCode, incoming.origin, source, owner.userId]);
  await tx.execute(sql.REMOVE_DRAFT_LINES, own);
  await tx.execute(sql.UPDATE_DRAFTS, [...own, incoming.origin, source, owner.userId]);
  await tx.execute(sql.REVERSE_POSTED, [...own, owner.userId]);
  if (sql.isLarge(added)) await tx.query(sql.REFRESH_ENTRY_STATISTICS);
  await tx.execute(sql.INSERT_LINES, own);
  if (sql.isLarge(added)) await tx.query(sql.REFRESH_LINE_STATISTICS);
  await tx.execute(sql.NO_LONGER_AWAITED, own);
  const merged = await outcome(tx);
  for (const statement of sql.CLEAR) await tx.execute(statement);
  await tx.execute(sql.planFor(0));
  return merged;
}

async function outcome(tx: Tx): Promise<Merged> {
  const counts = await tx.query<{ outcome: string; entries: number }>(sql.COUNTS);
  const of = (name: string) => counts.find((row) => row.outcome === name)?.entries ?? 0;
  const reversed = await tx.query<{ entry_id: string }>(sql.REVERSED);
  const refused = await tx.query<{ entry_no: number; code: RefusedOutcome; entry_id: string }>(sql.REFUSED);
  return {
    new: of('NEW'),
    updated: of('UPDATED'),
    reversed: of('REVERSED'),
    unchanged: of('UNCHANGED'),
    reversedIds: reversed.map((row) => row.entry_id),
    refused: refused.map((row) => ({ entryNo: row.entry_no, code: row.code, entryId: row.entry_id })),
  };
}

function* entryRows(incoming: Incoming): Generator<string> {
  for (const { entryNo, entry } of incoming.entries()) {
    yield copyRow([
      entryNo,
      entry.id,
      entry.id ?? uuidv7(),
      entry.journalCode,
      entry.journalLabel,
      entry.number,
      entry.accountingDate,
      entry.status,
      entry.currency,
      entry.validatedOn,
      entry.reverses,
      entry.reversedBy,
    ]);
  }
}

async function* lineRows(incoming: Incoming): AsyncGenerator<string> {
  for await (const batch of incoming.lines()) {
    let rows = '';
    for (const line of batch) {
      rows += copyRow([
        line.entryNo,
        line.lineNo,
        line.account,
        line.accountLabel,
        line.auxiliaryAccount,
        line.auxiliaryLabel,
        line.documentRef,
        line.documentDate,
        line.label,
        line.debit,
        line.credit,
        line.foreignAmount,
        line.foreignCurrency,
        line.sourceLine,
      ]);
    }
    yield rows;
  }
}

const CHUNK_CHARACTERS = 1 << 16;

/** Few large chunks instead of many small ones: each costs a turn of the stream. */
async function* chunked(rows: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const row of rows) {
    chunk += row;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
