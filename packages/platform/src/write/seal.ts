import type { Database, Tx } from '../database/database.ts';
import type { Scope } from '../database/scope.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { soon } from './soon.ts';

/** Rows sealed by one statement: enough to make its overhead small, few enough that other sealers wait for milliseconds. */
const MOST_ROWS = 2_000;

/** How long after a write its chain is sealed: what is written meanwhile is sealed with it. */
const SEAL_AFTER_MILLISECONDS = 1_000;

const SEAL = 'SELECT seal_audit($1, $2, $3) AS sealed';

const CHAINS = `
  WITH RECURSIVE chain(legal_entity_id) AS (
    (SELECT legal_entity_id FROM audit_log WHERE tenant_id = $1 ORDER BY legal_entity_id LIMIT 1)
    UNION ALL
    SELECT (SELECT a.legal_entity_id FROM audit_log a
             WHERE a.tenant_id = $1 AND a.legal_entity_id > chain.legal_entity_id ORDER BY a.legal_entity_id LIMIT 1)
      FROM chain WHERE chain.legal_entity_id IS NOT NULL)
  SELECT legal_entity_id FROM chain WHERE legal_entity_id IS NOT NULL`;

/** The chains of a tenant: its legal entities with rows, and the nil UUID for the tenant as a whole. */
export async function chainsOf(tx: Tx, tenantId: string): Promise<string[]> {
  const rows = await tx.query<{ legal_entity_id: string }>(CHAINS, [tenantId]);
  return rows.map((row) => row.legal_entity_id);
}

/** Gives every row that is committed to a chain by now its place in it, in the given transaction. */
export async function sealIn(tx: Tx, tenantId: string, legalEntityId: string): Promise<number> {
  let total = 0;
  for (let sealed = MOST_ROWS; sealed === MOST_ROWS; total += sealed) {
    const rows = await tx.query<{ sealed: number }>(SEAL, [tenantId, legalEntityId, MOST_ROWS]);
    sealed = rows[0]?.sealed ?? 0;
  }
  return total;
}

/**
 * Gives every row that is committed to a chain by now its place in it, a batch a transaction. Writers are not waited for and do not
 * wait.
 *
 * @param legalEntityId the chain; that of the scope, or of the tenant as a whole, unless told
 * @returns how many rows were sealed
 */
export async function sealAudit(
  db: Database,
  scope: Scope,
  legalEntityId = scope.legalEntityId ?? NIL_UUID,
): Promise<number> {
  let total = 0;
  for (let sealed = MOST_ROWS; sealed === MOST_ROWS; total += sealed) {
    sealed = await db.transaction(
      { tenantId: scope.tenantId },
      async (tx) => {
        const rows = await tx.query<{ sealed: number }>(SEAL, [scope.tenantId, legalEntityId, MOST_ROWS]);
        return rows[0]?.sealed ?? 0;
      },
      { role: 'relay' },
    );
  }
  return total;
}

/** Seals every chain of a tenant. @returns how many rows were sealed */
export async function sealTenant(db: Database, tenantId: string): Promise<number> {
  const chains = await db.transaction({ tenantId }, (tx) => chainsOf(tx, tenantId), { role: 'relay', readOnly: true });
  let total = 0;
  for (const chain of chains) total += await sealAudit(db, { tenantId }, chain);
  return total;
}

/** Seals the chain of a scope in a moment; a process that ends before leaves it to the next write, verification or publication. */
export function sealSoon(db: Database, scope: Scope): void {
  soon(db, `seal ${scope.tenantId} ${scope.legalEntityId ?? NIL_UUID}`, SEAL_AFTER_MILLISECONDS, () =>
    sealAudit(db, scope),
  );
}
