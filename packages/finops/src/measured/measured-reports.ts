import { firstDayOf } from '@prorata/platform';

import type { EntityNode } from '../node/entity.ts';
import type { QuantityTotal } from './judge-rows.ts';
import * as sql from './measured.sql.ts';

export interface MeasuredFileRow {
  readonly import_id: string;
  readonly source: string;
  readonly file: string;
  readonly sha256: string;
  readonly kind: 'csv' | 'csv.gz' | 'parquet';
  readonly rows: number;
  readonly totals: readonly QuantityTotal[];
  readonly created_at: string;
  readonly scopes: readonly {
    readonly period_month: string;
    readonly rows: number;
    /** Import that restated the month; null where it stands. */
    readonly superseded_by: string | null;
  }[];
}

/** The latest files of measurements, superseded ones included. */
export async function listMeasured(
  entity: EntityNode,
  limit = 200,
): Promise<{ readonly rows: readonly MeasuredFileRow[] }> {
  const { tenantId, legalEntityId } = entity.scope;
  const values = [tenantId, legalEntityId, limit];
  const rows = await entity.db.transaction(entity.scope, (tx) => tx.query<MeasuredFileRow>(sql.FILES, values), {
    readOnly: true,
  });
  return { rows };
}

/** Corrections of one source: issued in `period_month`, concerning `charge_month` (null where the bill does not say). */
export interface CorrectionRow {
  readonly period_month: string;
  readonly charge_month: string | null;
  readonly origin: 'BILL' | 'MEASURED';
  /** Provider of the bill, or source of the measurements. */
  readonly source: string;
  readonly currency: string;
  readonly product_id: string | null;
  readonly unit: string | null;
  readonly rows: number;
  /** Of measurements, within one product and unit. */
  readonly quantity: string | null;
  /** Of bills. */
  readonly cost_effective: string | null;
  readonly cost_billed: string | null;
}

export interface CorrectionsReport {
  readonly period_month: string;
  /** `ISSUED`: corrections billed in the month, by the month they concern. `CONCERNING`: the other way round. */
  readonly direction: 'ISSUED' | 'CONCERNING';
  readonly rows: readonly CorrectionRow[];
}

/**
 * Corrections stay in the billing period in which they were issued; here they are told by the charge period they concern, or, for
 * a charge period, by where its corrections were issued.
 *
 * @param month YYYY-MM
 * @throws Problem `MONTH_INVALID`
 */
export async function reportCorrections(
  entity: EntityNode,
  month: string,
  direction: CorrectionsReport['direction'] = 'ISSUED',
): Promise<CorrectionsReport> {
  const { tenantId, legalEntityId } = entity.scope;
  const values = [tenantId, legalEntityId, firstDayOf(month), direction === 'CONCERNING'];
  const rows = await entity.db.transaction(entity.scope, (tx) => tx.query<CorrectionRow>(sql.CORRECTIONS, values), {
    readOnly: true,
  });
  return { period_month: month, direction, rows };
}
