import type { FactRow } from '@prorata/contract';
import { uuidv7 } from '@prorata/platform';
import { adjustShared, deriveSlice, withdrawSlice } from '../consolidation/derive.ts';
import type { GroupNode } from '../node/group-node.ts';

const COLUMNS = [
  'entity_id',
  'application_id',
  'domain_id',
  'family_id',
  'product_id',
  'unit',
  'environment',
  'consumption_type',
  'currency',
  'quantity',
  'cost_effective',
  'cost_billed',
  'cost_standard',
] as const;

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
        `INSERT INTO fact_consumption_group (tenant_id, period_month, ${COLUMNS.join(', ')})
         SELECT $1, $2, ${COLUMNS.join(', ')} FROM jsonb_populate_recordset(NULL::fact_consumption_group, $3::jsonb)`,
        [slice.tenantId, slice.month, JSON.stringify(facts.map(({ period_month: _, ...fact }) => fact))],
      );
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
