import type { GroupNode } from '../node/group-node.ts';

/** The legal entity behind a code that somebody claims to speak for; undefined where nobody enrolled it. */
export async function legalEntityOf(group: GroupNode, code: string): Promise<{ id: string; code: string } | undefined> {
  const rows = await group.db.transaction(
    group.scope,
    (tx) => tx.query<{ id: string }>('SELECT legal_entity_id AS id FROM dim_entity WHERE entity_id = $1', [code]),
    { readOnly: true },
  );
  const [row] = rows;
  return row === undefined ? undefined : { id: row.id, code };
}
