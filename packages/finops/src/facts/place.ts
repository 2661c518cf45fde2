import type { Tx } from '@prorata/platform';
import { compileMapping, type Placement, UNALLOCATED } from '../mapping/apply.ts';
import type { MappingDocument } from '../mapping/document.ts';
import { type ChargeService, compileProducts, type ProductHomes, type ProductPlace } from '../mapping/products.ts';
import { type ChargeOrigin, columnsOf } from '../mapping/rules.ts';
import { productHomes } from '../mapping/settle.ts';
import * as sql from './run.sql.ts';

/** How many different values a warning names. */
const NAMED = 10;

export interface PlacedOrigin extends ChargeOrigin {
  readonly rows: bigint;
  readonly placement: Placement;
}

export interface PlacedService extends ChargeService {
  readonly place: ProductPlace;
}

/** Everything that the mapping says about one month. */
export interface MonthPlacements {
  readonly origins: readonly PlacedOrigin[];
  readonly services: readonly PlacedService[];
  readonly rows: bigint;
  readonly warnings: readonly { readonly code: string; readonly detail: string }[];
}

/** Asks the mapping about every different origin and service of a month, not about every row. */
export async function placeMonth(
  tx: Tx,
  document: MappingDocument,
  key: readonly [tenantId: string, legalEntityId: string, month: string],
): Promise<MonthPlacements> {
  const mapping = compileMapping(document);
  const homes = await productHomes(tx, key);
  const products = compileProducts(document, homes);
  const found = await tx.query<ChargeOrigin & { rows: string }>(sql.origins(columnsOf(document.rules)), key);
  const origins = found.map((origin) => ({
    ...origin,
    rows: BigInt(origin.rows),
    placement: housed(mapping(origin), homes),
  }));
  const services = await tx.query<ChargeService>(sql.SERVICES, key);
  return {
    origins,
    services: services.map((service) => ({ ...service, place: products(service) })),
    rows: origins.reduce((sum, origin) => sum + origin.rows, 0n),
    warnings: environmentWarnings(origins),
  };
}

/** A product that a rule names is where its reference says, unless the rule says where. */
function housed(placement: Placement, homes: ProductHomes): Placement {
  const home = placement.product === undefined ? undefined : homes.get(placement.product);
  if (home === undefined) return placement;
  const { domain = home.domain, family = home.family ?? undefined, unit = home.unit } = placement;
  return { ...placement, domain, family, unit };
}

function environmentWarnings(origins: readonly PlacedOrigin[]) {
  const rows = new Map<string, bigint>();
  for (const { placement, rows: count } of origins) {
    const value = placement.unknownEnvironment;
    if (value !== undefined) rows.set(value, (rows.get(value) ?? 0n) + count);
  }
  return [...rows].slice(0, NAMED).map(([value, count]) => ({
    code: 'ENVIRONMENT_UNKNOWN',
    detail: `"${value}" (${count} rows) is neither under prod nor under non_prod in mapping.yaml`,
  }));
}

/**
 * The label of each application: the spelling that most rows have, then the first in byte order.
 *
 * @returns code → label, UNALLOCATED included
 */
export function applicationLabels(origins: readonly PlacedOrigin[]): Map<string, string> {
  const spellings = new Map<string, Map<string, bigint>>();
  for (const { placement, rows } of origins) {
    if (placement.spelling === undefined) continue;
    const counts = spellings.get(placement.application) ?? new Map<string, bigint>();
    counts.set(placement.spelling, (counts.get(placement.spelling) ?? 0n) + rows);
    spellings.set(placement.application, counts);
  }
  const labels = new Map<string, string>([[UNALLOCATED, UNALLOCATED]]);
  for (const [application, counts] of spellings) {
    const ranked = [...counts].sort(([one, rows], [other, others]) => {
      if (rows !== others) return rows > others ? -1 : 1;
      return one < other ? -1 : 1;
    });
    labels.set(application, ranked[0]?.[0] ?? application);
  }
  return labels;
}
