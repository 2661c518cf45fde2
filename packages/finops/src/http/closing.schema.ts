import { Type } from 'typebox';
import { Month } from './finops.schema.ts';

const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
const Decimal = Type.String({ description: 'Exact decimal; never a float', examples: ['1234.56'] });
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256' });
const Uuid = Type.String({ format: 'uuid' });
const Count = Type.Integer({ minimum: 0 });
const Time = Type.String({ format: 'date-time' });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const State = Type.Enum(['OPEN', 'CLOSED', 'LOCKED']);

const Money = Type.Object({
  currency: Currency,
  rows: Count,
  cost_effective: Decimal,
  cost_billed: Decimal,
  cost_standard: Type.Optional(orNull(Decimal)),
});
const Late = Type.Object({
  month: Month,
  state: Type.Enum(['WAITING', 'BOOKED']),
  file: Type.String(),
  import_id: Uuid,
  source: Type.String({ description: 'Provider of a bill, or source of measurements' }),
  billing_account: orNull(Type.String()),
  currency: orNull(Currency),
  rows: Count,
  cost_effective: orNull(Decimal),
  cost_billed: orNull(Decimal),
  received_at: Time,
});
const Adjustment = Type.Object({
  adjustment_id: Uuid,
  period_month: Month,
  adjusts_month: Month,
  sources: Type.Array(Late),
  totals: Type.Array(Money),
  booked_at: Time,
  booked_by: Uuid,
});

export const MonthPath = Type.Object({ month: Month });
export const PeriodList = Type.Object({
  rows: Type.Array(
    Type.Object({
      period_month: Month,
      state: State,
      closed_at: orNull(Time),
      closed_by: orNull(Uuid),
      view: orNull(Type.String()),
      run_id: orNull(Uuid),
      facts: orNull(Count),
      totals: Type.Array(Money),
      facts_sha256: orNull(Digest),
      waiting: Type.Array(Late, { description: 'Files that came after the month was closed' }),
      booked_in: Type.Array(Type.Object({ adjustment_id: Uuid, period_month: Month, totals: Type.Array(Money) })),
      carries: Type.Array(Type.Object({ adjustment_id: Uuid, adjusts_month: Month, totals: Type.Array(Money) })),
    }),
  ),
});
export const ReasonBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 1000, description: 'Kept with the change and in the audit log' }) },
  { additionalProperties: false },
);
export const AdjustBody = Type.Object(
  { into: Type.Optional(Month) },
  { additionalProperties: false, description: 'The open month that carries the difference; the first one unless told' },
);
export const PeriodChange = Type.Object({
  period_month: Month,
  state: State,
  changed: Type.Boolean(),
  frozen: orNull(
    Type.Object({ run_id: Uuid, view: orNull(Type.String()), facts_sha256: Digest, totals: Type.Array(Money) }),
  ),
  taken: Type.Array(Late),
});
export const HistoryQuery = Type.Object({ month: Type.Optional(Month) });
export const History = Type.Object({
  rows: Type.Array(
    Type.Object({
      month: Month,
      version: Count,
      from_state: State,
      to_state: State,
      reason: orNull(Type.String()),
      details: Type.Unknown(),
      changed_at: Time,
      changed_by: Uuid,
    }),
  ),
});
export const AdjustmentChange = Type.Object({
  adjusts_month: Month,
  period_month: Month,
  adjustments: Type.Array(Adjustment),
  lines: Count,
});
export const Withdrawn = Type.Object({ adjusts_month: Month, withdrawn: Type.Array(Adjustment) });
export const AdjustmentReport = Type.Object({
  period_month: Month,
  adjustments: Type.Array(Adjustment),
  rows: Type.Array(
    Type.Object({
      adjusts_month: Month,
      adjusted_type: Type.Enum(['DIRECT', 'INDIRECT']),
      application_id: Type.String(),
      domain_id: Type.String(),
      family_id: orNull(Type.String()),
      product_id: orNull(Type.String()),
      unit: Type.String(),
      environment: Type.String(),
      currency: Currency,
      quantity: Decimal,
      cost_effective: orNull(Decimal),
      cost_billed: orNull(Decimal),
      cost_standard: orNull(Decimal),
    }),
  ),
});
