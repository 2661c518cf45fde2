import type { Static, TSchema } from 'typebox';
import type { Database } from '../database/database.ts';
import type { RequestContext } from '../identity/context.ts';

/** What a job works with. */
export interface JobContext {
  /** UUID, in the answer to whoever asked for the job. */
  readonly jobId: string;
  /** On whose behalf: the context of whoever asked, with the correlation id of that request. */
  readonly context: RequestContext;
  /**
   * The node's database. A writing transaction in the job's own scope is refused (`JOB_STOPPED`) once the job was cancelled or another
   * worker has taken it over, so that two workers never write for one job.
   */
  readonly db: Database;
  /**
   * Aborted when the job is cancelled or the worker stops: give up at the next good moment with `signal.throwIfAborted()`. A job that
   * returns has done its work, whatever the signal says.
   */
  readonly signal: AbortSignal;
  /** What the attempt before this one last reported; undefined on the first. */
  readonly lastProgress: unknown;
  /** Stores what a user sees of a running job: JSON, small. @throws Problem `JOB_STOPPED` */
  progress(value: unknown): Promise<void>;
}

/**
 * One kind of job. It may run more than once: a worker that is killed leaves the job to the next one. So `run` commits in steps that
 * can be told done from not done, and goes on where the steps end.
 */
export interface JobDefinition<Schema extends TSchema = TSchema> {
  /** Of the payload; what does not match is refused before it runs (`JOB_PAYLOAD_INVALID`). */
  readonly schema: Schema;
  /**
   * @returns the answer that the user sees: JSON, small
   * @throws Problem a 4xx ends the job as FAILED; any other failure is tried again, later each time, up to `maxAttempts`
   */
  run(payload: Static<Schema>, job: JobContext): Promise<unknown>;
}

/** All kinds of jobs that a worker can do, by name: `analytic.batch`. */
export type Jobs = Readonly<Record<string, JobDefinition>>;

const KIND = /^[a-z][a-z0-9_.-]{0,63}$/;

/**
 * Declares kinds of jobs; the payload of each `run` has the type of its schema. Sets of several packages are merged with a spread.
 *
 * @throws RangeError for a name that is not lower case letters, digits, `.`, `-` and `_`
 */
export function defineJobs<Schemas extends Record<string, TSchema>>(
  jobs: {
    readonly [Name in keyof Schemas]: JobDefinition<Schemas[Name]>;
  },
): Jobs {
  for (const name of Object.keys(jobs)) if (!KIND.test(name)) throw new RangeError(`the name of a job is ${name}`);
  return jobs as unknown as Jobs;
}
