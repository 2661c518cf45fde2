import { Type } from 'typebox';

export const Month = Type.String({
  pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$',
  description: 'YYYY-MM',
  examples: ['2025-07'],
});
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
export const Decimal = Type.String({ description: 'Exact decimal; never a float', examples: ['1234.56'] });
export const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256' });
export const Uuid = Type.String({ format: 'uuid' });
export const Code = Type.String({ minLength: 1, maxLength: 256 });
const Codes = Type.Array(Code, { maxItems: 300, description: 'Repeatable' });
export const Count = Type.Integer({ minimum: 0 });
export const Time = Type.String({ format: 'date-time' });
export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** RFC 9457; further members say what a program can act upon. */
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

export const Noted = Type.Object({ code: Type.String(), detail: Type.String() });
const Money = Type.Object({
  currency: Currency,
  rows: Count,
  cost_effective: Decimal,
  cost_billed: Decimal,
  cost_standard: Type.Optional(orNull(Decimal)),
});
const FocusTotal = { currency: Currency, rows: Count, billed_cost: Decimal, effective_cost: Decimal };
const ScopeName = { provider: Type.String(), billing_account: Type.String(), period_month: Month };

export const NoQuery = Type.Object({});
export const ImportQuery = Type.Object({
  replace: Type.Optional(Type.Boolean({ description: 'Replace what other files brought for the scopes of this one' })),
  name: Type.Optional(
    Type.String({ pattern: '^[^/\\\\\\u0000-\\u001f]{1,200}$', description: 'What the file is called' }),
  ),
});
export const ImportAnswer = Type.Object({
  import_id: Uuid,
  imported: Type.Boolean({ description: 'False where the same bytes stood already: nothing was done' }),
  file: Type.String(),
  sha256: Digest,
  kind: Type.Enum(['csv', 'csv.gz', 'parquet']),
  rows: Count,
  totals: Type.Array(Type.Object(FocusTotal)),
  scopes: Type.Array(Type.Object({ ...ScopeName, ...FocusTotal })),
  replaced: Type.Array(Type.String(), { description: 'Files whose scopes were replaced' }),
  waiting: Type.Array(Month, { description: 'Closed months of the file: what it holds for them waits' }),
  notices: Type.Array(Noted),
});
export const ImportList = Type.Object({
  rows: Type.Array(
    Type.Object({
      import_id: Uuid,
      file: Type.String(),
      sha256: Digest,
      kind: Type.String(),
      rows: Count,
      totals: Type.Array(Type.Object(FocusTotal)),
      created_at: Time,
      scopes: Type.Array(Type.Object({ ...ScopeName, currency: Currency, superseded_by: orNull(Uuid) })),
    }),
  ),
});

export const MonthBody = Type.Object({ month: Month }, { additionalProperties: false });
export const MonthQuery = Type.Object({ month: Month });
export const OptionalMonthQuery = Type.Object({ month: Type.Optional(Month) });

const Replaced = orNull(Type.Object({ run_id: Uuid, sha256: Digest, totals: Type.Array(Money) }));
export const RunAnswer = Type.Object({
  run_id: Uuid,
  period_month: Month,
  status: Type.Literal('COMPLETED'),
  mapping_sha256: Digest,
  facts: Count,
  totals: Type.Array(Money),
  steps: Type.Array(
    Type.Object({
      step: Type.Enum(['MAPPING', 'DIRECT', 'MEASURED', 'VALUATION', 'INDIRECT', 'ADJUSTMENT', 'CHECK']),
      rows_in: Count,
      rows_out: Count,
      duration_ms: Count,
      money: Type.Array(Money),
      warnings: Type.Array(Noted),
      errors: Count,
    }),
  ),
  warnings: Type.Array(Noted),
  replaced: Replaced,
});
export const RunList = Type.Object({
  rows: Type.Array(
    Type.Object({
      run_id: Uuid,
      period_month: Month,
      status: Type.Enum(['RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED']),
      trigger: Type.String(),
      mapping_sha256: Digest,
      summary: Type.Unknown(),
      replaced: Replaced,
      started_at: Time,
      ended_at: orNull(Time),
    }),
  ),
});

const factsFilter = {
  month: Month,
  application: Type.Optional(Codes),
  domain: Type.Optional(Codes),
  family: Type.Optional(Codes),
  product: Type.Optional(Codes),
  environment: Type.Optional(Codes),
  consumption_type: Type.Optional(Type.Enum(['DIRECT', 'INDIRECT'])),
  without_tax: Type.Optional(Type.Boolean({ description: 'Leave the product TAX out' })),
};
export const ExportQuery = Type.Object(factsFilter);
export const FactsQuery = Type.Object({
  ...factsFilter,
  after: Type.Optional(Type.String({ maxLength: 8000, description: '`next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
});
export const FactsAnswer = Type.Object({
  period_month: Month,
  rows: Type.Array(
    Type.Object({
      period_month: Month,
      application_id: Code,
      domain_id: Code,
      family_id: orNull(Code),
      product_id: orNull(Code),
      unit: Code,
      environment: Type.String(),
      consumption_type: Type.String(),
      currency: Currency,
      quantity: Decimal,
      cost_effective: orNull(Decimal),
      cost_billed: orNull(Decimal),
      cost_standard: orNull(Decimal),
    }),
  ),
  totals: Type.Array(
    Type.Object({
      consumption_type: Type.String(),
      currency: Currency,
      rows: Count,
      cost_effective: orNull(Decimal),
      cost_billed: orNull(Decimal),
      cost_standard: orNull(Decimal),
    }),
  ),
  conservation: Type.Object({
    consumption: Type.Array(Money),
    facts: Type.Array(Money),
    equal: Type.Boolean(),
    steps: Type.Array(
      Type.Object({
        step: Type.String(),
        currency: Currency,
        rows_in: Count,
        rows_out: Count,
        bills_effective: Decimal,
        bills_billed: Decimal,
        held_effective: Decimal,
        held_billed: Decimal,
        pools_effective: Decimal,
        pools_billed: Decimal,
        carried_effective: Decimal,
        carried_billed: Decimal,
        equal: Type.Boolean(),
      }),
      { description: 'After each step of the run: bills + carried corrections = held by facts + in pools' },
    ),
  }),
  next: orNull(Type.String()),
});

export const CoverageAnswer = Type.Object({
  period_month: Month,
  rows: Type.Array(
    Type.Object({
      currency: Currency,
      placed_on: Type.Enum(['APPLICATION', 'POOL', 'UNALLOCATED']),
      charge_category: Type.String(),
      rows: Count,
      cost_effective: Decimal,
      cost_billed: Decimal,
    }),
  ),
  summary: Type.Array(
    Type.Object({
      currency: Currency,
      cost_effective: Decimal,
      cost_billed: Decimal,
      cost_effective_without_tax: orNull(Decimal),
      cost_billed_without_tax: orNull(Decimal),
      mapped_effective: Decimal,
      mapped_share: orNull(Decimal),
    }),
  ),
  prices: orNull(
    Type.Object({
      view: Code,
      currencies: Type.Array(
        Type.Object({
          currency: Currency,
          facts: Count,
          priced_facts: Count,
          products: Count,
          priced_products: Count,
          cost_effective: Decimal,
          priced_effective: Decimal,
          priced_share: Decimal,
        }),
      ),
      unpriced: Type.Array(
        Type.Object({
          product: orNull(Code),
          unit: Code,
          currency: Currency,
          consumption_type: Type.Enum(['DIRECT', 'INDIRECT']),
          facts: Count,
          quantity: Decimal,
          cost_effective: Decimal,
        }),
      ),
    }),
  ),
  unmapped_domains: orNull(Type.Array(Type.Object({ domain_id: Code, facts: Count }))),
});

export const ExplainQuery = Type.Object({
  month: Month,
  application: Code,
  lang: Type.Optional(Type.Enum(['en', 'fr'])),
});
export const ExplainAnswer = Type.Object({
  period_month: Month,
  application: Code,
  parts: Type.Array(
    Type.Object({
      source_kind: Type.Enum(['POOL', 'FACTS', 'PRODUCT']),
      pool: Type.String({ description: 'Code of the pool, of the rule that chose facts, or of the indirect product' }),
      rule_code: Type.String(),
      rule_version: orNull(Type.Integer()),
      base: Type.Record(Type.String(), Type.Unknown(), { description: 'How the weights were found' }),
      product_id: Code,
      domain_id: Code,
      tax: Type.Boolean(),
      source_environment: Type.String(),
      environment: Type.String(),
      currency: Type.String(),
      warning: orNull(Type.String()),
      own_effective: orNull(Decimal),
      own_billed: orNull(Decimal),
      received_effective: Decimal,
      passed_effective: Decimal,
      pool_effective: orNull(Decimal),
      pool_billed: orNull(Decimal),
      pool_standard: orNull(Decimal),
      total_weight: Decimal,
      fallback: Code,
      weight: orNull(Decimal),
      direct_cost: orNull(Decimal),
      clamped: Type.Boolean(),
      quantity: orNull(Decimal),
      cost_effective: orNull(Decimal),
      cost_billed: orNull(Decimal),
      cost_standard: orNull(Decimal),
      rounding: orNull(Type.Object({ amount: Decimal, floor: Decimal, rounding: Decimal })),
      flows: Type.Array(
        Type.Object({
          from_pool: Type.String(),
          to_pool: Type.String(),
          share: Decimal,
          rule_code: Type.String(),
          cost_effective: Decimal,
          cost_billed: Decimal,
        }),
      ),
      words: Type.String(),
    }),
  ),
});
