import { type App, enqueueJob, parseMonths, platformProblem, sendWritten, writePath } from '@prorata/platform';
import { listBatches, showBatch } from '../batch/batches.ts';
import { RUN_JOB } from '../batch/jobs.ts';
import { listRuns, showRun } from '../batch/runs.ts';
import { runMonth } from '../facts/run-month.ts';
import type { EntityNode } from '../node/entity.ts';
import { answered } from './answered.ts';
import { answers, describedAs, refusals } from './described.ts';
import * as schema from './finops.schema.ts';
import { ANALYSTS, READERS } from './roles.ts';
import { BatchList, BatchPath, BatchShown, JobAsked, RunBody, RunPath, RunShown } from './runs.schema.ts';

const said = describedAs('runs');

/** The monthly batch: one month while the caller waits, or a range as a job; and what runs did. */
export function runRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/runs',
    {
      config: ANALYSTS,
      schema: {
        ...said('runMonth', 'The monthly batch: replace the facts of a month now, or those of a range as a job'),
        body: RunBody,
        response: { 201: schema.RunAnswer, 202: JobAsked, ...refusals },
      },
    },
    async (request, reply) => {
      const { context, idempotencyKey } = request;
      const { month, from, to } = request.body;
      if (month !== undefined && from === undefined && to === undefined) {
        const result = await runMonth(entity, month, { context, idempotencyKey, trigger: 'API' });
        return reply.code(201).send(answered(result));
      }
      if (month !== undefined || from === undefined || to === undefined) {
        throw platformProblem('VALIDATION_FAILED', 'the body names either "month", or "from" and "to"', {
          errors: [{ in: 'body', pointer: '', message: 'must name either "month", or "from" and "to"' }],
        });
      }
      const range = { from, to };
      parseMonths(from, to);
      const route = '/api/finops/runs#job';
      const write = { action: 'finops.run.ask', method: 'POST', route, payload: range, idempotencyKey };
      const answer = await writePath(entity.db, context, write, async (tx, record) => {
        const { jobId, created } = await enqueueJob(tx, context, RUN_JOB, range, { jobKey: `${from}..${to}` });
        record.audit({ subject: 'job', subjectId: jobId, details: { kind: RUN_JOB, ...range, created } });
        return { status: 202, body: { job_id: jobId, created, ...range } };
      });
      return reply.code(202).send(sendWritten(reply, answer));
    },
  );
  app.get(
    '/api/finops/runs',
    {
      config: READERS,
      schema: {
        ...said('listRuns', 'The latest runs'),
        querystring: schema.OptionalMonthQuery,
        response: answers(schema.RunList),
      },
    },
    async (request) => answered(await listRuns(entity, request.query.month)),
  );
  app.get(
    '/api/finops/runs/:run_id',
    {
      config: READERS,
      schema: {
        ...said('showRun', 'One run: its steps, and totals and digest of the facts that it replaced'),
        params: RunPath,
        response: answers(RunShown),
      },
    },
    async (request) => answered(await showRun(entity, request.params.run_id)),
  );
  batchRoutes(app, entity);
}

function batchRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/batches',
    {
      config: READERS,
      schema: {
        ...said('listBatches', 'The latest batches of months, asked for, scheduled or by command'),
        response: answers(BatchList),
      },
    },
    async () => answered(await listBatches(entity)),
  );
  app.get(
    '/api/finops/batches/:batch_id',
    {
      config: READERS,
      schema: {
        ...said('showBatch', 'One batch of months and its runs, those of earlier attempts included'),
        params: BatchPath,
        response: answers(BatchShown),
      },
    },
    async (request) => answered(await showBatch(entity, request.params.batch_id)),
  );
}
