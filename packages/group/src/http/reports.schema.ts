import { type Static, Type } from 'typebox';
import { HIERARCHIES, MEASURES } from '../reports/dimensions.ts';
import { LEVELS } from '../reports/drilldown.ts';
import { ENVIRONMENTS } from '../reports/filters.ts';

export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

export const Month = Type.String({
  pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$',
  description: 'YYYY-MM',
  examples: ['2025-07'],
});
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
export const Decimal = Type.String({ description: 'Exact decimal; never a float', examples: ['1234.56'] });
export const Ratio = Type.String({
  description: 'Decimal rounded to 8 digits after the point',
  examples: ['0.12500000'],
});
export const Code = Type.String({ minLength: 1, maxLength: 256 });
export const Codes = Type.Array(Code, { maxItems: 300, description: 'Repeatable, 300 at most' });
export const Count = Type.Integer({ minimum: 0 });
export const MeasureName = Type.Enum([...MEASURES]);

export const common = {
  from: Type.Optional(Month),
  to: Type.Optional(Month),
  currency: Type.Optional(Currency),
  measure: Type.Optional(MeasureName),
  consumption_type: Type.Optional(Type.Enum(['DIRECT', 'INDIRECT'])),
  without_tax: Type.Optional(Type.Boolean({ description: 'Leave the product TAX out' })),
  family: Type.Optional(Codes),
  product: Type.Optional(Codes),
  environment: Type.Optional(Type.Array(Type.Enum([...ENVIRONMENTS]), { maxItems: 4, description: 'Repeatable' })),
  hierarchy: Type.Optional(
    Type.Enum([...HIERARCHIES], {
      description: 'Domains and families as reported (unless told), or as the references are today',
    }),
  ),
  format: Type.Optional(Type.Enum(['json', 'csv'], { description: 'Else what the header Accept prefers' })),
};
export const lists = { entity: Type.Optional(Codes), domain: Type.Optional(Codes), application: Type.Optional(Codes) };
export const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: '200 unless told' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 4096, description: '`next_cursor` of the page before; CSV is never paged' }),
  ),
};

export const ReportQuery = Type.Object({ ...common, ...lists });
export const PagedReportQuery = Type.Object({ ...common, ...lists, ...page });
export const DrilldownQuery = Type.Object({
  ...common,
  entity: Type.Optional(Code),
  domain: Type.Optional(Code),
  application: Type.Optional(Code),
  ...page,
});
export const NoQuery = Type.Object({});
export const CompletenessQuery = Type.Object({
  from: Type.Optional(Month),
  to: Type.Optional(Month),
  entity: Type.Optional(Codes),
});

export const head = {
  currency: Currency,
  measure: MeasureName,
  hierarchy: Type.Enum([...HIERARCHIES]),
  from: orNull(Month),
  to: orNull(Month),
  complete: Type.Boolean({ description: 'False when any cost could not be converted; `missing` says which' }),
  missing: Type.Array(Type.Object({ period_month: Month, currency: Currency })),
  provisional: Type.Array(Month, { description: 'Months whose rates may still change' }),
  rate_sets: Type.Array(Type.Integer()),
  row_count: Count,
  next_cursor: orNull(Type.String()),
  total: Type.Object({ cost: orNull(Decimal), complete: Type.Boolean(), fact_rows: Count, valued_rows: Count }),
};

export const figures = {
  cost: orNull(Decimal),
  currency: Currency,
  complete: Type.Boolean(),
  local_cost: orNull(Decimal),
  local_currency: orNull(Currency),
  share: orNull(Ratio),
  rank: Type.Integer({ minimum: 1 }),
  previous_cost: orNull(Decimal),
  change: orNull(Ratio),
  fact_rows: Count,
  valued_rows: Count,
};

const report = <const Key extends Record<string, Parameters<typeof Type.Union>[0][number]>>(key: Key) =>
  Type.Object({ ...head, rows: Type.Array(Type.Object({ ...key, ...figures })) });

export const Label = Type.String();
export const Product = orNull(Type.String());
export const quantity = { unit: Type.String(), quantity: Decimal };

export const overTime = {
  year_cost: orNull(Decimal),
  change_year: orNull(Ratio),
  running_cost: orNull(Decimal),
};
export const MonthsReport = Type.Object({
  ...head,
  rows: Type.Array(Type.Object({ period_month: Month, ...figures, ...overTime })),
});
export const EntitiesReport = report({ entity: Code, label: Label, period_month: Type.Optional(Month) });
export const DomainsReport = report({ domain: Code, label: Label });
export const FamiliesReport = report({ domain: Code, family: orNull(Code), label: Label });
export const MatrixReport = report({ entity: Code, domain: Code, label: Label });
export const ApplicationsReport = report({ entity: Code, application: Code, label: Label });
export const ProductsReport = report({ product: Product, label: Label, ...quantity });
export const ComparisonReport = report({ entity: Code, product: Product, label: Label, ...quantity });

export const DrilldownReport = Type.Object({
  ...head,
  level: Type.Enum([...LEVELS]),
  breadcrumb: Type.Array(Type.Object({ level: Type.Enum(['group', ...LEVELS]), code: Type.String(), label: Label })),
  rows: Type.Array(
    Type.Object({
      code: Product,
      label: Label,
      unit: Type.Optional(Type.String()),
      quantity: Type.Optional(Decimal),
      ...figures,
    }),
  ),
});

export const CompletenessReport = Type.Object({
  from: orNull(Month),
  to: orNull(Month),
  expected: Count,
  published: Count,
  rows: Type.Array(
    Type.Object({
      entity: Code,
      label: Label,
      period_month: Month,
      revision: orNull(Type.Integer({ minimum: 1 })),
      status: Type.Enum(['OPEN', 'CLOSED', 'MISSING', 'INACTIVE']),
      group_status: Type.Enum(['OPEN', 'LOCKED']),
      received_at: orNull(Type.String({ format: 'date-time' })),
      fact_rows: Count,
      differs_revision: orNull(
        Type.Integer({ minimum: 1, description: 'A later one, refused because the month is locked' }),
      ),
      unmapped_products: Count,
    }),
  ),
});

export const FiltersAnswer = Type.Object({
  tenant: Type.Object({ code: Type.String(), label: Label }),
  currency: Currency,
  currencies: Type.Array(Currency),
  months: Type.Array(Month),
  entities: Type.Array(Type.Object({ code: Code, label: Label, country: Type.String(), currency: Currency })),
  domains: Type.Array(Type.Object({ code: Code, label: Label })),
  families: Type.Array(Type.Object({ code: Code, label: Label, domain: Code })),
  environments: Type.Array(Type.Enum([...ENVIRONMENTS])),
});

export const ExchangeQuery = Type.Object({
  from: Type.Optional(Month),
  to: Type.Optional(Month),
  currency: Type.Optional(Currency),
});
export const ExchangeAnswer = Type.Object({
  currency: Currency,
  rows: Type.Array(
    Type.Object({
      period_month: Month,
      currency: Currency,
      multiplier: orNull(Decimal),
      mean_rate_sum: orNull(Decimal),
      mean_rate_days: orNull(Count),
      rate_set: orNull(Type.Integer()),
      provisional: Type.Boolean(),
    }),
  ),
});

/** RFC 9457 document of any refusal; its `code` is one of docs/errors.md. */
export const ProblemAnswer = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    next: Type.Optional(Type.String()),
  },
  { additionalProperties: true },
);

export type ReportQuery = Static<typeof ReportQuery>;
