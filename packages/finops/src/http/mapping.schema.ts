import { Type } from 'typebox';
import { Currency, Decimal, Digest, Month, orNull } from './finops.schema.ts';

const closed = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const Version = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });
const Text = orNull(Type.String());
const sum = { currency: Currency, rows: Count, cost_effective: Decimal, cost_billed: Decimal };

export const MappingAnswer = Type.Object({
  sha256: Digest,
  text: Type.String({ description: 'mapping.yaml as it is, comments included' }),
  document: Type.Unknown(),
});
export const PutMappingBody = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 8_000_000, description: 'YAML as in mapping.yaml' }),
    if_sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The digest that was read' })),
  },
  closed,
);
const written = { version: Version, sha256: Digest, changed: Type.Boolean() };
export const MappingWritten = Type.Object(written);

const version = {
  version: Version,
  sha256: Digest,
  source: Type.Enum(['RUN', 'COMMAND', 'API']),
  created_at: Type.String({ format: 'date-time' }),
  created_by: Type.String({ format: 'uuid' }),
};
export const HistoryAnswer = Type.Object({ rows: Type.Array(Type.Object(version)) });
export const VersionPath = Type.Object({ version: Version });
export const VersionAnswer = Type.Object({ ...version, text: Type.String(), document: Type.Unknown() });
export const DiffQuery = Type.Object({
  from: Version,
  to: Type.Optional(Type.Integer({ ...Version, description: 'The file as it is now, where it is left out' })),
});
export const DiffAnswer = Type.Object({
  from: Version,
  to: orNull(Version),
  rows: Type.Array(Type.Object({ sign: Type.Enum(['-', '+', ' ']), text: Type.String() })),
});

export const TrialQuery = Type.Object({ month: Month });
export const TrialAnswer = Type.Object({
  on: Type.String(),
  mapping_sha256: Digest,
  rows: Type.Array(
    Type.Object({
      rule: Type.String(),
      kind: Type.Enum(['RULE', 'SOURCE', 'POOL']),
      decides: Type.Array(Type.String()),
      ...sum,
      currency: orNull(Currency),
      matched_rows: orNull(Count),
    }),
  ),
  uncaught: Type.Array(
    Type.Object({
      provider: Text,
      sub_account_name: Text,
      service_name: Text,
      charge_category: Text,
      tags: Text,
      ...sum,
    }),
  ),
  summary: Type.Array(Type.Object({ ...sum, allocated_effective: Decimal, allocated_share: orNull(Decimal) })),
});

const Suggested = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  id: Type.String(),
  kind: Type.Enum(['TAG_KEY', 'APPLICATION', 'ENVIRONMENT']),
  found: Type.String(),
  meant: Type.String(),
  distance: Count,
  money: Type.Array(Type.Object(sum)),
});
export const SuggestionsAnswer = Type.Object({
  on: Type.String(),
  mapping_sha256: Digest,
  rows: Type.Array(Suggested),
});
export const AcceptBody = Type.Object(
  {
    month: Month,
    ids: Type.Array(Type.String({ minLength: 1, maxLength: 32 }), { minItems: 1, maxItems: 1000 }),
    if_sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  closed,
);
export const AcceptedAnswer = Type.Object({ ...written, rows: Type.Array(Suggested) });
