import type { IndirectRule } from '@prorata/contract';
import { firstDayOf, type Tx } from '@prorata/platform';
import type { Measure } from './dimensions.ts';
import type { PublishedFact } from './facts.ts';

/** A rule that filled an indirect product, as the entity told it in its bundle. */
export interface ToldRule {
  readonly code: string;
  /** Null where the rule has no versions. */
  readonly version: number | null;
  readonly label: string;
  readonly base: IndirectRule['base'];
  /** Which cost weighs; null unless the base is direct cost. */
  readonly measure: NonNullable<IndirectRule['measure']> | null;
  /** Driver or coefficients and the month of their values; null with any other base. */
  readonly driver: string | null;
  readonly driver_month: string | null;
  /** What all applications weigh together; 0 where nothing weighs, null where it is not told. */
  readonly total_weight: string | null;
  readonly sources: IndirectRule['products'][number]['sources'];
}

/** What an indirect fact is a share of, and by which rule. */
export interface Spread {
  /** The weight of the fact among all that share: its quantity. */
  readonly share: string;
  /** Of the product, unit, environment and currency in the month: who bears it, and shares and costs of all its facts together. */
  readonly applications: number;
  readonly shares: string;
  readonly pool: string;
  /** Several where more than one filled the product, as with taxes; none where the bundle tells none. */
  readonly rules: ToldRule[];
}

/** The share of an indirect fact among those of its product, and the rules behind it. The group computes none of it. */
export async function spreadOf(tx: Tx, fact: PublishedFact, measure: Measure): Promise<Spread | null> {
  const cost = measure === 'cost' ? 'COALESCE(cost_effective, cost_standard, 0)' : `COALESCE(${measure}, 0)`;
  const [pool] = await tx.query<{ applications: number; shares: string; pool: string }>(
    `SELECT count(DISTINCT application_id)::int AS applications, trim_scale(sum(quantity))::text AS shares, trim_scale(sum(${cost}))::text AS pool
       FROM fact_consumption_group
      WHERE entity_id = $1 AND period_month = $2 AND product_id IS NOT DISTINCT FROM $3 AND unit = $4 AND environment = $5
        AND currency = $6 AND consumption_type = 'INDIRECT'`,
    [fact.entity, firstDayOf(fact.period_month), fact.product, fact.unit, fact.environment, fact.currency],
  );
  return pool === undefined ? null : { share: fact.quantity, ...pool, rules: await rulesOf(tx, fact) };
}

/** Out of the manifest that the group keeps as it was signed. A rule that tells weights of other currencies only spread nothing in this one. */
async function rulesOf(tx: Tx, fact: PublishedFact): Promise<ToldRule[]> {
  return await tx.query<ToldRule & Record<string, unknown>>(
    `SELECT rule ->> 'code' AS code, (rule ->> 'version')::int AS version, rule ->> 'label' AS label, rule ->> 'base' AS base,
            rule ->> 'measure' AS measure, rule ->> 'driver' AS driver, rule ->> 'driver_month' AS driver_month,
            (SELECT weight ->> 'total' FROM jsonb_array_elements(rule -> 'weights') AS weight
              WHERE weight ->> 'currency' = $5 AND COALESCE(weight ->> 'environment', $4) = $4
              ORDER BY weight ->> 'environment' LIMIT 1) AS total_weight,
            product -> 'sources' AS sources
       FROM publication p, jsonb_array_elements(p.manifest -> 'indirect_rules') AS rule,
            jsonb_array_elements(rule -> 'products') AS product
      WHERE p.entity_id = $1 AND p.period_month = $2 AND p.status = 'ACCEPTED'
        AND product ->> 'product_id' = $3 AND product -> 'environments' ? $4
        AND (rule -> 'weights' = '[]' OR rule -> 'weights' @> jsonb_build_array(jsonb_build_object('currency', $5::text)))
      ORDER BY rule ->> 'code' COLLATE "C"`,
    [fact.entity, firstDayOf(fact.period_month), fact.product, fact.environment, fact.currency],
  );
}
