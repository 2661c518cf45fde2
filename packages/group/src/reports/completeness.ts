import { firstDayOf, monthOf, monthsBetween, shiftMonth, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { type ReportInput, type Span, spanOf } from './filters.ts';
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

/** Months of bundles without a single fact are none of `spanOf`, and yet published. */
const PUBLISHED = `
  SELECT min(period_month) AS first, max(period_month) AS last FROM publication p
   WHERE status = 'ACCEPTED' AND NOT EXISTS (SELECT 1 FROM retired_month r WHERE r.period_month = p.period_month)`;

/** A range that is no slip of the hand: `discipline` takes as many. */
const MOST_MONTHS = 240;

/**
 * Every entity against every month of the range, whether anybody published it or not: a hole is what one looks for. Without a range, from
 * the first month of the group to its last (of the last 240); a month that is asked for is shown up to the one that runs, and later where it is published.
 *
 * @throws Problem `MONTH_INVALID`, `MONTHS_TOO_MANY`, `ENTITY_UNKNOWN`, `MONTH_RETIRED`
 */
export async function reportCompleteness(
  group: GroupNode,
  input: Pick<ReportInput, 'from' | 'to' | 'entity'> = {},
): Promise<Completeness> {
  return await read(group, async (tx) => {
    const span = await spanOf(tx, group, input);
    const range = await rangeOf(tx, span.days, input);
    const days = monthsOf(range).map(firstDayOf);
    const rows = await tx.query<Omit<CompletenessRow, 'fact_rows'> & { fact_rows: string }>(COMPLETENESS, [
      days,
      input.entity === undefined || input.entity.length === 0 ? null : input.entity,
    ]);
    const expected = rows.filter((row) => row.status !== 'INACTIVE');
    return {
      from: range.from ?? null,
      to: range.to ?? null,
      rows: rows.map((row) => ({ ...row, period_month: monthOf(row.period_month), fact_rows: Number(row.fact_rows) })),
      expected: expected.length,
      published: expected.filter((row) => row.revision !== null).length,
    };
  });
}

interface Range {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

async function rangeOf(tx: Tx, days: Span['days'], asked: Pick<ReportInput, 'from' | 'to'>): Promise<Range> {
  const [published] = await tx.query<{ first: string | null; last: string | null }>(PUBLISHED);
  const known = [days[0], days.at(-1), published?.first, published?.last]
    .flatMap((day) => (day ? [monthOf(day)] : []))
    .sort();
  const to = asked.to ?? known.at(-1);
  const from =
    asked.from ?? (to === undefined ? undefined : [known[0] ?? to, shiftMonth(to, 1 - MOST_MONTHS)].sort().at(-1));
  const running = new Date().toISOString().slice(0, 7);
  const end = [running, ...known].sort().at(-1) ?? running;
  return { from, to: from === to || to === undefined || to < end ? to : end };
}

function monthsOf({ from, to }: Range): string[] {
  if (from === undefined || to === undefined || from > to) return [];
  const count = monthsBetween(from, to);
  if (count > MOST_MONTHS) {
    throw groupProblem('MONTHS_TOO_MANY', `${from} to ${to} is more than ${MOST_MONTHS} months`, { from, to });
  }
  return Array.from({ length: count }, (_, index) => shiftMonth(from, index));
}
