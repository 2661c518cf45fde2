import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../database/database.ts';
import { QUEUE_SCHEMA } from '../database/migrate.ts';
import type { QueuedJob } from './attempt.ts';
import type { Jobs } from './jobs.ts';
import { renewLocks, showLife, unlockDead } from './liveness.ts';
import { type JobFailure, runJob } from './run-job.ts';
import { askFor, cronOf, SCHEDULE_TASK, type Schedules } from './schedules.ts';

export interface WorkerOptions {
  /** Jobs at once; 1 unless told. */
  readonly concurrency?: number;
  /** What is asked for by the clock; nothing unless told. Several workers with the same schedules ask once. */
  readonly schedules?: Schedules;
  /** Failures of jobs, and of the worker itself (`kind` is then `worker`); silent unless told. */
  readonly onFailure?: (failure: JobFailure) => void;
  /** How long jobs at work may take to notice a stop, in milliseconds; half a minute unless told. */
  readonly patienceMs?: number;
}

export interface JobWorker {
  /** Takes no new jobs, tells those at work to give up, waits for them; what was cut off goes back into the queue. */
  stop(): Promise<void>;
}

/** How often a worker looks for jobs of dead ones. Its own restart looks at once. */
const PATROL_MS = 2_000;
const MOST_WAIT_MS = 5_000;

/**
 * Waits for jobs of the kinds given and does them, until it is stopped. Any number of workers, in this process and elsewhere, share the
 * queue of a database; a worker waits at each of the node's databases. A worker whose database goes away starts again by itself once it is back.
 */
export function startWorker(db: Database, jobs: Jobs, options: WorkerOptions = {}): JobWorker {
  const stopping = new AbortController();
  const ended = Promise.all(
    db.queues.map((connect, index) => {
      // The clock is one: what it asks for goes into the queue of the tenant's own database.
      const { schedules, ...rest } = options;
      const here = index === 0 && schedules !== undefined ? { ...rest, schedules } : rest;
      return supervise({ db, jobs, connect, options: here, stopping: stopping.signal });
    }),
  );
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

interface Work {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly connect: Database['queues'][number];
  readonly options: WorkerOptions;
  readonly stopping: AbortSignal;
}

async function supervise(of: Work): Promise<void> {
  const { options, stopping } = of;
  for (let failures = 0; !stopping.aborted; ) {
    const started = Date.now();
    try {
      await work(of);
    } catch (error) {
      options.onFailure?.({ jobId: '', kind: 'worker', error });
      failures = Date.now() - started > 60_000 ? 0 : failures + 1;
      await sleep(Math.min(100 * 2 ** failures, MOST_WAIT_MS), undefined, { signal: stopping }).catch(() => {});
    }
  }
}

/** One life of the worker: until it is asked to stop, or its session breaks. */
async function work(of: Work): Promise<void> {
  const pool = of.connect((of.options.concurrency ?? 1) + 4);
  try {
    const session = await pool.connect();
    // Its loss ends this life: from then on others may take what it was doing.
    const lost = new AbortController();
    session.on('error', (error) => lost.abort(error));
    session.on('end', () => lost.abort(new Error('the session of the worker ended')));
    try {
      await runUntil(pool, session, { ...of, lost });
    } finally {
      session.removeAllListeners('end');
      // Not back into the pool: the lock that shows life goes with the session.
      session.release(true);
    }
  } finally {
    await pool.end().catch(() => {});
  }
}

interface Life extends Work {
  readonly lost: AbortController;
}

async function runUntil(pool: pg.Pool, session: pg.PoolClient, life: Life): Promise<void> {
  const { stopping, lost, options } = life;
  const { Logger, run } = await import('graphile-worker');
  const ending = AbortSignal.any([stopping, lost.signal]);
  let workerId = '';
  const alive = async (id: string): Promise<void> => {
    workerId = id;
    await showLife(session, id);
    await unlockDead(pool, id);
  };
  const runner = await run({
    pgPool: pool,
    schema: QUEUE_SCHEMA,
    concurrency: options.concurrency ?? 1,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    taskList: tasksOf(life, ending),
    parsedCronItems: await cronOf(options.schedules, life.jobs),
    // In batches, even of one, the library handles a completion that fails; one by one it leaves a rejection that ends the process.
    preset: { plugins: [livenessPlugin(alive, lost)], worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
  // The library tells of its end by a rejection as well; whatever the reason, this life is over then.
  runner.promise.catch(() => {}).finally(() => lost.abort(new Error('the worker ended')));
  const patrol = setInterval(() => {
    if (workerId === '') return;
    Promise.all([unlockDead(pool, workerId), renewLocks(pool, workerId)]).catch((error: unknown) => lost.abort(error));
  }, PATROL_MS);
  try {
    await aborted(ending);
  } finally {
    clearInterval(patrol);
    const stopped = runner.stop().catch(() => {});
    await Promise.race([stopped, sleep(options.patienceMs ?? 30_000, undefined, { ref: false })]);
  }
  if (!stopping.aborted) throw lost.signal.reason;
}

function tasksOf(
  { db, jobs, options }: Life,
  stopping: AbortSignal,
): Record<string, (payload: unknown) => Promise<void>> {
  const onFailure = options.onFailure ?? (() => {});
  const tasks = Object.entries(jobs).map(([kind, definition]) => [
    kind,
    (payload: unknown) => runJob(db, kind, definition, payload as QueuedJob, { stopping, onFailure }),
  ]);
  return {
    ...Object.fromEntries(tasks),
    [SCHEDULE_TASK]: (payload: unknown) => askFor(db, options.schedules, payload),
  };
}

/** Before the worker looks for its first job it shows that it lives: nothing is taken by somebody who might count as dead. */
function livenessPlugin(alive: (id: string) => Promise<void>, lost: AbortController) {
  let shown: Promise<void> | undefined;
  return {
    name: 'prorata-liveness',
    version: '1',
    worker: {
      hooks: {
        async startWorker(_ctx: unknown, event: { readonly worker: { readonly workerPool: { readonly id: string } } }) {
          shown ??= alive(event.worker.workerPool.id);
          await shown.catch((error: unknown) => {
            lost.abort(error);
            throw error;
          });
        },
      },
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
