import type { DatabaseRole, RequestContext, Tx } from '@prorata/platform';
import type { GroupNode } from './group-node.ts';

export interface Change {
  /** What is done, for the audit log: `group.references.import`. */
  readonly action: string;
  /** What was asked for; hashed. */
  readonly payload: unknown;
  readonly role?: DatabaseRole;
  /** The entity whose rows the transaction may touch. */
  readonly entityId?: string;
}

/** An audit row and an event, written in the transaction of the change. */
export interface Recorded {
  readonly event: string;
  /** What the event is about. */
  readonly entity: string;
  readonly payload: Record<string, unknown>;
}

export type Recorder = (fact: Recorded) => Promise<void>;

/** The one way in which the group is changed: work, audit row and event in one transaction. */
export async function recorded<T>(
  group: GroupNode,
  _context: RequestContext,
  change: Change,
  work: (tx: Tx, record: Recorder) => Promise<T>,
): Promise<T> {
  const scope = change.entityId === undefined ? group.scope : { ...group.scope, entityId: change.entityId };
  return await group.db.transaction(scope, (tx) => work(tx, async () => {}), { role: change.role ?? 'app' });
}
