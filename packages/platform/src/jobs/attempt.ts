import type { Database, Tx } from '../database/database.ts';
import type { Scope } from '../database/scope.ts';
import type { RequestContext } from '../identity/context.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import type { Problem } from '../problem/problem.ts';
import {
  BEGIN_ATTEMPT,
  END_WITHOUT_RUN,
  FENCE,
  FINISH,
  GIVE_UP,
  LOCK_JOB,
  PROGRESS,
  REQUEUE,
  STILL_WANTED,
} from './jobs.sql.ts';
import { jobProblem } from './problems.ts';

/** What stands in the queue: which job, and in whose scope its row is found. */
export interface QueuedJob {
  readonly job_id: string;
  readonly tenant_id: string;
  readonly legal_entity_id: string | null;
}

interface JobRow {
  readonly status: string;
  readonly payload: unknown;
  readonly context: RequestContext;
  readonly progress: unknown;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly interruptions: number;
  readonly cancel_requested: boolean;
}

/** Cut off this often in a row without any progress, a job is taken for what ends its workers. */
const MOST_INTERRUPTIONS = 20;

/**
 * One attempt of one job by one worker. Everything it writes is bound to the number that the attempt began with: once another worker
 * has begun the next attempt, this one changes nothing any more.
 */
export class Attempt {
  readonly payload: unknown;
  readonly context: RequestContext;
  readonly lastProgress: unknown;
  readonly #failures: number;
  readonly #mostFailures: number;
  readonly #db: Database;
  readonly #scope: Scope;
  readonly #key: readonly [tenant: string, legalEntity: string, job: string];
  readonly #epoch: number;

  private constructor(db: Database, queued: QueuedJob, row: JobRow, epoch: number) {
    this.#db = db;
    this.#scope = scopeOfQueued(queued);
    this.#key = keyOf(queued);
    this.#epoch = epoch;
    this.payload = row.payload;
    this.context = row.context;
    this.lastProgress = row.progress ?? undefined;
    this.#failures = row.attempts;
    this.#mostFailures = row.max_attempts;
  }

  /** @returns undefined when there is nothing to do: the job is gone, was cancelled, has ended, or was cut off too often */
  static async begin(db: Database, queued: QueuedJob): Promise<Attempt | undefined> {
    const key = keyOf(queued);
    return await db.transaction(scopeOfQueued(queued), async (tx) => {
      const [row] = await tx.query<JobRow>(LOCK_JOB, key);
      if (row === undefined || (row.status !== 'QUEUED' && row.status !== 'RUNNING')) return undefined;
      if (row.cancel_requested) {
        await tx.execute(END_WITHOUT_RUN, [...key, 'CANCELLED', null]);
        return undefined;
      }
      if (row.interruptions >= MOST_INTERRUPTIONS) {
        const detail = `it was cut off ${row.interruptions + 1} times in a row without progress`;
        await tx.execute(END_WITHOUT_RUN, [...key, 'FAILED', JSON.stringify(jobProblem('JOB_ABANDONED', detail))]);
        return undefined;
      }
      const [begun] = await tx.query<{ epoch: number }>(BEGIN_ATTEMPT, key);
      return begun === undefined ? undefined : new Attempt(db, queued, row, begun.epoch);
    });
  }

  /** Whether the failure at hand is the last one that the job is allowed. */
  get isLast(): boolean {
    return this.#failures + 1 >= this.#mostFailures;
  }

  /** Seconds to wait after the failure at hand: 2, 4, 8 … five minutes at most. */
  get delay(): number {
    return Math.min(2 ** (this.#failures + 1), 300);
  }

  /** Whether the job is still this attempt's, and still wanted. */
  stillWanted(): Promise<boolean> {
    return this.#touches(STILL_WANTED);
  }

  /** @returns false when the job is not this attempt's any more, or not wanted */
  report(progress: unknown): Promise<boolean> {
    return this.#touches(PROGRESS, JSON.stringify(progress ?? null));
  }

  async complete(result: unknown): Promise<void> {
    await this.#write(FINISH, 'COMPLETED', JSON.stringify(result ?? null), null);
  }

  async fail(problem: Problem): Promise<void> {
    await this.#write(FINISH, 'FAILED', null, JSON.stringify(problem));
  }

  async giveUp(): Promise<void> {
    await this.#write(GIVE_UP);
  }

  /** Back into the queue, after a failure that may pass or, without a problem, for another worker to go on at once. */
  async requeue(seconds: number, problem?: Problem): Promise<void> {
    await this.#write(
      REQUEUE,
      seconds,
      problem === undefined ? null : JSON.stringify(problem),
      problem === undefined ? 0 : 1,
    );
  }

  /** The node's database as the job may use it: a transaction that writes in its scope checks first that the job is still its own. */
  fenced(lost: () => Problem): Database {
    const db = this.#db;
    const { tenantId, legalEntityId } = this.#scope;
    const own = (scope: Scope) => scope.tenantId === tenantId && scope.legalEntityId === legalEntityId;
    const check = async (tx: Tx): Promise<void> => {
      const rows = await tx.query(FENCE, [...this.#key, this.#epoch]);
      if (rows.length === 0) throw lost();
    };
    return {
      ...db,
      transaction(scope, work, options = {}) {
        const writes = options.readOnly !== true && (options.role ?? 'app') !== 'reader' && options.role !== 'relay';
        if (!writes || !own(scope)) return db.transaction(scope, work, options);
        return db.transaction(
          scope,
          async (tx) => {
            await check(tx);
            return await work(tx);
          },
          options,
        );
      },
    };
  }

  async #touches(sql: string, ...values: readonly unknown[]): Promise<boolean> {
    const rows = await this.#db.transaction(this.#scope, (tx) => tx.query(sql, [...this.#key, this.#epoch, ...values]));
    return rows.length > 0;
  }

  async #write(sql: string, ...values: readonly unknown[]): Promise<void> {
    await this.#db.transaction(this.#scope, (tx) => tx.execute(sql, [...this.#key, this.#epoch, ...values]));
  }
}

function scopeOfQueued({ tenant_id, legal_entity_id }: QueuedJob): Scope {
  return { tenantId: tenant_id, ...(legal_entity_id === null ? {} : { legalEntityId: legal_entity_id }) };
}

function keyOf(queued: QueuedJob): readonly [string, string, string] {
  return [queued.tenant_id, queued.legal_entity_id ?? NIL_UUID, queued.job_id];
}
