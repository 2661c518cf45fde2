import type { GroupNode } from '../node/group-node.ts';
import { GROUP_VIEWS, MEASURED_FACTS } from './views.ts';

/** How one table differs from what its definition gives: rows that are missing in it, and rows that it has too many. */
export interface ViewCheck {
  readonly view: string;
  readonly rows: number;
  readonly missing: number;
  readonly surplus: number;
}

export interface Verification {
  readonly consistent: boolean;
  readonly rows: readonly ViewCheck[];
}

/**
 * Recomputes every group view from the facts and compares in both directions; and compares the facts with the totals that
 * their publishers signed. Each comparison is one statement, hence one snapshot: intakes may go on meanwhile.
 */
export async function verifyViews(group: GroupNode): Promise<Verification> {
  return await group.db.transaction(
    group.scope,
    async (tx) => {
      const rows: ViewCheck[] = [];
      for (const view of GROUP_VIEWS) {
        const [count] = await tx.query<{ rows: string; missing: string; surplus: string }>(
          comparison(`WITH measured AS (${MEASURED_FACTS}) ${view.definition}`, `SELECT * FROM ${view.name}`),
        );
        rows.push(check(view.name, count));
      }
      const [facts] = await tx.query<{ rows: string; missing: string; surplus: string }>(comparison(SIGNED, STORED));
      rows.push(check('fact_consumption_group', facts));
      return { consistent: rows.every((row) => row.missing === 0 && row.surplus === 0), rows };
    },
    { role: 'reader', readOnly: true },
  );
}

function comparison(wanted: string, stored: string): string {
  return `WITH wanted AS MATERIALIZED (${wanted}), stored AS MATERIALIZED (${stored})
    SELECT (SELECT count(*) FROM stored) AS rows,
           (SELECT count(*) FROM (SELECT * FROM wanted EXCEPT ALL SELECT * FROM stored) AS m) AS missing,
           (SELECT count(*) FROM (SELECT * FROM stored EXCEPT ALL SELECT * FROM wanted) AS s) AS surplus`;
}

function check(view: string, count: { rows: string; missing: string; surplus: string } | undefined): ViewCheck {
  return {
    view,
    rows: Number(count?.rows),
    missing: Number(count?.missing),
    surplus: Number(count?.surplus),
  };
}

/** Totals as signed in the manifests of the current publications. */
const SIGNED = `
  SELECT p.entity_id, p.period_month, t.consumption_type COLLATE "C" AS consumption_type, t.currency COLLATE "C" AS currency,
         t.rows, t.cost_effective, t.cost_billed, t.cost_standard
    FROM publication p
   CROSS JOIN LATERAL jsonb_to_recordset(p.manifest -> 'totals') AS t(consumption_type text, currency text, rows bigint,
         cost_effective numeric, cost_billed numeric, cost_standard numeric)
   WHERE p.status = 'ACCEPTED' AND p.period_month NOT IN (SELECT r.period_month FROM retired_month r)`;

const STORED = `
  SELECT entity_id, period_month, consumption_type, currency, count(*) AS rows,
         sum(cost_effective) AS cost_effective, sum(cost_billed) AS cost_billed, sum(cost_standard) AS cost_standard
    FROM fact_consumption_group
   GROUP BY entity_id, period_month, consumption_type, currency`;
