import type { App } from '@prorata/platform';
import { Type } from 'typebox';
import type { EntityNode } from '../node/entity.ts';
import { listPublications, readPublication } from '../publish/publications.ts';
import { publishMonth } from '../publish/publish-month.ts';
import { answered } from './answered.ts';
import * as schema from './finops.schema.ts';
import { CONTROLLERS, PULLERS } from './roles.ts';

const refusals = { '4xx': schema.ProblemAnswer };

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
        body: schema.MonthBody,
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
    '/api/finops/publications/:month/:revision',
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
      const { month, revision } = request.params;
      const found = await readPublication(entity, month, revision);
      reply.header('content-disposition', `attachment; filename="${found.file_name}"`);
      reply.header('etag', `"${found.bundle_sha256}"`);
      return reply.type('application/zip').send(found.bundle);
    },
  );
}
