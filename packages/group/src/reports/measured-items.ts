import type { Tx } from '@prorata/platform';
import { conversionTo, type Pair } from '../exchange/multipliers.ts';
import type { GroupNode } from '../node/group-node.ts';
import type { Dimension, Measure } from './dimensions.ts';
import { narrowing, type ReportInput, type Span, wantedOf } from './filters.ts';
import { remembered } from './read.ts';
import { columnOf, sourceFor } from './source.ts';

/**
 * Steps that put consumption side by side: `rate`, and `item` with one row for each entity, month, group (domain, family, unit),
 * product and kind of cost. A product goes by its group reference where its entity maps it to one, so that what entities call
 * differently is one product. `measured`: a quantity was measured in a unit; else `line` says what the cost is.
 */
export interface Items {
  readonly steps: string;
  readonly values: unknown[];
}

/** A product's own unit of shares, and the word for none (contract): nothing that one could have a price of. */
const NO_UNIT = "('none', 'share')";

const DIMENSIONS: readonly Dimension[] = ['entity_id', 'domain_id', 'family_id', 'product_id', 'unit'];

export async function measuredItems(
  tx: Tx,
  group: GroupNode,
  input: ReportInput,
  span: Pick<Span, 'days'>,
): Promise<Items> {
  const currency = input.currency ?? group.config.currency;
  const conversion = await remembered(tx, JSON.stringify(['rates of all', currency, span.days]), async () =>
    conversionTo(tx, currency, await pairs(tx, span.days)),
  );
  const values: unknown[] = [span.days, conversion.months, conversion.currencies, conversion.multipliers];
  const narrow = narrowing(input, values);
  const source = sourceFor(wantedOf(group, input, [...DIMENSIONS, ...narrow.dimensions]));
  const measure: Measure = input.measure ?? 'cost';
  const [domain, family] = [columnOf('domain_id', input.hierarchy), columnOf('family_id', input.hierarchy)];
  return {
    values,
    steps: `
WITH rate AS (SELECT * FROM unnest($2::date[], $3::text[], $4::numeric[]) AS rate(period_month, currency, multiplier)),${source.steps}
mapped AS MATERIALIZED (
  SELECT entity_id, product_id, reference_code FROM dim_product_group WHERE reference_code IS NOT NULL),
item AS (
  SELECT v.entity_id, v.period_month, v.${domain} AS domain_id, v.${family} AS family_id,
         COALESCE(mapped.reference_code, v.product_id) AS product, v.unit, v.currency,
         CASE WHEN v.consumption_type = 'INDIRECT' THEN 'indirect' WHEN v.is_tax THEN 'tax'
              WHEN v.product_id IS NULL OR v.unit IN ${NO_UNIT} THEN 'unmeasured' ELSE 'measured' END AS line,
         sum(v.quantity) AS quantity, sum(v.${measure}) AS local_cost, sum(v.${measure} * rate.multiplier) AS cost,
         COALESCE(bool_and(rate.multiplier IS NOT NULL), true) AS complete
    FROM ${source.from}
    LEFT JOIN rate ON rate.period_month = v.period_month AND rate.currency = v.currency
    LEFT JOIN mapped ON mapped.entity_id = v.entity_id AND mapped.product_id = v.product_id
   WHERE v.period_month = ANY($1::date[])${narrow.sql}
   GROUP BY 1, 2, 3, 4, 5, 6, 7, 8)`,
  };
}

async function pairs(tx: Tx, days: readonly string[]): Promise<Pair[]> {
  return await tx.query<{ period_month: string; currency: string }>(
    'SELECT DISTINCT period_month, currency FROM mv_group_entity_month WHERE period_month = ANY($1::date[])',
    [days],
  );
}
