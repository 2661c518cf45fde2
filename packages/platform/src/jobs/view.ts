import type { Database } from '../database/database.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { isUuid, NIL_UUID } from '../identity/uuid.ts';
import { type WriteAnswer, type WriteRequest, writePath } from '../write/write-path.ts';
import { type Enqueued, enqueueJob } from './enqueue.ts';
import { CANCEL_RUNNING, CANCEL_WAITING, LOCK_TO_CANCEL } from './jobs.sql.ts';
import type { Jobs } from './jobs.ts';
import { jobProblem } from './problems.ts';
import { payloadFault } from './run-job.ts';

export type JobStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** A job as a user sees it; times are RFC 3339 in UTC. */
export interface JobView {
  readonly job_id: string;
  readonly kind: string;
  readonly status: JobStatus;
  readonly payload: unknown;
  /** What the job last said of how far it is. */
  readonly progress: unknown;
  /** Of a completed job. */
  readonly result: unknown;
  /** Why it failed, or why its last attempt did. */
  readonly problem: unknown;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly cancel_requested: boolean;
  /** Not before. */
  readonly run_at: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly created_by: string;
  readonly correlation_id: string;
}

export interface JobFilter {
  readonly status?: JobStatus;
  readonly kind?: string;
  /** Only what this user asked for. */
  readonly createdBy?: string;
  /** Older than the job with this id. */
  readonly after?: string;
  readonly limit?: number;
}

const time = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}`;

const COLUMNS = `job_id, kind, status, payload, progress, result, problem, attempts, max_attempts, cancel_requested,
  ${['run_at', 'created_at', 'started_at', 'finished_at'].map(time).join(', ')}, created_by, correlation_id`;

const LIST = `
  SELECT ${COLUMNS} FROM job
   WHERE tenant_id = $1 AND legal_entity_id = $2
     AND ($3::text IS NULL OR status = $3) AND ($4::text IS NULL OR kind = $4) AND ($5::uuid IS NULL OR created_by = $5)
     AND ($6::uuid IS NULL OR job_id < $6)
   ORDER BY job_id DESC LIMIT $7`;

const ONE = `SELECT ${COLUMNS} FROM job WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3`;

const keyOf = (context: RequestContext) => [context.tenantId, context.legalEntityId ?? NIL_UUID] as const;

/** Jobs of the context's scope, the newest first. */
export async function listJobs(db: Database, context: RequestContext, filter: JobFilter = {}): Promise<JobView[]> {
  const { status = null, kind = null, createdBy = null, after = null, limit = 50 } = filter;
  const values = [...keyOf(context), status, kind, createdBy, after, limit];
  return await db.transaction(scopeOf(context), (tx) => tx.query<JobView>(LIST, values), { readOnly: true });
}

/** @throws Problem `JOB_NOT_FOUND`, also for a job of another scope */
export async function getJob(db: Database, context: RequestContext, jobId: string): Promise<JobView> {
  const rows = isUuid(jobId)
    ? await db.transaction(scopeOf(context), (tx) => tx.query<JobView>(ONE, [...keyOf(context), jobId]), {
        readOnly: true,
      })
    : [];
  const [job] = rows;
  if (job === undefined) throw jobProblem('JOB_NOT_FOUND', `there is no job ${jobId}`);
  return job;
}

/**
 * Asks for a job by itself, with its row in the audit log; a service that changes something along with it uses `enqueueJob` inside its
 * own write.
 *
 * @throws Problem `JOB_UNKNOWN`, `JOB_PAYLOAD_INVALID`
 */
export async function askForJob(
  db: Database,
  context: RequestContext,
  jobs: Jobs,
  ask: { readonly kind: string; readonly payload: unknown; readonly jobKey?: string },
): Promise<Enqueued> {
  const definition = Object.hasOwn(jobs, ask.kind) ? jobs[ask.kind] : undefined;
  if (definition === undefined) {
    throw jobProblem('JOB_UNKNOWN', `there is no job ${ask.kind}; there are ${Object.keys(jobs).join(', ')}`);
  }
  const fault = payloadFault(definition, ask.payload);
  if (fault !== undefined) throw jobProblem('JOB_PAYLOAD_INVALID', `${ask.kind}: ${fault}`);
  const write = { action: 'job.ask', method: 'POST', route: '/api/jobs', payload: ask };
  const answer = await writePath(db, context, write, async (tx, record) => {
    const body = await enqueueJob(tx, context, ask.kind, ask.payload, ask);
    record.audit({ subject: 'job', subjectId: body.jobId, details: { kind: ask.kind, payload: ask.payload } });
    return { status: 200, body };
  });
  return answer.body;
}

/**
 * Cancels a job: at once where it waits; where it is at work, its worker hears of it within a second and what it has committed so far
 * stays.
 *
 * @param mayCancel who may: `user` is whoever asked for the job
 * @throws Problem `JOB_NOT_FOUND`, also for whoever may not cancel it; `JOB_FINISHED`
 */
export async function cancelJob(
  db: Database,
  context: RequestContext,
  write: WriteRequest,
  jobId: string,
  mayCancel: (user: string) => boolean = () => true,
): Promise<WriteAnswer<JobView>> {
  return await writePath(db, context, write, async (tx, record) => {
    const key = [...keyOf(context), jobId];
    const [row] = isUuid(jobId) ? await tx.query<{ status: JobStatus; created_by: string }>(LOCK_TO_CANCEL, key) : [];
    if (row === undefined || !mayCancel(row.created_by)) throw jobProblem('JOB_NOT_FOUND', `there is no job ${jobId}`);
    if (row.status !== 'QUEUED' && row.status !== 'RUNNING') {
      throw jobProblem('JOB_FINISHED', `job ${jobId} is ${row.status}`, { status: row.status });
    }
    await tx.query(row.status === 'QUEUED' ? CANCEL_WAITING : CANCEL_RUNNING, key);
    record.audit({ subject: 'job', subjectId: jobId, details: { status: row.status } });
    const [job] = await tx.query<JobView>(ONE, key);
    if (job === undefined) throw jobProblem('JOB_NOT_FOUND', `there is no job ${jobId}`);
    return { status: 200, body: job };
  });
}
