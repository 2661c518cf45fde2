import { defineJobs, type Jobs, MONTH_PATTERN, shiftMonth } from '@prorata/platform';
import { Type } from 'typebox';
import type { EntityNode } from '../node/entity.ts';
import { runMonths } from './run-months.ts';

/** Kind of the job that runs months. */
export const RUN_JOB = 'finops.run';

const Month = Type.String({ pattern: MONTH_PATTERN });

/** A range of months, or the last so many whole months before the day of the job, as a schedule asks for them. */
export const RunPayload = Type.Union([
  Type.Object({ from: Month, to: Month }, { additionalProperties: false }),
  Type.Object({ last: Type.Integer({ minimum: 1, maximum: 24 }) }, { additionalProperties: false }),
]);

/** What an entity's FinOps does behind an answer. The batch bears the job's id, so that its next attempt goes on with it. */
export function finopsRunJobs(entity: EntityNode): Jobs {
  return defineJobs({
    [RUN_JOB]: {
      schema: RunPayload,
      async run(payload, job) {
        const range = 'last' in payload ? lastMonths(payload.last, new Date()) : payload;
        const result = await runMonths({ ...entity, db: job.db }, range, {
          batchId: job.jobId,
          context: job.context,
          trigger: 'JOB',
          signal: job.signal,
          async monthDone({ period_month, status }, done, total) {
            await job.progress({ month: period_month, status, done, total });
          },
        });
        return result;
      },
    },
  });
}

/** The last whole months before a moment, in UTC. */
export function lastMonths(count: number, now: Date): { readonly from: string; readonly to: string } {
  const current = now.toISOString().slice(0, 7);
  return { from: shiftMonth(current, -count), to: shiftMonth(current, -1) };
}
