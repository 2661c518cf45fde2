import { firstDayOf, type Tx } from '@prorata/platform';
import { conversionTo } from '../exchange/multipliers.ts';
import type { GroupNode } from '../node/group-node.ts';
import type { Measure } from './dimensions.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { type Spread, spreadOf } from './explain-spread.ts';
import { factOf, type PublishedFact } from './facts.ts';
import { read } from './read.ts';

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
  /** Of an INDIRECT fact. */
  readonly spread: Spread | null;
  readonly evidence: Evidence | null;
}

/** Where one fact comes from and how it became what a report shows. @throws Problem `FACT_NOT_FOUND` */
export async function explainFact(group: GroupNode, input: ExplainFactInput): Promise<FactExplanation> {
  const { report_currency: to = group.config.currency, measure = 'cost', ...place } = input;
  return await read(group, async (tx) => {
    const fact = await factOf(tx, place);
    const exchange = await exchangeOf(tx, fact.period_month, fact.currency, to);
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
      evidence: await evidenceOf(tx, fact.entity, fact.period_month),
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
