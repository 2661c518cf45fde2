import type { Admission, ApplicationRow, BundleContent, FactRow, PriceRow, ProductRow } from '@prorata/contract';
import type { Tx } from '@prorata/platform';
import { type Adjustment, adjustmentsIn } from '../closing/adjustments.ts';
import { stateOf } from '../closing/guard.ts';
import type { EntityNode } from '../node/entity.ts';
import { valuationOfMonth } from '../pricing/revalue.ts';
import { finopsProblem } from '../problems.ts';
import { groupReferencesFor } from '../references/group-references.ts';
import { unmappedIn } from '../references/list-references.ts';
import * as sql from './publish.sql.ts';
import { toldRules } from './told-rules.ts';

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
  const group = await groupReferencesFor(tx, key);
  if (group === undefined) throw finopsProblem('NOT_JOINED', 'the entity has taken no references of a group');
  await assertDomainsKnown(tx, group.version, key, month);
  const products = new Set(group.rows.filter((row) => row.kind === 'product' && row.active).map((row) => row.code));
  const state = await stateOf(tx, key);
  const view = await valuationOfMonth(tx, key);
  const prices = view === null ? [] : await tx.query<PriceRow>(sql.PRICES_OF_MONTH, [...key, view.code, view.version]);
  const carried = await adjustmentsIn(tx, key);
  const rules = await toldRules(tx, key);
  const applications = await tx.query<ApplicationRow>(sql.APPLICATIONS_OF_MONTH, key);
  const named = await tx.query<Omit<ProductRow, 'reference_id'> & { group_code: string | null }>(
    sql.PRODUCTS_OF_MONTH,
    key,
  );
  return {
    scope: {
      tenant: admission.tenant,
      entity: { id: admission.entity.id, code: admission.entity.code },
      deployment: entity.config.deployment,
      period_month: month,
      status: state === 'OPEN' ? 'OPEN' : 'CLOSED',
      references: { domains: group.version, ...(group.has_products ? { products: group.version } : {}) },
      pricing_view: view,
      // The contract names one month: the earliest, where several are corrected.
      ...earliest(carried),
      ...(rules === undefined ? {} : { indirect_rules: rules }),
    },
    facts: factBatches(tx, key, month, admission.entity.code),
    prices,
    applications,
    products: named.map(({ group_code, ...row }) => ({
      ...row,
      reference_id: among(products, group_code ?? row.product_id),
    })),
    temporaryFolder,
  };
}

function entityKey(key: MonthKey): readonly [tenantId: string, legalEntityId: string] {
  return [key[0], key[1]];
}

function earliest(carried: readonly Adjustment[]): { readonly adjusts_month?: string } {
  const [first] = carried.map((one) => one.adjusts_month).sort();
  return first === undefined ? {} : { adjusts_month: first };
}

function among(codes: ReadonlySet<string>, code: string): string | null {
  return codes.has(code) ? code : null;
}

/** An unknown domain would refuse the whole bundle at the group: better said here, where it can be mapped. */
async function assertDomainsKnown(tx: Tx, version: string, key: MonthKey, month: string): Promise<void> {
  const unknown = await unmappedDomains(tx, key);
  if (unknown.length === 0) return;
  const names = unknown.map((one) => `"${one.domain_id}"`).join(', ');
  throw finopsProblem('DOMAIN_UNMAPPED', `${month}: ${names} not in version ${version} of the group's domains`, {
    domains: unknown,
  });
}

/** Domains of the month's facts that stand for no active domain of the group, with the number of facts. */
export async function unmappedDomains(
  tx: Tx,
  key: MonthKey,
): Promise<{ readonly domain_id: string; readonly facts: number }[]> {
  const unmapped = await unmappedIn(tx, entityKey(key), key[2]);
  return unmapped.filter((one) => one.kind === 'domain').map(({ code, facts }) => ({ domain_id: code, facts }));
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
