import { Readable } from 'node:stream';
import { type App, sendWritten } from '@prorata/platform';
import { Type } from 'typebox';
import type { EntityNode } from '../node/entity.ts';
import { PULLER_ROLE } from '../node/group-tokens.ts';
import { previewPublication } from '../publish/preview.ts';
import { bundleBytes, listPublications, publicationStatus } from '../publish/publications.ts';
import { publishMonth } from '../publish/publish-month.ts';
import { requestPush } from '../publish/push-job.ts';
import { notePulled, takeAnswers } from '../publish/told-by-group.ts';
import { answered } from './answered.ts';
import { MonthBody, ProblemAnswer } from './finops.schema.ts';
import * as schema from './publications.schema.ts';
import { CONTROLLERS, GROUP_ONLY, PULLERS, READERS } from './roles.ts';

const refusals = { '4xx': ProblemAnswer };

/** What the entity signed for its group. */
export function publicationRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/publications',
    {
      config: CONTROLLERS,
      schema: {
        tags: ['publications'],
        operationId: 'publishMonth',
        summary: 'Sign what a month says as its next revision',
        body: MonthBody,
        response: { 200: schema.PublishAnswer, 201: schema.PublishAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const { context, idempotencyKey } = request;
      const {
        path: _path,
        pushed: _pushed,
        ...told
      } = await publishMonth(entity, request.body.month, {
        context,
        idempotencyKey,
      });
      return reply.code(told.created ? 201 : 200).send(answered(told));
    },
  );
  app.get(
    '/api/finops/publications',
    {
      config: PULLERS,
      schema: {
        tags: ['publications'],
        operationId: 'listPublications',
        summary: 'What was published after a point, oldest first',
        querystring: schema.SinceQuery,
        response: { 200: schema.PublicationList, ...refusals },
      },
    },
    async (request) => answered(await listPublications(entity, request.query.since, request.query.limit)),
  );
  app.get(
    '/api/finops/publications/:month/preview',
    {
      config: READERS,
      schema: {
        tags: ['publications'],
        operationId: 'previewPublication',
        summary: 'What publishing would change against the revision that stands; nothing is published',
        params: schema.PreviewPath,
        response: { 200: schema.PreviewAnswer, ...refusals },
      },
    },
    async (request) => answered(await previewPublication(entity, request.params.month, request.context)),
  );
  revisionRoutes(app, entity);
}

function revisionRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/publications/:month/:revision',
    {
      config: PULLERS,
      schema: {
        tags: ['publications'],
        operationId: 'publicationStatus',
        summary: 'One revision, and how it went to the group',
        params: schema.PublicationPath,
        response: { 200: schema.PublicationStatus, ...refusals },
      },
    },
    async (request) => answered(await publicationStatus(entity, request.params.month, request.params.revision)),
  );
  app.get(
    '/api/finops/publications/:month/:revision/bundle',
    {
      config: PULLERS,
      schema: {
        tags: ['publications'],
        operationId: 'publicationBundle',
        summary: 'The signed bundle, byte for byte as it was published',
        params: schema.PublicationPath,
        response: { 200: { content: { 'application/zip': { schema: Type.Unknown() } } }, ...refusals },
      },
    },
    async (request, reply) => {
      const found = await publicationStatus(entity, request.params.month, request.params.revision);
      if (request.context.roles.includes(PULLER_ROLE)) await notePulled(entity, found, request.context);
      reply.header('content-disposition', `attachment; filename="${found.file_name}"`);
      reply.header('content-length', found.bytes);
      reply.header('etag', `"${found.bundle_sha256}"`);
      return reply.type('application/zip').send(Readable.from(bundleBytes(entity, found), { objectMode: false }));
    },
  );
  app.post(
    '/api/finops/publications/answers',
    {
      config: GROUP_ONLY,
      schema: {
        tags: ['publications'],
        operationId: 'takeAnswers',
        summary: 'What the group says about bundles that it fetched: accepted, or refused with its report',
        body: schema.AnswersBody,
        response: { 200: schema.AnswersTaken, ...refusals },
      },
    },
    async (request) => {
      const { context, idempotencyKey } = request;
      const answers = request.body.answers.map((one) => ({ ...one, report: one.report ?? null }));
      return answered(await takeAnswers(entity, answers, { context, idempotencyKey }));
    },
  );
  app.post(
    '/api/finops/publications/:month/:revision/push',
    {
      config: CONTROLLERS,
      schema: {
        tags: ['publications'],
        operationId: 'pushPublication',
        summary: "Have a worker send the bundle to the group's address, until the group answers",
        params: schema.PublicationPath,
        response: { 202: schema.PushRequested, ...refusals },
      },
    },
    async (request, reply) => {
      const { params, context, idempotencyKey } = request;
      const asked = await requestPush(entity, params.month, params.revision, { context, idempotencyKey });
      return reply.code(202).send(sendWritten(reply, asked));
    },
  );
}
