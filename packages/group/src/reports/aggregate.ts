import type { Tx } from '@prorata/platform';
import { conversionTo, type Pair } from '../exchange/multipliers.ts';
import type { GroupNode } from '../node/group-node.ts';
import { aggregateStatement } from './aggregate.sql.ts';
import { type Dimension, type Measure, viewFor } from './dimensions.ts';
import { monthsBefore, narrowing, type ReportInput, type Span, spanOf } from './filters.ts';

/** A row as the database answers it: the dimensions asked for, and the figures that all reports share. */
export interface Figures {
  /** Decimal string in the report's currency, never rounded; null where no part of it can be converted. */
  readonly cost: string | null;
  /** False where a part is missing in `cost`, because its month has no rate. */
  readonly complete: boolean;
  /** In the books' currency; both null where there are several. */
  readonly local_cost: string | null;
  readonly local_currency: string | null;
  readonly fact_rows: number;
  /** Facts that carry the measure: the rest count 0 in it. */
  readonly valued_rows: number;
  readonly previous_cost: string | null;
  /** (cost − previous) / |previous|, 8 decimals; null where the period before lacks a rate or has a month without facts. */
  readonly change: string | null;
  /** cost / total, 8 decimals; null where the total is 0 or lacks a part. */
  readonly share: string | null;
  /** 1 is the highest cost; equal costs share a rank. */
  readonly rank: number;
}

export type AggregateRow = Figures &
  Readonly<Partial<Record<Exclude<Dimension, 'product_id'>, string>>> & {
    readonly product_id?: string | null;
    readonly quantity?: string;
  };

/** What stands above the rows of every report. */
export interface ReportHead {
  readonly currency: string;
  readonly measure: Measure;
  /** `YYYY-MM`; null where the group has no facts and none was asked for. */
  readonly from: string | null;
  readonly to: string | null;
  /** False when any cost asked for could not be converted; `missing` says which. */
  readonly complete: boolean;
  readonly missing: { period_month: string; currency: string }[];
  /** Months whose rates may still change. */
  readonly provisional: string[];
  readonly rate_sets: number[];
  /** How many rows there are, whatever the limit. */
  readonly row_count: number;
  readonly total: {
    readonly cost: string | null;
    readonly complete: boolean;
    readonly fact_rows: number;
    readonly valued_rows: number;
  };
}

export interface Aggregate {
  readonly head: ReportHead;
  readonly rows: AggregateRow[];
  readonly span: Span;
}

export interface AggregateOptions {
  readonly groupBy: readonly [Dimension, ...Dimension[]];
  readonly orderBy?: 'cost' | Dimension;
  readonly withQuantity?: boolean;
  readonly limit?: number;
  readonly offset?: number;
}

const EVERYTHING = 1_000_000;

/** Adds up what the input asks for, in one currency. The engine behind every report. */
export async function aggregate(
  tx: Tx,
  group: GroupNode,
  input: ReportInput,
  options: AggregateOptions,
): Promise<Aggregate> {
  const span = await spanOf(tx, input);
  const before = options.groupBy.includes('period_month') ? monthsBefore(span) : span.before;
  const currency = input.currency ?? group.config.currency;
  const measure = input.measure ?? 'cost';
  const filterValues: unknown[] = [];
  const pairs = await pairsOf(tx, input, [...new Set([...span.days, ...before])], filterValues);
  const conversion = await conversionTo(tx, currency, pairs);

  const values: unknown[] = [span.days, before, conversion.months, conversion.currencies, conversion.multipliers];
  const narrow = narrowing(input, values);
  const limit = values.push(options.limit ?? EVERYTHING);
  const offset = values.push(options.offset ?? 0);
  const raw = await tx.query<RawRow>(
    aggregateStatement({
      view: viewFor(new Set([...options.groupBy, ...narrow.dimensions])),
      groupBy: options.groupBy,
      measure,
      narrowing: narrow.sql,
      withQuantity: options.withQuantity ?? false,
      orderBy: options.orderBy ?? 'cost',
      limit: `$${limit}`,
      offset: `$${offset}`,
    }),
    values,
  );
  const asked = new Set(span.days);
  const missing = conversion.missing.filter((pair) => asked.has(`${pair.period_month}-01`));
  const total = raw.find((row) => row.is_total);
  return {
    span,
    rows: raw.filter((row) => !row.is_total).map(figuresOf),
    head: {
      currency,
      measure,
      from: span.from,
      to: span.to,
      complete: missing.length === 0,
      missing,
      provisional: conversion.provisional.filter((month) => asked.has(`${month}-01`)),
      rate_sets: conversion.rateSets,
      row_count: raw[0]?.row_count ?? 0,
      total: {
        cost: total?.cost ?? (missing.length === 0 ? '0' : null),
        complete: total?.complete ?? true,
        fact_rows: Number(total?.fact_rows ?? 0),
        valued_rows: Number(total?.valued_rows ?? 0),
      },
    },
  };
}

/** Months and currencies in which the rows asked for have costs. */
async function pairsOf(tx: Tx, input: ReportInput, days: readonly string[], values: unknown[]): Promise<Pair[]> {
  values.push(days);
  const narrow = narrowing(input, values);
  return await tx.query<{ period_month: string; currency: string }>(
    `SELECT DISTINCT v.period_month, v.currency FROM ${viewFor(new Set(narrow.dimensions))} AS v
      WHERE v.period_month = ANY($1::date[])${narrow.sql} ORDER BY 1, 2`,
    values,
  );
}

type RawRow = Omit<AggregateRow, 'fact_rows' | 'valued_rows'> & {
  readonly is_total: boolean;
  readonly place: string;
  readonly row_count: number;
  readonly fact_rows: string;
  readonly valued_rows: string;
};

function figuresOf(row: RawRow): AggregateRow {
  const { is_total: _total, row_count: _count, place: _place, ...rest } = row;
  return { ...rest, fact_rows: Number(row.fact_rows), valued_rows: Number(row.valued_rows) };
}
