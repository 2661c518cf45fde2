import type { Admission, BundleContent, FactRow, ProductRow } from '@prorata/contract';
import type { Tx } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './publish.sql.ts';

export type MonthKey = readonly [tenantId: string, legalEntityId: string, period: string];

/**
 * What the bundle of a month says: the facts as they stand, under the names by which the group knows entity and tenant.
 *
 * @throws Problem `DOMAIN_UNMAPPED`
 */
export async function contentOf(
  tx: Tx,
  entity: EntityNode,
  admission: Admission,
  key: MonthKey,
  month: string,
  temporaryFolder: string,
): Promise<BundleContent> {
  await assertDomainsKnown(tx, admission, key, month);
  const { domains, products } = admission.references;
  const known = new Set(products?.rows.map((row) => row.code));
  const applications = await tx.query<{ application_id: string; label: string }>(sql.APPLICATIONS_OF_MONTH, key);
  const named = await tx.query<Omit<ProductRow, 'reference_id'>>(sql.PRODUCTS_OF_MONTH, key);
  return {
    scope: {
      tenant: admission.tenant,
      entity: { id: admission.entity.id, code: admission.entity.code },
      deployment: entity.config.deployment,
      period_month: month,
      status: 'OPEN',
      references: { domains: domains.version, ...(products === undefined ? {} : { products: products.version }) },
      pricing_view: null,
    },
    facts: factBatches(tx, key, month, admission.entity.code),
    prices: [],
    applications: applications.map((row) => ({ ...row, reference_id: null })),
    products: named.map((row) => ({ ...row, reference_id: known.has(row.product_id) ? row.product_id : null })),
    temporaryFolder,
  };
}

/** An unknown domain would refuse the whole bundle at the group: better said here, where it can be mapped. */
async function assertDomainsKnown(tx: Tx, admission: Admission, key: MonthKey, month: string): Promise<void> {
  const unknown = await unmappedDomains(tx, admission, key);
  if (unknown.length === 0) return;
  const names = unknown.map((one) => `"${one.domain_id}"`).join(', ');
  const version = admission.references.domains.version;
  throw finopsProblem('DOMAIN_UNMAPPED', `${month}: ${names} not in version ${version} of the group's domains`, {
    domains: unknown,
  });
}

/** Domains of the month's facts that the group's reference does not hold, with the number of facts. */
export async function unmappedDomains(
  tx: Tx,
  admission: Admission,
  key: MonthKey,
): Promise<{ readonly domain_id: string; readonly facts: number }[]> {
  const known = new Set(admission.references.domains.rows.map((row) => row.code));
  const used = await tx.query<{ domain_id: string; facts: number }>(sql.DOMAINS_OF_MONTH, key);
  return used.filter((one) => !known.has(one.domain_id));
}

type StoredFact = Omit<FactRow, 'period_month' | 'entity_id'>;

async function* factBatches(tx: Tx, key: MonthKey, month: string, entity: string): AsyncIterable<FactRow[]> {
  await tx.execute(sql.OPEN_FACTS, key);
  for (;;) {
    const rows = await tx.query<StoredFact>(sql.NEXT_FACTS);
    if (rows.length === 0) break;
    yield rows.map((row) => ({ period_month: month, entity_id: entity, ...row }));
  }
  await tx.execute(sql.CLOSE_FACTS);
}
