import { firstDayOf, type RequestContext, type Tx, type WriteRecord, writePath } from '@prorata/platform';
import { FACTS_DIGEST } from '../facts/run.sql.ts';
import type { MoneyTotal, MonthKey } from '../facts/step.ts';
import { factTotals } from '../facts/totals.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import type { EntityNode } from '../node/entity.ts';
import { CONTROLLING, requireRole } from '../node/require-role.ts';
import { revalueOpenMonths, valuationOfMonth } from '../pricing/revalue.ts';
import { viewLabel } from '../pricing/view-name.ts';
import { finopsProblem } from '../problems.ts';
import { bookedElsewhere } from './adjustments.ts';
import * as sql from './closing.sql.ts';
import { type PeriodState, stateOf } from './guard.ts';
import { type LateScope, lateScopes, takeLate } from './late.ts';
import { standingRun } from './standing-run.ts';

export interface PeriodOptions {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

/** A change of a month's state, or the state that it had already. */
export interface PeriodChange {
  readonly period_month: string;
  readonly state: PeriodState;
  readonly changed: boolean;
  /** Of the frozen costs; null while the month is open. */
  readonly frozen: {
    readonly run_id: string;
    /** `STANDARD@2`; null where no view was valid. */
    readonly view: string | null;
    readonly facts_sha256: string;
    readonly totals: readonly MoneyTotal[];
  } | null;
  /** Files that waited for the month and were taken in when it was reopened: it has to be run again. */
  readonly taken: readonly LateScope[];
}

const UNLOCKERS = ['finops.admin'];
const LONGEST_REASON = 1000;

/**
 * Closes a month: freezes its facts, their costs and the names in them, with the Pricing View that valued them. From here on
 * nothing that is imported, priced, mapped or renamed changes what the month says. Closing it again changes nothing.
 *
 * @param month YYYY-MM
 * @throws Problem `MONTH_INVALID`, `NO_RUN`, `RUN_OUTDATED`, `RUN_NOT_CONSERVED`, `FORBIDDEN`
 */
export async function closeMonth(
  entity: EntityNode,
  month: string,
  options: PeriodOptions = {},
): Promise<PeriodChange> {
  return await changing(entity, 'close', month, null, options, CONTROLLING, async (tx, key, context) => {
    const from = await stateOf(tx, key);
    if (from !== 'OPEN') return unchanged(tx, key, month, from);
    const run = await standingRun(tx, key, entity.dir);
    const view = await valuationOfMonth(tx, key);
    const [digest] = await tx.query<{ sha256: string }>(FACTS_DIGEST, key);
    const facts = digest?.sha256 ?? '';
    const named = [view?.code ?? null, view?.version ?? null];
    const values = [...key, context.countryCode, run.run_id, ...named, facts, context.userId];
    const [closed] = await tx.query<{ version: string }>(sql.CLOSE, values);
    await tx.execute(sql.FREEZE_FACTS, [...key, ...named]);
    await tx.execute(sql.FREEZE_LABELS, key);
    const frozen = {
      run_id: run.run_id,
      view: view === null ? null : viewLabel(view),
      facts_sha256: facts,
      totals: await factTotals(tx, key),
    };
    return { version: closed?.version ?? '', from, to: 'CLOSED', frozen, taken: [] };
  });
}

/**
 * Locks a closed month: from here on only an administrator reopens it. Locking it again changes nothing.
 *
 * @throws Problem `MONTH_INVALID`, `PERIOD_OPEN`, `FORBIDDEN`
 */
export async function lockMonth(entity: EntityNode, month: string, options: PeriodOptions = {}): Promise<PeriodChange> {
  return await changing(entity, 'lock', month, null, options, CONTROLLING, async (tx, key) => {
    const from = await stateOf(tx, key);
    if (from === 'OPEN') throw finopsProblem('PERIOD_OPEN', `${month} is open: only a closed month is locked`);
    if (from === 'LOCKED') return unchanged(tx, key, month, from);
    const [locked] = await tx.query<{ version: string }>(sql.LOCK, key);
    return { version: locked?.version ?? '', from, to: 'LOCKED', frozen: await frozenOf(tx, key), taken: [] };
  });
}

/**
 * Opens a closed month again, with a reason that is kept: its frozen costs are released, what waited for it is taken in, and it is
 * to be run again. A locked month takes an administrator.
 *
 * @throws Problem `MONTH_INVALID`, `REASON_MISSING`, `PERIOD_OPEN`, `PERIOD_ADJUSTED`, `FORBIDDEN`
 */
export async function reopenMonth(
  entity: EntityNode,
  month: string,
  reason: string,
  options: PeriodOptions = {},
): Promise<PeriodChange> {
  const why = reason.trim();
  if (why === '') throw finopsProblem('REASON_MISSING', `reopening ${month} takes a reason`);
  if (why.length > LONGEST_REASON) {
    throw finopsProblem('REASON_MISSING', `the reason has ${why.length} characters; ${LONGEST_REASON} is the most`);
  }
  return await changing(entity, 'reopen', month, why, options, CONTROLLING, async (tx, key, context) => {
    const from = await stateOf(tx, key);
    if (from === 'OPEN') throw finopsProblem('PERIOD_OPEN', `${month} is open already`);
    if (from === 'LOCKED') requireRole(context, UNLOCKERS, `${month} is locked`);
    const booked = await bookedElsewhere(tx, key);
    if (booked.length > 0) {
      const detail = `corrections of ${month} are booked in ${booked.join(', ')}`;
      throw finopsProblem('PERIOD_ADJUSTED', detail, { months: booked });
    }
    const frozen = await frozenOf(tx, key);
    const [opened] = await tx.query<{ version: string }>(sql.REOPEN, key);
    for (const statement of sql.RELEASE) await tx.execute(statement, key);
    const taken = await lateScopes(tx, [key[0], key[1]], ['WAITING'], key[2]);
    await takeLate(tx, key, ['WAITING']);
    await revalueOpenMonths(tx, entity);
    return { version: opened?.version ?? '', from, to: 'OPEN', frozen, taken };
  });
}

interface Changed {
  readonly version: string;
  readonly from: PeriodState;
  readonly to: PeriodState;
  /** What was frozen, or what was released. */
  readonly frozen: PeriodChange['frozen'];
  readonly taken: readonly LateScope[];
}

async function unchanged(tx: Tx, key: MonthKey, month: string, state: PeriodState): Promise<PeriodChange> {
  return { period_month: month, state, changed: false, frozen: await frozenOf(tx, key), taken: [] };
}

async function changing(
  entity: EntityNode,
  verb: 'close' | 'lock' | 'reopen',
  month: string,
  reason: string | null,
  options: PeriodOptions,
  roles: readonly string[],
  change: (tx: Tx, key: MonthKey, context: RequestContext) => Promise<Changed | PeriodChange>,
): Promise<PeriodChange> {
  const key: MonthKey = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
  const context = options.context ?? entity.operator;
  requireRole(context, roles, `to ${verb} ${month}`);
  const request = {
    action: `finops.period.${verb}`,
    method: 'POST',
    route: `/api/finops/periods/:month/${verb}`,
    payload: { month, reason },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<PeriodChange>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const done = await change(tx, key, context);
    if ('changed' in done) return { status: 200, body: done };
    await leave(tx, { entity, context, key, month, reason }, done, record);
    const frozen = done.to === 'OPEN' ? null : done.frozen;
    return { status: 200, body: { period_month: month, state: done.to, changed: true, frozen, taken: done.taken } };
  });
  return answer.body;
}

interface Leaving {
  readonly entity: EntityNode;
  readonly context: RequestContext;
  readonly key: MonthKey;
  readonly month: string;
  readonly reason: string | null;
}

/** The change in the month's own history, in the audit log and in the outbox. */
async function leave(tx: Tx, of: Leaving, done: Changed, record: WriteRecord): Promise<void> {
  const { entity, context, key, month, reason } = of;
  const { version, from, to, frozen, taken } = done;
  const details = { frozen, taken };
  await tx.execute(sql.RECORD_CHANGE, [
    ...key,
    version,
    context.countryCode,
    from,
    to,
    reason,
    JSON.stringify(details),
    context.userId,
  ]);
  const subjectId = `${entity.entity.code}/${month}`;
  record.audit({ subject: 'period', subjectId, details: { from, to, reason, ...details } });
  record.emit({
    event: `FINOPS.PERIOD.${to === 'OPEN' ? 'REOPENED' : to}`,
    entity_id: subjectId,
    payload: { period_month: month, from, to, reason, ...details },
  });
}

async function frozenOf(tx: Tx, key: MonthKey): Promise<PeriodChange['frozen']> {
  const [closure] = await tx.query<{
    readonly run_id: string | null;
    readonly view_code: string | null;
    readonly view_version: number | null;
    readonly facts_sha256: string | null;
  }>(sql.CLOSURE, key);
  if (closure === undefined || closure.run_id === null || closure.facts_sha256 === null) return null;
  const { run_id, view_code: code, view_version: version, facts_sha256 } = closure;
  const view = code === null || version === null ? null : viewLabel({ code, version });
  return { run_id, view, facts_sha256, totals: await factTotals(tx, key) };
}
