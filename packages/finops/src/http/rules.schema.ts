import { Type } from 'typebox';
import { Month } from './finops.schema.ts';

const Uuid = Type.String({ format: 'uuid' });
const Time = Type.String({ format: 'date-time' });
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the canonical rule' });
const Decimal = Type.String({ description: 'Exact decimal; never a float', examples: ['1234.56'] });
const Code = Type.String({ minLength: 1, maxLength: 256 });
const RuleCode = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$' });
const Version = Type.Integer({ minimum: 1 });
const Status = Type.Enum(['DRAFT', 'PUBLISHED', 'ARCHIVED']);
const Noted = Type.Object({ code: Type.String(), detail: Type.String() });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** The rules file as JSON; its own schema, `prorata.indirect-rules/1`, is judged by the use case, which names each fault. */
export const RulesBody = Type.Object(
  {
    document: Type.Object({}, { additionalProperties: true, description: 'A rules file, prorata.indirect-rules/1' }),
    publish: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export const ImportedRules = Type.Object({
  rows: Type.Array(
    Type.Object({
      code: RuleCode,
      version: Version,
      status: Status,
      change: Type.Enum(['CREATED', 'REWRITTEN', 'UNCHANGED']),
    }),
  ),
});

const ruleVersion = {
  code: RuleCode,
  version: Version,
  label: Type.String(),
  status: Status,
  order: Type.Integer(),
  valid_from: orNull(Month),
  valid_to: orNull(Month),
  sha256: Digest,
  created_at: Time,
  created_by: Uuid,
  published_at: orNull(Time),
  published_by: orNull(Uuid),
  archived_at: orNull(Time),
  archived_by: orNull(Uuid),
};
export const RuleList = Type.Object({ rows: Type.Array(Type.Object(ruleVersion)) });
export const ShownRule = Type.Object({ ...ruleVersion, document: Type.Unknown() });
export const RulePath = Type.Object({ code: RuleCode, version: Version });

export const RulesTestBody = Type.Object(
  {
    month: Month,
    document: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'Rules to try; those in force unless given' }),
    ),
  },
  { additionalProperties: false },
);
export const RulesTested = Type.Object({
  period_month: Month,
  rows: Type.Array(
    Type.Object({
      rule_code: Type.String(),
      rule_version: orNull(Version),
      source_kind: Type.Enum(['POOL', 'FACTS', 'PRODUCT']),
      pool: Type.String(),
      domain_id: Code,
      tax: Type.Boolean(),
      environment: Type.String(),
      currency: Type.String(),
      pool_effective: orNull(Decimal),
      pool_billed: orNull(Decimal),
      total_weight: Decimal,
      warning: orNull(Type.String()),
    }),
  ),
  effects: Type.Array(
    Type.Object({
      application: Code,
      currency: Type.String(),
      before: Decimal,
      after: Decimal,
      difference: Decimal,
    }),
  ),
  warnings: Type.Array(Noted),
});

const total = { driver: Type.String(), period_month: Month, rows: Type.Integer(), total: Decimal };
export const DriverImportQuery = Type.Object({
  replace: Type.Optional(Type.Boolean({ description: 'Replace the months of the drivers that stand in other files' })),
  name: Type.Optional(
    Type.String({ pattern: '^[^/\\\\\\u0000-\\u001f]{1,200}$', description: 'What the file is called' }),
  ),
});
export const DriverImported = Type.Object({
  import_id: Uuid,
  imported: Type.Boolean(),
  file: Type.String(),
  sha256: Type.String(),
  kind: Type.Enum(['csv', 'csv.gz', 'parquet']),
  rows: Type.Integer(),
  totals: Type.Array(Type.Object(total)),
  replaced: Type.Array(Type.String()),
  notices: Type.Array(Noted),
});
export const DriverQuery = Type.Object({
  driver: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  month: Type.Optional(Month),
});
export const DriverList = Type.Object({
  rows: Type.Array(Type.Object({ ...total, file: Type.String(), created_at: Time })),
});
