import { type DatabaseRole, type RequestContext, type Tx, type WriteRecord, writePath } from '@prorata/platform';
import type { GroupNode } from './group-node.ts';

export interface Change {
  /** What is done, for the audit log: `group.references.import`. */
  readonly action: string;
  /** What was asked for; its digest stands in the audit log. */
  readonly payload: unknown;
  readonly role?: DatabaseRole;
  /** Header `Idempotency-Key` of the request, where there is one. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * The one way in which the group is changed: work, audit row and event in one transaction (architecture, decision 8). The scope is
 * the context's: with an entity in it, only that entity's rows can be reached.
 */
export async function recorded<T>(
  group: GroupNode,
  context: RequestContext,
  change: Change,
  work: (tx: Tx, record: WriteRecord) => Promise<T>,
): Promise<T> {
  const request = { ...change, method: 'USE', route: change.action };
  const answer = await writePath<T>(group.db, context, request, async (tx, record) => ({
    status: 200,
    body: await work(tx, record),
  }));
  return answer.body;
}
