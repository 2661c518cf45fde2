import type { GroupNode } from '../node/group-node.ts';
import { read } from './read.ts';

export const SEARCH_KINDS = ['entity', 'domain', 'family', 'application', 'product'] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

export interface SearchHit {
  readonly kind: SearchKind;
  readonly code: string;
  readonly label: string;
  /** Whose it is; null for what belongs to the group. */
  readonly entity: string | null;
}

export interface SearchInput {
  /** Words, in any order, each anywhere in code or label; case and accents do not matter. */
  readonly q: string;
  readonly kind?: readonly SearchKind[];
  readonly limit?: number;
}

const MOST_HITS = 20;

const NAMED: Readonly<Record<SearchKind, string>> = {
  entity: `SELECT 'entity' AS kind, entity_id AS code, label, NULL::text AS entity, group_search_text(entity_id || ' ' || label) AS found FROM dim_entity`,
  domain: `SELECT 'domain', code, label, NULL, group_search_text(code || ' ' || label) FROM ref_domain WHERE valid_to IS NULL`,
  family: `SELECT 'family', code, label, NULL, group_search_text(code || ' ' || label) FROM ref_family WHERE valid_to IS NULL`,
  application: `SELECT 'application', application_id, label, entity_id, search_text FROM dim_application_group`,
  product: `SELECT 'product', product_id, label, entity_id, search_text FROM dim_product_group`,
};

/**
 * Finds what has a code and a name. First what is called so exactly, then what begins so, then what has a word that does, then the
 * rest; entities before domains, families, applications and products.
 */
export async function search(group: GroupNode, input: SearchInput): Promise<{ rows: SearchHit[]; more: boolean }> {
  const limit = input.limit ?? MOST_HITS;
  const kinds = SEARCH_KINDS.filter((kind) => input.kind === undefined || input.kind.includes(kind));
  return await read(group, async (tx) => {
    const rows = await tx.query<SearchHit & Record<string, unknown>>(
      `WITH asked AS MATERIALIZED (
         SELECT btrim(group_search_text($1)) AS words,
                ARRAY(SELECT '%' || regexp_replace(word, '([%_\\\\])', '\\\\\\1', 'g') || '%'
                        FROM regexp_split_to_table(btrim(group_search_text($1)), '\\s+') AS word) AS patterns)
       SELECT kind, code, label, entity FROM (${kinds.map(hits).join(' UNION ALL ')}) AS hit
        ORDER BY place, array_position($3::text[], kind), label, code, entity LIMIT $2`,
      [input.q, limit + 1, SEARCH_KINDS],
    );
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  });
}

/** The best of one kind: called so, beginning so, with a word that begins so, anywhere. */
function hits(kind: SearchKind): string {
  return `(
  SELECT one.kind, one.code, one.label, one.entity,
         CASE WHEN group_search_text(one.code) = asked.words OR group_search_text(one.label) = asked.words THEN 1
              WHEN starts_with(one.found, asked.words) OR starts_with(group_search_text(one.label), asked.words) THEN 2
              WHEN strpos(one.found, ' ' || asked.words) > 0 THEN 3 ELSE 4 END AS place
    FROM (${NAMED[kind]}) AS one(kind, code, label, entity, found), asked
   WHERE one.found LIKE ALL (asked.patterns)
   ORDER BY place, one.label, one.code LIMIT $2)`;
}
