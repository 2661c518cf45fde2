import { Type } from 'typebox';
import { Month } from './reports.schema.ts';

export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const closed = { additionalProperties: false } as const;
const Text = Type.String();
export const Count = Type.Integer({ minimum: 0 });
export const Entity = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,31}$', examples: ['FR01'] });
export const Code = Type.String({ minLength: 1, maxLength: 256 });
const Label = Type.String({ minLength: 1, maxLength: 200 });
export const Reason = Type.String({ minLength: 1, maxLength: 1000, pattern: '\\S' });
const Country = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' });
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
const Time = Type.String({ format: 'date-time' });
const Day = Type.String({ format: 'date' });
const Decimal = Type.String({ description: 'Exact decimal; never a float' });
const Share = orNull(
  Type.String({ description: 'Decimal rounded to 8 digits; null where there is nothing to divide by' }),
);
const DueDay = Type.Integer({ minimum: 1, maximum: 31, description: 'Day of the following month, UTC' });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Version = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });
export const NoQuery = Type.Object({}, closed);
export const FileName = Type.Optional(
  Type.String({ minLength: 1, maxLength: 200, description: 'What to call the file' }),
);
export const rowsOf = <T extends Parameters<typeof Type.Array>[0]>(row: T) => Type.Object({ rows: Type.Array(row) });

// entities
export const EntityPath = Type.Object({ entity: Entity });
export const KeyPath = Type.Object({ kid: Type.String({ minLength: 1, maxLength: 100 }) });
export const Member = Type.Object({
  entity: Entity,
  legal_entity_id: Type.String({ format: 'uuid' }),
  label: Text,
  country: Country,
  currency: Currency,
  active_from: orNull(Month),
  active_to: orNull(Month),
  due_day: orNull(DueDay),
  keys: Type.Array(
    Type.Object({
      kid: Text,
      revoked: Type.Boolean(),
      valid_from: Time,
      revoked_at: orNull(Time),
      reason: orNull(Text),
    }),
  ),
});
export const MembersAnswer = rowsOf(Member);
export const EnrolBody = Type.Object(
  {
    enrolment: Type.String({ maxLength: 65_536, description: 'Content of enrolment.json' }),
    fingerprint: Type.String({ maxLength: 200, description: 'As the operator of the entity told it, by another way' }),
    address: Type.Optional(Type.String({ maxLength: 500, description: 'Where the entity reaches this node' })),
  },
  closed,
);
export const EnrolAnswer = Type.Object({
  entity: Entity,
  legal_entity_id: Type.String({ format: 'uuid' }),
  kid: Text,
  fingerprint: Text,
  known: Type.Boolean(),
  admission: Text,
});
export const MemberBody = Type.Object(
  { label: Type.Optional(Label), country: Type.Optional(Country), due_day: Type.Optional(orNull(DueDay)) },
  { ...closed, minProperties: 1 },
);
export const ActivityBody = Type.Object({ active_from: orNull(Month), active_to: orNull(Month) }, closed);
export const DeactivateBody = Type.Object({ last_month: Month }, closed);
export const ReasonBody = Type.Object({ reason: Reason }, closed);
export const RotateBody = Type.Object({ statement: Type.String({ maxLength: 65_536 }) }, closed);
export const KeyAnswer = Type.Object({ entity: Entity, kid: Text, fingerprint: Type.Optional(Text) });

// references
export const SinceQuery = Type.Object(
  { since: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Version that is known' })) },
  closed,
);
const named = { code: Code, label: Text, active: Type.Boolean() };
const documentOf = (more: Record<string, ReturnType<typeof orNull>>) =>
  Type.Object({
    version: Text,
    domains: Type.Array(Type.Object({ ...named, ...more })),
    families: Type.Array(Type.Object({ ...named, ...more, domain: Code })),
    products: Type.Array(Type.Object({ ...named, ...more, domain: Code, family: orNull(Code), unit: Code })),
  });
export const ReferencesAnswer = documentOf({});
export const ReferencesThenAnswer = documentOf({ replaced_by: orNull(Code) });
export const VersionPath = Type.Object({ version: Version });
export const ReferenceVersions = rowsOf(
  Type.Object({
    version: Version,
    source: Text,
    sha256: Text,
    published_at: Time,
    domains: Count,
    families: Count,
    products: Count,
  }),
);
export const TodayQuery = Type.Object({ all: Type.Optional(Type.Boolean()) }, closed);
export const TodayAnswer = rowsOf(
  Type.Object({
    kind: Type.Enum(['domain', 'family', 'product']),
    code: Code,
    today_code: Code,
    label: Text,
    domain_code: Code,
    family_code: orNull(Code),
  }),
);
export const ReferencesImport = Type.Object({
  version: Count,
  changed: Type.Boolean(),
  added: Count,
  updated: Count,
  deactivated: Count,
});
export const NameQuery = Type.Object({ name: FileName }, closed);

// exchange
export const RateSets = rowsOf(
  Type.Object({
    rate_set: Version,
    source: Text,
    base_currency: Currency,
    group_currency: Currency,
    sha256: Sha256,
    first_day: Day,
    last_day: Day,
    months: Count,
    currencies: Count,
    imported_at: Time,
    in_use: Type.Boolean(),
    pinned_by: Type.Array(Month),
  }),
);
export const RatesQuery = Type.Object(
  {
    name: FileName,
    source: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Whose rates the CSV holds; absent for the file of the ECB',
      }),
    ),
    base: Type.Optional(Currency),
    onto: Type.Optional(
      Type.String({
        pattern: '^(latest|[1-9][0-9]{0,8})$',
        description: 'A rate set that these rates complete: what the file does not hold is taken from it',
      }),
    ),
  },
  closed,
);
export const RatesImport = Type.Object({
  rate_set: Version,
  replayed: Type.Boolean(),
  months: Count,
  currencies: Count,
  first_month: Month,
  last_month: Month,
  provisional: Type.Array(Month),
  lost: Type.Object(
    { currencies: Type.Array(Currency), months: Type.Array(Month) },
    { description: 'What the set that converted open months until now held and this one does not' },
  ),
});

// periods
export const MonthPath = Type.Object({ month: Month });
export const LockBody = Type.Object({ reason: Type.Optional(Reason) }, closed);
const PeriodStatus = Type.Enum(['OPEN', 'LOCKED']);
export const PeriodAnswer = Type.Object({
  period_month: Month,
  status: PeriodStatus,
  reason: orNull(Text),
  rate_set: orNull(Version),
  reference_version: orNull(Version),
  publications: Count,
});
export const Periods = rowsOf(
  Type.Object({
    period_month: Month,
    status: PeriodStatus,
    reason: orNull(Text),
    rate_set: orNull(Version),
    reference_version: orNull(Version),
    publications: Type.Array(Type.Object({ entity: Entity, revision: Version })),
    changed_at: orNull(Time),
    waiting_for: Type.Array(Entity),
    differs: Type.Array(
      Type.Object({ entity: Entity, revision: Version, standing: orNull(Version), received_at: Time }),
    ),
    adjusts: Type.Array(Type.Object({ entity: Entity, adjusts_month: Month })),
  }),
);

// policy
const policy = {
  unknown_product: Type.Enum(['TAKE', 'REFUSE']),
  due_day: DueDay,
  quarantine_bytes: Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 }),
  quarantine_days: Type.Integer({ minimum: 1, maximum: 36_500 }),
  rate_set: orNull(Version),
};
export const Policy = Type.Object({ version: Count, ...policy });
export const PolicyBody = Type.Partial(Type.Object(policy), { ...closed, minProperties: 1 });
export const ContractVersionPath = Type.Object({ version: Type.String({ pattern: '^[0-9]{1,4}[.][0-9]{1,4}$' }) });
export const ContractVersionBody = Type.Object({ until: orNull(Type.String({ maxLength: 40 })) }, closed);
export const ContractVersions = rowsOf(Type.Object({ version: Text, until: Type.Optional(Time) }));

// prices
export const PricingViewsQuery = Type.Object({ entity: Type.Optional(Entity) }, closed);
export const PricingViews = rowsOf(
  Type.Object({
    entity: Entity,
    view_code: Code,
    view_version: Count,
    first_month: Month,
    last_month: Month,
    months: Count,
    products: Count,
  }),
);
export const ComparePricesQuery = Type.Object(
  {
    month: Month,
    entity: Type.Optional(Type.Array(Entity, { maxItems: 300 })),
    reference: Type.Optional(Code),
    currency: Type.Optional(Currency),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  },
  closed,
);
export const ComparedPrices = Type.Object({
  period_month: Month,
  currency: Currency,
  rows: Type.Array(
    Type.Object({
      reference: orNull(Code),
      entity: Entity,
      product: Code,
      label: Text,
      unit: Text,
      view_code: Code,
      view_version: Count,
      currency: Currency,
      unit_price: Decimal,
      converted: orNull(Decimal),
      reference_price: orNull(Decimal),
      reference_currency: orNull(Currency),
    }),
  ),
  missing: Type.Array(Type.Object({ period_month: Month, currency: Currency })),
});
export const PriceSets = rowsOf(
  Type.Object({ price_set: Version, name: Text, source: Text, products: Count, imported_at: Time }),
);
export const PriceSetPath = Type.Object({ price_set: Version });
export const PriceSet = Type.Object({
  price_set: Version,
  name: Text,
  rows: Type.Array(Type.Object({ product: Code, unit: Text, currency: Currency, unit_price: Decimal })),
});
export const PricesQuery = Type.Object(
  { name: FileName, view: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$' })) },
  closed,
);
export const PricesImport = Type.Object({ price_set: Version, name: Text, products: Count, replayed: Type.Boolean() });

// discipline
export const DisciplineQuery = Type.Object(
  {
    from: Type.Optional(Month),
    to: Type.Optional(Month),
    entity: Type.Optional(Type.Array(Entity, { maxItems: 300 })),
  },
  closed,
);
const summary = {
  due: Count,
  on_time: Count,
  late: Count,
  missing: Count,
  on_time_share: Share,
  published: Count,
  restated: Count,
  restatement_rate: Share,
  mapping_coverage: Share,
  price_coverage: Share,
};
export const DisciplineAnswer = Type.Object({
  from: Month,
  to: Month,
  today: Day,
  entities: Type.Array(Type.Object({ entity: Entity, label: Text, ...summary })),
  group: Type.Object(summary),
  rows: Type.Array(
    Type.Object({
      entity: Entity,
      label: Text,
      period_month: Month,
      due_on: Day,
      state: Type.Enum(['ON_TIME', 'LATE', 'MISSING', 'PENDING', 'UNEXPECTED']),
      days_late: Count,
      first_received_at: orNull(Time),
      revision: orNull(Version),
      period_state: orNull(Type.Enum(['OPEN', 'CLOSED'])),
      product_rows: Count,
      mapped_rows: Count,
      priced_rows: Count,
      told: Type.Boolean(),
    }),
  ),
});

// quarantine
export const QuarantinePath = Type.Object({ id: Type.String({ format: 'uuid' }) });
const QuarantineStatus = Type.Enum(['HELD', 'REPLAYED', 'DISCARDED', 'EXPIRED']);
export const QuarantineQuery = Type.Object(
  {
    entity: Type.Optional(Entity),
    status: Type.Optional(Type.Enum(['HELD', 'REPLAYED', 'DISCARDED', 'EXPIRED', 'ALL'])),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: '100 unless told' })),
  },
  closed,
);
const quarantined = {
  id: Type.String({ format: 'uuid' }),
  entity: orNull(Text),
  file: Text,
  sha256: Sha256,
  bytes: Count,
  bytes_kept: Type.Boolean(),
  origin: Type.Enum(['PUSH', 'FILE', 'FOLDER', 'PULL']),
  code: Text,
  title: Type.String({ description: 'What the code means, in `language`' }),
  next: Type.String({ description: 'What to do next, in `language`' }),
  language: Type.String({
    description: 'The first of Accept-Language that is known (BCP 47), otherwise that of the token, or en',
  }),
  message: Text,
  message_language: Type.String({ description: 'Of the message: `language` where it is known there, otherwise en' }),
  period_month: orNull(Month),
  revision: orNull(Version),
  status: QuarantineStatus,
  refusals: Count,
  reason: orNull(Text),
  first_at: Time,
  last_at: Time,
  settled_at: orNull(Time),
};
export const Quarantined = Type.Object(quarantined);
export const Quarantine = rowsOf(Quarantined);
export const QuarantinedReport = Type.Object({
  ...quarantined,
  report: Type.Object({
    outcome: Type.Literal('REFUSED'),
    code: Text,
    file: Text,
    message: Text,
    message_language: Text,
    violations: Type.Array(
      Type.Object({
        code: Text,
        file: orNull(Text),
        row: orNull(Type.Integer()),
        column: orNull(Text),
        value: orNull(Text),
        message: Text,
        language: Type.Optional(Type.String({ description: 'Of the message, where it is not English' })),
      }),
    ),
    more: Count,
  }),
});
