import { IndirectRuleSchema } from '@prorata/contract';
import { Type } from 'typebox';
import { Month } from './reports.schema.ts';

const Entity = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,31}$', examples: ['FR01'] });
const Revision = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const Count = Type.Integer({ minimum: 0 });
const Decimal = Type.Union([Type.String(), Type.Null()]);
const Time = Type.String({ format: 'date-time' });
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });

const Totals = Type.Array(
  Type.Object({
    consumption_type: Type.String(),
    currency: Type.String(),
    rows: Count,
    cost_effective: Decimal,
    cost_billed: Decimal,
    cost_standard: Decimal,
  }),
);
const Coverage = Type.Object({ product_rows: Count, mapped_rows: Count, priced_rows: Count });
const AdjustsMonth = Type.Union([Type.String({ description: 'The earlier month that it corrects' }), Type.Null()]);
const PeriodState = Type.Enum(['OPEN', 'CLOSED']);

export const PublicationPath = Type.Object({ entity: Entity, month: Month, revision: Revision });
export const PublicationMonthPath = Type.Object({ entity: Entity, month: Month });

export const PublicationsQuery = Type.Object({
  from: Type.Optional(Month),
  to: Type.Optional(Month),
  entity: Type.Optional(Type.Array(Entity, { maxItems: 300 })),
  all_revisions: Type.Optional(Type.Boolean()),
});

const Publication = Type.Object({
  entity: Entity,
  period_month: Month,
  revision: Revision,
  status: Type.Enum(['ACCEPTED', 'SUPERSEDED']),
  period_state: PeriodState,
  manifest_digest: Digest,
  kid: Type.String(),
  rows: Count,
  totals: Totals,
  coverage: Coverage,
  differs_revision: Type.Union([Revision, Type.Null()], {
    description: 'A later one, refused because the month is locked: the entity differs from the group',
  }),
  adjusts_month: AdjustsMonth,
  received_at: Time,
});
export const PublicationsAnswer = Type.Object({ rows: Type.Array(Publication) });

export const DifferenceQuery = Type.Object({
  from: Revision,
  to: Revision,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: '1000 unless told' })),
});

const OrNull = Type.Union([Type.String(), Type.Null()]);
const Measures = Type.Union([
  Type.Object({ quantity: Type.String(), cost_effective: Decimal, cost_billed: Decimal, cost_standard: Decimal }),
  Type.Null(),
]);
const ToldRule = Type.Omit(IndirectRuleSchema, ['products']);
export const DifferenceAnswer = Type.Object({
  entity: Entity,
  period_month: Month,
  from: Revision,
  to: Revision,
  more: Count,
  rows: Type.Array(
    Type.Object({
      change: Type.Enum(['added', 'removed', 'changed']),
      grain: Type.Object({
        period_month: Month,
        entity_id: Type.String(),
        application_id: Type.String(),
        domain_id: Type.String(),
        family_id: OrNull,
        product_id: OrNull,
        unit: Type.String(),
        environment: Type.String(),
        consumption_type: Type.String(),
        currency: Type.String(),
      }),
      before: Measures,
      after: Measures,
    }),
  ),
  rules: Type.Union(
    [
      Type.Array(
        Type.Object({
          change: Type.Enum(['added', 'removed', 'changed']),
          code: Type.String(),
          before: Type.Union([ToldRule, Type.Null()]),
          after: Type.Union([ToldRule, Type.Null()]),
          products: Type.Array(Type.String(), { description: 'Filled in one of the two only, or otherwise' }),
        }),
      ),
      Type.Null(),
    ],
    { description: 'Indirect rules that are told otherwise; null where one of the two tells none' },
  ),
});

export const ReceiptAnswer = Type.Object({
  outcome: Type.Literal('ACCEPTED'),
  replayed: Type.Boolean({ description: 'True when the bundle stood already; nothing was changed' }),
  file: Type.String(),
  entity: Entity,
  period_month: Month,
  revision: Revision,
  status: PeriodState,
  manifest_digest: Digest,
  kid: Type.String(),
  rows: Count,
  totals: Totals,
  unmapped: Type.Object({ products: Count, rows: Count }),
  coverage: Coverage,
  adjusts_month: AdjustsMonth,
  received_at: Time,
});

export const RefusalsQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: '100 unless told' })),
});
export const RefusalsAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({
      entity: OrNull,
      file: Type.String(),
      sha256: Digest,
      code: Type.String(),
      message: Type.String(),
      received_at: Time,
    }),
  ),
});
