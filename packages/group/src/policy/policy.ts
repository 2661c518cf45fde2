import type { RequestContext, Tx } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';

/** What the group has decided about how it takes bundles. */
export interface GroupPolicy {
  /** 0 while nothing was decided: the defaults count. */
  readonly version: number;
  /** TAKE: a product that maps to no reference of the group is taken as local to its entity, and counted. REFUSE: the bundle is refused. */
  readonly unknown_product: 'TAKE' | 'REFUSE';
  /** Day of the following month by which a month is due; the month's last day where it has fewer. An entity may have its own. */
  readonly due_day: number;
  /** Most bytes that the quarantine keeps in all; a bundle that does not fit leaves its report only. */
  readonly quarantine_bytes: number;
  /** How long a refused bundle is kept. */
  readonly quarantine_days: number;
  /** The rate set that converts open months; null for the latest. */
  readonly rate_set: number | null;
}

export type PolicyChange = Partial<Omit<GroupPolicy, 'version'>>;

export const DEFAULT_POLICY: GroupPolicy = {
  version: 0,
  unknown_product: 'TAKE',
  due_day: 10,
  quarantine_bytes: 1024 ** 3,
  quarantine_days: 90,
  rate_set: null,
};

const STANDING = `
  SELECT version, unknown_product, due_day, quarantine_bytes::text AS quarantine_bytes, quarantine_days, rate_set
    FROM group_policy ORDER BY version DESC LIMIT 1`;

/** The policy that stands, in any role's transaction. */
export async function policyIn(tx: Tx): Promise<GroupPolicy> {
  const [row] = await tx.query<Omit<GroupPolicy, 'quarantine_bytes'> & { quarantine_bytes: string }>(STANDING);
  return row === undefined ? DEFAULT_POLICY : { ...row, quarantine_bytes: Number(row.quarantine_bytes) };
}

export async function readPolicy(group: GroupNode): Promise<GroupPolicy> {
  return await group.db.transaction(group.scope, policyIn, { role: 'reader', readOnly: true });
}

/**
 * Changes what is named, and leaves the rest as it stands. No stored fact, price or rate changes with it.
 *
 * @throws Problem `RATE_SET_UNKNOWN`
 */
export async function changePolicy(
  group: GroupNode,
  change: PolicyChange,
  options: { context?: RequestContext; idempotencyKey?: string | undefined } = {},
): Promise<GroupPolicy> {
  const context = options.context ?? operatorContext(group);
  const what = { action: 'group.policy.change', payload: change, idempotencyKey: options.idempotencyKey };
  return await recorded(group, context, what, async (tx, record) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 3))', [`policy/${group.scope.tenantId}`]);
    const before = await policyIn(tx);
    const next: GroupPolicy = { ...before, ...change, version: before.version + 1 };
    await refuseUnknownSet(tx, next.rate_set);
    const names = ['unknown_product', 'due_day', 'quarantine_bytes', 'quarantine_days', 'rate_set'] as const;
    if (names.every((name) => before[name] === next[name])) return before;
    await tx.execute(
      `INSERT INTO group_policy (tenant_id, version, unknown_product, due_day, quarantine_bytes, quarantine_days, rate_set, changed_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        group.scope.tenantId,
        next.version,
        next.unknown_product,
        next.due_day,
        next.quarantine_bytes,
        next.quarantine_days,
        next.rate_set,
        context.userId,
      ],
    );
    record.audit({ subject: 'group_policy', subjectId: String(next.version), details: { before, after: next } });
    record.emit({ event: 'GROUP.POLICY.CHANGED', entity_id: `policy/${next.version}`, payload: next });
    return next;
  });
}

async function refuseUnknownSet(tx: Tx, rateSet: number | null): Promise<void> {
  if (rateSet === null) return;
  const found = await tx.query('SELECT 1 FROM fx_rate_set WHERE rate_set = $1', [rateSet]);
  if (found.length > 0) return;
  throw groupProblem('RATE_SET_UNKNOWN', `there is no rate set ${rateSet}`, { rate_set: rateSet });
}
