import { Readable } from 'node:stream';
import { type App, isWrite } from '@prorata/platform';
import { Type } from 'typebox';
import { type AccessLog, accessLogOf } from '../access/access-log.ts';
import { grantReader, listGrants, revokeReader } from '../access/grants.ts';
import { listAccesses } from '../access/read-accesses.ts';
import { GROUP_MODULE, type GroupNode } from '../node/group-node.ts';
import { ProblemAnswer } from './reports.schema.ts';

const tags = ['group access'];
const ADMINS = { roles: ['group.admin'], module: GROUP_MODULE };
const ADMIN_WRITES = { ...ADMINS, legalEntity: 'none' } as const;
const Entity = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,31}$' });
const Moment = Type.String({ format: 'date-time' });
const Uuid = Type.String({ format: 'uuid' });
const EntityPath = Type.Object({ entity: Entity });
const GrantAnswer = Type.Object({ entity: Entity, granted: Type.Boolean() });

const AccessAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({
      access_id: Uuid,
      read_at: Moment,
      user_id: Uuid,
      roles: Type.Array(Type.String()),
      entity: Type.Union([Type.String(), Type.Null()], {
        description: 'The entity that the read was walled to; null for a read of the group as a whole.',
      }),
      method: Type.String(),
      route: Type.String(),
      filters: Type.Record(Type.String(), Type.Unknown()),
      status: Type.Integer(),
      rows: Type.Union([Type.Integer(), Type.Null()], { description: 'Null for a file or a stream.' }),
      correlation_id: Uuid,
    }),
  ),
  next: Type.Union([Uuid, Type.Null()]),
});

/** Notes every read behind the guard that is answered, before its answer leaves: routes that are registered on `app` afterwards. */
export function logReads(app: App, log: AccessLog): void {
  const counts = new WeakMap<object, number>();
  app.addHook('preSerialization', async (request, _reply, payload) => {
    const rows = typeof payload === 'object' && payload !== null && 'rows' in payload ? payload.rows : undefined;
    if (Array.isArray(rows)) counts.set(request, rows.length);
    return payload;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { requestContext: context, routeOptions } = request;
    if (context === undefined || isWrite(request.method) || reply.statusCode >= 400) return payload;
    const { query, params } = request as { query: object; params: object };
    try {
      log.note({
        context,
        method: request.method,
        route: routeOptions.url ?? '',
        filters: { ...query, ...params },
        status: reply.statusCode,
        rows: counts.get(request) ?? null,
      });
    } catch (error) {
      // What cannot be logged is not answered.
      if (payload instanceof Readable) payload.destroy();
      throw error;
    }
    return payload;
  });
  app.addHook('onClose', () => log.close());
}

/** Who may look at what, and who did. */
export function registerAccessRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/access-log',
    {
      config: ADMINS,
      schema: {
        tags,
        operationId: 'groupAccessLog',
        summary: 'Who read what of the group, the newest first',
        querystring: Type.Object({
          since: Type.Optional(Moment),
          until: Type.Optional(Moment),
          user: Type.Optional(Uuid),
          entity: Type.Optional(Entity),
          route: Type.Optional(Type.String({ maxLength: 200 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
          before: Type.Optional(Uuid),
        }),
        response: { 200: AccessAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => {
      await accessLogOf(group).flush();
      return await listAccesses(group, request.query);
    },
  );

  app.get(
    '/api/group/reader-grants',
    {
      config: ADMINS,
      schema: {
        tags,
        operationId: 'groupReaderGrants',
        summary: 'Entities whose readers see their own slice',
        response: {
          200: Type.Object({ rows: Type.Array(Type.Object({ entity: Entity, granted_at: Moment, granted_by: Uuid })) }),
          '4xx': ProblemAnswer,
        },
      },
    },
    async () => ({ rows: await listGrants(group) }),
  );

  app.put(
    '/api/group/reader-grants/:entity',
    {
      config: ADMIN_WRITES,
      schema: {
        tags,
        operationId: 'groupGrantReader',
        summary: 'Let readers of an entity see its own slice',
        params: EntityPath,
        response: { 200: GrantAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => grantReader(group, request.params, { context: request.context }),
  );

  app.delete(
    '/api/group/reader-grants/:entity',
    {
      config: ADMIN_WRITES,
      schema: {
        tags,
        operationId: 'groupRevokeReader',
        summary: 'Take the slice away again',
        params: EntityPath,
        response: { 200: GrantAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => revokeReader(group, request.params, { context: request.context }),
  );
}
