import { firstDayOf } from '@prorata/platform';
import type { MoneyTotal } from '../facts/step.ts';
import type { EntityNode } from '../node/entity.ts';
import { viewLabel } from '../pricing/view-name.ts';
import { type Adjustment, allAdjustments } from './adjustments.ts';
import * as sql from './closing.sql.ts';
import type { PeriodState } from './guard.ts';
import { type LateScope, lateScopes } from './late.ts';

/** What a month is at: its state, what it came to, what waits for it and what is booked elsewhere. */
export interface Period {
  readonly period_month: string;
  readonly state: PeriodState;
  readonly closed_at: string | null;
  readonly closed_by: string | null;
  /** `STANDARD@2`: what values the month, frozen where it is closed. */
  readonly view: string | null;
  readonly run_id: string | null;
  readonly facts: number | null;
  readonly totals: readonly MoneyTotal[];
  /** Digest of the frozen costs; null while the month is open. */
  readonly facts_sha256: string | null;
  /** Files that came for the month after it was closed, and wait for it to be reopened or for their difference to be booked. */
  readonly waiting: readonly LateScope[];
  /** Corrections of this month that others carry. */
  readonly booked_in: readonly Pick<Adjustment, 'adjustment_id' | 'period_month' | 'totals'>[];
  /** Corrections of others that this month carries. */
  readonly carries: readonly Pick<Adjustment, 'adjustment_id' | 'adjusts_month' | 'totals'>[];
}

interface PeriodRow extends Pick<Period, 'state' | 'closed_at' | 'closed_by' | 'run_id' | 'facts' | 'facts_sha256'> {
  readonly month: string;
  readonly view_code: string | null;
  readonly view_version: number | null;
  readonly totals: readonly MoneyTotal[] | null;
}

/** Every month that has input, facts or a state, oldest first. */
export async function listPeriods(entity: EntityNode): Promise<{ readonly rows: readonly Period[] }> {
  const scope = [entity.scope.tenantId, entity.scope.legalEntityId] as const;
  return await entity.db.transaction(
    entity.scope,
    async (tx) => {
      const found = await tx.query<PeriodRow>(sql.PERIODS, scope);
      const waiting = await lateScopes(tx, scope, ['WAITING'], null);
      const booked = await allAdjustments(tx, entity);
      return { rows: found.map((row) => periodOf(row, waiting, booked)) };
    },
    { readOnly: true },
  );
}

function periodOf(row: PeriodRow, waiting: readonly LateScope[], booked: readonly Adjustment[]): Period {
  const { month, view_code: code, view_version: version, totals, ...rest } = row;
  return {
    period_month: month,
    ...rest,
    view: code === null || version === null ? null : viewLabel({ code, version }),
    totals: totals ?? [],
    waiting: waiting.filter((one) => one.month === month),
    booked_in: booked
      .filter((one) => one.adjusts_month === month)
      .map(({ adjustment_id, period_month, totals }) => ({ adjustment_id, period_month, totals })),
    carries: booked
      .filter((one) => one.period_month === month)
      .map(({ adjustment_id, adjusts_month, totals }) => ({ adjustment_id, adjusts_month, totals })),
  };
}

/** One change of a month's state, as it is kept for good. */
export interface PeriodChangeRow {
  readonly month: string;
  readonly version: number;
  readonly from_state: PeriodState;
  readonly to_state: PeriodState;
  readonly reason: string | null;
  readonly details: unknown;
  readonly changed_at: string;
  readonly changed_by: string;
}

/** Who closed, locked and reopened a month, when and why; all months unless one is named. @throws Problem `MONTH_INVALID` */
export async function periodHistory(
  entity: EntityNode,
  month?: string,
): Promise<{ readonly rows: readonly PeriodChangeRow[] }> {
  const values = [entity.scope.tenantId, entity.scope.legalEntityId, month === undefined ? null : firstDayOf(month)];
  const rows = await entity.db.transaction(entity.scope, (tx) => tx.query<PeriodChangeRow>(sql.CHANGES, values), {
    readOnly: true,
  });
  return { rows };
}
