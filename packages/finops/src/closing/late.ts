import type { Tx } from '@prorata/platform';
import type { MonthKey } from '../facts/step.ts';
import * as sql from './closing.sql.ts';

/** What a file brought for a closed month in one scope and currency. Costs are decimal texts. */
export interface LateScope {
  readonly month: string;
  /** WAITING until the month is reopened or the difference is booked elsewhere; then BOOKED. */
  readonly state: 'WAITING' | 'BOOKED';
  readonly file: string;
  readonly import_id: string;
  /** Provider of a bill, or name of the source of measurements. */
  readonly source: string;
  readonly billing_account: string | null;
  readonly currency: string | null;
  readonly rows: number;
  readonly cost_effective: string | null;
  readonly cost_billed: string | null;
  readonly received_at: string;
}

/** What came too late, for one month (its first day) or for all. */
export async function lateScopes(
  tx: Tx,
  scope: readonly [tenantId: string, legalEntityId: string],
  states: readonly LateScope['state'][],
  firstDay: string | null,
): Promise<LateScope[]> {
  return await tx.query<LateScope>(sql.LATE_SCOPES, [...scope, firstDay, states]);
}

/** Takes what came late into its month, as if it had come in time. The transaction sets whose month it is. */
export async function takeLate(tx: Tx, [, , firstDay]: MonthKey, states: readonly LateScope['state'][]): Promise<void> {
  await tx.query(sql.TAKE_LATE, [firstDay, states]);
}
