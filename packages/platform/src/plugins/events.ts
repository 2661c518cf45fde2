import { type RequestContext, scopeOf } from '../identity/context.ts';
import type { EventEnvelope } from '../outbox/envelope.ts';
import { readFeed } from '../outbox/feed.ts';
import { Problem } from '../problem/problem.ts';
import { writePath } from '../write/write-path.ts';
import { contextFor, guardedRecord, guardedTx, serviceOf } from './handle.ts';
import type { LoadedPlugin, PluginHost } from './load.ts';

const PAGE = 50;

/**
 * Hands the events of a legal entity to the plugins that listen, each in the order of the feed and with one effect: what a plugin does with
 * an event is kept under the event's id. An event that a plugin refuses is tried again the next time, and those behind it wait in sight.
 *
 * @param context who stands behind the work, for whose tenant the module has to be enabled
 * @returns how many events were taken
 */
export async function deliverEvents(host: PluginHost, context: RequestContext): Promise<number> {
  let taken = 0;
  for (const plugin of host.plugins) {
    if (plugin.manifest.listens.length === 0 || !context.enabledModules.includes(plugin.module)) continue;
    taken += await deliverTo(host, plugin, context);
  }
  return taken;
}

async function deliverTo(host: PluginHost, plugin: LoadedPlugin, context: RequestContext): Promise<number> {
  const { code, listens } = plugin.manifest;
  let taken = 0;
  for (;;) {
    const cursor = await cursorOf(host, context, code);
    const after = cursor === null ? {} : { after: cursor };
    const page = await readFeed(host.db, context, { ...after, limit: PAGE, events: [...listens] });
    for (const event of page.events) {
      try {
        await takeOne(host, plugin, context, event);
      } catch (error) {
        await noteProblem(host, context, code, error);
        return taken;
      }
      taken += 1;
    }
    if (page.next !== cursor) await moveCursor(host, context, code, page.next);
    if (!page.more) return taken;
  }
}

async function takeOne(host: PluginHost, plugin: LoadedPlugin, context: RequestContext, event: EventEnvelope) {
  const { code } = plugin.manifest;
  const own = { ...context, correlationId: event.correlation_id };
  const request = {
    action: `${code}.event`,
    method: 'EVENT',
    route: `plugins/${code}`,
    idempotencyKey: event.id,
    payload: { id: event.id },
  };
  await writePath(host.db, own, request, async (tx, record) => {
    record.audit({ subject: `${code}.event`, subjectId: event.id, details: { event: event.event } });
    const guarded = guardedTx(tx, host, plugin, own, true);
    const handle = { context: contextFor(own), service: <S>(name: string): S => serviceOf<S>(host, own, name) };
    await plugin.plugin.on?.(event, guarded, guardedRecord(record, plugin), handle);
    return { status: 200, body: null };
  });
}

async function cursorOf(host: PluginHost, context: RequestContext, code: string): Promise<string | null> {
  const rows = await host.db.transaction(
    scopeOf(context),
    (tx) => tx.query<{ cursor: string | null }>('SELECT cursor FROM plugin_cursor WHERE plugin = $1', [code]),
    { readOnly: true },
  );
  return rows[0]?.cursor ?? null;
}

const MOVE = `
  INSERT INTO plugin_cursor (tenant_id, legal_entity_id, plugin, cursor) VALUES ($1, $2, $3, $4)
  ON CONFLICT (tenant_id, legal_entity_id, plugin) DO UPDATE
     SET cursor = excluded.cursor, attempts = 0, problem = NULL, updated_at = now()`;

const NOTE = `
  INSERT INTO plugin_cursor AS c (tenant_id, legal_entity_id, plugin, attempts, problem) VALUES ($1, $2, $3, 1, $4)
  ON CONFLICT (tenant_id, legal_entity_id, plugin) DO UPDATE
     SET attempts = c.attempts + 1, problem = excluded.problem, updated_at = now()`;

async function moveCursor(host: PluginHost, context: RequestContext, code: string, cursor: string): Promise<void> {
  const values = [context.tenantId, context.legalEntityId, code, cursor];
  await host.db.transaction(scopeOf(context), (tx) => tx.execute(MOVE, values));
}

async function noteProblem(host: PluginHost, context: RequestContext, code: string, error: unknown): Promise<void> {
  const problem = error instanceof Problem ? `${error.code}: ${error.detail}` : 'INTERNAL: an unexpected failure';
  const values = [context.tenantId, context.legalEntityId, code, problem.slice(0, 500)];
  await host.db.transaction(scopeOf(context), (tx) => tx.execute(NOTE, values));
}

/** Looks for events again and again until it is stopped. */
export function startDelivery(
  host: PluginHost,
  contexts: () => readonly RequestContext[],
  options: { readonly everyMs?: number; readonly onError: (error: unknown) => void },
): { stop(): Promise<void> } {
  const listening = host.plugins.some(({ manifest }) => manifest.listens.length > 0);
  let stopped = !listening;
  let round: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const again = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      round = (async () => {
        for (const context of contexts()) if (!stopped) await deliverEvents(host, context);
      })()
        .catch(options.onError)
        .finally(again);
    }, options.everyMs ?? 2_000);
    timer.unref();
  };
  again();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
