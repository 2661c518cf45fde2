import { firstDayOf, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { narrowing, type ReportInput, wantedOf } from './filters.ts';
import { sourceOver } from './source.ts';

/** Why it cannot be told what the revision before said under the filters of a report. */
export type UnknownBefore =
  /** The filter names applications, and figures of superseded revisions are kept by product. */
  | 'BY_APPLICATION'
  /** A revision was superseded before the group kept such figures; its bundle tells. */
  | 'NOT_KEPT';

/** A slice whose current revision took the place of another one. */
export interface PreviousSlice {
  readonly entity: string;
  /** First day. */
  readonly period_month: string;
  readonly revision: number;
  readonly received_at: string;
  readonly kept: boolean;
}

/** What the revisions before the current ones said, under the same filters and measure. */
export interface PreviousFigures {
  /** By `FR01 2025-07-01`. */
  readonly slices: ReadonlyMap<string, PreviousSlice>;
  /** Local costs by `FR01 2025-07-01 EUR`; empty where they cannot be told. */
  readonly costs: ReadonlyMap<
    string,
    { readonly entity: string; readonly period_month: string; readonly currency: string; readonly cost: string }
  >;
  readonly unknown: UnknownBefore | null;
}

/** Those of the report's months, and of months in its range that have no facts any more: a revision without facts took the place of some. */
const SLICES = `
  SELECT p.entity_id AS entity, p.period_month, p.revision,
         to_char(p.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at,
         p.fact_rows = 0 OR EXISTS (SELECT 1 FROM superseded_figure f
                                     WHERE f.entity_id = p.entity_id AND f.period_month = p.period_month
                                       AND f.revision = p.revision) AS kept
    FROM publication p
    JOIN publication head ON head.entity_id = p.entity_id AND head.period_month = p.period_month
                         AND head.status = 'ACCEPTED' AND head.revision = p.revision + 1
   WHERE ($2::text[] IS NULL OR p.entity_id = ANY($2))
     AND (p.period_month = ANY($1::date[])
          OR head.fact_rows = 0 AND p.period_month >= COALESCE($3::date, '-infinity') AND p.period_month <= COALESCE($4::date, 'infinity')
             AND p.period_month NOT IN (SELECT r.period_month FROM retired_month r))`;

/** @param days first days of the report's months */
export async function previousFigures(
  tx: Tx,
  group: GroupNode,
  input: ReportInput,
  days: readonly string[],
): Promise<PreviousFigures> {
  const entities = input.entity === undefined || input.entity.length === 0 ? null : input.entity;
  const [from, to] = [input.from, input.to].map((month) => (month === undefined ? null : firstDayOf(month)));
  const found = await tx.query<PreviousSlice & Record<string, unknown>>(SLICES, [days, entities, from, to]);
  const slices = new Map(found.map((slice) => [`${slice.entity} ${slice.period_month}`, slice]));
  if (found.length > 0 && (input.application ?? []).length > 0) {
    return { slices, costs: new Map(), unknown: 'BY_APPLICATION' };
  }
  const costs = found.length === 0 ? [] : await costsBefore(tx, group, input, found);
  return {
    slices,
    costs: new Map(costs.map((one) => [`${one.entity} ${one.period_month} ${one.currency}`, one])),
    unknown: found.every((slice) => slice.kept) ? null : 'NOT_KEPT',
  };
}

interface CostBefore extends Record<string, unknown> {
  readonly entity: string;
  readonly period_month: string;
  readonly currency: string;
  readonly cost: string;
}

async function costsBefore(
  tx: Tx,
  group: GroupNode,
  input: ReportInput,
  slices: readonly PreviousSlice[],
): Promise<CostBefore[]> {
  const values: unknown[] = [[...new Set(slices.map((slice) => slice.period_month))]];
  const narrow = narrowing(input, values);
  const source = sourceOver(BEFORE, wantedOf(group, input, ['entity_id', ...narrow.dimensions]));
  return await tx.query<CostBefore>(
    `WITH ${source.steps} part AS (
       SELECT v.entity_id AS entity, v.period_month, v.currency, sum(v.${input.measure ?? 'cost'}) AS cost
         FROM ${source.from} WHERE v.period_month = ANY($1::date[])${narrow.sql} GROUP BY 1, 2, 3)
     SELECT entity, period_month, currency, trim_scale(cost)::text AS cost FROM part`,
    values,
  );
}

/** Of all that was superseded, what the revision right before the current one said. */
const BEFORE = `(SELECT f.* FROM superseded_figure f
    JOIN publication head ON head.entity_id = f.entity_id AND head.period_month = f.period_month
                         AND head.status = 'ACCEPTED' AND head.revision = f.revision + 1)`;
