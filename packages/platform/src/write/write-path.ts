import type { Database } from '../database/database.ts';
import type { Tx } from '../database/tx.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { Problem } from '../problem/problem.ts';
import {
  claimOf,
  isAnsweredMeanwhile,
  KeyedWrite,
  noteReplayed,
  recordOf,
  type StoredAnswer,
  type WriteAnswer,
  type WriteRequest,
  type WriteResult,
} from './keyed-write.ts';
import type { WriteRecord } from './record.ts';
import { sealSoon } from './seal.ts';

export type { WriteAnswer, WriteRequest, WriteResult } from './keyed-write.ts';

export type Work<Body> = (tx: Tx, record: WriteRecord) => Promise<WriteResult<Body>>;

/**
 * The one way in which anything changes: look the key up, do the work, append events, stored answer and audit rows, commit. All of it
 * in one transaction, or nothing.
 *
 * Requests with one key queue behind each other, so that the work runs once and each gets its answer. Refusals of `work` (4xx
 * problems) undo its changes and are stored as the key's answer; failures (5xx) are not, so that a repetition tries again. A write that
 * goes alone without looking its key up (`writeTogether`) may overtake `work`: then what `work` did is undone, and that answer stands.
 *
 * @throws Problem `IDEMPOTENCY_KEY_REUSED`, and whatever `work` throws, now or when it was first asked
 */
export async function writePath<Body>(
  db: Database,
  context: RequestContext,
  request: WriteRequest,
  work: Work<Body>,
): Promise<WriteAnswer<Body>> {
  try {
    return await writeOnce(db, context, request, work);
  } catch (error) {
    if (!isAnsweredMeanwhile(error)) throw error;
    return await writeOnce(db, context, request, work);
  }
}

async function writeOnce<Body>(
  db: Database,
  context: RequestContext,
  request: WriteRequest,
  work: Work<Body>,
): Promise<WriteAnswer<Body>> {
  const write = new KeyedWrite(context, request);
  const role = request.role === undefined ? {} : { role: request.role };
  const claim = claimOf(write);
  const stored = (tx: Tx) => write.replay<Body>(claim.length === 0 ? undefined : (tx.ahead[0]?.[0] as StoredAnswer));
  let refused: Problem | undefined;
  try {
    const answer = await db.transaction<WriteAnswer<Body>>(
      scopeOf(context),
      async (tx) => {
        const before = stored(tx);
        if (before !== undefined) return before;
        const record = write.record();
        const result = await work(tx, record).catch((error: unknown) => {
          if (error instanceof Problem) refused = error;
          throw error;
        });
        const { sql, values } = recordOf(context, write.remains(result, record));
        tx.defer(sql, values);
        return { ...result, replayed: false };
      },
      { ...role, ahead: request.ahead === undefined ? claim : [...claim, request.ahead] },
    );
    if (!answer.replayed) sealSoon(db, scopeOf(context));
    noteReplayed(context, answer.replayed);
    return answer;
  } catch (error) {
    if (refused === undefined || !write.keeps(refused)) throw error;
    const refusal = refused;
    // The work was rolled back. Somebody with the same key may have come in between: then their answer stands.
    const answer = await db.transaction(
      scopeOf(context),
      async (tx) => {
        const before = stored(tx);
        if (before !== undefined) return before;
        const answers = write.answers(refusal.status, refusal);
        const { sql, values } = recordOf(context, { events: [], answers, audit: [] });
        tx.defer(sql, values);
        return undefined;
      },
      { ...role, ahead: claim },
    );
    if (answer !== undefined) return answer;
    throw refusal;
  }
}

/** Removes the expired keys of a tenant. They are without effect already; this gives their space back. */
export async function purgeIdempotencyKeys(db: Database, tenantId: string): Promise<number> {
  const purge = 'DELETE FROM idempotency_key WHERE tenant_id = $1 AND expires_at <= now()';
  return await db.transaction({ tenantId }, (tx) => tx.execute(purge, [tenantId]), { role: 'relay' });
}
