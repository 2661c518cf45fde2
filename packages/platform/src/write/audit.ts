import { createHash } from 'node:crypto';
import type { Database, Tx } from '../database/database.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { chainsOf, sealIn, sealTenant } from './seal.ts';

/** Where a chain stood at some moment. Kept outside the database, it shows a removed tail or a recomputed chain. */
export interface AuditCheckpoint {
  readonly tenant_id: string;
  /** null for the chain of the tenant as a whole. */
  readonly legal_entity_id: string | null;
  /** Number of rows, which is the `seq` of the last one; a decimal string. */
  readonly count: string;
  /** `curr_hash` of the last row, hexadecimal. */
  readonly head: string;
}

export type AuditFaultCode = 'ROW_CHANGED' | 'LINK_BROKEN' | 'ROW_MISSING' | 'TAIL_REMOVED' | 'CHAIN_RECOMPUTED';

export interface AuditFault {
  readonly code: AuditFaultCode;
  /** The row at fault, or the first missing one; `unsealed` for a row that has no place in the chain yet. */
  readonly seq: string;
  readonly id: string | null;
  readonly detail: string;
}

export interface AuditChainReport extends AuditCheckpoint {
  /** Rows written since the chain was sealed a moment ago: checked one by one, not yet linked. A decimal string. */
  readonly unsealed: string;
  readonly faults: readonly AuditFault[];
}

interface AuditRow {
  /** null until it is sealed. */
  readonly seq: string | null;
  readonly position: string;
  readonly id: string;
  readonly tenant_id: string;
  readonly legal_entity_id: string;
  readonly at: string;
  readonly user_id: string;
  readonly correlation_id: string;
  readonly action: string;
  readonly subject: string;
  readonly subject_id: string;
  readonly details: string;
  /** The hash of what the row says, and its links; hexadecimal. */
  readonly content: string;
  readonly prev: string | null;
  readonly curr: string | null;
}

const PAGE_ROWS = 5_000;
const GENESIS = '00'.repeat(32);

const HEAD = `
  SELECT seq AS count, encode(curr_hash, 'hex') AS head FROM audit_log
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1`;

const COLUMNS = `seq, position, id, tenant_id, legal_entity_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
  user_id, correlation_id, action, subject, subject_id, details::text AS details, encode(row_hash, 'hex') AS content,
  encode(prev_hash, 'hex') AS prev, encode(curr_hash, 'hex') AS curr`;

const PAGE = `
  SELECT ${COLUMNS} FROM audit_log
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND seq > coalesce($3::bigint, 0) ORDER BY seq LIMIT ${PAGE_ROWS}`;

const UNSEALED_PAGE = `
  SELECT ${COLUMNS} FROM audit_log
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND seq IS NULL AND position > coalesce($3::bigint, 0)
   ORDER BY position LIMIT ${PAGE_ROWS}`;

/** Every write that emits an event leaves an audit row in the same transaction, so an event whose write has none has lost it. */
const WITHOUT_ROW = `
  SELECT e.id, e.event, e.correlation_id FROM outbox_event e
   WHERE e.tenant_id = $1 AND e.legal_entity_id = $2
     AND NOT EXISTS (SELECT 1 FROM audit_log a
                      WHERE a.tenant_id = $1 AND a.legal_entity_id = $2 AND a.correlation_id = e.correlation_id)
   ORDER BY e.id LIMIT 100`;

/**
 * Seals what was committed to a chain by now and answers its head and length, e.g. for a manifest; zeros when nothing was written yet.
 * Writers go on meanwhile: only other sealers of the chain wait for the end of this transaction.
 */
export async function auditHead(tx: Tx, tenantId: string, legalEntityId?: string): Promise<AuditCheckpoint> {
  await sealIn(tx, tenantId, legalEntityId ?? NIL_UUID);
  const rows = await tx.query<{ count: string; head: string }>(HEAD, [tenantId, legalEntityId ?? NIL_UUID]);
  return {
    tenant_id: tenantId,
    legal_entity_id: legalEntityId ?? null,
    count: rows[0]?.count ?? '0',
    head: rows[0]?.head ?? GENESIS,
  };
}

/**
 * Seals every audit chain of a tenant, recomputes it from the stored rows, and compares with checkpoints that were kept elsewhere.
 * Memory is bounded by a page of rows.
 *
 * @returns one report a chain; a chain is sound when `faults` is empty
 */
export async function verifyAuditLog(
  db: Database,
  tenantId: string,
  checkpoints: readonly AuditCheckpoint[] = [],
): Promise<AuditChainReport[]> {
  const mine = checkpoints.filter((checkpoint) => checkpoint.tenant_id === tenantId);
  await sealTenant(db, tenantId);
  return db.transaction(
    { tenantId },
    async (tx) => {
      // The chain, its tail and the events are compared: all of them as they stood at one moment.
      await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      const entities = new Set(await chainsOf(tx, tenantId));
      for (const checkpoint of mine) entities.add(checkpoint.legal_entity_id ?? NIL_UUID);
      const reports: AuditChainReport[] = [];
      for (const entity of [...entities].sort()) {
        const expected = mine.filter((checkpoint) => (checkpoint.legal_entity_id ?? NIL_UUID) === entity);
        reports.push(await verifyChain(tx, tenantId, entity, expected));
      }
      return reports;
    },
    { role: 'relay', readOnly: true },
  );
}

async function verifyChain(
  tx: Tx,
  tenantId: string,
  entity: string,
  checkpoints: readonly AuditCheckpoint[],
): Promise<AuditChainReport> {
  const walk = new ChainWalk(checkpoints);
  for (let after: string | null = null; ; ) {
    const page: AuditRow[] = await tx.query<AuditRow>(PAGE, [tenantId, entity, after]);
    for (const row of page) walk.step(row);
    after = page.at(-1)?.seq ?? null;
    if (page.length < PAGE_ROWS) break;
  }
  for (let after: string | null = null; ; ) {
    const page: AuditRow[] = await tx.query<AuditRow>(UNSEALED_PAGE, [tenantId, entity, after]);
    for (const row of page) walk.unsealed(row);
    after = page.at(-1)?.position ?? null;
    if (page.length < PAGE_ROWS) break;
  }
  const lost = await tx.query<{ id: string; event: string; correlation_id: string }>(WITHOUT_ROW, [tenantId, entity]);
  for (const event of lost) walk.lost(event);
  return {
    tenant_id: tenantId,
    legal_entity_id: entity === NIL_UUID ? null : entity,
    ...walk.end(),
  };
}

class ChainWalk {
  readonly #checkpoints: readonly AuditCheckpoint[];
  readonly #headAt: ReadonlyMap<string, string>;
  readonly #faults: AuditFault[] = [];
  #seq = 0n;
  #head = GENESIS;
  #unsealed = 0;

  constructor(checkpoints: readonly AuditCheckpoint[]) {
    this.#checkpoints = checkpoints;
    this.#headAt = new Map(checkpoints.map((checkpoint) => [checkpoint.count, checkpoint.head]));
  }

  step(row: AuditRow): void {
    const seq = BigInt(row.seq ?? 0);
    const curr = row.curr ?? '';
    const gap = seq !== this.#seq + 1n;
    if (gap) {
      const missing = `rows ${this.#seq + 1n} to ${seq - 1n} are missing`;
      this.#faults.push({ code: 'ROW_MISSING', seq: String(this.#seq + 1n), id: null, detail: missing });
    }
    if (!gap && row.prev !== this.#head) this.#fault('LINK_BROKEN', row, 'it does not continue the row before it');
    if (contentOf(row) !== row.content || linkOf(row) !== curr) {
      this.#fault('ROW_CHANGED', row, `its content does not give its hash (${row.action})`);
    }
    const expected = this.#headAt.get(String(seq));
    if (expected !== undefined && expected !== curr) {
      this.#fault('CHAIN_RECOMPUTED', row, `a checkpoint has ${expected}, the row has ${curr}`);
    }
    this.#seq = seq;
    this.#head = curr;
  }

  unsealed(row: AuditRow): void {
    this.#unsealed += 1;
    if (contentOf(row) === row.content) return;
    this.#fault('ROW_CHANGED', row, `its content does not give its hash (${row.action})`);
  }

  lost(event: { readonly id: string; readonly event: string; readonly correlation_id: string }): void {
    const detail = `the write of the event ${event.event} ${event.id} (correlation ${event.correlation_id}) has no row`;
    this.#faults.push({ code: 'ROW_MISSING', seq: 'unsealed', id: null, detail });
  }

  end(): Pick<AuditChainReport, 'count' | 'head' | 'unsealed' | 'faults'> {
    const farthest = this.#checkpoints.reduce((most, { count }) => (BigInt(count) > most ? BigInt(count) : most), 0n);
    if (farthest > this.#seq) {
      const detail = `a checkpoint counted ${farthest} rows, there are ${this.#seq}`;
      this.#faults.push({ code: 'TAIL_REMOVED', seq: String(this.#seq + 1n), id: null, detail });
    }
    return { count: String(this.#seq), head: this.#head, unsealed: String(this.#unsealed), faults: this.#faults };
  }

  #fault(code: AuditFaultCode, row: AuditRow, detail: string): void {
    const seq = row.seq ?? 'unsealed';
    this.#faults.push({ code, seq, id: row.id, detail: `row ${row.seq ?? row.id}: ${detail}` });
  }
}

/** The same text as `audit_text` in the migration makes, computed apart from the database that is under suspicion. */
function contentOf(row: AuditRow): string {
  const texts = [
    row.id,
    row.tenant_id,
    row.legal_entity_id,
    row.at,
    row.user_id,
    row.correlation_id,
    row.action,
    row.subject,
    row.subject_id,
    row.details,
  ];
  return sha256(`[${row.position}, ${texts.map((one) => JSON.stringify(one)).join(', ')}]`);
}

/** The same as `audit_link` in the migration. */
function linkOf({ seq, content, prev }: AuditRow): string {
  return sha256(`${seq} ${content} ${prev}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
