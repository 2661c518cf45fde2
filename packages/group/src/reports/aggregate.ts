import { monthOf, type Tx } from '@prorata/platform';
import { conversionTo, type Pair } from '../exchange/multipliers.ts';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { aggregateStatement, placeOf, type Statement } from './aggregate.sql.ts';
import { cursorText, readCursor } from './cursor.ts';
import type { Dimension, Hierarchy, Measure } from './dimensions.ts';
import { evenRates } from './even-rates.ts';
import { monthsBefore, narrowing, type ReportInput, type Span, spanOf, wantedOf } from './filters.ts';
import { remembered } from './read.ts';
import { sourceFor } from './source.ts';

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

/** What only some reports ask for. */
export interface MoreFigures {
  readonly quantity?: string;
  readonly direct_cost?: string | null;
  readonly indirect_cost?: string | null;
  /** Of the same months a year before. */
  readonly year_cost?: string | null;
  readonly change_year?: string | null;
  /** Sum of the months so far; null from the first month that lacks a part. */
  readonly running_cost?: string | null;
}

export type AggregateRow = Figures & MoreFigures & Readonly<Partial<Record<Dimension, string | null>>>;

/** What stands above the rows of every report. */
export interface ReportHead {
  readonly currency: string;
  readonly measure: Measure;
  /** Whose domains and families. */
  readonly hierarchy: Hierarchy;
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
  /** Send it as `cursor` for the rows behind these; null at the end of the list. */
  readonly next_cursor: string | null;
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
  readonly withTypes?: boolean;
  readonly withYear?: boolean;
  /** Codes of one dimension that keep rows of their own. */
  readonly keep?: { readonly dimension: Dimension; readonly codes: readonly string[] };
  readonly limit?: number;
  readonly offset?: number;
  readonly cursor?: string | undefined;
}

const EVERYTHING = 1_000_000_000;

/** A question that is ready to be asked: the statement, and what stands above its rows. */
export interface Prepared {
  readonly span: Span;
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Makes the head once the statement has answered; `rows` are raw, the total first. */
  headOf(rows: readonly RawRow[]): ReportHead;
}

/** Adds up what the input asks for, in one currency. The engine behind every report. */
export async function aggregate(
  tx: Tx,
  group: GroupNode,
  input: ReportInput,
  options: AggregateOptions,
): Promise<Aggregate> {
  const prepared = await prepare(tx, group, input, options);
  const raw = await tx.query<RawRow>(prepared.sql, prepared.values);
  const rows = raw.filter((row) => !row.is_total).slice(0, options.limit ?? EVERYTHING);
  return { span: prepared.span, rows: rows.map(figuresOf), head: prepared.headOf(raw) };
}

/** Looks up months and rates, and writes the statement. @throws Problem `CURRENCY_UNKNOWN`, `CURSOR_INVALID`, and those of `spanOf` */
export async function prepare(
  tx: Tx,
  group: GroupNode,
  input: ReportInput,
  options: AggregateOptions,
): Promise<Prepared> {
  const { groupBy, orderBy = 'cost', limit = EVERYTHING } = options;
  const list = [...groupBy, orderBy].join(' ');
  const cursor = readCursor(list, { ...input }, options.cursor);
  const span = await spanOf(tx, group, input);
  const series = groupBy.includes('period_month');
  const before = series ? monthsBefore(span, 1) : span.before;
  const yearBefore = options.withYear !== true ? [] : series ? monthsBefore(span, 12) : span.yearBefore;
  const currency = input.currency ?? group.config.currency;
  const measure = input.measure ?? 'cost';
  const pairs = await pairsOf(tx, group, input, [...new Set([...span.days, ...before, ...yearBefore])], 'superset');
  const conversion = await remembered(tx, JSON.stringify(['rates', currency, pairs]), async () => {
    await refuseUnknownCurrency(tx, group, currency);
    return await conversionTo(tx, currency, pairs);
  });
  const lacking = conversion.missing.length > 0 ? await pairsOf(tx, group, input, span.days, 'exact') : [];

  // What is told by month, or held against the year before as well, keeps its months.
  const periods = series || options.withYear === true ? [] : [span.days, before];
  const rates = evenRates(conversion, periods);
  const values: unknown[] = [span.days, before, rates.months, rates.currencies, rates.multipliers];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const narrow = narrowing(input, values);
  const of: Statement = {
    source: sourceFor(wantedOf(group, input, [...groupBy, ...narrow.dimensions])),
    hierarchy: input.hierarchy,
    groupBy,
    measure,
    narrowing: narrow.sql,
    withQuantity: options.withQuantity ?? false,
    withTypes: options.withTypes ?? false,
    orderBy,
    yearBefore: options.withYear === true ? parameter(yearBefore) : undefined,
    keep:
      options.keep === undefined
        ? undefined
        : { dimension: options.keep.dimension, parameter: parameter(options.keep.codes) },
    evenly: rates.even.length === 0 ? undefined : parameter(rates.even),
    after: cursor === undefined ? undefined : afterOf(cursor.values, { orderBy, groupBy }).map(parameter),
    offset: parameter(options.offset ?? 0),
    // One row more than asked for tells whether there is a page behind.
    limit: parameter(limit + 1),
  };
  const absent = new Set(conversion.missing.map((pair) => `${pair.period_month}-01 ${pair.currency}`));
  const missing = lacking
    .filter((pair) => absent.has(`${pair.period_month} ${pair.currency}`))
    .map((pair) => ({ period_month: monthOf(pair.period_month), currency: pair.currency }));
  const asked = new Set(span.days);
  return {
    span,
    sql: aggregateStatement(of),
    values,
    headOf(raw) {
      const total = raw.find((row) => row.is_total);
      const last = raw.filter((row) => !row.is_total)[limit - 1];
      const more = raw.filter((row) => !row.is_total).length > limit;
      return {
        currency,
        measure,
        hierarchy: input.hierarchy ?? 'reported',
        from: span.from,
        to: span.to,
        complete: missing.length === 0,
        missing,
        provisional: conversion.provisional.filter((month) => asked.has(`${month}-01`)),
        rate_sets: conversion.rateSets,
        row_count: raw[0]?.row_count ?? 0,
        next_cursor: more && last !== undefined ? cursorText(list, { ...input }, placeOf(of, last)) : null,
        total: {
          cost: total?.cost ?? (missing.length === 0 ? '0' : null),
          complete: total?.complete ?? true,
          fact_rows: Number(total?.fact_rows ?? 0),
          valued_rows: Number(total?.valued_rows ?? 0),
        },
      };
    },
  };
}

const DECIMAL = /^-?\d{1,100}(\.\d{1,100})?$/;

function afterOf(values: readonly (string | null)[], of: Pick<Statement, 'orderBy' | 'groupBy'>): (string | null)[] {
  const wanted = of.groupBy.length + (of.orderBy === 'cost' ? 1 : 0);
  const [cost] = values;
  const isCost = of.orderBy !== 'cost' || cost === null || (cost !== undefined && DECIMAL.test(cost));
  if (values.length === wanted && isCost) return [...values];
  throw groupProblem('CURSOR_INVALID', 'the cursor holds no place of this list');
}

/**
 * Months and currencies that have costs: of the rows asked for, or of all rows of their entities, which a coarse view answers at
 * once and which has the same rates in it. The exact ones matter only where a rate is missing.
 */
async function pairsOf(
  tx: Tx,
  group: GroupNode,
  input: ReportInput,
  days: readonly string[],
  which: 'exact' | 'superset',
): Promise<Pair[]> {
  const values: unknown[] = [days];
  const asked: ReportInput = which === 'exact' ? input : input.entity === undefined ? {} : { entity: input.entity };
  const narrow = narrowing(asked, values);
  const { steps, from } = sourceFor(wantedOf(group, asked, narrow.dimensions));
  const look = () =>
    tx.query<{ period_month: string; currency: string }>(
      `WITH ${steps} found AS (
       SELECT DISTINCT v.period_month, v.currency FROM ${from} WHERE v.period_month = ANY($1::date[])${narrow.sql})
     SELECT period_month, currency FROM found ORDER BY 1, 2`,
      values,
    );
  // A superset depends on months and entities alone, so that many reports share it.
  return which === 'exact' ? await look() : await remembered(tx, JSON.stringify(['pairs', ...values]), look);
}

/** A currency that no rate set and no fact knows is a slip, and no currency into which nothing can be converted. */
async function refuseUnknownCurrency(tx: Tx, group: GroupNode, currency: string): Promise<void> {
  if (currency === group.config.currency) return;
  const [row] = await tx.query<{ known: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM fx_rate WHERE currency = $1) OR EXISTS (SELECT 1 FROM fx_rate_set WHERE base_currency = $1)
         OR EXISTS (SELECT 1 FROM mv_group_entity_month WHERE currency = $1) AS known`,
    [currency],
  );
  if (row?.known === true) return;
  throw groupProblem('CURRENCY_UNKNOWN', `no rate set of the group holds ${currency}`, { currency });
}

export type RawRow = Omit<AggregateRow, 'fact_rows' | 'valued_rows'> & {
  readonly is_total: boolean;
  readonly cost_value: string | null;
  readonly place: string;
  readonly row_count: number;
  readonly fact_rows: string;
  readonly valued_rows: string;
};

export function figuresOf(row: RawRow): AggregateRow {
  const { is_total: _total, row_count: _count, place: _place, cost_value: _cost, ...rest } = row;
  return { ...rest, fact_rows: Number(row.fact_rows), valued_rows: Number(row.valued_rows) };
}
