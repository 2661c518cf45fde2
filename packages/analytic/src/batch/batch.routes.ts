import { type App, sendWritten } from '@prorata/platform';
import type { AnalyticNode } from '../service/node.ts';
import { BASE, callerOf, KEYED_WRITERS, READERS, WRITERS } from '../service/routes.ts';
import { IdPath, refusals } from '../service/schema.ts';
import { BatchPage, BatchQuery, BatchRun, NewBatchRun, RefusalPage, RefusalQuery } from './batch.schema.ts';
import { batchRefusals, batchRunById, createBatchRun, listBatchRuns, resumeBatchRun } from './batch.ts';

const about = (operationId: string, summary: string) => ({ tags: ['batch runs'], operationId, summary });

export function batchRoutes(app: App, node: AnalyticNode): void {
  app.post(
    `${BASE}/batch-runs`,
    {
      config: KEYED_WRITERS,
      schema: {
        ...about('createBatchRun', 'Run posted rules over all posted entries of a month'),
        body: NewBatchRun,
        response: { 202: BatchRun, ...refusals },
      },
    },
    async (request, reply) => sendWritten(reply, await createBatchRun(node, callerOf(request), request.body, 'job')),
  );
  app.post(
    `${BASE}/batch-runs/:id/resume`,
    {
      config: WRITERS,
      schema: {
        ...about('resumeBatchRun', 'Let a run that failed or was cut off go on where it stopped'),
        params: IdPath,
        response: { 202: BatchRun, ...refusals },
      },
    },
    async (request, reply) =>
      sendWritten(reply, await resumeBatchRun(node, callerOf(request), request.params.id, 'job')),
  );
  readRoutes(app, node);
}

function readRoutes(app: App, node: AnalyticNode): void {
  app.get(
    `${BASE}/batch-runs`,
    {
      config: READERS,
      schema: {
        ...about('listBatchRuns', 'Batch runs'),
        querystring: BatchQuery,
        response: { 200: BatchPage, ...refusals },
      },
    },
    async (request, reply) => reply.send(await listBatchRuns(node, request.context, request.query)),
  );
  app.get(
    `${BASE}/batch-runs/:id`,
    {
      config: READERS,
      schema: { ...about('batchRun', 'Progress of a run'), params: IdPath, response: { 200: BatchRun, ...refusals } },
    },
    async (request, reply) => reply.send(await batchRunById(node, request.context, request.params.id)),
  );
  app.get(
    `${BASE}/batch-runs/:id/refusals`,
    {
      config: READERS,
      schema: {
        ...about('batchRefusals', 'Entries that a run could not allocate, each with its reason'),
        params: IdPath,
        querystring: RefusalQuery,
        response: { 200: RefusalPage, ...refusals },
      },
    },
    async (request, reply) => reply.send(await batchRefusals(node, request.context, request.params.id, request.query)),
  );
}
