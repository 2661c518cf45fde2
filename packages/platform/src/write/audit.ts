import { createHash } from 'node:crypto';
import type { Database, Tx } from '../database/database.ts';
import { NIL_UUID } from '../identity/uuid.ts';

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
  /** The row at fault, or the first missing one. */
  readonly seq: string;
  readonly id: string | null;
  readonly detail: string;
}

export interface AuditChainReport extends AuditCheckpoint {
  readonly faults: readonly AuditFault[];
}

interface AuditRow {
  readonly seq: string;
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
  readonly prev: string;
  readonly curr: string;
}

const PAGE_ROWS = 5_000;
const GENESIS = '00'.repeat(32);

const HEAD = `
  SELECT seq AS count, encode(curr_hash, 'hex') AS head FROM audit_log
   WHERE tenant_id = $1 AND legal_entity_id = $2 ORDER BY seq DESC LIMIT 1`;

const CHAINS = `
  WITH RECURSIVE chain(legal_entity_id) AS (
    (SELECT legal_entity_id FROM audit_log WHERE tenant_id = $1 ORDER BY legal_entity_id LIMIT 1)
    UNION ALL
    SELECT (SELECT a.legal_entity_id FROM audit_log a
             WHERE a.tenant_id = $1 AND a.legal_entity_id > chain.legal_entity_id ORDER BY a.legal_entity_id LIMIT 1)
      FROM chain WHERE chain.legal_entity_id IS NOT NULL)
  SELECT legal_entity_id FROM chain WHERE legal_entity_id IS NOT NULL`;

const PAGE = `
  SELECT seq, id, tenant_id, legal_entity_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, user_id,
         correlation_id, action, subject, subject_id, details::text AS details,
         encode(prev_hash, 'hex') AS prev, encode(curr_hash, 'hex') AS curr
    FROM audit_log
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND ($3::bigint IS NULL OR seq > $3::bigint)
   ORDER BY seq LIMIT ${PAGE_ROWS}`;

/** Head and length of a chain, e.g. for a manifest; zeros when nothing was written yet. */
export async function auditHead(tx: Tx, tenantId: string, legalEntityId?: string): Promise<AuditCheckpoint> {
  const rows = await tx.query<{ count: string; head: string }>(HEAD, [tenantId, legalEntityId ?? NIL_UUID]);
  return {
    tenant_id: tenantId,
    legal_entity_id: legalEntityId ?? null,
    count: rows[0]?.count ?? '0',
    head: rows[0]?.head ?? GENESIS,
  };
}

/**
 * Recomputes every audit chain of a tenant from the stored rows, and compares with checkpoints that were kept elsewhere. Memory
 * is bounded by a page of rows.
 *
 * @returns one report a chain; a chain is sound when `faults` is empty
 */
export async function verifyAuditLog(
  db: Database,
  tenantId: string,
  checkpoints: readonly AuditCheckpoint[] = [],
): Promise<AuditChainReport[]> {
  const mine = checkpoints.filter((checkpoint) => checkpoint.tenant_id === tenantId);
  return db.transaction(
    { tenantId },
    async (tx) => {
      const stored = await tx.query<{ legal_entity_id: string }>(CHAINS, [tenantId]);
      const entities = new Set(stored.map((row) => row.legal_entity_id));
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
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) break;
    after = last.seq;
  }
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

  constructor(checkpoints: readonly AuditCheckpoint[]) {
    this.#checkpoints = checkpoints;
    this.#headAt = new Map(checkpoints.map((checkpoint) => [checkpoint.count, checkpoint.head]));
  }

  step(row: AuditRow): void {
    const seq = BigInt(row.seq);
    const gap = seq !== this.#seq + 1n;
    if (gap) {
      const missing = `rows ${this.#seq + 1n} to ${seq - 1n} are missing`;
      this.#faults.push({ code: 'ROW_MISSING', seq: String(this.#seq + 1n), id: null, detail: missing });
    }
    if (!gap && row.prev !== this.#head) this.#fault('LINK_BROKEN', row, 'it does not continue the row before it');
    if (hashOf(row) !== row.curr) this.#fault('ROW_CHANGED', row, `its content does not give its hash (${row.action})`);
    const expected = this.#headAt.get(row.seq);
    if (expected !== undefined && expected !== row.curr) {
      this.#fault('CHAIN_RECOMPUTED', row, `a checkpoint has ${expected}, the row has ${row.curr}`);
    }
    this.#seq = seq;
    this.#head = row.curr;
  }

  end(): { count: string; head: string; faults: readonly AuditFault[] } {
    const farthest = this.#checkpoints.reduce((most, { count }) => (BigInt(count) > most ? BigInt(count) : most), 0n);
    if (farthest > this.#seq) {
      const detail = `a checkpoint counted ${farthest} rows, there are ${this.#seq}`;
      this.#faults.push({ code: 'TAIL_REMOVED', seq: String(this.#seq + 1n), id: null, detail });
    }
    return { count: String(this.#seq), head: this.#head, faults: this.#faults };
  }

  #fault(code: AuditFaultCode, row: AuditRow, detail: string): void {
    this.#faults.push({ code, seq: row.seq, id: row.id, detail: `row ${row.seq}: ${detail}` });
  }
}

/** The same text as `audit_text` in the migration makes, computed apart from the database that is under suspicion. */
function hashOf(row: AuditRow): string {
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
    row.prev,
  ];
  const text = `[${row.seq}, ${texts.map((one) => JSON.stringify(one)).join(', ')}]`;
  return createHash('sha256').update(text).digest('hex');
}
