import type { ParsedCronItem } from 'graphile-worker';
import type { Database } from '../database/database.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { uuidv7 } from '../identity/uuid.ts';
import { enqueueJob } from './enqueue.ts';
import type { Jobs } from './jobs.ts';
import { jobProblem } from './problems.ts';
import { payloadFault } from './run-job.ts';

/** One job that is asked for by the clock. */
export interface Schedule {
  /** Its name on this node; renaming it makes it another schedule. */
  readonly name: string;
  /** Kind of the job. */
  readonly job: string;
  /** Five fields (minute, hour, day, month, weekday), in UTC. */
  readonly cron: string;
  readonly payload?: unknown;
}

export interface Schedules {
  readonly items: readonly Schedule[];
  /** On whose behalf: the node's own context. Each job gets a correlation id of its own. */
  readonly context: Omit<RequestContext, 'correlationId'>;
}

/** The task by which the clock's turn becomes a job that users see. */
export const SCHEDULE_TASK = 'prorata.schedule';

/** A node that was down at the time asks afterwards, once, when it comes back within this time. */
const CATCH_UP_MS = 24 * 3_600_000;

/** Before a worker starts. @throws Problem `SCHEDULE_INVALID` */
export async function checkSchedules(schedules: Schedules, jobs: Jobs): Promise<void> {
  await cronOf(schedules, jobs);
}

/** @throws Problem `SCHEDULE_INVALID` */
export async function cronOf(schedules: Schedules | undefined, jobs: Jobs): Promise<ParsedCronItem[]> {
  const { parseCronItems } = await import('graphile-worker');
  const items = schedules?.items ?? [];
  const fault = scheduleFault(items, jobs);
  if (fault !== undefined) throw jobProblem('SCHEDULE_INVALID', fault);
  return items.map((item) => {
    try {
      const [parsed] = parseCronItems([
        {
          task: SCHEDULE_TASK,
          match: item.cron,
          identifier: item.name,
          payload: { schedule: item.name },
          options: { backfillPeriod: CATCH_UP_MS, jobKey: `schedule:${item.name}`, maxAttempts: 25 },
        },
      ]);
      if (parsed === undefined) throw new Error('no item');
      return parsed;
    } catch (error) {
      throw jobProblem('SCHEDULE_INVALID', `${item.name}: the cron line is ${JSON.stringify(item.cron)}`, {}, error);
    }
  });
}

function scheduleFault(items: readonly Schedule[], jobs: Jobs): string | undefined {
  const names = new Set<string>();
  for (const { name, job, payload = {} } of items) {
    if (names.has(name)) return `${name} is there twice`;
    names.add(name);
    const definition = Object.hasOwn(jobs, job) ? jobs[job] : undefined;
    if (definition === undefined) return `${name}: this node has no job ${job}; it has ${Object.keys(jobs).join(', ')}`;
    const fault = payloadFault(definition, payload);
    if (fault !== undefined) return `${name}: the payload of ${job}: ${fault}`;
  }
  return undefined;
}

/** The clock's turn: puts the scheduled job into the queue, unless the one of last time is still there. */
export async function askFor(db: Database, schedules: Schedules | undefined, turn: unknown): Promise<void> {
  const name = (turn as { readonly schedule?: unknown }).schedule;
  const item = schedules?.items.find((one) => one.name === name);
  // Taken out of the configuration since: nothing is to be asked for any more.
  if (schedules === undefined || item === undefined) return;
  const context: RequestContext = { ...schedules.context, correlationId: uuidv7() };
  await db.transaction(scopeOf(context), (tx) =>
    enqueueJob(tx, context, item.job, item.payload ?? {}, { jobKey: `schedule:${item.name}` }),
  );
}
