import { monthOf, type Tx } from '@prorata/platform';
import type { MonthKey } from '../facts/step.ts';
import { finopsProblem } from '../problems.ts';

export type PeriodState = 'OPEN' | 'CLOSED' | 'LOCKED';

const STATE = `
  SELECT state FROM period_closure WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3`;

const CLOSED_AT = `
  SELECT to_char(closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS closed_at FROM period_closure
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND state <> 'OPEN'`;

const CLOSED_AMONG = `
  SELECT to_char(period_month, 'YYYY-MM') AS month FROM period_closure
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND state <> 'OPEN' AND period_month = ANY ($3::date[])`;

/** The state of a month; one that nobody closed is open. */
export async function stateOf(tx: Tx, key: MonthKey): Promise<PeriodState> {
  const [row] = await tx.query<{ state: PeriodState }>(STATE, key);
  return row?.state ?? 'OPEN';
}

/** When a month that is not open was closed, as an ISO 8601 time in UTC; null while it is open. */
export async function closedSince(tx: Tx, key: MonthKey): Promise<string | null> {
  const [row] = await tx.query<{ closed_at: string }>(CLOSED_AT, key);
  return row?.closed_at ?? null;
}

/**
 * Refuses what would change a month that is not open. Whoever changes months holds the entity's lock (`LOCK_ENTITY`), so that
 * the answer stays true until the transaction ends.
 *
 * @throws Problem `PERIOD_CLOSED`, `PERIOD_LOCKED`
 */
export async function requireOpenMonth(tx: Tx, key: MonthKey): Promise<void> {
  const state = await stateOf(tx, key);
  if (state === 'OPEN') return;
  const month = monthOf(key[2]);
  const code = state === 'LOCKED' ? 'PERIOD_LOCKED' : 'PERIOD_CLOSED';
  throw finopsProblem(code, `${month} is ${state.toLowerCase()}`, { period_month: month, state });
}

/** Which of these months (first days) are not open, as YYYY-MM: what arrives for them waits. */
export async function closedMonthsAmong(
  tx: Tx,
  [tenantId, legalEntityId]: readonly [tenantId: string, legalEntityId: string],
  firstDays: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ month: string }>(CLOSED_AMONG, [tenantId, legalEntityId, [...new Set(firstDays)]]);
  return new Set(rows.map(({ month }) => month));
}
