import type { Tx } from '@prorata/platform';
import { OWN } from '../entry/own.sql.ts';
import type { Owner } from './merge.ts';

/** An entry that an event told of without its lines. */
export interface AwaitedEntry {
  readonly entry_id: string;
  readonly event_id: string;
  readonly told_at: string;
  readonly attempts: number;
  /** Why the last attempt to fetch it failed. */
  readonly problem: string | null;
  readonly tried_at: string | null;
}

const AWAIT = `
  INSERT INTO gl_awaited_entry AS a (tenant_id, legal_entity_id, entry_id, event_id, told_at)
  SELECT $1, $2, $3, $4, $5
   WHERE NOT EXISTS (SELECT 1 FROM gl_entry WHERE tenant_id = $1 AND legal_entity_id = $2 AND id = $3 AND status <> 'DRAFT')
  ON CONFLICT (tenant_id, legal_entity_id, entry_id) DO UPDATE
     SET event_id = CASE WHEN (excluded.told_at, excluded.event_id) < (a.told_at, a.event_id) THEN excluded.event_id ELSE a.event_id END,
         told_at = least(a.told_at, excluded.told_at)`;

/** @returns whether the entry is waited for; false when the ledger has it posted */
export async function awaitEntry(
  tx: Tx,
  owner: Pick<Owner, 'tenantId' | 'legalEntityId'>,
  told: { readonly entryId: string; readonly eventId: string; readonly toldAt: string },
): Promise<boolean> {
  const values = [owner.tenantId, owner.legalEntityId, told.entryId, told.eventId, told.toldAt];
  return (await tx.execute(AWAIT, values)) === 1;
}

const LIST = `
  SELECT entry_id, event_id, told_at, attempts, problem, tried_at
    FROM gl_awaited_entry WHERE ${OWN} ORDER BY told_at, entry_id LIMIT $1`;

/** Entries that are waited for, the oldest first. */
export async function awaitedEntries(tx: Tx, limit = 500): Promise<AwaitedEntry[]> {
  type Row = Omit<AwaitedEntry, 'told_at' | 'tried_at'> & { told_at: Date; tried_at: Date | null };
  const rows = await tx.query<Row>(LIST, [limit]);
  return rows.map((row) => ({
    ...row,
    told_at: row.told_at.toISOString(),
    tried_at: row.tried_at?.toISOString() ?? null,
  }));
}

/** Remembers why an entry could not be fetched. */
export async function noteAttempt(tx: Tx, entryId: string, problem: string): Promise<void> {
  await tx.execute(
    `UPDATE gl_awaited_entry SET attempts = attempts + 1, problem = $2, tried_at = now() WHERE ${OWN} AND entry_id = $1`,
    [entryId, problem.slice(0, 500)],
  );
}
