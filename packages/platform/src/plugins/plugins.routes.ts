import { text } from 'node:stream/consumers';
import type { FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { App } from '../http/app.ts';
import { REPLAYED_HEADER } from '../http/errors.ts';
import { uploadOf } from '../http/uploads.ts';
import { scopeOf } from '../identity/context.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { retryParked } from './events.ts';
import { pluginHandle } from './handle.ts';
import type { LoadedPlugin, PluginHost } from './load.ts';
import { listParked } from './parked.ts';
import type { PluginRequest, PluginRoute } from './plugin.ts';

const Answer = Type.Unsafe<unknown>({});
const refusals = { '4xx': Type.Object({ code: Type.String() }, { additionalProperties: true }) };

const PluginList = Type.Object({
  rows: Type.Array(
    Type.Object({
      code: Type.String(),
      version: Type.String(),
      name: Type.String(),
      module: Type.String(),
      enabled: Type.Boolean({ description: 'Whether the module is among those of the tenant' }),
      drivers: Type.Array(Type.String()),
      listens: Type.Array(Type.String()),
      attempts: Type.Integer({ description: 'How often the event at hand was refused' }),
      problem: Type.Union([Type.String(), Type.Null()]),
      parked: Type.Array(
        Type.Object({
          event_id: Type.String(),
          event: Type.String(),
          attempts: Type.Integer(),
          problem: Type.String(),
          parked_at: Type.String({ format: 'date-time' }),
        }),
        { description: 'Events that were given up, the oldest hundred of all plugins; the others went on' },
      ),
    }),
  ),
});

const ParkedPath = Type.Object({ code: Type.String({ maxLength: 40 }), event: Type.String({ format: 'uuid' }) });

/**
 * Registers the routes of a node's plugins behind its guard, below `/api/plugins/<code>`, and a list of them.
 *
 * @param operators roles that may hand a parked event to its plugin once more
 */
export function registerPlugins(app: App, host: PluginHost, operators: readonly string[] = []): void {
  app.get(
    '/api/plugins',
    {
      config: { roles: 'any' },
      schema: {
        tags: ['plugins'],
        operationId: 'listPlugins',
        summary: 'The plugins of this node, and whether they are enabled for the caller',
        response: { 200: PluginList },
      },
    },
    async (request) => {
      const { context } = request;
      const cursors = await host.db.transaction(
        scopeOf(context),
        (tx) =>
          tx.query<{ plugin: string; attempts: number; problem: string | null }>(
            'SELECT plugin, attempts, problem FROM plugin_cursor',
          ),
        { readOnly: true },
      );
      const parked = Map.groupBy(await listParked(host, context), (row) => row.plugin);
      const state = new Map(cursors.map((row) => [row.plugin, row]));
      const language = context.locale.startsWith('fr') ? 'fr' : 'en';
      const rows = host.plugins.map(({ manifest, module }) => ({
        code: manifest.code,
        version: manifest.version,
        name: manifest.name[language],
        module,
        enabled: context.enabledModules.includes(module),
        drivers: [...manifest.drivers],
        listens: [...manifest.listens],
        attempts: state.get(manifest.code)?.attempts ?? 0,
        problem: state.get(manifest.code)?.problem ?? null,
        parked: (parked.get(manifest.code) ?? []).map(({ event_id, event, attempts, problem, parked_at }) => {
          return { event_id, event, attempts, problem, parked_at: parked_at.toISOString() };
        }),
      }));
      return { rows };
    },
  );
  if (operators.length > 0) registerRetry(app, host, operators);
  for (const plugin of host.plugins) for (const route of plugin.plugin.routes ?? []) register(app, host, plugin, route);
}

function registerRetry(app: App, host: PluginHost, operators: readonly string[]): void {
  app.post(
    '/api/plugins/:code/parked/:event/retry',
    {
      config: { roles: [...operators] },
      schema: {
        tags: ['plugins'],
        operationId: 'retryParkedEvent',
        summary: 'Hand an event that was given up to its plugin once more',
        params: ParkedPath,
        response: { 200: Type.Object({ taken: Type.Boolean() }), ...refusals },
      },
    },
    async (request) => {
      const { code, event } = request.params;
      const plugin = host.plugins.find(({ manifest }) => manifest.code === code);
      const enabled = plugin !== undefined && request.context.enabledModules.includes(plugin.module);
      if (!enabled) throw platformProblem('NOT_FOUND', `no plugin ${code} is enabled for the caller`);
      await retryParked(host, plugin, request.context, event);
      return { taken: true };
    },
  );
}

function register(app: App, host: PluginHost, plugin: LoadedPlugin, route: PluginRoute): void {
  const { manifest, module } = plugin;
  const url = `/api/plugins/${manifest.code}${route.path}`;
  const { method, roles, idempotency, upload } = route;
  const schema: Record<string, TSchema> = { ...route.schema };
  app.route({
    method,
    url,
    config: {
      roles,
      module,
      ...(idempotency === undefined ? {} : { idempotency }),
      ...(upload === undefined ? {} : { upload: { maxBytes: upload.maxBytes, types: ['text/csv'] } }),
    },
    schema: {
      tags: [`plugin ${manifest.code}`],
      operationId: `${manifest.code}.${route.operationId}`,
      summary: route.summary,
      ...schema,
      response: { '2xx': route.response ?? Answer, ...refusals },
    },
    handler: async (request, reply) => {
      const asking = { method, route: url, idempotencyKey: request.idempotencyKey };
      const answer = await route.run(pluginHandle(host, plugin, request.context, asking), asked(request));
      if (answer.replayed === true) reply.header(REPLAYED_HEADER, 'true');
      reply.code(answer.status ?? 200);
      if (answer.type === undefined) return answer.body;
      return reply
        .type(`${answer.type}; charset=utf-8`)
        .serializer((body: unknown) => String(body))
        .send(answer.body);
    },
  });
}

function asked(request: FastifyRequest): PluginRequest {
  return {
    query: (request.query ?? {}) as Record<string, unknown>,
    params: (request.params ?? {}) as Record<string, string>,
    body: request.body,
    text: () => text(uploadOf(request)),
  };
}
