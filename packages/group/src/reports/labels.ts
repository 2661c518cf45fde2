import { firstDayOf, type Tx } from '@prorata/platform';
import type { ReportHead } from './aggregate.ts';
import { remembered } from './read.ts';

/** Labels of codes. A code without one is its own label: nothing that has cost disappears from a report for want of a name. */
export type Labels = ReadonlyMap<string, string>;

export async function entityLabels(tx: Tx): Promise<Labels> {
  return await remembered(tx, 'labels dim_entity', async () =>
    toMap(await tx.query('SELECT entity_id AS code, label FROM dim_entity')),
  );
}

/**
 * As reported: how domains were called in the references that the publications of the last month went by, so that a rename leaves
 * older reports as they were. Otherwise, and where nobody says, how they are called now.
 */
export async function domainLabels(tx: Tx, of?: Pick<ReportHead, 'hierarchy' | 'to'>): Promise<Labels> {
  return await remembered(tx, nameOf('ref_domain', of), () => referenceLabels(tx, 'ref_domain', of));
}

/** The same of families. */
export async function familyLabels(tx: Tx, of?: Pick<ReportHead, 'hierarchy' | 'to'>): Promise<Labels> {
  return await remembered(tx, nameOf('ref_family', of), () => referenceLabels(tx, 'ref_family', of));
}

function nameOf(table: string, of: Pick<ReportHead, 'hierarchy' | 'to'> | undefined): string {
  return `labels ${table} ${of === undefined || of.hierarchy === 'today' ? '' : of.to}`;
}

const VERSION = `
  SELECT max((manifest #>> '{references,domains}')::int) AS version FROM publication
   WHERE period_month = $1 AND status = 'ACCEPTED' AND manifest #>> '{references,domains}' ~ '^[0-9]{1,9}$'`;

async function referenceLabels(
  tx: Tx,
  table: 'ref_domain' | 'ref_family',
  of: Pick<ReportHead, 'hierarchy' | 'to'> | undefined,
): Promise<Labels> {
  const now = `SELECT code, label FROM ${table} WHERE valid_to IS NULL`;
  if (of === undefined || of.hierarchy === 'today' || of.to === null) return toMap(await tx.query(now));
  const [used] = await tx.query<{ version: number | null }>(VERSION, [firstDayOf(of.to)]);
  if (used === undefined || used.version === null) return toMap(await tx.query(now));
  const then = `SELECT code, label FROM ${table} WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)`;
  const labels = toMap(await tx.query(then, [used.version]));
  // What came into the references later still has a name.
  return new Map([...toMap(await tx.query(now)), ...labels]);
}

/** Key of a code that only means something within an entity. */
export function ofEntity(entity: string, code: string): string {
  return `${entity}\n${code}`;
}

/** Labels of applications; keys as `ofEntity` makes them. One look along the index for each, however many there are besides. */
export async function applicationLabels(
  tx: Tx,
  of: readonly { entity_id?: string | null; application_id?: string | null }[],
): Promise<Labels> {
  return toMap(
    await tx.query(
      `SELECT asked.entity_id || E'\\n' || asked.application_id AS code, named.label
         FROM unnest($1::text[], $2::text[]) AS asked(entity_id, application_id)
        CROSS JOIN LATERAL (
          SELECT n.label FROM dim_application_group AS n
           WHERE n.entity_id = asked.entity_id AND n.application_id = asked.application_id LIMIT 1) AS named`,
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
      `SELECT asked.product_id AS code, named.label
         FROM unnest($1::text[]) AS asked(product_id)
        CROSS JOIN LATERAL (
          SELECT n.label FROM dim_product_group AS n
           WHERE n.product_id = asked.product_id AND ($2::text[] IS NULL OR n.entity_id = ANY($2::text[]))
           ORDER BY n.entity_id LIMIT 1) AS named`,
      [[...new Set(products)], entities ?? null],
    ),
  );
}

function toMap(rows: readonly { code: string; label: string }[]): Labels {
  return new Map(rows.map((row) => [row.code, row.label]));
}
