import { Type } from 'typebox';
import { Month } from './finops.schema.ts';

const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
const Decimal = Type.String({ description: 'Exact decimal; never a float', examples: ['1234.56'] });
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256' });
const Count = Type.Integer({ minimum: 0 });
const Time = Type.String({ format: 'date-time' });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const Code = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,31}$', examples: ['STANDARD'] });
const Version = Type.Integer({ minimum: 1, maximum: 999_999_999 });
const ViewName = Type.String({
  maxLength: 50,
  description: 'Code, or code and version; without one, the latest',
  examples: ['STANDARD@2'],
});
const ViewLabel = orNull(Type.String({ examples: ['STANDARD@2'] }));
const Months = Type.Array(Month);

const view = {
  code: Code,
  version: Version,
  currency: Currency,
  status: Type.Enum(['DRAFT', 'PUBLISHED', 'ARCHIVED']),
  valid_from: orNull(Month),
  valid_to: orNull(Month),
  lines: Count,
  content_sha256: Digest,
  source: Type.String(),
  created_at: Time,
  published_at: orNull(Time),
  archived_at: orNull(Time),
};

export const ViewPath = Type.Object({ code: Code, version: Version });
export const ViewsQuery = Type.Object({ view: Type.Optional(Code) });
export const ViewList = Type.Object({ rows: Type.Array(Type.Object(view)) });
export const ViewAnswer = Type.Object({
  ...view,
  rows: Type.Array(
    Type.Object({
      product: Type.String(),
      label: Type.String(),
      unit: Type.String(),
      unit_price: Decimal,
      currency: Currency,
    }),
  ),
});
export const ImportQuery = Type.Object({
  view: ViewName,
  currency: Type.Optional(Currency),
  valid_from: Type.Optional(Month),
  valid_to: Type.Optional(Month),
  name: Type.Optional(
    Type.String({ pattern: '^[^/\\\\\\u0000-\\u001f]{1,200}$', description: 'What the file is called' }),
  ),
});
export const ImportAnswer = Type.Object({
  ...view,
  imported: Type.Boolean({ description: 'False where a version with this content stood already' }),
  file: Type.String(),
  sha256: Digest,
  notices: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })),
  revalued: Months,
});
export const ViewChange = Type.Object({
  ...view,
  changed: Type.Boolean(),
  revalued: Type.Array(Month, { description: 'Open months that are valued otherwise because of it' }),
});

export const CalendarAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({
      month: Month,
      state: Type.Enum(['OPEN', 'CLOSED', 'LOCKED']),
      set: ViewLabel,
      view: ViewLabel,
      valued_with: ViewLabel,
    }),
  ),
});
export const CalendarBody = Type.Object({ view: ViewName }, { additionalProperties: false });
export const CalendarChange = Type.Object({ month: Month, view: ViewLabel, changed: Type.Boolean(), revalued: Months });

const By = Type.Optional(Type.Enum(['domain', 'family', 'product', 'application']));
export const CompareViewsQuery = Type.Object({ month: Month, from: ViewName, to: ViewName, by: By });
export const WhatIfQuery = Type.Object({ month: Month, view: ViewName, by: By });
export const CompareMonthsQuery = Type.Object({
  from: Month,
  to: Month,
  measure: Type.Optional(Type.Enum(['standard', 'effective'])),
  by: By,
});

const Coverage = Type.Object({
  view: Type.String(),
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
      product: orNull(Type.String()),
      unit: Type.String(),
      currency: Currency,
      consumption_type: Type.String(),
      facts: Count,
      quantity: Decimal,
      cost_effective: Decimal,
    }),
  ),
});
const compared = { before: Decimal, after: Decimal, effect: Decimal, percent: orNull(Decimal) };
const effect = { currency: Currency, facts: Count, ...compared };
export const ViewComparison = Type.Object({
  period_month: Month,
  from: ViewLabel,
  to: Type.String(),
  by: Type.String(),
  rows: Type.Array(Type.Object({ code: orNull(Type.String()), ...effect })),
  totals: Type.Array(Type.Object(effect)),
  coverage: Type.Object({ from: orNull(Coverage), to: Coverage }),
});
const split = {
  currency: Currency,
  ...compared,
  price_effect: Decimal,
  volume_effect: Decimal,
  new_effect: Decimal,
  ended_effect: Decimal,
  other_effect: Decimal,
};
export const MonthComparison = Type.Object({
  from_month: Month,
  to_month: Month,
  measure: Type.String(),
  from: ViewLabel,
  to: ViewLabel,
  by: Type.String(),
  rows: Type.Array(Type.Object({ code: orNull(Type.String()), ...split })),
  totals: Type.Array(Type.Object(split)),
});
export const ActualQuery = Type.Object({ month: Month });
export const ActualAnswer = Type.Object({
  period_month: Month,
  rows: Type.Array(
    Type.Object({
      product: orNull(Type.String()),
      unit: Type.String(),
      currency: Currency,
      quantity: Decimal,
      unit_price: orNull(Decimal),
      cost_effective: Decimal,
      value: Decimal,
      residual: Decimal,
      reason: orNull(Type.String()),
    }),
  ),
  totals: Type.Array(Type.Object({ currency: Currency, value: Decimal, residual: Decimal, cost_effective: Decimal })),
});
export const SaveActualBody = Type.Object(
  { month: Month, view: ViewName, currency: Type.Optional(Currency) },
  { additionalProperties: false },
);
export const SavedView = Type.Object({ ...view, imported: Type.Boolean() });
export const MonthPath = Type.Object({ month: Month });
