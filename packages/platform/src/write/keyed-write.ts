import type { DatabaseRole } from '../database/roles.ts';
import type { Statement } from '../database/tx.ts';
import type { RequestContext } from '../identity/context.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { Problem, type ProblemDocument } from '../problem/problem.ts';
import { digestOf } from './canonical.ts';
import { type AuditRow, type CollectedRecord, collectRecord, type EventRow } from './record.ts';

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

/** What the look-up of a key found. */
export interface StoredAnswer {
  /** The place of the write among those that were looked up together, from 1. */
  readonly place: number;
  readonly request_hash: string;
  readonly status: number;
  readonly body: string;
}

/** What one write leaves behind besides its own rows: the rows of `record_writes`. */
export interface Remains {
  readonly events: readonly (EventRow & { readonly correlation_id: string })[];
  readonly answers: readonly AnswerRow[];
  readonly audit: readonly (AuditRow & { readonly user_id: string; readonly correlation_id: string })[];
}

/** The stored answer of a key. */
interface AnswerRow {
  readonly user_id: string;
  readonly method: string;
  readonly route: string;
  readonly key: string;
  readonly request_hash: string;
  readonly status: number;
  readonly body: string;
  readonly lifetime_seconds: number;
}

/** One request and its key, which belongs to tenant, legal entity, user, method and route. */
export class KeyedWrite {
  readonly digest: string;
  readonly context: RequestContext;
  readonly request: WriteRequest;

  constructor(context: RequestContext, request: WriteRequest) {
    this.context = context;
    this.request = request;
    this.digest = digestOf(request.payload ?? null);
  }

  keeps(refusal: Problem): boolean {
    if (this.request.idempotencyKey === undefined) return false;
    return refusal.status < 500 && !PASSING_REFUSALS.has(refusal.status);
  }

  /** The answer that the look-up found. @throws Problem `IDEMPOTENCY_KEY_REUSED`, and the stored refusal */
  replay<Body>(stored: StoredAnswer | undefined): WriteAnswer<Body> | undefined {
    if (stored === undefined) return undefined;
    if (stored.request_hash !== this.digest) {
      const first = 'it was used with another payload on the same route';
      const key = `Idempotency-Key ${this.request.idempotencyKey}`;
      throw platformProblem('IDEMPOTENCY_KEY_REUSED', `${key}: ${first}`);
    }
    if (stored.status >= 400) throw replayedProblem(JSON.parse(stored.body));
    return { status: stored.status, body: JSON.parse(stored.body), replayed: true };
  }

  record(): CollectedRecord {
    return collectRecord(this.request.action);
  }

  /** What the work and its answer leave behind. @throws RangeError for a refusal that was not thrown */
  remains({ status, body }: WriteResult<unknown>, record: CollectedRecord): Remains {
    const { action } = this.request;
    if (status < 200 || status > 299) throw new RangeError(`${action} answered ${status}; throw a Problem to refuse`);
    const { correlationId: correlation_id, userId: user_id } = this.context;
    const fallback = { subject: action, subjectId: correlation_id, details: { digest: this.digest } };
    return {
      events: record.eventRows().map((row) => ({ correlation_id, ...row })),
      answers: this.answers(status, body),
      audit: record.auditRows(fallback).map((row) => ({ user_id, correlation_id, ...row })),
    };
  }

  /** The row of the stored answer, none without a key. */
  answers(status: number, body: unknown): AnswerRow[] {
    const { idempotencyKey: key, method, route } = this.request;
    if (key === undefined) return [];
    const answer = { user_id: this.context.userId, method, route, key, request_hash: this.digest, status };
    return [{ ...answer, body: JSON.stringify(body ?? null), lifetime_seconds: KEY_LIFETIME_SECONDS }];
  }
}

const CLAIM = {
  name: 'claim_idempotency_keys',
  text: 'SELECT place, request_hash, status, body FROM claim_idempotency_keys($1, $2, $3, $4, $5, $6)',
};
/** Its lists in the order of the function: of events, of stored answers, of audit rows. */
export const EVENT_COLUMNS = ['id', 'correlation_id', 'event', 'entity_id', 'payload'] as const;
export const ANSWER_COLUMNS = [
  ...(['user_id', 'method', 'route', 'key'] as const),
  ...(['request_hash', 'status', 'body', 'lifetime_seconds'] as const),
] as const;
export const AUDIT_COLUMNS = ['id', 'user_id', 'correlation_id', 'action', 'subject', 'subject_id', 'details'] as const;
const RECORD = {
  name: 'record_writes',
  text: `SELECT record_writes(${Array.from({ length: 22 }, (_, index) => `$${index + 1}`).join(', ')})`,
};

/** The look-up of the key of a write; none where it has none. Its row is a `StoredAnswer`. */
export function claimOf(write: KeyedWrite): Statement[] {
  if (write.request.idempotencyKey === undefined) return [];
  return [{ sql: CLAIM, values: [...ownersOf(write.context), ...keyColumns([write])] }];
}

/** User, method, route and key of each. */
export function keyColumns(writes: readonly KeyedWrite[]): unknown[][] {
  return [
    writes.map(({ context }) => context.userId),
    writes.map(({ request }) => request.method),
    writes.map(({ request }) => request.route),
    writes.map(({ request }) => request.idempotencyKey ?? null),
  ];
}

/** Stores what a write leaves behind. */
export function recordOf(context: RequestContext, { events, answers, audit }: Remains): Statement {
  const lists = [
    ...listsOf(EVENT_COLUMNS, events),
    ...listsOf(ANSWER_COLUMNS, answers),
    ...listsOf(AUDIT_COLUMNS, audit),
  ];
  return { sql: RECORD, values: [...ownersOf(context), ...lists] };
}

/** Whether what a write leaves behind could not be stored because its key had got an answer since it was looked up (`record_writes`). */
export function isAnsweredMeanwhile(error: unknown): boolean {
  return error instanceof Error && error.message === 'another answer is stored for this key';
}

/** One list a column. */
export function listsOf<Column extends string>(
  columns: readonly Column[],
  rows: readonly Readonly<Record<Column, unknown>>[],
): unknown[][] {
  return columns.map((column) => rows.map((row) => row[column]));
}

function ownersOf(context: RequestContext): [tenant: string, legalEntity: string] {
  return [context.tenantId, context.legalEntityId ?? NIL_UUID];
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

const lastReplayed = new WeakMap<RequestContext, boolean>();

/** Whether the last write on behalf of a request gave the stored answer of an earlier one, where use cases keep that to themselves. */
export function wasReplayed(context: RequestContext): boolean {
  return lastReplayed.get(context) ?? false;
}

export function noteReplayed(context: RequestContext, wasIt: boolean): void {
  lastReplayed.set(context, wasIt);
}
