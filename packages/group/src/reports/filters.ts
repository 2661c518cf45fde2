import { monthOf, monthsBetween, parseMonth, parseMonths, shiftMonth, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import type { Dimension, Hierarchy, Measure } from './dimensions.ts';
import { type AskedCodes, refuseUnknownCodes } from './known-codes.ts';
import { isOfEntity, remembered } from './read.ts';
import { columnOf, type Wanted } from './source.ts';

/** Of facts: production, everything else, not known, not applicable (spec 04). */
export const ENVIRONMENTS = ['prod', 'non_prod', 'unknown', 'n_a'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What every report can be asked. Months are `YYYY-MM`, both ends counted; what is left out does not narrow. */
export interface ReportInput extends AskedCodes {
  readonly from?: string;
  readonly to?: string;
  /** ISO 4217; the group's currency unless told. */
  readonly currency?: string;
  readonly measure?: Measure;
  readonly consumption_type?: 'DIRECT' | 'INDIRECT';
  readonly without_tax?: boolean;
  readonly environment?: readonly Environment[];
  /** Whose domains and families: as reported unless told. Filters on them follow it. */
  readonly hierarchy?: Hierarchy;
}

/** The months of a report: those that have facts, and the calendar range that they were picked from. */
export interface Span {
  readonly from: string | null;
  readonly to: string | null;
  /** First days of months that have facts, in order. */
  readonly days: readonly string[];
  /** First days of the months right before, as many as there are days; empty unless all of them have facts. */
  readonly before: readonly string[];
  /** First days of the same months a year before; empty unless all of them have facts. */
  readonly yearBefore: readonly string[];
}

/**
 * @throws Problem `MONTH_INVALID` for a month that is none, or a range that ends before it begins; `ENTITY_UNKNOWN` and
 *   `CODE_UNKNOWN` for what the group does not have, which an empty report would hide
 */
export async function spanOf(tx: Tx, group: GroupNode, input: ReportInput): Promise<Span> {
  const from = input.from === undefined ? undefined : parseMonth(input.from);
  const to = input.to === undefined ? undefined : parseMonth(input.to);
  if (from !== undefined && to !== undefined) parseMonths(from, to);
  const { known, retired } = await monthsKnown(tx, group);
  refuseRetired(retired, from, to);
  const days = known.filter(
    (day) => (from === undefined || monthOf(day) >= from) && (to === undefined || monthOf(day) <= to),
  );
  await refuseUnknownCodes(tx, input, days);
  const range = { from: from ?? monthOrNull(days[0]), to: to ?? monthOrNull(days.at(-1)) };
  const yearBefore = days.map((day) => earlier(day, 12));
  return {
    ...range,
    days,
    before: periodBefore({ ...range, days }, known),
    yearBefore: yearBefore.every((day) => known.includes(day)) ? yearBefore : [],
  };
}

/** Steps from month to month along the index instead of passing every row; an entity's own rows are few. */
const MONTHS = `
  WITH RECURSIVE found AS (
    (SELECT period_month FROM mv_group_domain_month ORDER BY period_month LIMIT 1)
    UNION ALL
    SELECT (SELECT v.period_month FROM mv_group_domain_month v WHERE v.period_month > found.period_month
             ORDER BY v.period_month LIMIT 1)
      FROM found WHERE found.period_month IS NOT NULL)
  SELECT period_month, false AS retired FROM found WHERE period_month IS NOT NULL
   UNION ALL SELECT period_month, true FROM retired_month ORDER BY 1`;
const MONTHS_OF_ENTITY = `
  SELECT DISTINCT period_month, false AS retired FROM mv_group_entity_month
   UNION ALL SELECT period_month, true FROM retired_month ORDER BY 1`;

/** First days of the months in which anything was published, in order. */
export async function monthsWithFacts(tx: Tx, group: GroupNode): Promise<readonly string[]> {
  return (await monthsKnown(tx, group)).known;
}

/** Beside those that have facts, those whose facts left by age; a month that is on its way is retired. */
async function monthsKnown(
  tx: Tx,
  group: GroupNode,
): Promise<Readonly<Record<'known' | 'retired', readonly string[]>>> {
  const rows = await remembered(tx, 'months', () =>
    tx.query<{ period_month: string; retired: boolean }>(isOfEntity(group) ? MONTHS_OF_ENTITY : MONTHS),
  );
  const retired = rows.filter((row) => row.retired).map((row) => row.period_month);
  const known = rows.filter((row) => !row.retired).map((row) => row.period_month);
  return { known: known.filter((day) => !retired.includes(day)), retired };
}

/** A report that begins at a month says what it would leave out. */
function refuseRetired(retired: readonly string[], from: string | undefined, to: string | undefined): void {
  if (from === undefined) return;
  const months = retired.map(monthOf).filter((month) => month >= from && (to === undefined || month <= to));
  if (months.length > 0) throw groupProblem('MONTH_RETIRED', months.join(', '), { months });
}

function monthOrNull(day: string | undefined): string | null {
  return day === undefined ? null : monthOf(day);
}

// What is not there cannot be compared with: against a part of the period before, every cost would seem to have grown.
function periodBefore(
  { from, to, days }: Pick<Span, 'from' | 'to' | 'days'>,
  known: readonly string[],
): readonly string[] {
  if (from === null || to === null) return [];
  const before = days.map((day) => earlier(day, monthsBetween(from, to)));
  return before.every((day) => known.includes(day)) ? before : [];
}

/** First days of the months that are so many months before each month of a report. */
export function monthsBefore(span: Span, months: number): readonly string[] {
  return span.days.map((day) => earlier(day, months));
}

function earlier(day: string, months: number): string {
  return `${shiftMonth(monthOf(day), -months)}-01`;
}

/** A condition and the dimensions that it needs the source to know. */
export interface Narrowing {
  readonly sql: string;
  readonly dimensions: readonly Dimension[];
}

/** The WHERE clause of everything but the months, over a source named `v`. Pushes its parameters onto `values`. */
export function narrowing(input: ReportInput, values: unknown[]): Narrowing {
  const conditions: string[] = [];
  const dimensions: Dimension[] = [];
  const lists = [
    ['entity_id', input.entity],
    ['domain_id', input.domain],
    ['family_id', input.family],
    ['application_id', input.application],
    ['product_id', input.product],
    ['environment', input.environment],
  ] as const;
  for (const [dimension, codes] of lists) {
    if (codes === undefined || codes.length === 0) continue;
    values.push(codes);
    conditions.push(`v.${columnOf(dimension, input.hierarchy)} = ANY($${values.length}::text[])`);
    dimensions.push(dimension);
  }
  if (input.consumption_type !== undefined) {
    values.push(input.consumption_type);
    conditions.push(`v.consumption_type = $${values.length}`);
  }
  if (input.without_tax === true) conditions.push('NOT v.is_tax');
  return { sql: conditions.map((condition) => ` AND ${condition}`).join(''), dimensions };
}

/** Where to read what a report groups by and filters on. */
export function wantedOf(
  group: GroupNode,
  input: ReportInput,
  dimensions: Iterable<Dimension>,
): Wanted & { readonly dimensions: Set<Dimension> } {
  return { dimensions: new Set(dimensions), hierarchy: input.hierarchy, ofEntity: isOfEntity(group) };
}
