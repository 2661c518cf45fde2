import type { FactRow } from '@prorata/contract';
import { uuidv7 } from '@prorata/platform';
import { adjustShared, deriveSlice, withdrawSlice } from '../consolidation/derive.ts';
import { CLEAR_STAGE, INSERT_FACTS, STAGED_COLUMNS } from '../intake/accept.sql.ts';
import type { GroupNode } from '../node/group-node.ts';

/** Puts facts of one entity, enrolled or not, and one month into the group without a bundle, and derives the views as an intake does. */
export async function plantFacts(group: GroupNode, facts: readonly FactRow[]): Promise<void> {
  const [first] = facts;
  if (first === undefined) return;
  const slice = { tenantId: group.scope.tenantId, entityId: first.entity_id, month: `${first.period_month}-01` };
  const options = { role: 'intake' } as const;
  await group.db.transaction(group.scope, (tx) =>
    tx.execute(
      `INSERT INTO dim_entity (tenant_id, entity_id, legal_entity_id, label, country, currency, created_by)
       VALUES ($1, $2, $3, $2, 'FR', 'EUR', $4) ON CONFLICT DO NOTHING`,
      [slice.tenantId, slice.entityId, uuidv7(), group.config.node_id],
    ),
  );
  await group.db.transaction(
    group.scope,
    (tx) => tx.query('SELECT ensure_fact_partition($1::date)', [slice.month]),
    options,
  );
  await group.db.transaction(
    { ...group.scope, entityId: slice.entityId },
    async (tx) => {
      const withdrawn = await withdrawSlice(tx, slice);
      await tx.execute('DELETE FROM fact_consumption_group WHERE period_month = $1', [slice.month]);
      await tx.execute(
        `INSERT INTO intake_staging (${STAGED_COLUMNS.join(', ')})
         SELECT ${STAGED_COLUMNS.join(', ')} FROM jsonb_populate_recordset(NULL::intake_staging, $1::jsonb)`,
        [JSON.stringify(facts.map((fact) => ({ ...fact, period_month: slice.month })))],
      );
      await tx.execute(INSERT_FACTS, [slice.tenantId, slice.entityId, slice.month]);
      await tx.execute(CLEAR_STAGE, [slice.entityId]);
      const added = await deriveSlice(tx, slice);
      await adjustShared(tx, slice, added, withdrawn);
    },
    options,
  );
}

/** One fact of FR01 in July 2025; `of` overrides. */
export function fact(of: Partial<FactRow> = {}): FactRow {
  return {
    period_month: '2025-07',
    entity_id: 'FR01',
    application_id: 'billing',
    domain_id: 'Compute',
    family_id: null,
    product_id: 'VM',
    unit: 'Hours',
    environment: 'prod',
    consumption_type: 'DIRECT',
    currency: 'EUR',
    quantity: '10',
    cost_effective: '100',
    cost_billed: '110',
    cost_standard: null,
    ...of,
  };
}
