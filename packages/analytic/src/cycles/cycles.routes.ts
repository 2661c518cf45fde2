import { type App, sendWritten } from '@prorata/platform';
import { LanguageQuery } from '../postings/postings.schema.ts';
import { withName, withNames } from '../service/names.ts';
import type { AnalyticNode } from '../service/node.ts';
import { BASE, callerOf, KEYED_WRITERS, languageOf, READERS, WRITERS } from '../service/routes.ts';
import { IdPath, refusals } from '../service/schema.ts';
import { cycleRunById, explainCycleRun, listCycleRuns, reverseCycleRun, runCycle } from './cycle-runs.ts';
import {
  Cycle,
  CycleExplanation,
  CyclePage,
  CycleQuery,
  CycleReversal,
  CycleRun,
  CycleRunPage,
  CycleRunQuery,
  CycleRunRequest,
  NewCycle,
} from './cycles.schema.ts';
import { createCycle, cycleById, listCycles } from './cycles.ts';

const about = (operationId: string, summary: string) => ({ tags: ['cycles'], operationId, summary });

export function cycleRoutes(app: App, node: AnalyticNode): void {
  app.post(
    `${BASE}/cycles`,
    {
      config: WRITERS,
      schema: {
        ...about('createCycle', 'Store a cycle of service centres, or the next version of its code'),
        body: NewCycle,
        response: { 201: Cycle, ...refusals },
      },
    },
    async (request, reply) => sendWritten(reply, await createCycle(node, callerOf(request), request.body)),
  );
  app.get(
    `${BASE}/cycles`,
    {
      config: READERS,
      schema: { ...about('listCycles', 'Cycles'), querystring: CycleQuery, response: { 200: CyclePage, ...refusals } },
    },
    async (request, reply) => {
      const page = await listCycles(node, request.context, request.query);
      return reply.send({ ...page, rows: await withNames(node, request, reply, page.rows) });
    },
  );
  app.get(
    `${BASE}/cycles/:id`,
    {
      config: READERS,
      schema: { ...about('cycle', 'One version of a cycle'), params: IdPath, response: { 200: Cycle, ...refusals } },
    },
    async (request, reply) => {
      const cycle = await cycleById(node, request.context, request.params.id);
      return reply.send(await withName(node, request, reply, cycle));
    },
  );
  runRoutes(app, node);
  readRoutes(app, node);
}

function runRoutes(app: App, node: AnalyticNode): void {
  app.post(
    `${BASE}/cycles/:id/run`,
    {
      config: KEYED_WRITERS,
      schema: {
        ...about('runCycle', 'Empty the service centres over the balances of a month; once a cycle and month'),
        params: IdPath,
        body: CycleRunRequest,
        response: { 201: CycleRun, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return sendWritten(reply, await runCycle(node, callerOf(request), id, request.body.month));
    },
  );
  app.post(
    `${BASE}/cycle-runs/:id/reverse`,
    {
      config: KEYED_WRITERS,
      schema: {
        ...about('reverseCycleRun', 'Take a run back by its mirror, in an open month'),
        params: IdPath,
        body: CycleReversal,
        response: { 201: CycleRun, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return sendWritten(reply, await reverseCycleRun(node, callerOf(request), id, request.body.month));
    },
  );
}

function readRoutes(app: App, node: AnalyticNode): void {
  app.get(
    `${BASE}/cycle-runs`,
    {
      config: READERS,
      schema: {
        ...about('listCycleRuns', 'Runs of cycles'),
        querystring: CycleRunQuery,
        response: { 200: CycleRunPage, ...refusals },
      },
    },
    async (request, reply) => reply.send(await listCycleRuns(node, request.context, request.query)),
  );
  app.get(
    `${BASE}/cycle-runs/:id`,
    {
      config: READERS,
      schema: { ...about('cycleRun', 'One run of a cycle'), params: IdPath, response: { 200: CycleRun, ...refusals } },
    },
    async (request, reply) => reply.send(await cycleRunById(node, request.context, request.params.id)),
  );
  app.get(
    `${BASE}/cycle-runs/:id/explain`,
    {
      config: READERS,
      schema: {
        ...about('explainCycleRun', 'The path of the money through the centres, in words'),
        params: IdPath,
        querystring: LanguageQuery,
        response: { 200: CycleExplanation, ...refusals },
      },
    },
    async (request, reply) => {
      const language = languageOf(request.query.lang, request.context.locale);
      return reply.send(await explainCycleRun(node, request.context, request.params.id, language));
    },
  );
}
