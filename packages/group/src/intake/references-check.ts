import { type ReferenceUse, type Violation, violation } from '@prorata/contract';
import type { GroupNode } from '../node/group-node.ts';

/** Products that map to no product reference of the group: taken, and counted (contract, "Governance"). */
export interface Unmapped {
  readonly products: number;
  /** Facts that name them. */
  readonly rows: number;
}

/** Tax is no product that anybody maps. */
export const RESERVED_PRODUCTS: ReadonlySet<string> = new Set(['TAX']);

/**
 * REFERENCE_UNKNOWN for each domain that is neither active now nor was in the version that the manifest says it mapped to: a
 * domain that is deactivated stays good for the months it was published for.
 */
export async function unknownDomains(group: GroupNode, use: ReferenceUse): Promise<Violation[]> {
  const version = /^\d{1,9}$/.test(use.manifest.references.domains) ? Number(use.manifest.references.domains) : 0;
  const codes = use.domains.map((domain) => domain.domain_id);
  const known = await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<{ code: string }>(
        `SELECT DISTINCT code FROM ref_domain WHERE code = ANY($1::text[]) AND active
            AND (valid_to IS NULL OR (valid_from <= $2 AND valid_to > $2))`,
        [codes, version],
      ),
    { role: 'reader', readOnly: true },
  );
  const names = new Set(known.map((row) => row.code));
  return use.domains
    .filter((domain) => !names.has(domain.domain_id))
    .map(({ domain_id: code, rows }) =>
      violation('REFERENCE_UNKNOWN', `The domain ${code} is no reference of the group; ${rows} rows name it`, {
        file: 'facts.parquet',
        column: 'domain_id',
        value: code,
      }),
    );
}

export async function countUnmapped(group: GroupNode, products: ReferenceUse['products']): Promise<Unmapped> {
  const unmapped = await unmappedOf(group, products);
  return { products: unmapped.length, rows: unmapped.reduce((sum, product) => sum + product.rows, 0) };
}

/** REFERENCE_UNKNOWN for each product that maps to no reference in force: for a group whose policy takes none as local. */
export async function unknownProducts(group: GroupNode, use: ReferenceUse): Promise<Violation[]> {
  return (await unmappedOf(group, use.products)).map(({ product_id: code, reference_id: reference, rows }) => {
    const says = reference === null ? 'maps to no reference' : `maps to ${reference}, which is no reference in force`;
    return violation('REFERENCE_UNKNOWN', `The product ${code} ${says} of the group; ${rows} rows name it`, {
      file: 'products.parquet',
      column: 'reference_id',
      value: code,
    });
  });
}

async function unmappedOf(group: GroupNode, products: ReferenceUse['products']): Promise<ReferenceUse['products']> {
  const rows = await group.db.transaction(
    group.scope,
    (tx) => tx.query<{ code: string }>('SELECT code FROM ref_product WHERE valid_to IS NULL AND active'),
    { role: 'reader', readOnly: true },
  );
  const known = new Set(rows.map((row) => row.code));
  return products.filter(
    ({ product_id: id, reference_id: reference }) =>
      !RESERVED_PRODUCTS.has(id) && (reference === null || !known.has(reference)),
  );
}
