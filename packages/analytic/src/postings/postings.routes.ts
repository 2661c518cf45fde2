import { type App, sendWritten } from '@prorata/platform';
import type { AnalyticNode } from '../service/node.ts';
import { BASE, callerOf, KEYED_WRITERS, languageOf, READERS, WRITERS } from '../service/routes.ts';
import { IdPath, refusals } from '../service/schema.ts';
import { explainPosting } from './explain.ts';
import {
  Explanation,
  LanguageQuery,
  Posting,
  PostingPage,
  PostingQuery,
  Preview,
  ReverseRequest,
  RunRequest,
} from './postings.schema.ts';
import { listPostings, postingById } from './postings.ts';
import { reversePosting } from './reverse.ts';
import { previewAllocation } from './run.ts';
import { runAllocation } from './run-together.ts';

const about = (operationId: string, summary: string) => ({ tags: ['allocations'], operationId, summary });

export function postingRoutes(app: App, node: AnalyticNode): void {
  runRoutes(app, node);
  app.get(
    `${BASE}/postings`,
    {
      config: READERS,
      schema: {
        ...about('listPostings', 'Postings by entry, rule, month and dimension'),
        querystring: PostingQuery,
        response: { 200: PostingPage, ...refusals },
      },
    },
    async (request, reply) => reply.send(await listPostings(node, request.context, request.query)),
  );
  app.get(
    `${BASE}/postings/:id`,
    {
      config: READERS,
      schema: { ...about('posting', 'One posting'), params: IdPath, response: { 200: Posting, ...refusals } },
    },
    async (request, reply) => reply.send(await postingById(node, request.context, request.params.id)),
  );
  app.get(
    `${BASE}/postings/:id/explain`,
    {
      config: READERS,
      schema: {
        ...about('explainPosting', 'Why each amount of a posting is what it is, in words'),
        params: IdPath,
        querystring: LanguageQuery,
        response: { 200: Explanation, ...refusals },
      },
    },
    async (request, reply) => {
      const language = languageOf(request.query.lang, request.context.locale);
      return reply.send(await explainPosting(node, request.context, request.params.id, language));
    },
  );
}

function runRoutes(app: App, node: AnalyticNode): void {
  app.post(
    `${BASE}/allocations/run`,
    {
      config: KEYED_WRITERS,
      schema: {
        ...about('runAllocation', 'Run a posted rule on a posted entry; one entry and rule give one posting'),
        body: RunRequest,
        response: { 201: Posting, ...refusals },
      },
    },
    async (request, reply) => sendWritten(reply, await runAllocation(node, callerOf(request), request.body)),
  );
  app.post(
    `${BASE}/allocations/preview`,
    {
      config: WRITERS,
      schema: {
        ...about('previewAllocation', 'What a run would store, by the same code; nothing is stored'),
        querystring: LanguageQuery,
        body: RunRequest,
        response: { 200: Preview, ...refusals },
      },
    },
    async (request, reply) => {
      const language = languageOf(request.query.lang, request.context.locale);
      return reply.send(await previewAllocation(node, request.context, request.body, language));
    },
  );
  app.post(
    `${BASE}/postings/:id/reverse`,
    {
      config: KEYED_WRITERS,
      schema: {
        ...about('reversePosting', 'Take a posting back by its mirror, dated in an open month'),
        params: IdPath,
        body: ReverseRequest,
        response: { 201: Posting, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return sendWritten(reply, await reversePosting(node, callerOf(request), id, request.body));
    },
  );
}
