import {
  type Database,
  firstDayOf,
  monthOf,
  type RequestContext,
  type Tx,
  type WriteAnswer,
  writePath,
} from '@prorata/platform';
import { OWN } from '../entry/own.sql.ts';
import { ownerOf, requireEntity } from '../intake/merge.ts';
import { ledgerProblem } from '../problems.ts';
import type { PeriodState } from './periods.ts';

/** A month that somebody spoke of: the general ledger, the legal entity itself, or both. */
export interface HeldPeriod {
  /** `YYYY-MM` */
  readonly month: string;
  /** LOCKED where the general ledger locked it or where it is held. */
  readonly state: PeriodState;
  readonly gl_state: PeriodState;
  /** Locked by hand. */
  readonly held: boolean;
  readonly reason: string | null;
  readonly changed_at: string | null;
  readonly changed_by: string | null;
}

/** How the request is known to the store of answers. */
export interface HoldRequest {
  readonly month: string;
  /** Why, for the audit log and for whoever meets the lock. */
  readonly reason: string;
  readonly method: string;
  readonly route: string;
  readonly idempotencyKey?: string | undefined;
}

/** The general ledger never spoke of the month: whatever it says later is newer than this. */
const HOLD = `
  INSERT INTO gl_period AS p (tenant_id, legal_entity_id, period_month, gl_state, changed_at, event_id, held, hold_reason,
                              hold_changed_at, hold_changed_by)
  VALUES ($1, $2, $3, 'OPEN', '-infinity', '', true, $4, now(), $5)
  ON CONFLICT (tenant_id, legal_entity_id, period_month) DO UPDATE
     SET held = true, hold_reason = excluded.hold_reason, hold_changed_at = now(), hold_changed_by = excluded.hold_changed_by
   WHERE NOT p.held`;

const RELEASE = `
  UPDATE gl_period SET held = false, hold_reason = $4, hold_changed_at = now(), hold_changed_by = $5
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND held`;

/** Locks a month by hand, beside what the general ledger says. @throws Problem `PERIOD_STATE_UNCHANGED`, `MONTH_INVALID`, `ENTITY_NOT_SERVED` */
export async function holdPeriod(db: Database, context: RequestContext, asked: HoldRequest) {
  return await changeHold(db, context, asked, 'hold');
}

/** Takes a lock by hand back; a lock of the general ledger stays. @throws Problem as `holdPeriod` */
export async function releasePeriod(db: Database, context: RequestContext, asked: HoldRequest) {
  return await changeHold(db, context, asked, 'release');
}

async function changeHold(
  db: Database,
  context: RequestContext,
  asked: HoldRequest,
  what: 'hold' | 'release',
): Promise<WriteAnswer<HeldPeriod>> {
  const { month, reason, method, route, idempotencyKey } = asked;
  const owner = ownerOf(context);
  const payload = { month, reason };
  const request = { action: `ledger.period.${what}`, method, route, idempotencyKey, payload, role: 'intake' as const };
  return await writePath(db, context, request, async (tx, record) => {
    await requireEntity(tx, owner);
    const values = [owner.tenantId, owner.legalEntityId, firstDayOf(month), reason, owner.userId];
    const changed = await tx.execute(what === 'hold' ? HOLD : RELEASE, values);
    if (changed === 0) throw await unchanged(tx, month, what);
    record.audit({ subject: 'gl_period', subjectId: month, details: { reason, held: what === 'hold' } });
    const [now] = await listPeriods(tx, { from: month, to: month });
    if (now === undefined) throw new RangeError(`the month ${month} is not there after its change`);
    record.emit({
      event: now.state === 'LOCKED' ? 'LEDGER.PERIOD.LOCKED' : 'LEDGER.PERIOD.UNLOCKED',
      entity_id: owner.legalEntityId,
      payload: { subject: month },
    });
    return { status: 200, body: now };
  });
}

async function unchanged(tx: Tx, month: string, what: 'hold' | 'release') {
  const [now] = await listPeriods(tx, { from: month, to: month });
  if (what === 'hold') {
    return ledgerProblem('PERIOD_STATE_UNCHANGED', `${month} is held already: ${now?.reason}`, { reason: now?.reason });
  }
  const by = now?.gl_state === 'LOCKED' ? 'it is locked by the general ledger' : 'it is open';
  return ledgerProblem('PERIOD_STATE_UNCHANGED', `${month} is not held here; ${by}`, {
    gl_state: now?.gl_state ?? 'OPEN',
  });
}

const LIST = `
  SELECT period_month, state, gl_state, held, hold_reason AS reason, hold_changed_at AS changed_at, hold_changed_by AS changed_by
    FROM gl_period
   WHERE ${OWN} AND ($1::date IS NULL OR period_month >= $1) AND ($2::date IS NULL OR period_month <= $2)
   ORDER BY period_month`;

/** Months that somebody spoke of; every other one is open. @throws Problem `MONTH_INVALID` */
export async function listPeriods(
  tx: Tx,
  query: { readonly from?: string | undefined; readonly to?: string | undefined } = {},
): Promise<HeldPeriod[]> {
  type Row = Omit<HeldPeriod, 'month' | 'changed_at'> & { period_month: string; changed_at: Date | null };
  const { from, to } = query;
  const months = [from === undefined ? null : firstDayOf(from), to === undefined ? null : firstDayOf(to)];
  const rows = await tx.query<Row>(LIST, months);
  return rows.map(({ period_month, changed_at, ...row }) => ({
    month: monthOf(period_month),
    ...row,
    changed_at: changed_at?.toISOString() ?? null,
  }));
}
