import { RULE_BASES, RULE_MEASURES, SOURCE_KINDS } from '@prorata/contract';
import { Type } from 'typebox';
import { BRIDGE_LINES } from '../reports/bridge.ts';
import { ENVIRONMENTS } from '../reports/filters.ts';
import { KPI_CODES } from '../reports/kpi.ts';
import { SEARCH_KINDS } from '../reports/search.ts';
import { SERIES_BY } from '../reports/series.ts';
import {
  Code,
  Count,
  Currency,
  common,
  Decimal,
  figures,
  head,
  Label,
  lists,
  Month,
  MonthsReport,
  orNull,
  overTime,
  page,
  Ratio,
} from './reports.schema.ts';

const asked = { ...common, ...lists };
const { limit: Limit, cursor: Cursor } = page;
const Unit = Type.String();
const Reference = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'Prices to value all entities at: `average` unless told, the code of an entity, or a reference view',
  }),
);

export const SeriesQuery = Type.Object({
  ...asked,
  by: Type.Enum([...SERIES_BY]),
  top: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 50, description: 'Only so many codes; the others share a row' }),
  ),
});
const SeriesRow = Type.Object({ period_month: Month, code: orNull(Code), label: Label, ...figures, ...overTime });
export const SeriesReport = Type.Object({
  ...head,
  by: Type.Enum([...SERIES_BY]),
  months: MonthsReport.properties.rows,
  rows: Type.Array(SeriesRow),
});

const ReferenceAnswer = Type.Object({
  kind: Type.Enum(['average', 'entity', 'view']),
  name: Type.String(),
  price_set: orNull(Type.Integer()),
  missing: Type.Array(Type.Object({ period_month: Month, currency: Currency })),
});

export const EntityComparisonQuery = Type.Object({ ...asked, reference: Reference });
export const EntityComparisonReport = Type.Object({
  ...head,
  reference: ReferenceAnswer,
  average_cost: orNull(Decimal),
  rows: Type.Array(
    Type.Object({
      entity: Code,
      label: Label,
      ...figures,
      year_cost: orNull(Decimal),
      change_year: orNull(Ratio),
      direct_cost: orNull(Decimal),
      indirect_cost: orNull(Decimal),
      distance: orNull(Ratio),
      measured_cost: orNull(Decimal),
      reference_cost: orNull(Decimal),
      reference_difference: orNull(Decimal),
      reference_coverage: orNull(Ratio),
    }),
  ),
});

const UnitCostRow = Type.Object({
  domain: Code,
  family: orNull(Code),
  product: Code,
  label: Label,
  unit: Unit,
  currency: Currency,
  quantity: Decimal,
  cost: orNull(Decimal),
  average_unit_cost: orNull(Decimal),
  reference_price: orNull(Decimal),
  entities: Type.Array(
    Type.Object({
      entity: Code,
      quantity: Decimal,
      cost: orNull(Decimal),
      unit_cost: orNull(Decimal),
      distance: orNull(Ratio),
      distance_reference: orNull(Ratio),
    }),
  ),
});
export const UnitCostsQuery = Type.Object({ ...asked, reference: Reference, limit: Limit, cursor: Cursor });
export const UnitCostsReport = Type.Object({ ...head, reference: ReferenceAnswer, rows: Type.Array(UnitCostRow) });

export const BridgeQuery = Type.Object({
  ...asked,
  from_month: Type.Optional(Month),
  to_month: Type.Optional(Month),
  from_entity: Type.Optional(Code),
  to_entity: Type.Optional(Code),
});
const { total: _total, row_count: _rows, next_cursor: _next, ...bridgeHead } = head;
const Side = Type.Object({ code: Type.String(), cost: Decimal });
export const BridgeReport = Type.Object({
  ...bridgeHead,
  between: Type.Enum(['months', 'entities']),
  side_from: Side,
  side_to: Side,
  difference: Decimal,
  lines: Type.Object(Object.fromEntries(BRIDGE_LINES.map((line) => [line, Decimal])), {
    description: 'Adds up to the difference, to the last decimal',
  }),
  exchange_unknown: Type.Array(Currency),
  rows: Type.Array(
    Type.Object({
      domain: Code,
      family: orNull(Code),
      label: Label,
      unit: Unit,
      currency: Currency,
      quantity_from: Decimal,
      quantity_to: Decimal,
      cost_from: Decimal,
      cost_to: Decimal,
      volume: Decimal,
      mix: Decimal,
      price: Decimal,
      new: Decimal,
      ended: Decimal,
    }),
  ),
});

export const KpiReport = Type.Object({
  ...head,
  rows: Type.Array(
    Type.Object({
      code: Type.Enum([...KPI_CODES]),
      value: orNull(Ratio),
      numerator: orNull(Decimal),
      denominator: orNull(Decimal),
      unit: Unit,
      formula: Type.String(),
    }),
  ),
  unit_costs: Type.Array(UnitCostRow),
});

export const SearchQuery = Type.Object({
  q: Type.String({ pattern: '\\S', maxLength: 200, description: 'Words in any order; case and accents do not matter' }),
  kind: Type.Optional(Type.Array(Type.Enum([...SEARCH_KINDS]), { maxItems: SEARCH_KINDS.length })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: '20 unless told' })),
});
export const SearchAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({ kind: Type.Enum([...SEARCH_KINDS]), code: Type.String(), label: Label, entity: orNull(Code) }),
  ),
  more: Type.Boolean({ description: 'There are more than these' }),
});

const { currency: _currency, measure: _measure, hierarchy: _hierarchy, ...ofFacts } = asked;
export const FactsQuery = Type.Object({ ...ofFacts, limit: Limit, cursor: Cursor });

const place = {
  period_month: Month,
  entity: Code,
  application: Code,
  domain: Code,
  family: orNull(Code),
  product: orNull(Code),
  unit: Unit,
  environment: Type.Enum([...ENVIRONMENTS]),
  consumption_type: Type.Enum(['DIRECT', 'INDIRECT']),
  currency: Currency,
};
const Fact = Type.Object({
  ...place,
  quantity: Decimal,
  cost_effective: orNull(Decimal),
  cost_billed: orNull(Decimal),
  cost_standard: orNull(Decimal),
});
export const FactsAnswer = Type.Object({
  from: orNull(Month),
  to: orNull(Month),
  rows: Type.Array(Fact),
  next_cursor: orNull(Type.String()),
});

export const ExplainFactQuery = Type.Object({
  ...place,
  family: Type.Optional(Code),
  product: Type.Optional(Code),
  report_currency: Type.Optional(Currency),
  measure: common.measure,
});
const Evidence = Type.Object({
  entity: Code,
  period_month: Month,
  revision: Type.Integer({ minimum: 1 }),
  previous_revision: orNull(Type.Integer({ minimum: 1, description: 'What changed since: publications/…/diff' })),
  period_state: Type.Enum(['OPEN', 'CLOSED']),
  group_status: Type.Enum(['OPEN', 'LOCKED']),
  manifest_digest: Type.String(),
  kid: Type.String(),
  received_at: Type.String({ format: 'date-time' }),
});
const ToldRule = Type.Object(
  {
    code: Code,
    version: orNull(Type.Integer({ minimum: 1 })),
    label: Label,
    base: Type.Enum([...RULE_BASES]),
    measure: orNull(Type.Enum([...RULE_MEASURES])),
    driver: orNull(Code),
    driver_month: orNull(Month),
    total_weight: orNull(Decimal),
    sources: Type.Array(Type.Object({ kind: Type.Enum([...SOURCE_KINDS]), code: Code })),
  },
  { description: 'A rule as the entity told it in its bundle; the weight of the fact is its share' },
);
export const FactExplanation = Type.Object({
  fact: Fact,
  measure: Type.String(),
  basis: orNull(Type.Enum(['cost_effective', 'cost_billed', 'cost_standard'])),
  local_cost: Decimal,
  cost: orNull(Decimal),
  exchange: Type.Object({
    currency: Currency,
    to: Currency,
    multiplier: orNull(Decimal),
    rate_set: orNull(Type.Integer()),
    mean_rate_sum: orNull(Decimal),
    mean_rate_days: orNull(Count),
    provisional: Type.Boolean(),
  }),
  price: orNull(
    Type.Object({
      unit_price: Decimal,
      currency: Currency,
      view_code: Type.String(),
      view_version: Type.Integer(),
      standard_cost: Decimal,
    }),
  ),
  spread: orNull(
    Type.Object({ share: Decimal, applications: Count, shares: Decimal, pool: Decimal, rules: Type.Array(ToldRule) }),
  ),
  evidence: orNull(Evidence),
});

export const ExplainTotalQuery = Type.Object(asked);
export const TotalExplanation = Type.Object({
  ...head,
  rows: Type.Array(
    Type.Object({
      entity: Code,
      period_month: Month,
      local_cost: Decimal,
      currency: Currency,
      cost: orNull(Decimal),
      multiplier: orNull(Decimal),
      rate_set: orNull(Type.Integer()),
      provisional: Type.Boolean(),
      fact_rows: Count,
      valued_rows: Count,
      evidence: orNull(Evidence),
      previous: orNull(
        Type.Object({
          revision: Type.Integer({ minimum: 1 }),
          received_at: Type.String({ format: 'date-time' }),
          local_cost: orNull(Decimal),
          difference: orNull(Decimal),
          cost_difference: orNull(Decimal),
        }),
      ),
    }),
  ),
  since_previous: Type.Object({
    slices: Count,
    difference: orNull(Decimal),
    unknown: orNull(Type.Enum(['BY_APPLICATION', 'NOT_KEPT'])),
  }),
});
/** A part as a line of CSV: the publication by its digest, and the revision before it in columns of its own. */
export const TOTAL_COLUMNS = [
  ...Object.keys(TotalExplanation.properties.rows.items.properties).filter((name) => name !== 'previous'),
  'previous_revision',
  'previous_local_cost',
  'difference',
  'cost_difference',
];
