import { firstDayOf, type RequestContext, type Tx } from '@prorata/platform';
import { lockMonth as holdMonth } from '../consolidation/locks.ts';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { policyIn } from '../policy/policy.ts';
import { groupProblem } from '../problems.ts';

export interface PeriodState {
  readonly period_month: string;
  readonly status: 'OPEN' | 'LOCKED';
  readonly reason: string | null;
  /** What the figures of a locked month are made of; null while it is open. */
  readonly rate_set: number | null;
  readonly reference_version: number | null;
  readonly publications: number;
}

interface Standing extends Record<string, unknown> {
  readonly entity: string;
  readonly revision: number | null;
  readonly closed: boolean;
  readonly expected: boolean;
}

/**
 * Locks a month: later revisions are refused, and its figures stay on the publications, rates and references of now. Without a
 * reason every active entity must have published it as closed.
 *
 * @throws Problem `MONTH_INVALID`, `PERIOD_INCOMPLETE`, `PERIOD_STATE_UNCHANGED`
 */
export async function lockMonth(
  group: GroupNode,
  input: { readonly month: string; readonly reason?: string },
  options: { context?: RequestContext; idempotencyKey?: string | undefined } = {},
): Promise<PeriodState> {
  const context = options.context ?? operatorContext(group);
  const day = firstDayOf(input.month);
  return await recorded(group, context, change('group.period.lock', input, options), async (tx, record) => {
    // The intake takes this lock before it commits, so that what is read here is what stands while the month gets locked.
    await holdMonth(tx, group.scope.tenantId, day);
    await refuseSame(tx, day, 'LOCKED', input.month);
    const standing = await tx.query<Standing>('SELECT * FROM month_standing($1)', [day]);
    const waiting = standing.filter((entity) => entity.expected && !entity.closed).map((entity) => entity.entity);
    if (waiting.length > 0 && input.reason === undefined) {
      throw groupProblem('PERIOD_INCOMPLETE', `${input.month} waits for ${waiting.join(', ')}`, {
        waiting_for: waiting,
      });
    }
    const pinned = standing
      .filter(({ revision }) => revision !== null)
      .map(({ entity, revision }) => ({ entity, revision }));
    const { rate_set: rateSet } = await policyIn(tx);
    await tx.execute(
      `INSERT INTO period_status AS s (tenant_id, period_month, status, reason, rate_set, reference_version, publications, changed_by)
       SELECT $1, $2, 'LOCKED', $3, COALESCE($6, (SELECT max(rate_set) FROM fx_rate_set)), (SELECT max(version) FROM reference_version), $4, $5
           ON CONFLICT (tenant_id, period_month) DO UPDATE
          SET status = 'LOCKED', reason = EXCLUDED.reason, rate_set = EXCLUDED.rate_set,
              reference_version = EXCLUDED.reference_version, publications = EXCLUDED.publications,
              changed_at = now(), changed_by = EXCLUDED.changed_by, version = s.version + 1`,
      [group.scope.tenantId, day, input.reason ?? null, JSON.stringify(pinned), context.userId, rateSet],
    );
    const state = await stateOf(tx, day, input.month);
    record.audit({ subject: 'period_status', subjectId: input.month, details: { ...state, waiting_for: waiting } });
    record.emit({ event: 'GROUP.PERIOD.LOCKED', entity_id: input.month, payload: state });
    return state;
  });
}

/**
 * Opens a locked month again; from then on its figures follow new revisions and rates.
 *
 * @throws Problem `MONTH_INVALID`, `PERIOD_STATE_UNCHANGED`
 */
export async function reopenMonth(
  group: GroupNode,
  input: { readonly month: string; readonly reason: string },
  options: { context?: RequestContext; idempotencyKey?: string | undefined } = {},
): Promise<PeriodState> {
  const context = options.context ?? operatorContext(group);
  const day = firstDayOf(input.month);
  return await recorded(group, context, change('group.period.reopen', input, options), async (tx, record) => {
    await holdMonth(tx, group.scope.tenantId, day);
    await refuseSame(tx, day, 'OPEN', input.month);
    const retired = await tx.query('SELECT 1 FROM retired_month WHERE period_month = $1', [day]);
    if (retired.length > 0) throw groupProblem('MONTH_RETIRED', input.month, { months: [input.month] });
    await tx.execute(
      `UPDATE period_status SET status = 'OPEN', reason = $2, rate_set = NULL, reference_version = NULL, publications = '[]',
              changed_at = now(), changed_by = $3, version = version + 1
        WHERE period_month = $1`,
      [day, input.reason, context.userId],
    );
    const state = await stateOf(tx, day, input.month);
    record.audit({ subject: 'period_status', subjectId: input.month, details: state });
    record.emit({ event: 'GROUP.PERIOD.REOPENED', entity_id: input.month, payload: state });
    return state;
  });
}

function change(action: string, payload: unknown, { idempotencyKey }: { idempotencyKey?: string | undefined }) {
  return { action, payload, idempotencyKey };
}

async function refuseSame(tx: Tx, day: string, wanted: PeriodState['status'], month: string): Promise<void> {
  const { status } = await stateOf(tx, day, month);
  if (status === wanted) throw groupProblem('PERIOD_STATE_UNCHANGED', `${month} is ${wanted}`, { period_month: month });
}

async function stateOf(tx: Tx, day: string, month: string): Promise<PeriodState> {
  const [row] = await tx.query<Omit<PeriodState, 'period_month'>>(
    `SELECT status, reason, rate_set, reference_version, jsonb_array_length(publications) AS publications
       FROM period_status WHERE period_month = $1`,
    [day],
  );
  const open = { status: 'OPEN', reason: null, rate_set: null, reference_version: null, publications: 0 } as const;
  return { period_month: month, ...(row ?? open) };
}
