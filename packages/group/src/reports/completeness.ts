import { monthOf } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { type ReportInput, spanOf } from './filters.ts';
import { read } from './read.ts';

/** Has the entity published the month, which revision, is it closed (spec 04, "Completeness")? */
export interface CompletenessRow {
  readonly entity: string;
  readonly label: string;
  readonly period_month: string;
  /** Null where nothing was published. */
  readonly revision: number | null;
  /** OPEN or CLOSED as the entity said; MISSING where an active entity has not published; INACTIVE where none is expected. */
  readonly status: 'OPEN' | 'CLOSED' | 'MISSING' | 'INACTIVE';
  readonly group_status: 'OPEN' | 'LOCKED';
  readonly received_at: string | null;
  readonly fact_rows: number;
  /** A later revision of the entity that was refused because the month is locked: it differs from the group. Null where none was. */
  readonly differs_revision: number | null;
  /** Products that the entity mapped to no reference of the group. */
  readonly unmapped_products: number;
}

export interface Completeness {
  readonly from: string | null;
  readonly to: string | null;
  readonly rows: CompletenessRow[];
  /** Of what was expected, how much is there. */
  readonly expected: number;
  readonly published: number;
}

const COMPLETENESS = `
  SELECT e.entity_id AS entity, e.label, m.period_month, p.revision,
         CASE WHEN p.revision IS NOT NULL THEN p.period_state
              WHEN m.period_month < e.active_from OR m.period_month > e.active_to THEN 'INACTIVE'
              ELSE 'MISSING' END AS status,
         COALESCE(s.status, 'OPEN') AS group_status,
         to_char(p.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at,
         COALESCE(p.fact_rows, 0)::text AS fact_rows,
         (SELECT max(r.revision) FROM intake_refusal r
           WHERE r.code = 'PERIOD_LOCKED' AND r.period_month = m.period_month AND r.signed_entity = e.entity_id
             AND r.revision > COALESCE(p.revision, 0)) AS differs_revision,
         COALESCE((p.report -> 'unmapped' ->> 'products')::int, 0) AS unmapped_products
    FROM dim_entity e
   CROSS JOIN unnest($1::date[]) AS m(period_month)
    LEFT JOIN publication p ON p.entity_id = e.entity_id AND p.period_month = m.period_month AND p.status = 'ACCEPTED'
    LEFT JOIN period_status s ON s.period_month = m.period_month
   WHERE $2::text[] IS NULL OR e.entity_id = ANY($2::text[])
   ORDER BY e.entity_id, m.period_month`;

/** Every entity against every month in which the group has facts (or that was asked for by name). */
export async function reportCompleteness(
  group: GroupNode,
  input: Pick<ReportInput, 'from' | 'to' | 'entity'> = {},
): Promise<Completeness> {
  return await read(group, async (tx) => {
    const span = await spanOf(tx, group, input);
    const days = span.from !== null && span.from === span.to ? [`${span.from}-01`] : span.days;
    const rows = await tx.query<Omit<CompletenessRow, 'fact_rows'> & { fact_rows: string }>(COMPLETENESS, [
      days,
      input.entity === undefined || input.entity.length === 0 ? null : input.entity,
    ]);
    const expected = rows.filter((row) => row.status !== 'INACTIVE');
    return {
      from: span.from,
      to: span.to,
      rows: rows.map((row) => ({ ...row, period_month: monthOf(row.period_month), fact_rows: Number(row.fact_rows) })),
      expected: expected.length,
      published: expected.filter((row) => row.revision !== null).length,
    };
  });
}
