import type { Tx } from '@prorata/platform';

/** Labels of codes. A code without one is its own label: nothing that has cost disappears from a report for want of a name. */
export type Labels = ReadonlyMap<string, string>;

export async function entityLabels(tx: Tx): Promise<Labels> {
  return toMap(await tx.query('SELECT entity_id AS code, label FROM dim_entity'));
}

export async function domainLabels(tx: Tx): Promise<Labels> {
  return toMap(await tx.query('SELECT code, label FROM ref_domain WHERE valid_to IS NULL'));
}

/** Key of a code that only means something within an entity. */
export function ofEntity(entity: string, code: string): string {
  return `${entity}\n${code}`;
}

/** Labels of applications; keys as `ofEntity` makes them. */
export async function applicationLabels(
  tx: Tx,
  of: readonly { entity_id?: string; application_id?: string }[],
): Promise<Labels> {
  return toMap(
    await tx.query(
      `SELECT entity_id || E'\\n' || application_id AS code, label FROM dim_application_group
        WHERE (entity_id, application_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
      [of.map((row) => row.entity_id), of.map((row) => row.application_id)],
    ),
  );
}

/** Labels of products, as the first of the entities by code names them. */
export async function productLabels(
  tx: Tx,
  products: readonly string[],
  entities?: readonly string[],
): Promise<Labels> {
  return toMap(
    await tx.query(
      `SELECT DISTINCT ON (product_id) product_id AS code, label FROM dim_product_group
        WHERE product_id = ANY($1::text[]) AND ($2::text[] IS NULL OR entity_id = ANY($2::text[]))
        ORDER BY product_id, entity_id`,
      [products, entities ?? null],
    ),
  );
}

function toMap(rows: readonly { code: string; label: string }[]): Labels {
  return new Map(rows.map((row) => [row.code, row.label]));
}
