import type { Database, Statement, Tx } from '../database/database.ts';
import type { DatabaseRole } from '../database/roles.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { Problem, type ProblemDocument } from '../problem/problem.ts';
import { digestOf } from './canonical.ts';
import { collectRecord, type WriteRecord } from './record.ts';
import { sealSoon } from './seal.ts';

/** A stored answer is given again for this long; afterwards the key counts as new. */
export const KEY_LIFETIME_SECONDS = 7 * 24 * 3600;

/** Refusals that say nothing about the request itself, so that repeating it may end otherwise. */
const PASSING_REFUSALS: ReadonlySet<number> = new Set([401, 403, 408, 425, 429]);

export interface WriteRequest {
  /** What is done, for the audit log: `finops.import`. */
  readonly action: string;
  readonly method: string;
  /** The route's pattern, not the address: `/publications/:entity/:month/:revision`. */
  readonly route: string;
  readonly idempotencyKey?: string | undefined;
  /** What the request asks for: path parameters and body, or the digest of an upload. Compared by its canonical JSON. */
  readonly payload: unknown;
  readonly role?: DatabaseRole;
  /** A statement by which the work reads what it starts from: it goes along with the look-up of the key, and its rows are the last of `tx.ahead`. */
  readonly ahead?: Statement;
}

export interface WriteResult<Body> {
  /** 200 to 299; a refusal is thrown as a Problem. */
  readonly status: number;
  readonly body: Body;
}

export interface WriteAnswer<Body> extends WriteResult<Body> {
  /** Whether the answer is the stored one of an earlier request. */
  readonly replayed: boolean;
}

export type Work<Body> = (tx: Tx, record: WriteRecord) => Promise<WriteResult<Body>>;

/**
 * The one way in which anything changes: look the key up, do the work, append events, stored answer and audit rows, commit. All of it
 * in one transaction, or nothing.
 *
 * Requests with one key queue behind each other, so that the work runs once and each gets its answer. Refusals of `work` (4xx
 * problems) undo its changes and are stored as the key's answer; failures (5xx) are not, so that a repetition tries again.
 *
 * @throws Problem `IDEMPOTENCY_KEY_REUSED`, and whatever `work` throws, now or when it was first asked
 */
export async function writePath<Body>(
  db: Database,
  context: RequestContext,
  request: WriteRequest,
  work: Work<Body>,
): Promise<WriteAnswer<Body>> {
  const write = new KeyedWrite(context, request);
  const role = request.role === undefined ? {} : { role: request.role };
  const claim = write.claim();
  let refused: Problem | undefined;
  try {
    const answer = await db.transaction<WriteAnswer<Body>>(
      scopeOf(context),
      async (tx) => {
        const stored = write.stored<Body>(claim.length === 0 ? [] : tx.ahead[0]);
        if (stored !== undefined) return stored;
        const record = collectRecord(request.action);
        const result = await work(tx, record).catch((error: unknown) => {
          if (error instanceof Problem) refused = error;
          throw error;
        });
        if (result.status < 200 || result.status > 299) {
          throw new RangeError(`${request.action} answered ${result.status}; throw a Problem to refuse`);
        }
        const fallback = {
          subject: request.action,
          subjectId: context.correlationId,
          details: { digest: write.digest },
        };
        write.store(tx, result, record.eventRows(), record.auditRows(fallback));
        return { ...result, replayed: false };
      },
      { ...role, ahead: request.ahead === undefined ? claim : [...claim, request.ahead] },
    );
    if (!answer.replayed) sealSoon(db, scopeOf(context));
    lastReplayed.set(context, answer.replayed);
    return answer;
  } catch (error) {
    if (refused === undefined || !write.keeps(refused)) throw error;
    const refusal = refused;
    // The work was rolled back. Somebody with the same key may have come in between: then their answer stands.
    const answer = await db.transaction(
      scopeOf(context),
      async (tx) => {
        const stored = write.stored<Body>(tx.ahead[0]);
        if (stored === undefined) write.store(tx, { status: refusal.status, body: refusal }, [], []);
        return stored;
      },
      { ...role, ahead: claim },
    );
    if (answer !== undefined) return answer;
    throw refusal;
  }
}

const CLAIM = {
  name: 'claim_idempotency_key',
  text: 'SELECT request_hash, status, body FROM claim_idempotency_key($1, $2, $3, $4, $5, $6)',
};
const STORE = { name: 'record_write', text: 'SELECT record_write($1, $2, $3, $4, $5, $6, $7)' };

/** One request and its key, which belongs to tenant, legal entity, user, method and route. */
class KeyedWrite {
  readonly digest: string;
  readonly #context: RequestContext;
  readonly #request: WriteRequest;

  constructor(context: RequestContext, request: WriteRequest) {
    this.#context = context;
    this.#request = request;
    this.digest = digestOf(request.payload ?? null);
  }

  keeps(refusal: Problem): boolean {
    if (this.#request.idempotencyKey === undefined) return false;
    return refusal.status < 500 && !PASSING_REFUSALS.has(refusal.status);
  }

  /** The look-up of the key; none without a key. */
  claim(): Statement[] {
    const { idempotencyKey, method, route } = this.#request;
    if (idempotencyKey === undefined) return [];
    return [{ sql: CLAIM, values: [...this.#scope(), method, route, idempotencyKey] }];
  }

  /** The answer that the look-up found. @throws Problem `IDEMPOTENCY_KEY_REUSED`, and the stored refusal */
  stored<Body>(rows: readonly object[] = []): WriteAnswer<Body> | undefined {
    const { idempotencyKey } = this.#request;
    const stored = rows[0] as { request_hash: string; status: number; body: string } | undefined;
    if (stored === undefined) return undefined;
    if (stored.request_hash !== this.digest) {
      const first = 'it was used with another payload on the same route';
      throw platformProblem('IDEMPOTENCY_KEY_REUSED', `Idempotency-Key ${idempotencyKey}: ${first}`);
    }
    if (stored.status >= 400) throw replayedProblem(JSON.parse(stored.body));
    return { status: stored.status, body: JSON.parse(stored.body), replayed: true };
  }

  store(tx: Tx, result: WriteResult<unknown>, events: readonly object[], audit: readonly object[]): void {
    const { idempotencyKey, method, route } = this.#request;
    const answer =
      idempotencyKey === undefined
        ? null
        : JSON.stringify({
            method,
            route,
            key: idempotencyKey,
            request_hash: this.digest,
            status: result.status,
            body: JSON.stringify(result.body ?? null),
            lifetime_seconds: KEY_LIFETIME_SECONDS,
          });
    const values = [
      ...this.#scope(),
      this.#context.correlationId,
      JSON.stringify(events),
      answer,
      JSON.stringify(audit),
    ];
    tx.defer(STORE, values);
  }

  #scope(): [tenant: string, legalEntity: string, user: string] {
    return [this.#context.tenantId, this.#context.legalEntityId ?? NIL_UUID, this.#context.userId];
  }
}

const lastReplayed = new WeakMap<RequestContext, boolean>();

/** Whether the last write on behalf of a request gave the stored answer of an earlier one, where use cases keep that to themselves. */
export function wasReplayed(context: RequestContext): boolean {
  return lastReplayed.get(context) ?? false;
}

const replayed = new WeakSet<Problem>();

function replayedProblem(document: ProblemDocument): Problem {
  const problem = Problem.fromDocument(document);
  replayed.add(problem);
  return problem;
}

/** Whether a problem is the stored answer of an earlier request; HTTP says so in `Idempotent-Replayed`. */
export function isReplayed(problem: Problem): boolean {
  return replayed.has(problem);
}

/** Removes the expired keys of a tenant. They are without effect already; this gives their space back. */
export async function purgeIdempotencyKeys(db: Database, tenantId: string): Promise<number> {
  const purge = 'DELETE FROM idempotency_key WHERE tenant_id = $1 AND expires_at <= now()';
  return await db.transaction({ tenantId }, (tx) => tx.execute(purge, [tenantId]), { role: 'relay' });
}
