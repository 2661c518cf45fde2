import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { Database } from '../database/database.ts';
import { problemOf } from '../http/errors.ts';
import { Problem } from '../problem/problem.ts';
import { Attempt, type QueuedJob } from './attempt.ts';
import type { JobContext, JobDefinition } from './jobs.ts';
import { jobProblem } from './problems.ts';

export interface RunOptions {
  /** Aborted when the worker stops or has lost its sign of life. */
  readonly stopping: AbortSignal;
  /** Failures that nobody waits for, for the log of the node. */
  onFailure(failure: JobFailure): void;
}

export interface JobFailure {
  readonly jobId: string;
  readonly kind: string;
  readonly error: unknown;
}

/** How soon a running job hears that it was cancelled. */
const WATCH_MS = 1_000;

/** Runs one job from the queue to one of its ends. Throws only when the database is not there to write the end down. */
export async function runJob(
  db: Database,
  kind: string,
  definition: JobDefinition,
  queued: QueuedJob,
  { stopping, onFailure }: RunOptions,
): Promise<void> {
  const attempt = await Attempt.begin(db, queued);
  if (attempt === undefined) return;
  const fault = payloadFault(definition, attempt.payload);
  if (fault !== undefined) return await attempt.fail(jobProblem('JOB_PAYLOAD_INVALID', `${kind}: ${fault}`));

  const unwanted = new AbortController();
  const signal = AbortSignal.any([unwanted.signal, stopping]);
  const stopped = (): Problem => {
    const problem = jobProblem('JOB_STOPPED', `${kind} ${queued.job_id} was cancelled or taken over`);
    unwanted.abort(problem);
    return problem;
  };
  const job: JobContext = {
    jobId: queued.job_id,
    context: attempt.context,
    db: attempt.fenced(stopped),
    signal,
    lastProgress: attempt.lastProgress,
    async progress(value) {
      if (!(await attempt.report(value))) throw stopped();
    },
  };
  const watch = setInterval(() => {
    // A database that does not answer for a moment is the next statement's business.
    attempt.stillWanted().then(
      (wanted) => wanted || stopped(),
      () => {},
    );
  }, WATCH_MS);
  let result: unknown;
  try {
    result = await definition.run(attempt.payload as never, job);
  } catch (error) {
    return await settle(attempt, error, { unwanted: unwanted.signal, stopping, onFailure, kind, queued });
  } finally {
    clearInterval(watch);
  }
  await attempt.complete(result);
}

interface Circumstances extends RunOptions {
  readonly unwanted: AbortSignal;
  readonly kind: string;
  readonly queued: QueuedJob;
}

/** What becomes of a job whose run threw: a refusal is final; a failure is tried again unless somebody wanted the job to end. */
async function settle(attempt: Attempt, error: unknown, about: Circumstances): Promise<void> {
  const passing = !(error instanceof Problem && error.status < 500);
  if (passing && about.unwanted.aborted) return await attempt.giveUp();
  if (passing && about.stopping.aborted) return await attempt.requeue(0);
  about.onFailure({ jobId: about.queued.job_id, kind: about.kind, error });
  const problem = problemOf(error);
  if (passing && !attempt.isLast) return await attempt.requeue(attempt.delay, problem);
  await attempt.fail(problem);
}

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
(formats as unknown as typeof formats.default)(ajv, ['date', 'date-time', 'uuid', 'uri', 'email']);
const compiled = new WeakMap<JobDefinition, ValidateFunction>();

/** @returns what is wrong with a payload, or undefined when nothing is */
export function payloadFault(definition: JobDefinition, payload: unknown): string | undefined {
  const check = compiled.get(definition) ?? ajv.compile(definition.schema);
  compiled.set(definition, check);
  if (check(payload)) return undefined;
  return (check.errors ?? []).map((fault) => `${fault.instancePath || '/'} ${fault.message}`).join('; ');
}
