import { uuidv7 } from '../identity/uuid.ts';
import { canonicalJson } from './canonical.ts';

export interface AuditEntry {
  /** Kind of the thing that changed, e.g. `publication`. */
  readonly subject: string;
  /** Its id or natural key. */
  readonly subjectId: string;
  /** What a reader needs to understand the change: JSON, money as decimal strings. */
  readonly details?: unknown;
  /** The action of the write unless told. */
  readonly action?: string;
}

export interface EventEntry {
  /** `ANALYTIC.AXIS.CREATED` */
  readonly event: string;
  /** Id of the thing that the event is about. */
  readonly entity_id: string;
  readonly payload: unknown;
}

/** Collects what a write must leave behind; it is stored with the write or not at all. */
export interface WriteRecord {
  /** One row for each mutation (spec 03, "Data"). A write that adds none gets one for itself. */
  audit(entry: AuditEntry): void;
  /** Events leave through the outbox only. */
  emit(entry: EventEntry): void;
}

/** A row of the audit log, as far as one entry says it. */
export interface AuditRow {
  readonly id: string;
  readonly action: string;
  readonly subject: string;
  readonly subject_id: string;
  /** Canonical JSON. */
  readonly details: string;
}

export interface EventRow {
  readonly id: string;
  readonly event: string;
  readonly entity_id: string;
  /** Canonical JSON. */
  readonly payload: string;
}

export interface CollectedRecord extends WriteRecord {
  auditRows(fallback: AuditEntry): readonly AuditRow[];
  eventRows(): readonly EventRow[];
}

export function collectRecord(action: string): CollectedRecord {
  const audits: AuditEntry[] = [];
  const events: EventEntry[] = [];
  return {
    audit: (entry) => void audits.push(entry),
    emit: (entry) => void events.push(entry),
    auditRows: (fallback) =>
      (audits.length === 0 ? [fallback] : audits).map((entry) => ({
        id: uuidv7(),
        action: entry.action ?? action,
        subject: entry.subject,
        subject_id: entry.subjectId,
        details: canonicalJson(entry.details ?? {}),
      })),
    eventRows: () =>
      events.map((entry) => ({
        id: uuidv7(),
        event: entry.event,
        entity_id: entry.entity_id,
        payload: canonicalJson(entry.payload),
      })),
  };
}
