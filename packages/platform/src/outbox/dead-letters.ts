import type { Tx } from '../database/database.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { type WriteAnswer, writePath } from '../write/write-path.ts';
import * as sql from './subscription.sql.ts';
import type { WebhookCaller, WebhookNode } from './subscription.ts';

/** An event that a receiver did not take however often it was tried. Later events of the same thing wait behind it. */
export interface DeadLetter {
  readonly id: string;
  readonly subscription_id: string;
  readonly url: string;
  readonly legal_entity_id: string | null;
  readonly entity_id: string;
  readonly event_id: string;
  readonly event: string;
  readonly attempts: number;
  readonly last_error: string;
  readonly dead_at: Date;
}

export interface DeadLetterPage {
  readonly rows: readonly DeadLetter[];
  /** `after` of the next page; null when this is the last one. */
  readonly next: string | null;
}

const PAGE_ROWS = 100;

/** The dead letters of the caller's subscriptions. */
export async function deadLetters(node: WebhookNode, context: RequestContext, after?: string): Promise<DeadLetterPage> {
  const values = [context.tenantId, context.legalEntityId ?? NIL_UUID, after ?? null, PAGE_ROWS + 1];
  const read = (tx: Tx) => tx.query<DeadLetter>(sql.DEAD_LETTERS, values);
  const found = await node.db.transaction(scopeOf(context), read, { readOnly: true });
  const rows = found.slice(0, PAGE_ROWS);
  return { rows, next: found.length > PAGE_ROWS ? (rows.at(-1)?.id ?? null) : null };
}

/** What becomes of a dead letter: `replay` tries it again from the first attempt, `discard` passes it over for good. */
export type DeadLetterFate = 'replay' | 'discard';

/**
 * Decides about one dead letter, or about all of them; what waits behind goes on after it.
 *
 * @throws Problem `NOT_FOUND`
 */
export async function settleDeadLetters(
  node: WebhookNode,
  caller: WebhookCaller,
  fate: DeadLetterFate,
  id?: string,
): Promise<WriteAnswer<{ readonly settled: number }>> {
  const { context } = caller;
  const request = { ...caller.request, action: `platform.dead_letter.${fate}` };
  return await writePath(node.db, context, request, async (tx, record) => {
    const rows = await tx.query<{ id: string; event_id: string }>(fate === 'replay' ? sql.REPLAY : sql.DISCARD, [
      context.tenantId,
      context.legalEntityId ?? NIL_UUID,
      id ?? null,
    ]);
    if (id !== undefined && rows.length === 0) throw platformProblem('NOT_FOUND', `there is no dead letter ${id}`);
    for (const row of rows) {
      record.audit({ subject: 'dead_letter', subjectId: row.id, details: { event_id: row.event_id } });
    }
    return { status: 200, body: { settled: rows.length } };
  });
}
