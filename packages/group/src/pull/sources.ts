import type { RequestContext } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';

/** Where the group asks an entity for what it published, and how far it has read. */
export interface PullSource {
  readonly entity: string;
  /** Address of the entity's node, such as https://fr01.example */
  readonly url: string;
  /** The entity's number of the last publication that was read; 0 at first. */
  readonly since: string;
  readonly last_at: string | null;
  /** What the last pull came to, in words. */
  readonly last_outcome: string | null;
}

/** Every entity that the group pulls from. */
export async function listPullSources(group: GroupNode): Promise<PullSource[]> {
  return await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<PullSource & Record<string, unknown>>(
        `SELECT entity_id AS entity, url, since, last_outcome,
                to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS last_at
           FROM pull_source ORDER BY entity_id`,
      ),
    { role: 'reader', readOnly: true },
  );
}

/**
 * Says where an entity's node answers; null: nothing is pulled from it any more. Another address is read from its beginning, which
 * harms nothing: what stands already is not fetched.
 *
 * @throws Problem `ENTITY_UNKNOWN`, `PULL_ADDRESS_INVALID`
 */
export async function setPullSource(
  group: GroupNode,
  input: { readonly entity: string; readonly url: string | null },
  options: { context?: RequestContext } = {},
): Promise<void> {
  const context = options.context ?? operatorContext(group);
  const { entity } = input;
  const url = input.url === null ? null : addressOf(input.url);
  await recorded(group, context, { action: 'group.pull-source.set', payload: input }, async (tx, record) => {
    const known = await tx.query('SELECT 1 FROM dim_entity WHERE entity_id = $1', [entity]);
    if (known.length === 0) throw groupProblem('ENTITY_UNKNOWN', `there is no entity ${entity}`, { entity });
    if (url === null) await tx.execute('DELETE FROM pull_source WHERE entity_id = $1', [entity]);
    else {
      await tx.execute(
        `INSERT INTO pull_source AS standing (tenant_id, entity_id, url, changed_by) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, entity_id)
             DO UPDATE SET since = CASE WHEN standing.url = EXCLUDED.url THEN standing.since ELSE '0' END,
                           url = EXCLUDED.url, changed_at = now(), changed_by = EXCLUDED.changed_by`,
        [group.scope.tenantId, entity, url, context.userId],
      );
    }
    record.audit({ subject: 'pull_source', subjectId: entity, details: { entity, url } });
    return null;
  });
}

/** How far a pull came. Bookkeeping: what was taken is in the audit log by itself. */
export async function movePullSource(
  group: GroupNode,
  entity: string,
  to: { readonly since: string; readonly outcome: string },
): Promise<void> {
  await group.db.transaction(group.scope, (tx) =>
    tx.execute('UPDATE pull_source SET since = $2, last_at = now(), last_outcome = $3 WHERE entity_id = $1', [
      entity,
      to.since,
      to.outcome.slice(0, 2000),
    ]),
  );
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url !== undefined && plain && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href;
  throw groupProblem('PULL_ADDRESS_INVALID', `${JSON.stringify(text.slice(0, 200))} is no http address of a node`);
}
