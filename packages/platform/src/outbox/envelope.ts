import { NIL_UUID } from '../identity/uuid.ts';

/** A row of `outbox_event` as the driver gives it. */
export interface OutboxRow {
  readonly id: string;
  readonly event: string;
  readonly tenant_id: string;
  readonly legal_entity_id: string;
  readonly entity_id: string;
  readonly occurred_at: Date;
  readonly correlation_id: string;
  readonly payload: unknown;
}

/** What leaves the node (spec 02, "Events normalisés"), and the id by which a receiver knows a repetition. */
export interface EventEnvelope {
  readonly id: string;
  readonly event: string;
  readonly tenant_id: string;
  /** null for what concerns the tenant as a whole. */
  readonly legal_entity_id: string | null;
  /** Of the thing that the event is about: with the legal entity, what the order of events is kept for. */
  readonly entity_id: string;
  /** ISO 8601 in UTC, milliseconds. */
  readonly timestamp: string;
  readonly correlation_id: string;
  readonly payload: unknown;
}

/** Columns of `OutboxRow`, in its order. */
export const OUTBOX_COLUMNS =
  'e.id, e.event, e.tenant_id, e.legal_entity_id, e.entity_id, e.occurred_at, e.correlation_id, e.payload';

/** The envelope in which an event leaves the node; the same for webhooks and for the feed. */
export function eventEnvelope(row: OutboxRow): EventEnvelope {
  return {
    id: row.id,
    event: row.event,
    tenant_id: row.tenant_id,
    legal_entity_id: row.legal_entity_id === NIL_UUID ? null : row.legal_entity_id,
    entity_id: row.entity_id,
    timestamp: row.occurred_at.toISOString(),
    correlation_id: row.correlation_id,
    payload: row.payload,
  };
}
