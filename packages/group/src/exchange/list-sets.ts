import type { GroupNode } from '../node/group-node.ts';

export interface RateSetEntry {
  readonly rate_set: number;
  readonly source: string;
  readonly base_currency: string;
  readonly group_currency: string;
  readonly sha256: string;
  readonly first_day: string;
  readonly last_day: string;
  readonly months: number;
  readonly currencies: number;
  readonly imported_at: string;
  /** Whether open months are converted with it. */
  readonly in_use: boolean;
  /** Locked months that stay on it, `YYYY-MM`. */
  readonly pinned_by: readonly string[];
}

const SETS = `
  WITH used AS (
    SELECT COALESCE((SELECT rate_set FROM group_policy ORDER BY version DESC LIMIT 1), (SELECT max(rate_set) FROM fx_rate_set)) AS rate_set)
  SELECT s.rate_set, s.source, s.base_currency, s.group_currency, s.sha256, s.first_day, s.last_day,
         (SELECT count(DISTINCT period_month)::int FROM fx_rate r WHERE r.rate_set = s.rate_set) AS months,
         (SELECT count(DISTINCT currency)::int FROM fx_rate r WHERE r.rate_set = s.rate_set) AS currencies,
         to_char(s.imported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS imported_at,
         s.rate_set = used.rate_set AS in_use,
         ARRAY(SELECT to_char(p.period_month, 'YYYY-MM') FROM period_status p
                WHERE p.status = 'LOCKED' AND p.rate_set = s.rate_set ORDER BY 1) AS pinned_by
    FROM fx_rate_set s CROSS JOIN used ORDER BY s.rate_set DESC`;

/** Every rate set, the latest first; none of them ever changes. */
export async function listRateSets(group: GroupNode): Promise<RateSetEntry[]> {
  return await group.db.transaction(group.scope, (tx) => tx.query<RateSetEntry & Record<string, unknown>>(SETS), {
    role: 'reader',
    readOnly: true,
  });
}
