import { firstDayOf, type Tx } from '@prorata/platform';
import { OWN } from '../entry/own.sql.ts';
import type { Owner } from '../intake/merge.ts';
import { ledgerProblem } from '../problems.ts';

export type PeriodState = 'OPEN' | 'LOCKED';

/** What the general ledger said about a month, and what orders it among what else it said. */
export interface PeriodChange {
  /** `YYYY-MM` */
  readonly month: string;
  readonly state: PeriodState;
  /** The GL's own counter of changes, decimal text; `0` where it has none. */
  readonly sequence: string;
  /** ISO 8601 */
  readonly changedAt: string;
  readonly eventId: string;
}

/**
 * Keeps the latest change by (sequence, time, LOCKED before OPEN of the same moment, event id), so that changes end in the same state in
 * whatever order, and however often, they arrive. Of two that cannot be told apart the locked one counts: it can do no harm.
 */
const RECORD = `
  INSERT INTO gl_period AS p (tenant_id, legal_entity_id, period_month, gl_state, sequence, changed_at, event_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (tenant_id, legal_entity_id, period_month) DO UPDATE
     SET gl_state = excluded.gl_state, sequence = excluded.sequence, changed_at = excluded.changed_at, event_id = excluded.event_id
   WHERE (p.sequence, p.changed_at, p.gl_state = 'LOCKED', p.event_id)
       < (excluded.sequence, excluded.changed_at, excluded.gl_state = 'LOCKED', excluded.event_id)`;

/** @returns whether the change is the latest one known. @throws Problem `MONTH_INVALID` */
export async function recordPeriod(
  tx: Tx,
  owner: Pick<Owner, 'tenantId' | 'legalEntityId'>,
  change: PeriodChange,
): Promise<boolean> {
  const { month, state, sequence, changedAt, eventId } = change;
  const values = [owner.tenantId, owner.legalEntityId, firstDayOf(month), state, sequence, changedAt, eventId];
  return (await tx.execute(RECORD, values)) === 1;
}

/** State of a month: locked by the general ledger, or held here. A month that nobody spoke of is open. @throws Problem `MONTH_INVALID` */
export async function periodState(tx: Tx, month: string): Promise<PeriodState> {
  const rows = await tx.query<{ state: PeriodState }>(
    `SELECT state FROM gl_period
      WHERE ${OWN} AND period_month = $1`,
    [firstDayOf(month)],
  );
  return rows[0]?.state ?? 'OPEN';
}

/**
 * Refuses work on a month that is locked as far as this transaction can see; a lock that arrives later finds the work done.
 *
 * @throws Problem `PERIOD_LOCKED`, `MONTH_INVALID`
 */
export async function requireOpenPeriod(tx: Tx, month: string): Promise<void> {
  if ((await periodState(tx, month)) === 'OPEN') return;
  throw ledgerProblem('PERIOD_LOCKED', `the month ${month} is locked`, { period_month: month });
}
