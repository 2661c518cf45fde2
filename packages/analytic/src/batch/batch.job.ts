import { defineJobs, type Jobs, Problem, type ProblemDocument } from '@prorata/platform';
import { Type } from 'typebox';
import { BATCH_JOB, runBatch } from './batch.ts';

/** Kinds of jobs of the service: a batch run, whose chunks are its steps, so that another worker goes on where a killed one stopped. */
export const analyticJobs: Jobs = defineJobs({
  [BATCH_JOB]: {
    schema: Type.Object({ batch_run_id: Type.String({ format: 'uuid' }) }, { additionalProperties: false }),
    async run({ batch_run_id }, { db, context, signal, progress }) {
      const run = await runBatch({ db }, context, batch_run_id, {
        stop: () => signal.aborted,
        progress: ({ expected, seen, posted, refused }) => progress({ expected, seen, posted, refused }),
      });
      if (run.status === 'RUNNING') signal.throwIfAborted();
      if (run.status === 'FAILED') throw Problem.fromDocument(run.problem as ProblemDocument);
      const { expected, seen, posted, existing, unmatched, refused } = run;
      return { batch_run_id, expected, seen, posted, existing, unmatched, refused };
    },
  },
});
