import { firstDayOf, type Tx } from '@prorata/platform';
import { conversionTo } from '../exchange/multipliers.ts';
import type { GroupNode } from '../node/group-node.ts';
import { aggregate, type ReportHead } from './aggregate.ts';
import type { Measure } from './dimensions.ts';
import { factOf, type PublishedFact } from './facts.ts';
import type { ReportInput } from './filters.ts';
import { narrowing, wantedOf } from './filters.ts';
import { read } from './read.ts';
import { sourceFor } from './source.ts';

/** The signed publication behind a figure. */
export interface Evidence {
  readonly entity: string;
  readonly period_month: string;
  readonly revision: number;
  readonly period_state: 'OPEN' | 'CLOSED';
  readonly group_status: 'OPEN' | 'LOCKED';
  readonly manifest_digest: string;
  readonly kid: string;
  readonly received_at: string;
}

/** How an amount became one of another currency. */
export interface Exchange {
  readonly currency: string;
  readonly to: string;
  /** Null where the month has no rate. */
  readonly multiplier: string | null;
  readonly rate_set: number | null;
  /** The mean of the month is sum over days, in units for one unit of the set's base currency. */
  readonly mean_rate_sum: string | null;
  readonly mean_rate_days: number | null;
  readonly provisional: boolean;
}

export type ExplainFactInput = Omit<PublishedFact, `cost_${string}` | 'quantity'> & {
  readonly report_currency?: string;
  readonly measure?: Measure;
};

export interface FactExplanation {
  readonly fact: PublishedFact;
  readonly measure: Measure;
  /** Which column of the fact the measure is; null where it carries none and counts 0. */
  readonly basis: 'cost_effective' | 'cost_billed' | 'cost_standard' | null;
  readonly local_cost: string;
  readonly cost: string | null;
  readonly exchange: Exchange;
  /** The published price of the product, where the bundle carries one: quantity × unit price is the standard cost. */
  readonly price: {
    readonly unit_price: string;
    readonly currency: string;
    readonly view_code: string;
    readonly view_version: number;
    readonly standard_cost: string;
  } | null;
  /** Of an INDIRECT fact: its share (the quantity) of what is spread among all that have one. Rule and driver stay with the entity. */
  readonly spread: {
    readonly share: string;
    /** Of the product, unit, environment and currency in the month: facts, the sum of their shares, and their costs together. */
    readonly applications: number;
    readonly shares: string;
    readonly pool: string;
  } | null;
  readonly evidence: Evidence | null;
}

/** The one publication of an entity and month that counts, as the group keeps it. */
const EVIDENCE = `
  SELECT p.entity_id AS entity, to_char(p.period_month, 'YYYY-MM') AS period_month, p.revision, p.period_state,
         COALESCE(s.status, 'OPEN') AS group_status, p.manifest_digest, p.kid,
         to_char(p.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at
    FROM publication p LEFT JOIN period_status s ON s.period_month = p.period_month
   WHERE p.status = 'ACCEPTED'`;

/** Where one fact comes from and how it became what a report shows. @throws Problem `FACT_NOT_FOUND` */
export async function explainFact(group: GroupNode, input: ExplainFactInput): Promise<FactExplanation> {
  const { report_currency: to = group.config.currency, measure = 'cost', ...place } = input;
  return await read(group, async (tx) => {
    const fact = await factOf(tx, place);
    const exchange = await exchangeOf(tx, fact.period_month, fact.currency, to);
    const [evidence] = await tx.query<Evidence & Record<string, unknown>>(
      `${EVIDENCE} AND p.entity_id = $1 AND p.period_month = $2`,
      [fact.entity, firstDayOf(fact.period_month)],
    );
    const basis = basisOf(fact, measure);
    const local = basis === null ? '0' : (fact[basis] ?? '0');
    const [converted] = await tx.query<{ cost: string | null }>(
      'SELECT trim_scale($1::numeric * $2::numeric)::text AS cost',
      [local, exchange.multiplier],
    );
    return {
      fact,
      measure,
      basis,
      local_cost: local,
      cost: converted?.cost ?? null,
      exchange,
      price: await priceOf(tx, fact),
      spread: fact.consumption_type === 'INDIRECT' ? await spreadOf(tx, fact, measure) : null,
      evidence: evidence ?? null,
    };
  });
}

function basisOf(fact: PublishedFact, measure: Measure): FactExplanation['basis'] {
  if (measure !== 'cost') return fact[measure] === null ? null : measure;
  if (fact.cost_effective !== null) return 'cost_effective';
  return fact.cost_standard === null ? null : 'cost_standard';
}

async function exchangeOf(tx: Tx, month: string, currency: string, to: string): Promise<Exchange> {
  const day = firstDayOf(month);
  const { multipliers, rates } = await conversionTo(tx, to, [{ period_month: day, currency }]);
  const rate = rates.get(`${day} ${currency}`);
  return {
    currency,
    to,
    multiplier: multipliers[0] ?? null,
    rate_set: rate?.rate_set ?? null,
    mean_rate_sum: rate?.rate_sum ?? null,
    mean_rate_days: rate?.rate_days ?? null,
    provisional: rate?.provisional ?? false,
  };
}

async function priceOf(tx: Tx, fact: PublishedFact): Promise<FactExplanation['price']> {
  const [price] = await tx.query<NonNullable<FactExplanation['price']> & Record<string, unknown>>(
    `SELECT trim_scale(unit_price)::text AS unit_price, currency, view_code, view_version,
            trim_scale(unit_price * $6::numeric)::text AS standard_cost
       FROM published_price
      WHERE entity_id = $1 AND period_month = $2 AND product_id = $3 AND unit = $4 AND currency = $5
      ORDER BY view_version DESC LIMIT 1`,
    [fact.entity, firstDayOf(fact.period_month), fact.product, fact.unit, fact.currency, fact.quantity],
  );
  return price ?? null;
}

async function spreadOf(tx: Tx, fact: PublishedFact, measure: Measure): Promise<FactExplanation['spread']> {
  const cost = measure === 'cost' ? 'COALESCE(cost_effective, cost_standard, 0)' : `COALESCE(${measure}, 0)`;
  const [pool] = await tx.query<{ applications: number; shares: string; pool: string }>(
    `SELECT count(*)::int AS applications, trim_scale(sum(quantity))::text AS shares, trim_scale(sum(${cost}))::text AS pool
       FROM fact_consumption_group
      WHERE entity_id = $1 AND period_month = $2 AND product_id IS NOT DISTINCT FROM $3 AND unit = $4 AND environment = $5
        AND currency = $6 AND consumption_type = 'INDIRECT'`,
    [fact.entity, firstDayOf(fact.period_month), fact.product, fact.unit, fact.environment, fact.currency],
  );
  return pool === undefined ? null : { share: fact.quantity, ...pool };
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
}

/** The parts add up to the total, each with its rate and the publication behind it. */
export interface TotalExplanation extends ReportHead {
  readonly rows: TotalPart[];
}

/** What a total is made of: each entity, month and currency. @throws Problem, those of `spanOf` */
export async function explainTotal(group: GroupNode, input: ReportInput = {}): Promise<TotalExplanation> {
  return await read(group, async (tx) => {
    const { head, span } = await aggregate(tx, group, input, { groupBy: ['entity_id', 'period_month'] });
    const values: unknown[] = [span.days];
    const narrow = narrowing(input, values);
    const source = sourceFor(wantedOf(group, input, ['entity_id', ...narrow.dimensions]));
    const measure = input.measure ?? 'cost';
    const counted = { cost: 'valued', cost_effective: 'effective', cost_billed: 'billed', cost_standard: 'standard' }[
      measure
    ];
    const parts = await tx.query<LocalPart>(
      `WITH ${source.steps} part AS (
         SELECT v.entity_id AS entity, v.period_month, v.currency, sum(v.${measure}) AS cost,
                sum(v.fact_rows)::int AS fact_rows, sum(v.${counted}_rows)::int AS valued_rows
           FROM ${source.from} WHERE v.period_month = ANY($1::date[])${narrow.sql} GROUP BY 1, 2, 3)
       SELECT entity, period_month, currency, trim_scale(cost)::text AS local_cost, fact_rows, valued_rows
         FROM part ORDER BY period_month, entity, currency`,
      values,
    );
    const conversion = await conversionTo(tx, head.currency, parts);
    const converted = await tx.query<{ cost: string | null }>(
      `SELECT trim_scale(local * multiplier)::text AS cost
         FROM unnest($1::numeric[], $2::numeric[]) WITH ORDINALITY AS part(local, multiplier, place) ORDER BY place`,
      [parts.map((part) => part.local_cost), conversion.multipliers],
    );
    const evidence = await evidenceOf(tx, span.days);
    return {
      ...head,
      row_count: parts.length,
      next_cursor: null,
      rows: parts.map((part, index) => {
        const month = part.period_month.slice(0, 7);
        const rate = conversion.rates.get(`${part.period_month} ${part.currency}`);
        return {
          ...part,
          period_month: month,
          cost: converted[index]?.cost ?? null,
          multiplier: conversion.multipliers[index] ?? null,
          rate_set: rate?.rate_set ?? null,
          provisional: rate?.provisional ?? false,
          evidence: evidence.get(`${part.entity} ${month}`) ?? null,
        };
      }),
    };
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

async function evidenceOf(tx: Tx, days: readonly string[]): Promise<ReadonlyMap<string, Evidence>> {
  const rows = await tx.query<Evidence & Record<string, unknown>>(`${EVIDENCE} AND p.period_month = ANY($1::date[])`, [
    days,
  ]);
  return new Map(rows.map((row) => [`${row.entity} ${row.period_month}`, row]));
}
