import type { Tx } from '../database/database.ts';
import type { RequestContext } from '../identity/context.ts';
import { NIL_UUID, uuidv7 } from '../identity/uuid.ts';
import { ENQUEUE, UNFINISHED_OF_KEY } from './jobs.sql.ts';

export interface EnqueueOptions {
  /** While a job of the same kind with this key is not finished, that one is answered and no second one made. */
  readonly jobKey?: string;
  /** Not before; at once unless told. */
  readonly runAt?: Date;
  /** Failures after which the job is given up; 5 unless told. Attempts that a kill or a stop cut off do not count. */
  readonly maxAttempts?: number;
}

export interface Enqueued {
  readonly jobId: string;
  /** False where an unfinished job with the same key was there already. */
  readonly created: boolean;
}

const USUAL_ATTEMPTS = 5;

/**
 * Asks for a job inside the caller's transaction: there is a job exactly if that transaction commits. It runs on behalf of `context`,
 * in the scope of the transaction, which must be the context's own.
 *
 * @param kind name of a job that a worker of this node has
 * @param payload JSON; compared with the job's schema when it runs
 */
export async function enqueueJob(
  tx: Tx,
  context: RequestContext,
  kind: string,
  payload: unknown,
  options: EnqueueOptions = {},
): Promise<Enqueued> {
  const scope = [context.tenantId, context.legalEntityId ?? NIL_UUID] as const;
  // The job with the key may finish between the two statements: then there is room for a new one.
  for (;;) {
    const [made] = await tx.query<{ job_id: string }>(ENQUEUE, [
      ...scope,
      uuidv7(),
      kind,
      JSON.stringify(payload ?? null),
      JSON.stringify(context),
      options.jobKey ?? null,
      options.runAt ?? null,
      options.maxAttempts ?? USUAL_ATTEMPTS,
      context.userId,
      context.correlationId,
    ]);
    if (made !== undefined) return { jobId: made.job_id, created: true };
    const [there] = await tx.query<{ job_id: string }>(UNFINISHED_OF_KEY, [...scope, kind, options.jobKey]);
    if (there !== undefined) return { jobId: there.job_id, created: false };
  }
}
