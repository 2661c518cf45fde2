import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { QUEUE_SCHEMA } from '../database/migrate.ts';
import { QUEUE_REVISION } from '../database/queue-schema.ts';
import { checkRowSecurity, type RlsFinding } from '../database/rls-check.ts';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { type EnqueueOptions, enqueueJob } from './enqueue.ts';
import { defineJobs, type JobContext, type Jobs } from './jobs.ts';
import { askFor, cronOf } from './schedules.ts';
import { cancelJob, getJob, type JobStatus, listJobs } from './view.ts';
import { type JobWorker, startWorker, type WorkerOptions } from './worker.ts';

const ROLES = ['example.writer'];

let test: TestDatabase;
let context: RequestContext;
const workers: JobWorker[] = [];
const children: ChildProcess[] = [];
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
  await test.admin('CREATE TABLE step (of uuid, note text); GRANT ALL ON step TO prorata_app');
});
beforeEach(() => {
  context = someContext({ roles: ROLES });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});
afterAll(() => test.close());

function working(jobs: Jobs, options: WorkerOptions = {}): JobWorker {
  const worker = startWorker(test.db, jobs, options);
  workers.push(worker);
  return worker;
}

const ask = (kind: string, payload: unknown = {}, options: EnqueueOptions = {}) =>
  test.db.transaction(scopeOf(context), (tx) => enqueueJob(tx, context, kind, payload, options));

/** For a machine that has much else to do. */
const PATIENT = { timeout: 20_000, interval: 20 };

async function reaches(jobId: string, status: JobStatus, patienceMs = PATIENT.timeout) {
  await vi.waitFor(async () => expect((await getJob(test.db, context, jobId)).status).toBe(status), {
    timeout: patienceMs,
    interval: 20,
  });
  return await getJob(test.db, context, jobId);
}

/** A kind of job that says when it runs, and then waits for `finish` or until it is told to stop. */
function patient(kind = 'example.patient') {
  const finish = Promise.withResolvers<unknown>();
  const started: JobContext[] = [];
  const jobs = defineJobs({
    [kind]: {
      schema: Type.Object({ full: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
      async run(_payload, job) {
        started.push(job);
        const stopped = new Promise((_resolve, reject) => {
          job.signal.addEventListener('abort', () => reject(job.signal.reason));
        });
        return await Promise.race([finish.promise, stopped]);
      },
    },
  });
  const running = async (times = 1) => {
    await vi.waitFor(() => expect(started).toHaveLength(times), PATIENT);
    const last = started.at(-1);
    if (last === undefined) throw new Error('no job has started');
    return last;
  };
  return { jobs, finish: finish.resolve, started, running };
}

const cancel = { action: 'job.cancel', method: 'POST', route: '/api/jobs/:id/cancel', payload: null };

/** As a restart of the database does, for the workers' connections only. */
async function cutSessions(): Promise<void> {
  await test.admin(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE usename LIKE 'prorata\\_jobs\\_%' AND datname = current_database()`,
  );
}

describe('a job', () => {
  const sum = defineJobs({
    'example.sum': {
      schema: Type.Object({ amounts: Type.Array(Type.Integer()) }, { additionalProperties: false }),
      async run({ amounts }, job) {
        await job.progress({ done: amounts.length });
        return { sum: amounts.reduce((total, amount) => total + amount, 0), for: job.context.userId };
      },
    },
  });

  it('exists exactly if the transaction that asked for it commits', async () => {
    const undone = test.db.transaction(scopeOf(context), async (tx) => {
      await enqueueJob(tx, context, 'example.sum', {});
      throw new Error('stop');
    });
    await expect(undone).rejects.toThrow('stop');
    expect(await listJobs(test.db, context)).toEqual([]);
    const queued = () => test.admin(`SELECT 1 FROM graphile_worker.jobs WHERE key LIKE $1`, [`${context.tenantId}%`]);
    expect(await queued()).toEqual([]);
    await ask('example.sum');
    expect(await queued()).toHaveLength(1);
  });

  it('runs for whoever asked, and shows its progress and its answer', async () => {
    working(sum);
    const { jobId } = await ask('example.sum', { amounts: [1, 2, 3] });
    expect(await reaches(jobId, 'COMPLETED')).toMatchObject({
      kind: 'example.sum',
      progress: { done: 3 },
      result: { sum: 6, for: context.userId },
      problem: null,
      attempts: 1,
      created_by: context.userId,
      correlation_id: context.correlationId,
    });
  });

  it('fails at once where its payload is not what it takes', async () => {
    working(sum);
    const { jobId } = await ask('example.sum', { amounts: ['1'], more: true });
    const { problem } = await reaches(jobId, 'FAILED');
    expect(problem).toMatchObject({ code: 'JOB_PAYLOAD_INVALID', detail: expect.stringContaining('/amounts/0') });
  });

  it('is one job for one key until it has finished', async () => {
    const first = await ask('example.sum', { amounts: [1] }, { jobKey: 'month' });
    const again = await Promise.all([1, 2, 3].map(() => ask('example.sum', { amounts: [2] }, { jobKey: 'month' })));
    expect(again).toEqual(Array(3).fill({ jobId: first.jobId, created: false }));
    working(sum);
    await reaches(first.jobId, 'COMPLETED');
    expect(await ask('example.sum', { amounts: [1] }, { jobKey: 'month' })).toMatchObject({ created: true });
  });

  it('ends with a refusal, and is tried again after a failure', async () => {
    let failures = 0;
    const failing = defineJobs({
      'example.refused': {
        schema: Type.Object({}),
        async run() {
          throw platformProblem('NOT_FOUND', 'no month 2025-07');
        },
      },
      'example.failing': {
        schema: Type.Object({}),
        async run() {
          failures += 1;
          if (failures < 3) throw new Error('the disk is full');
          return failures;
        },
      },
    });
    const heard: string[] = [];
    working(failing, { onFailure: ({ kind }) => void heard.push(kind) });
    const refused = await ask('example.refused');
    expect(await reaches(refused.jobId, 'FAILED')).toMatchObject({ problem: { code: 'NOT_FOUND' }, attempts: 1 });
    const { jobId } = await ask('example.failing');
    const hurry = () => test.admin(`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE attempts = 0`);
    for (const attempts of [1, 2]) {
      await expect.poll(() => getJob(test.db, context, jobId), PATIENT).toMatchObject({ status: 'QUEUED', attempts });
      const waiting = await getJob(test.db, context, jobId);
      expect(waiting).toMatchObject({ problem: { code: 'INTERNAL' } });
      expect(Date.parse(waiting.run_at)).toBeGreaterThan(Date.now());
      await hurry();
      await test.admin(`SELECT pg_notify('jobs:insert', '{"count":1}')`);
    }
    expect(await reaches(jobId, 'COMPLETED')).toMatchObject({ result: 3, attempts: 3 });
    expect(heard).toEqual(['example.refused', 'example.failing', 'example.failing']);
    const last = await ask('example.failing', {}, { maxAttempts: 1 });
    failures = 0;
    expect(await reaches(last.jobId, 'FAILED')).toMatchObject({ problem: { code: 'INTERNAL' } });
  });

  it('is cancelled before it runs, while it runs, and not afterwards', async () => {
    const { jobs, running, started } = patient();
    const later = await ask('example.patient', {}, { runAt: new Date(Date.now() + 3_600_000) });
    await cancelJob(test.db, context, cancel, later.jobId);
    expect((await getJob(test.db, context, later.jobId)).status).toBe('CANCELLED');
    expect(await test.admin('SELECT 1 FROM graphile_worker.jobs WHERE key LIKE $1', [`%${later.jobId}`])).toEqual([]);
    working(jobs);
    const now = await ask('example.patient');
    const job = await running();
    const answer = await cancelJob(test.db, context, cancel, now.jobId);
    expect(answer.body).toMatchObject({ status: 'RUNNING', cancel_requested: true });
    await expect(job.progress(1)).rejects.toMatchObject({ code: 'JOB_STOPPED' });
    await reaches(now.jobId, 'CANCELLED');
    await expect(cancelJob(test.db, context, cancel, now.jobId)).rejects.toMatchObject({ code: 'JOB_FINISHED' });
    expect(started).toHaveLength(1);
  });

  it('hears that it was cancelled without asking', async () => {
    const { jobs, running } = patient();
    working(jobs);
    const { jobId } = await ask('example.patient');
    await running();
    await cancelJob(test.db, context, cancel, jobId);
    await reaches(jobId, 'CANCELLED');
  });
});

describe('workers', () => {
  it('put what a stop cuts off back into the queue, for the next one to go on with', async () => {
    const { jobs, running, finish } = patient();
    const worker = working(jobs);
    const { jobId } = await ask('example.patient');
    const job = await running();
    await job.progress({ reached: 7 });
    await worker.stop();
    expect(await getJob(test.db, context, jobId)).toMatchObject({ status: 'QUEUED', attempts: 0, problem: null });
    working(jobs);
    expect((await running(2)).lastProgress).toEqual({ reached: 7 });
    finish('done');
    await reaches(jobId, 'COMPLETED');
  });

  it('share one queue: each job is run once', async () => {
    const ran: string[] = [];
    const jobs = defineJobs({
      'example.one': { schema: Type.Object({ n: Type.Integer() }), run: async (_, job) => void ran.push(job.jobId) },
    });
    for (let worker = 1; worker <= 3; worker += 1) working(jobs, { concurrency: 2 });
    const asked = await Promise.all(Array.from({ length: 40 }, (_, n) => ask('example.one', { n })));
    await Promise.all(asked.map(({ jobId }) => reaches(jobId, 'COMPLETED')));
    expect(ran.toSorted()).toEqual(asked.map(({ jobId }) => jobId).toSorted());
  });

  it('take over from one whose session was cut, and let it write nothing more', async () => {
    const { jobs, running, started, finish } = patient();
    working(jobs);
    const { jobId } = await ask('example.patient');
    const cut = await running();
    const write = (job: JobContext, note: string) =>
      job.db.transaction(scopeOf(context), (tx) => tx.execute('INSERT INTO step VALUES ($1, $2)', [jobId, note]));
    await write(cut, 'first');
    await cutSessions();
    const second = await running(2);
    await expect(write(cut, 'of the dead')).rejects.toMatchObject({ code: 'JOB_STOPPED' });
    await write(second, 'second');
    finish('done');
    await reaches(jobId, 'COMPLETED');
    expect(started).toHaveLength(2);
    expect(await test.admin('SELECT note FROM step WHERE of = $1', [jobId])).toEqual([
      { note: 'first' },
      { note: 'second' },
    ]);
  });

  it('survive a cut while the end of a job is on its way', async () => {
    let runs = 0;
    const finishing = async () => {
      runs += 1;
      if (runs > 1) return;
      await test.admin('BEGIN');
      await test.admin(`SELECT id FROM ${QUEUE_SCHEMA}._private_jobs FOR UPDATE`);
    };
    working(defineJobs({ 'example.step': { schema: Type.Object({}), run: finishing } }));
    const { jobId } = await ask('example.step', {});
    // The end of the job waits for that row, and perhaps the patrol, which renews its lock, as well.
    const waiting = `SELECT pid FROM pg_stat_activity
      WHERE usename LIKE 'prorata\\_jobs\\_%' AND datname = current_database() AND query LIKE '%delete%' AND wait_event_type = 'Lock'`;
    const look = async () => {
      // A transaction keeps what it saw of the activity at first.
      await test.admin('SELECT pg_stat_clear_snapshot()');
      return await test.admin(waiting);
    };
    try {
      await expect.poll(look, PATIENT).not.toEqual([]);
      await cutSessions();
    } finally {
      await test.admin('COMMIT');
    }
    await reaches(jobId, 'COMPLETED');
    const { jobId: next } = await ask('example.step', {});
    await reaches(next, 'COMPLETED');
  });

  it('go on at once with the job of one that was killed', async () => {
    const victim = await otherWorker();
    const { jobId } = await ask('example.step', { steps: 3 });
    await expect.poll(() => getJob(test.db, context, jobId), PATIENT).toMatchObject({ progress: { reached: 1 } });
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    const from: unknown[] = [];
    working(
      defineJobs({
        'example.step': {
          schema: Type.Object({ steps: Type.Integer() }),
          run: async (_payload, job) => void from.push(job.lastProgress),
        },
      }),
    );
    // Half a second on a quiet machine; the library by itself would wait for four hours.
    await reaches(jobId, 'COMPLETED');
    expect(from).toEqual([{ reached: 1 }]);
  });

  it('give a job up that ends its workers again and again', async () => {
    const { jobs } = patient();
    const { jobId } = await ask('example.patient');
    await test.admin(`UPDATE job SET status = 'RUNNING', interruptions = 20 WHERE job_id = $1`, [jobId]);
    working(jobs);
    expect(await reaches(jobId, 'FAILED')).toMatchObject({ problem: { code: 'JOB_ABANDONED' } });
  });

  async function otherWorker(): Promise<ChildProcess> {
    const script = fileURLToPath(new URL('other-worker.example.ts', import.meta.url));
    const { host, database } = test.connection;
    const child = spawn(process.execPath, [script, host, database], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  }
});

describe('a schedule', () => {
  const jobs = patient('example.nightly').jobs;
  const nightly = { name: 'nightly', job: 'example.nightly', cron: '17 3 * * *' };

  it.each([
    [[{ ...nightly, job: 'example.none' }], 'this node has no job example.none'],
    [[{ ...nightly, cron: 'at three' }], 'cron line is "at three"'],
    [[nightly, nightly], 'nightly is there twice'],
    [[{ ...nightly, payload: { till: 3 } }], 'the payload of example.nightly: / must NOT have additional properties'],
  ])('is refused where it cannot be: %j', async (items, detail) => {
    await expect(cronOf({ items, context }, jobs)).rejects.toMatchObject({
      code: 'SCHEDULE_INVALID',
      detail: expect.stringContaining(detail),
    });
  });

  it('asks for its job on behalf of the node, and not again while that one waits', async () => {
    const schedules = { items: [{ ...nightly, payload: { full: true } }], context };
    for (let turn = 1; turn <= 2; turn += 1) await askFor(test.db, schedules, { schedule: 'nightly' });
    await askFor(test.db, schedules, { schedule: 'taken out' });
    const asked = await listJobs(test.db, context);
    expect(asked).toMatchObject([{ kind: 'example.nightly', payload: { full: true }, created_by: context.userId }]);
  });

  it('reaches the queue through the clock of one of the workers', async () => {
    const every = { items: [{ name: 'often', job: 'example.often', cron: '* * * * *' }], context };
    // As if a worker had been here two minutes ago: what was missed since is asked for at the start, once.
    await test.admin(
      `INSERT INTO graphile_worker._private_known_crontabs VALUES ('often', now() - interval '3 minutes')`,
    );
    const { jobs: nights, running, finish } = patient('example.often');
    working(nights, { schedules: every });
    working(nights, { schedules: every });
    await running();
    finish('done');
    const [job, ...more] = await listJobs(test.db, context);
    expect(more).toEqual([]);
    await reaches(job?.job_id ?? '', 'COMPLETED');
  });
});

describe('the walls', () => {
  it('stand around jobs: another scope sees none and cancels none', async () => {
    const { jobId } = await ask('example.patient');
    for (const other of [
      someContext({ roles: ROLES }),
      someContext({ roles: ROLES, tenantId: context.tenantId }),
      someContext({ roles: ROLES, legalEntityId: context.legalEntityId ?? '' }),
    ]) {
      expect(await listJobs(test.db, other)).toEqual([]);
      expect(await test.db.transaction(scopeOf(other), (tx) => tx.query('SELECT job_id FROM job'))).toEqual([]);
      await expect(getJob(test.db, other, jobId)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
      await expect(cancelJob(test.db, other, cancel, jobId)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
      await test.db.transaction(scopeOf(other), (tx) => tx.query('SELECT unqueue_job($1)', [jobId]));
    }
    expect(await test.admin('SELECT 1 FROM graphile_worker.jobs WHERE key LIKE $1', [`%${jobId}`])).toHaveLength(1);
  });

  it('keep the application out of the queue, and the worker’s login out of everything else', async () => {
    const peek = test.db.transaction(scopeOf(context), (tx) => tx.query('SELECT 1 FROM graphile_worker.jobs'));
    await expect(peek).rejects.toThrow(/permission denied/);
    const pool = test.db.queues[0]?.(1);
    await expect(pool?.query('SELECT 1 FROM prorata.job')).rejects.toThrow(/permission denied/);
    await pool?.end();
  });

  it('are complete, and the queue has the shape of the library that is installed', async () => {
    expect(await checkRowSecurity((sql) => test.admin<RlsFinding>(sql))).toEqual([]);
    const [found] = await test.admin('SELECT max(id) AS revision FROM graphile_worker.migrations');
    expect(found).toEqual({ revision: QUEUE_REVISION });
  });
});
