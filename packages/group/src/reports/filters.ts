import { monthOf, monthsBetween, parseMonth, parseMonths, shiftMonth, type Tx } from '@prorata/platform';
import { groupProblem } from '../problems.ts';
import type { Dimension, Measure } from './dimensions.ts';

/** What every report can be asked. Months are `YYYY-MM`, both ends counted; what is left out does not narrow. */
export interface ReportInput {
  readonly from?: string;
  readonly to?: string;
  /** ISO 4217; the group's currency unless told. */
  readonly currency?: string;
  readonly measure?: Measure;
  readonly consumption_type?: 'DIRECT' | 'INDIRECT';
  readonly without_tax?: boolean;
  readonly entity?: readonly string[];
  readonly domain?: readonly string[];
  readonly application?: readonly string[];
}

/** The months of a report: those that have facts, and the calendar range that they were picked from. */
export interface Span {
  readonly from: string | null;
  readonly to: string | null;
  /** First days of months that have facts, in order. */
  readonly days: readonly string[];
  /** First days of the months right before, as many as there are days; empty unless all of them have facts. */
  readonly before: readonly string[];
}

/**
 * @throws Problem `MONTH_INVALID` for a month that is none, or a range that ends before it begins; `ENTITY_UNKNOWN` for an entity
 *   that the group does not have, which an empty report would hide
 */
export async function spanOf(tx: Tx, input: ReportInput): Promise<Span> {
  await refuseUnknownEntities(tx, input.entity ?? []);
  const from = input.from === undefined ? undefined : parseMonth(input.from);
  const to = input.to === undefined ? undefined : parseMonth(input.to);
  if (from !== undefined && to !== undefined) parseMonths(from, to);
  const rows = await tx.query<{ period_month: string }>(
    'SELECT DISTINCT period_month FROM mv_group_domain_month ORDER BY period_month',
  );
  const known = rows.map((row) => row.period_month);
  const days = known.filter(
    (day) => (from === undefined || monthOf(day) >= from) && (to === undefined || monthOf(day) <= to),
  );
  const range = { from: from ?? monthOrNull(days[0]), to: to ?? monthOrNull(days.at(-1)) };
  return { ...range, days, before: periodBefore({ ...range, days }, known) };
}

async function refuseUnknownEntities(tx: Tx, entities: readonly string[]): Promise<void> {
  if (entities.length === 0) return;
  const rows = await tx.query<{ entity_id: string }>('SELECT entity_id FROM dim_entity WHERE entity_id = ANY($1)', [
    entities,
  ]);
  const known = new Set(rows.map((row) => row.entity_id));
  const unknown = entities.filter((entity) => !known.has(entity));
  if (unknown.length > 0) {
    throw groupProblem('ENTITY_UNKNOWN', `the group has no entity ${unknown.join(', ')}`, { entities: unknown });
  }
}

function monthOrNull(day: string | undefined): string | null {
  return day === undefined ? null : monthOf(day);
}

// What is not there cannot be compared with: against a part of the period before, every cost would seem to have grown.
function periodBefore({ from, to, days }: Omit<Span, 'before'>, known: readonly string[]): readonly string[] {
  if (from === null || to === null) return [];
  const before = days.map((day) => dayBefore(day, monthsBetween(from, to)));
  return before.every((day) => known.includes(day)) ? before : [];
}

/** First days of the month before each month of a report that goes by month. */
export function monthsBefore(span: Span): readonly string[] {
  return span.days.map((day) => dayBefore(day, 1));
}

function dayBefore(day: string, months: number): string {
  return `${shiftMonth(monthOf(day), -months)}-01`;
}

/** A condition and the parameters it brings; `next` numbers them. */
export interface Narrowing {
  readonly sql: string;
  readonly dimensions: readonly Dimension[];
}

/** The WHERE clause of everything but the months, over a view named `v`. Pushes its parameters onto `values`. */
export function narrowing(input: ReportInput, values: unknown[]): Narrowing {
  const conditions: string[] = [];
  const dimensions: Dimension[] = [];
  const lists = [
    ['entity_id', input.entity],
    ['domain_id', input.domain],
    ['application_id', input.application],
  ] as const;
  for (const [dimension, codes] of lists) {
    if (codes === undefined || codes.length === 0) continue;
    values.push(codes);
    conditions.push(`v.${dimension} = ANY($${values.length}::text[])`);
    dimensions.push(dimension);
  }
  if (input.consumption_type !== undefined) {
    values.push(input.consumption_type);
    conditions.push(`v.consumption_type = $${values.length}`);
  }
  if (input.without_tax === true) conditions.push('NOT v.is_tax');
  return { sql: conditions.map((condition) => ` AND ${condition}`).join(''), dimensions };
}
