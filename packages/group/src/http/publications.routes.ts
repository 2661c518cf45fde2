import type { Readable } from 'node:stream';
import { BUNDLE_LIMITS, bundleFileName } from '@prorata/contract';
import { type App, platformProblem, type RequestContext, uploadOf } from '@prorata/platform';
import { Type } from 'typebox';
import { PUBLISHER_ROLE } from '../enrolment/entity-tokens.ts';
import {
  listPublications,
  publicationBundle,
  publicationDifference,
  publicationHistory,
  type Reader,
} from '../intake/publications.ts';
import { receive } from '../intake/receive.ts';
import { listRefusals } from '../intake/refusal-log.ts';
import { GROUP_MODULE, type GroupNode } from '../node/group-node.ts';
import * as schema from './publications.schema.ts';
import { CONSOLIDATED } from './reports.routes.ts';
import { ProblemAnswer } from './reports.schema.ts';

const tags = ['group publications'];
const READERS = { roles: ['group.reader', 'group.admin', PUBLISHER_ROLE], module: GROUP_MODULE };
const PUBLISHERS = {
  roles: [PUBLISHER_ROLE],
  module: GROUP_MODULE,
  upload: { maxBytes: BUNDLE_LIMITS.archiveBytes, types: ['application/zip', 'application/octet-stream'] },
};
const Bytes = Type.Unsafe<Readable>({ type: 'string', format: 'binary' });
const CONSOLIDATED_ROLES: ReadonlySet<string> = new Set(['group.reader', 'group.admin']);

/** Accepted bundles: what there is, what changed, the very bytes; and the way in for pushes. */
export function registerPublicationRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/publications',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'groupPublications',
        summary: 'Accepted bundles; a publisher sees its own',
        querystring: schema.PublicationsQuery,
        response: { 200: schema.PublicationsAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => ({ rows: await listPublications(group, request.query, readerOf(request.context)) }),
  );

  app.get(
    '/api/group/refusals',
    {
      config: CONSOLIDATED,
      schema: {
        tags,
        operationId: 'groupRefusals',
        summary: 'Bundles that were not taken, the newest first',
        querystring: schema.RefusalsQuery,
        response: { 200: schema.RefusalsAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => ({ rows: await listRefusals(group, request.query) }),
  );

  app.get(
    '/api/group/publications/:entity/:month',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'groupPublicationHistory',
        summary: 'Every revision of one entity and month',
        params: schema.PublicationMonthPath,
        response: { 200: schema.PublicationsAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => ({ rows: await publicationHistory(group, request.params, readerOf(request.context)) }),
  );

  app.get(
    '/api/group/publications/:entity/:month/diff',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'groupPublicationDifference',
        summary: 'What changed between two revisions, fact by fact',
        params: schema.PublicationMonthPath,
        querystring: schema.DifferenceQuery,
        response: { 200: schema.DifferenceAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => publicationDifference(group, { ...request.params, ...request.query }, readerOf(request.context)),
  );

  app.get(
    '/api/group/publications/:entity/:month/:revision',
    {
      config: READERS,
      schema: {
        tags,
        operationId: 'groupPublicationBundle',
        summary: 'The bundle as it was received',
        params: schema.PublicationPath,
        response: { 200: { content: { 'application/zip': { schema: Bytes } } } },
      },
    },
    async (request, reply) => {
      const { entity, month, revision } = request.params;
      const bytes = await publicationBundle(group, request.params, readerOf(request.context));
      const name = bundleFileName({ entity, period_month: month, revision });
      reply.header('content-disposition', `attachment; filename="${name}"`).type('application/zip');
      return reply.send(bytes);
    },
  );

  app.put(
    '/api/group/publications/:entity/:month/:revision',
    {
      config: PUBLISHERS,
      schema: {
        tags,
        operationId: 'groupPublish',
        summary: 'Hand a signed bundle in; 200 when it stood already',
        consumes: ['application/zip', 'application/octet-stream'],
        params: schema.PublicationPath,
        response: { 200: schema.ReceiptAnswer, 201: schema.ReceiptAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request, reply) => {
      const { entity, month, revision } = request.params;
      refuseOtherEntity(request.context, entity);
      const received = await receive(
        group,
        {
          file: uploadOf(request),
          name: bundleFileName({ entity, period_month: month, revision }),
          entity,
          origin: 'PUSH',
          expected: { period_month: month, revision },
        },
        { context: request.context },
      );
      return reply.code(received.replayed ? 200 : 201).send(received);
    },
  );
}

/** Who holds no consolidated role reads inside the walls of its own entity; one without an entity reads nothing. */
function readerOf(context: RequestContext): Reader {
  if (context.roles.some((role) => CONSOLIDATED_ROLES.has(role))) return {};
  if (context.entityCode === undefined) throw platformProblem('FORBIDDEN', 'the token names no entity');
  return { entity: context.entityCode };
}

/** The token says who is calling, the address for whom: they have to be one entity. */
function refuseOtherEntity(context: RequestContext, entity: string): void {
  if (context.entityCode === entity) return;
  throw platformProblem(
    'FORBIDDEN',
    `the token is for the entity ${context.entityCode ?? '(none)'}, not for ${entity}`,
  );
}
