import { firstDayOf, monthOf } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { conversionTo, type Pair } from './multipliers.ts';

export interface MultiplierRow {
  readonly period_month: string;
  readonly currency: string;
  /** Null where the month has no rate. */
  readonly multiplier: string | null;
  /** The mean is sum over days, in units for one euro; null for the euro itself and where there is none. */
  readonly mean_rate_sum: string | null;
  readonly mean_rate_days: number | null;
  readonly rate_set: number | null;
  readonly provisional: boolean;
}

/** What converts each month and currency that the group has costs in, so that a converted figure can be followed by hand. */
export async function listMultipliers(
  group: GroupNode,
  input: { readonly from?: string; readonly to?: string; readonly currency?: string } = {},
): Promise<{ currency: string; rows: MultiplierRow[] }> {
  const target = input.currency ?? group.config.currency;
  const from = input.from === undefined ? null : firstDayOf(input.from);
  const to = input.to === undefined ? null : firstDayOf(input.to);
  return await group.db.transaction(
    group.scope,
    async (tx) => {
      const pairs = await tx.query<Pair & Record<string, string>>(
        `SELECT DISTINCT period_month, currency FROM mv_group_entity_month
          WHERE ($1::date IS NULL OR period_month >= $1) AND ($2::date IS NULL OR period_month <= $2) ORDER BY 1, 2`,
        [from, to],
      );
      const { multipliers, rates } = await conversionTo(tx, target, pairs);
      const rows = pairs.map((pair, index) => {
        const rate = rates.get(`${pair.period_month} ${pair.currency}`);
        return {
          period_month: monthOf(pair.period_month),
          currency: pair.currency,
          multiplier: multipliers[index] ?? null,
          mean_rate_sum: rate?.rate_sum ?? null,
          mean_rate_days: rate?.rate_days ?? null,
          rate_set: rate?.rate_set ?? null,
          provisional: rate?.provisional ?? false,
        };
      });
      return { currency: target, rows };
    },
    { role: 'reader', readOnly: true },
  );
}
