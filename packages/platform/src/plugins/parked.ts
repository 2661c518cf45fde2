import type { Tx } from '../database/tx.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import type { EventEnvelope } from '../outbox/envelope.ts';
import { Problem } from '../problem/problem.ts';
import type { PluginHost } from './load.ts';

/** An event is tried so often: after 2, 4, 8 … seconds, about four minutes in all. */
const MOST_ATTEMPTS = 8;

/** What a plugin did with an event failed; `cause` is why. */
export class NotTaken extends Error {
  constructor(cause: unknown) {
    super('the plugin did not take the event', { cause });
  }
}

/** An event that a plugin did not take however often it was tried. */
export interface ParkedEvent {
  readonly plugin: string;
  readonly event_id: string;
  readonly event: string;
  readonly attempts: number;
  readonly problem: string;
  readonly parked_at: Date;
}

const NOTE = `
  INSERT INTO plugin_cursor AS c (tenant_id, legal_entity_id, plugin, attempts, problem, due_at, event_id)
  VALUES ($1, $2, $3, 1, $4, now() + interval '2 seconds', $5)
  ON CONFLICT (tenant_id, legal_entity_id, plugin) DO UPDATE
     SET (attempts, due_at) = (SELECT n, now() + make_interval(secs => 2 ^ least(n, 8))
                                 FROM (SELECT CASE c.event_id WHEN excluded.event_id THEN c.attempts + 1 ELSE 1 END AS n) AS now_so_often),
         problem = excluded.problem, event_id = excluded.event_id, updated_at = now()
  RETURNING attempts`;

/** Notes why the event at hand was not taken, in sight of whoever lists the plugins. */
export async function noteProblem(
  host: PluginHost,
  context: RequestContext,
  code: string,
  event: EventEnvelope,
  error: unknown,
) {
  const cause = error instanceof NotTaken ? error.cause : error;
  const told = cause instanceof Problem ? `${cause.code}: ${cause.detail}` : 'INTERNAL: an unexpected failure';
  const problem = told.slice(0, 500);
  const values = [context.tenantId, context.legalEntityId, code, problem, event.id];
  const rows = await host.db.transaction(scopeOf(context), (tx) => tx.query<{ attempts: number }>(NOTE, values));
  const attempts = rows[0]?.attempts ?? 1;
  // What the plugin did not cause says nothing about the event.
  return { attempts, problem, givenUp: isOfPlugin(error) && attempts >= MOST_ATTEMPTS };
}

/** SQLSTATE of a statement whose failure the plugin kept to itself, and classes of what its rows and texts violate at the end. */
const LEFT_BEHIND = /^(25P02|22...|23...)$/;

/** Whether the plugin failed, or left something behind with which nothing can be stored. */
function isOfPlugin(error: unknown): boolean {
  // TypeError: what it audits or emits is no JSON.
  if (error instanceof NotTaken || error instanceof TypeError) return true;
  return error instanceof Error && 'code' in error && LEFT_BEHIND.test(String(error.code));
}

const PARK = `
  WITH parked AS (
    INSERT INTO plugin_parked_event (tenant_id, legal_entity_id, plugin, event_id, event, attempts, problem)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant_id, legal_entity_id, plugin, event_id) DO NOTHING)
  UPDATE plugin_cursor SET attempts = 0, problem = NULL, due_at = '-infinity', updated_at = now() WHERE plugin = $3`;

/** Puts an event aside, so that those behind it go on. */
export async function park(
  host: PluginHost,
  context: RequestContext,
  code: string,
  event: EventEnvelope,
  attempts: number,
  problem: string,
): Promise<void> {
  const values = [context.tenantId, context.legalEntityId, code, event.id, event.event, attempts, problem];
  await host.db.transaction(scopeOf(context), (tx) => tx.execute(PARK, values));
}

/** The ids of events that are or were parked for a plugin, among those given. */
export async function parkedAmong(
  host: PluginHost,
  context: RequestContext,
  code: string,
  events: readonly { readonly id: string }[],
): Promise<ReadonlySet<string>> {
  if (events.length === 0) return new Set();
  const sql = 'SELECT event_id FROM plugin_parked_event WHERE plugin = $1 AND event_id = ANY ($2::uuid[])';
  const values = [code, events.map(({ id }) => id)];
  const read = { readOnly: true };
  const rows = await host.db.transaction(scopeOf(context), (tx) => tx.query<{ event_id: string }>(sql, values), read);
  return new Set(rows.map((row) => row.event_id));
}

const UNPARK =
  'UPDATE plugin_parked_event SET taken_at = now() WHERE plugin = $1 AND event_id = $2 AND taken_at IS NULL';

/** Lets a parked event go in the transaction that takes it. @returns whether it was parked until now; who else takes it waits, then hears no */
export async function unpark(tx: Tx, code: string, eventId: string): Promise<boolean> {
  return (await tx.execute(UNPARK, [code, eventId])) > 0;
}

const MOST_LISTED = 100;

/** The oldest parked events of a legal entity. */
export async function listParked(host: PluginHost, context: RequestContext): Promise<ParkedEvent[]> {
  const sql = `SELECT plugin, event_id, event, attempts, problem, parked_at FROM plugin_parked_event
                WHERE taken_at IS NULL ORDER BY parked_at, event_id LIMIT ${MOST_LISTED}`;
  return await host.db.transaction(scopeOf(context), (tx) => tx.query<ParkedEvent>(sql), { readOnly: true });
}
