import type { Tx } from '@prorata/platform';
import { conversionTo } from '../exchange/multipliers.ts';
import type { GroupNode } from '../node/group-node.ts';
import { aggregate, type ReportHead } from './aggregate.ts';
import { VALUED_ROWS } from './dimensions.ts';
import { type Evidence, evidenceIn } from './evidence.ts';
import { type PreviousFigures, previousFigures, type UnknownBefore } from './explain-previous.ts';
import { narrowing, type ReportInput, type Span, wantedOf } from './filters.ts';
import { read } from './read.ts';
import { sourceFor } from './source.ts';

/** What the revision before the current one said of a part, under the same filters. Decimal texts. */
export interface PartBefore {
  readonly revision: number;
  readonly received_at: string;
  /** Null where it cannot be told; `since_previous.unknown` says why. */
  readonly local_cost: string | null;
  /** Now minus before, in the part's currency. */
  readonly difference: string | null;
  /** In the report's currency, at the part's rate; null also without one. */
  readonly cost_difference: string | null;
}

export interface TotalPart {
  readonly entity: string;
  readonly period_month: string;
  readonly local_cost: string;
  readonly currency: string;
  readonly cost: string | null;
  readonly multiplier: string | null;
  readonly rate_set: number | null;
  readonly provisional: boolean;
  readonly fact_rows: number;
  readonly valued_rows: number;
  /** Null where the facts came without a bundle. */
  readonly evidence: Evidence | null;
  /** Null for a first revision. */
  readonly previous: PartBefore | null;
}

/** The parts add up to the total, each with its rate and the publication behind it. What only the revision before had stands as 0. */
export interface TotalExplanation extends ReportHead {
  readonly rows: TotalPart[];
  readonly since_previous: {
    /** Entity-months of the report whose current revision is not the first. */
    readonly slices: number;
    /** Sum of what changed, in the report's currency; null where a part of it is unknown or lacks a rate. */
    readonly difference: string | null;
    readonly unknown: UnknownBefore | null;
  };
}

/** What a total is made of: each entity, month and currency. @throws Problem, those of `spanOf` */
export async function explainTotal(group: GroupNode, input: ReportInput = {}): Promise<TotalExplanation> {
  return await read(group, async (tx) => {
    const { head, span } = await aggregate(tx, group, input, { groupBy: ['entity_id', 'period_month'] });
    const before = await previousFigures(tx, group, input, span.days);
    const parts = withGone(await localParts(tx, group, input, span), before);
    const conversion = await conversionTo(tx, head.currency, parts);
    const converted = await convert(tx, parts, conversion.multipliers, before);
    const evidence = await evidenceIn(tx, [...new Set(parts.map((part) => part.period_month))]);
    const rows = parts.map((part, index): TotalPart => {
      const month = part.period_month.slice(0, 7);
      const rate = conversion.rates.get(`${part.period_month} ${part.currency}`);
      const { cost = null, ...differences } = converted[index] ?? {};
      return {
        ...part,
        period_month: month,
        cost,
        multiplier: conversion.multipliers[index] ?? null,
        rate_set: rate?.rate_set ?? null,
        provisional: rate?.provisional ?? false,
        evidence: evidence.get(`${part.entity} ${month}`) ?? null,
        previous: partBefore(part, before, differences),
      };
    });
    const since_previous = {
      slices: before.slices.size,
      difference: before.unknown === null ? await sumOf(tx, rows) : null,
      unknown: before.unknown,
    };
    return { ...head, row_count: rows.length, next_cursor: null, rows, since_previous };
  });
}

interface LocalPart extends Record<string, unknown> {
  readonly entity: string;
  readonly period_month: string;
  readonly currency: string;
  readonly local_cost: string;
  readonly fact_rows: number;
  readonly valued_rows: number;
}

async function localParts(tx: Tx, group: GroupNode, input: ReportInput, span: Span): Promise<LocalPart[]> {
  const values: unknown[] = [span.days];
  const narrow = narrowing(input, values);
  const source = sourceFor(wantedOf(group, input, ['entity_id', ...narrow.dimensions]));
  const measure = input.measure ?? 'cost';
  return await tx.query<LocalPart>(
    `WITH ${source.steps} part AS (
       SELECT v.entity_id AS entity, v.period_month, v.currency, sum(v.${measure}) AS cost,
              sum(v.fact_rows)::int AS fact_rows, sum(v.${VALUED_ROWS[measure]})::int AS valued_rows
         FROM ${source.from} WHERE v.period_month = ANY($1::date[])${narrow.sql} GROUP BY 1, 2, 3)
     SELECT entity, period_month, currency, trim_scale(cost)::text AS local_cost, fact_rows, valued_rows FROM part`,
    values,
  );
}

/** With what the revision before had and the current one has not, in the order of months, entities and currencies. */
function withGone(parts: readonly LocalPart[], { costs }: PreviousFigures): LocalPart[] {
  const there = new Set(parts.map(placeOf));
  const gone = [...costs.values()].filter((one) => !there.has(placeOf(one)));
  const none = { local_cost: '0', fact_rows: 0, valued_rows: 0 };
  const all = [
    ...parts,
    ...gone.map(({ entity, period_month, currency }) => ({ entity, period_month, currency, ...none })),
  ];
  const order = (part: LocalPart) => `${part.period_month} ${part.entity} ${part.currency}`;
  return all.sort((one, other) => (order(one) < order(other) ? -1 : 1));
}

function placeOf(part: Pick<LocalPart, 'entity' | 'period_month' | 'currency'>): string {
  return `${part.entity} ${part.period_month} ${part.currency}`;
}

/** Of a slice whose figures were kept and that had no such cost: 0; null where it cannot be told. */
function costBefore(part: LocalPart, before: PreviousFigures): string | null {
  const slice = before.slices.get(`${part.entity} ${part.period_month}`);
  if (slice === undefined || !slice.kept || before.unknown === 'BY_APPLICATION') return null;
  return before.costs.get(placeOf(part))?.cost ?? '0';
}

interface Converted extends Record<string, unknown> {
  readonly cost: string | null;
  readonly difference: string | null;
  readonly cost_difference: string | null;
}

async function convert(
  tx: Tx,
  parts: readonly LocalPart[],
  multipliers: readonly (string | null)[],
  before: PreviousFigures,
): Promise<Converted[]> {
  return await tx.query<Converted>(
    `SELECT trim_scale(local * multiplier)::text AS cost, trim_scale(local - earlier)::text AS difference,
            trim_scale((local - earlier) * multiplier)::text AS cost_difference
       FROM unnest($1::numeric[], $2::numeric[], $3::numeric[]) WITH ORDINALITY AS part(local, multiplier, earlier, place)
      ORDER BY place`,
    [parts.map((part) => part.local_cost), multipliers, parts.map((part) => costBefore(part, before))],
  );
}

function partBefore(
  part: LocalPart,
  before: PreviousFigures,
  { difference = null, cost_difference = null }: Partial<Converted>,
): PartBefore | null {
  const slice = before.slices.get(`${part.entity} ${part.period_month}`);
  if (slice === undefined) return null;
  const { revision, received_at } = slice;
  return { revision, received_at, local_cost: costBefore(part, before), difference, cost_difference };
}

async function sumOf(tx: Tx, rows: readonly TotalPart[]): Promise<string | null> {
  const changed = rows.flatMap((row) => (row.previous === null ? [] : [row.previous.cost_difference]));
  if (changed.includes(null)) return null;
  const [sum] = await tx.query<{ sum: string }>(
    'SELECT trim_scale(COALESCE(sum(one), 0))::text AS sum FROM unnest($1::numeric[]) AS one',
    [changed],
  );
  return sum?.sum ?? null;
}
