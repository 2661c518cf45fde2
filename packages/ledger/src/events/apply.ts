import type { Tx, WriteRecord } from '@prorata/platform';
import { formatAmount } from '../entry/amount.ts';
import { checkLines, wholeEntry } from '../entry/entry.schema.ts';
import type { WholeEntry } from '../entry/entry.ts';
import { awaitEntry } from '../intake/awaited.ts';
import { LOCK } from '../intake/merge.sql.ts';
import { type Merged, mergeEntries, type Owner } from '../intake/merge.ts';
import { recordPeriod } from '../periods/periods.ts';
import { ledgerProblem } from '../problems.ts';
import type { GlEvent } from './event.schema.ts';

/** What became of an event. UNCHANGED: the ledger knew it already, or something later. WAITING: a reversal before its entry, or an entry without its lines. */
export type EventOutcome = 'RECORDED' | 'UNCHANGED' | 'WAITING';

/** Something that other packages act upon, in the transaction that learnt it. */
export type LedgerChange =
  | { readonly kind: 'ENTRY_POSTED' | 'ENTRY_REVERSED'; readonly entryId: string }
  | { readonly kind: 'PERIOD_LOCKED' | 'PERIOD_UNLOCKED'; readonly month: string };

/** Acts on a change in the transaction that learnt it (role `intake`): what it throws undoes the change. */
export type LedgerReaction = (tx: Tx, change: LedgerChange, record: WriteRecord) => Promise<void>;

/** Says that entries are reversed from now on: to the node's own followers, and in the outbox. */
export async function tellReversed(
  tx: Tx,
  record: WriteRecord,
  entryIds: readonly string[],
  react?: LedgerReaction,
): Promise<void> {
  for (const entryId of entryIds) {
    record.emit({ event: 'LEDGER.ENTRY.REVERSED', entity_id: entryId, payload: { subject: entryId } });
    await react?.(tx, { kind: 'ENTRY_REVERSED', entryId }, record);
  }
}

export interface ReceivedEvent {
  readonly id: string;
  readonly bodySha256: string;
  readonly event: GlEvent;
}

export interface AppliedEvent {
  readonly outcome: EventOutcome;
  readonly change: LedgerChange | undefined;
}

const REMEMBER = `
  INSERT INTO gl_event (tenant_id, legal_entity_id, event_id, event, subject, occurred_at, body_sha256, outcome)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

/**
 * Applies one event to the read copy. Any order and any repetition of the same events ends in the same state (decision 0092): content
 * comes with POSTED only, a status only grows (POSTED, then REVERSED), and a period keeps its latest change.
 *
 * @throws Problem `UNBALANCED_ENTRY`, `EVENT_INVALID`, `ENTRY_CONFLICT`, `REVERSAL_CONFLICT`
 */
export async function applyEvent(
  tx: Tx,
  record: WriteRecord,
  owner: Owner,
  received: ReceivedEvent,
): Promise<AppliedEvent> {
  const { event } = received;
  await tx.query(LOCK, [owner.tenantId, owner.legalEntityId]);
  const applied = await applyByKind(tx, owner, received);
  const subject = 'month' in event.payload ? event.payload.month : event.entity_id;
  await tx.execute(REMEMBER, [
    owner.tenantId,
    owner.legalEntityId,
    received.id,
    event.event,
    subject,
    event.timestamp,
    received.bodySha256,
    applied.outcome,
  ]);
  const details = { event: event.event, event_id: received.id, outcome: applied.outcome };
  record.audit({ subject: 'month' in event.payload ? 'gl_period' : 'gl_entry', subjectId: subject, details });
  if (applied.change !== undefined) {
    record.emit({
      event: `LEDGER.${applied.change.kind.replace('_', '.')}`,
      entity_id: event.entity_id,
      payload: { subject },
    });
  }
  return applied;
}

async function applyByKind(tx: Tx, owner: Owner, received: ReceivedEvent): Promise<AppliedEvent> {
  const { event } = received;
  switch (event.event) {
    case 'GL.ENTRY.POSTED':
      if (!('lines' in event.payload)) return await applyNotice(tx, owner, received);
      return await applyPosted(tx, owner, received.id, wholeEntry(event.entity_id, 'POSTED', event.payload));
    case 'GL.ENTRY.REVERSED':
      return await applyReversed(tx, owner, received, event.payload.reversed_by ?? null);
    default: {
      const locked = event.event === 'GL.PERIOD.LOCKED';
      const { month, sequence } = event.payload;
      const latest = await recordPeriod(tx, owner, {
        month,
        state: locked ? 'LOCKED' : 'OPEN',
        sequence: String(sequence ?? 0),
        changedAt: event.timestamp,
        eventId: received.id,
      });
      if (!latest) return { outcome: 'UNCHANGED', change: undefined };
      return { outcome: 'RECORDED', change: { kind: locked ? 'PERIOD_LOCKED' : 'PERIOD_UNLOCKED', month } };
    }
  }
}

/** An entry without its lines waits, in sight (`awaited`), unless the ledger has it already. */
async function applyNotice(tx: Tx, owner: Owner, { id, event }: ReceivedEvent): Promise<AppliedEvent> {
  const waits = await awaitEntry(tx, owner, { entryId: event.entity_id, eventId: id, toldAt: event.timestamp });
  return { outcome: waits ? 'WAITING' : 'UNCHANGED', change: undefined };
}

async function applyPosted(tx: Tx, owner: Owner, eventId: string, entry: WholeEntry): Promise<AppliedEvent> {
  requireBalanced(entry);
  const merged = await mergeEntries(tx, owner, { origin: 'EVENT', source: eventId, ...incomingEntries([entry]) });
  requireAccepted(merged, [entry]);
  if (merged.new + merged.updated === 0) return { outcome: 'UNCHANGED', change: undefined };
  const [row] = await tx.query<{ status: string }>(
    'SELECT status FROM gl_entry WHERE tenant_id = $1 AND legal_entity_id = $2 AND id = $3',
    [owner.tenantId, owner.legalEntityId, entry.id],
  );
  // Its reversal came first: whoever acts on reversals sees one, and never an entry to work on.
  const kind = row?.status === 'REVERSED' ? 'ENTRY_REVERSED' : 'ENTRY_POSTED';
  return { outcome: 'RECORDED', change: { kind, entryId: entry.id } };
}

/** Entries as `mergeEntries` takes them. */
export function incomingEntries(entries: readonly WholeEntry[]) {
  return {
    entries: () => entries.map((entry, entryNo) => ({ entryNo, entry })),
    lines: () => entries.map((entry, entryNo) => entry.lines.map((line) => ({ ...line, entryNo }))),
  };
}

/** @throws Problem `UNBALANCED_ENTRY`, `EVENT_INVALID` */
function requireBalanced(entry: WholeEntry): void {
  const { debit, credit, fault } = checkLines(entry.lines);
  if (fault !== undefined) {
    throw ledgerProblem('EVENT_INVALID', fault, { errors: [{ pointer: '/payload/lines', message: fault }] });
  }
  if (debit === credit) return;
  const sums = { debit: formatAmount(debit), credit: formatAmount(credit) };
  throw ledgerProblem('UNBALANCED_ENTRY', `entry ${entry.number}: debit ${sums.debit}, credit ${sums.credit}`, sums);
}

function requireAccepted(merged: Merged, entries: readonly WholeEntry[]): void {
  const refused = merged.refused[0];
  if (refused === undefined) return;
  const entry = entries[refused.entryNo];
  throw ledgerProblem('ENTRY_CONFLICT', `entry ${entry?.journalCode} ${entry?.number}: ${refused.code}`, {
    reason: refused.code,
    entry_id: refused.entryId,
  });
}

/** The reversal stays as evidence; which of two equal tellings is kept does not depend on their order. */
const RECORD_REVERSAL = `
  INSERT INTO gl_reversal AS r (tenant_id, legal_entity_id, entry_id, reversed_by, event_id, occurred_at)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (tenant_id, legal_entity_id, entry_id) DO UPDATE
     SET reversed_by = coalesce(r.reversed_by, excluded.reversed_by),
         event_id = CASE WHEN (excluded.occurred_at, excluded.event_id) < (r.occurred_at, r.event_id) THEN excluded.event_id
                         ELSE r.event_id END,
         occurred_at = least(r.occurred_at, excluded.occurred_at)
  RETURNING reversed_by`;

const REVERSE = `
  UPDATE gl_entry
     SET status = 'REVERSED', reversed_by = coalesce(reversed_by, $4), updated_at = now(), updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND id = $3
     AND (status = 'POSTED' OR status = 'REVERSED' AND reversed_by IS NULL AND $4::uuid IS NOT NULL)`;

async function applyReversed(
  tx: Tx,
  owner: Owner,
  { id, event }: ReceivedEvent,
  by: string | null,
): Promise<AppliedEvent> {
  const own = [owner.tenantId, owner.legalEntityId, event.entity_id];
  const [kept] = await tx.query<{ reversed_by: string | null }>(RECORD_REVERSAL, [...own, by, id, event.timestamp]);
  if (by !== null && kept?.reversed_by !== by) {
    const detail = `entry ${event.entity_id} was reversed by ${kept?.reversed_by}, not by ${by}`;
    throw ledgerProblem('REVERSAL_CONFLICT', detail, { reversed_by: kept?.reversed_by });
  }
  const [entry] = await tx.query<{ status: string }>(
    'SELECT status FROM gl_entry WHERE tenant_id = $1 AND legal_entity_id = $2 AND id = $3',
    own,
  );
  await tx.execute(REVERSE, [...own, by, owner.userId]);
  if (entry === undefined || entry.status === 'DRAFT') return { outcome: 'WAITING', change: undefined };
  if (entry.status === 'REVERSED') return { outcome: 'UNCHANGED', change: undefined };
  return { outcome: 'RECORDED', change: { kind: 'ENTRY_REVERSED', entryId: event.entity_id } };
}
