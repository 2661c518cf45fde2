import type { Tx } from '../database/tx.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { type EventEnvelope, eventEnvelope, OUTBOX_COLUMNS, type OutboxRow } from '../outbox/envelope.ts';
import { readFeed } from '../outbox/feed.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { writePath } from '../write/write-path.ts';
import { contextFor, guardedRecord, guardedTx, serviceOf } from './handle.ts';
import type { LoadedPlugin, PluginHost } from './load.ts';
import { NotTaken, noteProblem, park, parkedAmong, unpark } from './parked.ts';

const PAGE = 50;

/**
 * Hands the events of a legal entity to the plugins that listen, each in the order of the feed and with one effect: what a plugin does with
 * an event is kept under the event's id. An event that a plugin does not take is tried again, later each time, and those behind it wait in
 * sight; given up, it is parked in sight and the others go on.
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
    const { cursor, rests } = await placeOf(host, context, code);
    if (rests) return taken;
    const after = cursor === null ? {} : { after: cursor };
    const page = await readFeed(host.db, context, { ...after, limit: PAGE, events: [...listens] });
    const parked = await parkedAmong(host, context, code, page.events);
    for (const event of page.events) {
      if (parked.has(event.id)) continue;
      try {
        await takeOne(host, plugin, context, event);
      } catch (error) {
        const { givenUp, attempts, problem } = await noteProblem(host, context, code, event, error);
        if (!givenUp) return taken;
        await park(host, context, code, event, attempts, problem);
        continue;
      }
      taken += 1;
    }
    if (page.next !== cursor) await moveCursor(host, context, code, page.next);
    if (!page.more) return taken;
  }
}

/** @param first what is done before the plugin hears of it, in the same transaction */
async function takeOne(
  host: PluginHost,
  plugin: LoadedPlugin,
  context: RequestContext,
  event: EventEnvelope,
  first: (tx: Tx) => Promise<void> = async () => {},
): Promise<void> {
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
    await first(tx);
    record.audit({ subject: `${code}.event`, subjectId: event.id, details: { event: event.event } });
    const guarded = guardedTx(tx, host, plugin, own, true);
    const handle = { context: contextFor(own), service: <S>(name: string): S => serviceOf<S>(host, own, name) };
    try {
      await plugin.plugin.on?.(event, guarded, guardedRecord(record, plugin), handle);
    } catch (error) {
      // No refusal, which would be the event's answer for good: it is tried again.
      throw new NotTaken(error);
    }
    return { status: 200, body: null };
  });
}

const PARKED = `
  SELECT ${OUTBOX_COLUMNS} FROM outbox_event e
   WHERE e.id = $1 AND EXISTS (SELECT 1 FROM plugin_parked_event p WHERE p.event_id = e.id AND p.plugin = $2 AND p.taken_at IS NULL)`;

/**
 * Hands a parked event to its plugin once more, and lets it go with what the plugin does: who asks at the same time, and the delivery,
 * whose key is that of another user, take it no second time.
 *
 * @throws Problem `NOT_FOUND` where no such event is parked, or the feed keeps it no longer; what the plugin says otherwise
 */
export async function retryParked(
  host: PluginHost,
  plugin: LoadedPlugin,
  context: RequestContext,
  eventId: string,
): Promise<void> {
  const { code } = plugin.manifest;
  const notParked = () => platformProblem('NOT_FOUND', `no event ${eventId} is parked for ${code}`);
  const find = (tx: Tx) => tx.query<OutboxRow>(PARKED, [eventId, code]);
  const [row] = await host.db.transaction(scopeOf(context), find, { readOnly: true });
  if (row === undefined) throw notParked();
  try {
    await takeOne(host, plugin, context, eventEnvelope(row), async (tx) => {
      if (!(await unpark(tx, code, eventId))) throw notParked();
    });
  } catch (error) {
    throw error instanceof NotTaken ? error.cause : error;
  }
}

interface PlaceInFeed {
  readonly cursor: string | null;
  /** The event at hand failed, and is not to be tried again yet. */
  readonly rests: boolean;
}

async function placeOf(host: PluginHost, context: RequestContext, code: string): Promise<PlaceInFeed> {
  const sql = 'SELECT cursor, due_at > now() AS rests FROM plugin_cursor WHERE plugin = $1';
  const read = { readOnly: true };
  const rows = await host.db.transaction(scopeOf(context), (tx) => tx.query<PlaceInFeed>(sql, [code]), read);
  return rows[0] ?? { cursor: null, rests: false };
}

const MOVE = `
  INSERT INTO plugin_cursor (tenant_id, legal_entity_id, plugin, cursor) VALUES ($1, $2, $3, $4)
  ON CONFLICT (tenant_id, legal_entity_id, plugin) DO UPDATE
     SET cursor = excluded.cursor, attempts = 0, problem = NULL, due_at = '-infinity', updated_at = now()`;

async function moveCursor(host: PluginHost, context: RequestContext, code: string, cursor: string): Promise<void> {
  const values = [context.tenantId, context.legalEntityId, code, cursor];
  await host.db.transaction(scopeOf(context), (tx) => tx.execute(MOVE, values));
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
