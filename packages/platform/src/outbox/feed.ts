import type { Database } from '../database/database.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { type EventEnvelope, eventEnvelope, OUTBOX_COLUMNS, type OutboxRow } from './envelope.ts';
import { requireKnownNames } from './known-names.ts';
import { matches } from './pattern.ts';
import { eventProblem } from './problems.ts';
import { publishEvents } from './publish.ts';

/**
 * Whose events a caller reads. `legal_entity`: those of the token's legal entity, or of the tenant as a whole where it has none.
 * `tenant`: a token without a legal entity reads those of all of them, as it reads everything else on a group node.
 */
export type EventReach = 'legal_entity' | 'tenant';

export interface FeedQuery {
  /** `next` of the page before; from the oldest event that is kept unless told. */
  readonly after?: string | undefined;
  /** Most events of a page; 100 unless told. */
  readonly limit?: number | undefined;
  /** Names of events or beginnings of names; all of them unless told. */
  readonly events?: readonly string[] | undefined;
  /** Every event that the node may send, where it knows: an empty page for a name that none has is then a mistake to be told. */
  readonly names?: (() => Promise<readonly string[]>) | undefined;
}

export interface FeedPage {
  /** In the order in which they were published. */
  readonly events: readonly EventEnvelope[];
  /** Where the next page begins. It stays good for as long as events are kept. */
  readonly next: string;
  /** Whether there is more at once; otherwise ask again later with `next`. */
  readonly more: boolean;
}

const HORIZON = `
  SELECT coalesce((SELECT last_position FROM event_feed WHERE tenant_id = $1), 0) AS last,
         coalesce((SELECT max(purged_through) FROM event_feed_purge
                    WHERE tenant_id = $1 AND ($2::uuid IS NULL OR legal_entity_id = $2)), 0) AS purged`;

const PAGE = `
  SELECT ${OUTBOX_COLUMNS}, e.feed_position FROM outbox_event e
   WHERE e.tenant_id = $1 AND ($2::uuid IS NULL OR e.legal_entity_id = $2) AND e.feed_position > $3::bigint
     AND ($4::text[] IS NULL OR ${matches('e.event', '$4::text[]')})
   ORDER BY e.feed_position LIMIT $5`;

/**
 * One page of the events of a tenant or legal entity. Whoever goes on with `next` gets each event once and misses none, also of
 * transactions that were open meanwhile: what is committed is published first, and what is published later stands behind.
 *
 * @throws Problem `EVENT_CURSOR_INVALID`, `EVENTS_PURGED`, `WEBHOOK_EVENT_UNKNOWN` for names that the node never sends
 */
export async function readFeed(
  db: Database,
  context: RequestContext,
  query: FeedQuery = {},
  reach: EventReach = 'legal_entity',
): Promise<FeedPage> {
  const { tenantId, legalEntityId } = context;
  const after = query.after === undefined ? undefined : positionOf(query.after);
  const limit = query.limit ?? 100;
  await publishEvents(db, tenantId);
  const whole = reach === 'tenant' && legalEntityId === undefined;
  const own = whole ? null : (legalEntityId ?? NIL_UUID);
  const read = await db.transaction(
    scopeOf(context),
    async (tx) => {
      // Before the page: places that are given meanwhile are then read next time, never passed over.
      const [horizon] = await tx.query<{ last: string; purged: string }>(HORIZON, [tenantId, own]);
      const last = BigInt(horizon?.last ?? 0);
      const purged = BigInt(horizon?.purged ?? 0);
      if (after !== undefined && after < purged) {
        throw eventProblem('EVENTS_PURGED', 'events behind "after" are older than this node keeps them');
      }
      if (after !== undefined && after > last) {
        throw eventProblem('EVENT_CURSOR_INVALID', '"after" is ahead of all events of this node');
      }
      const start = after ?? 0n;
      const rows = await tx.query<OutboxRow & { feed_position: string }>(PAGE, [
        tenantId,
        own,
        String(start),
        query.events ?? null,
        limit + 1,
      ]);
      const page = rows.slice(0, limit);
      const more = rows.length > limit;
      const reached = BigInt(page.at(-1)?.feed_position ?? start);
      const next = more || reached > last ? reached : last;
      return { events: page.map(eventEnvelope), next: cursorOf(next), more };
    },
    { role: whole ? 'reader' : 'app', readOnly: true },
  );
  const { events, names } = query;
  if (read.events.length === 0 && events !== undefined && names !== undefined) requireKnownNames(events, await names());
  return read;
}

/** The cursor is told to be opaque, so that what it holds may change; the mark in front says which kind it is. */
function cursorOf(position: bigint): string {
  return Buffer.from(`f1:${position}`).toString('base64url');
}

function positionOf(cursor: string): bigint {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const digits = /^f1:(0|[1-9]\d{0,17})$/.exec(text)?.[1];
  if (digits === undefined || cursorOf(BigInt(digits)) !== cursor) {
    throw eventProblem('EVENT_CURSOR_INVALID', `"after" is ${JSON.stringify(cursor.slice(0, 60))}`);
  }
  return BigInt(digits);
}
