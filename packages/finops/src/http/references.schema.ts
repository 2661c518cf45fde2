import { Type } from 'typebox';
import { REFERENCE_KINDS } from '../references/kinds.ts';
import { Code, Digest, Month, orNull } from './finops.schema.ts';

const closed = { additionalProperties: false } as const;
const Kind = Type.Enum([...REFERENCE_KINDS]);
const Count = Type.Integer({ minimum: 0 });
const Time = Type.String({ format: 'date-time' });
const Label = Type.String();

export const Reference = Type.Object({
  kind: Kind,
  code: Code,
  label: Label,
  domain: orNull(Code),
  family: orNull(Code),
  unit: orNull(Code),
  valid_from: orNull(Month),
  valid_to: orNull(Month),
  group_code: orNull(Code),
  origin: Type.Enum(['FOUND', 'IMPORTED']),
  version: Count,
});

export const ReferencesQuery = Type.Object({
  kind: Type.Optional(Kind),
  month: Type.Optional(Month),
});
export const ReferencesAnswer = Type.Object({
  rows: Type.Array(Reference),
  group: orNull(
    Type.Object({
      version: Type.String(),
      source: Type.Enum(['ADMISSION', 'PULL']),
      has_products: Type.Boolean(),
      taken_at: Time,
    }),
  ),
});

export const ImportReferencesQuery = Type.Object({
  name: Type.Optional(
    Type.String({
      pattern: '^[^/\\\\\\u0000-\\u001f]{1,200}$',
      description: 'What the file is called; .yaml, .yml and .json are documents, all others are tables',
    }),
  ),
});
export const ReferencesImported = Type.Object({
  file: Type.String(),
  sha256: Digest,
  rows: Count,
  added: Count,
  changed: Count,
  unchanged: Count,
  kinds: Type.Object({ domain: Count, family: Count, product: Count, application: Count }),
});

export const ChangesQuery = Type.Object({ kind: Type.Optional(Kind), code: Type.Optional(Code) });
export const ChangesAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({
      kind: Kind,
      code: Code,
      version: Count,
      before: orNull(Reference),
      after: Reference,
      changed_at: Time,
      changed_by: Type.String({ format: 'uuid' }),
    }),
  ),
});

export const DeactivateBody = Type.Object({ kind: Kind, code: Code, last_month: Month }, closed);
export const ReactivateBody = Type.Object({ kind: Kind, code: Code }, closed);
export const MapBody = Type.Object({ kind: Kind, code: Code, group_code: orNull(Code) }, closed);

export const UnmappedQuery = Type.Object({ month: Type.Optional(Month) });
export const UnmappedAnswer = Type.Object({
  period_month: orNull(Month),
  version: Type.String(),
  rows: Type.Array(
    Type.Object({
      kind: Kind,
      code: Code,
      label: Label,
      group_code: orNull(Code),
      facts: Count,
      consequence: Type.Enum(['REFUSES', 'COUNTED']),
      nearest: orNull(Code),
    }),
  ),
});

export const PullBody = Type.Object({}, closed);
export const PulledAnswer = Type.Object({
  version: Type.String(),
  added: Count,
  changed: Count,
  deactivated: Count,
  url: Type.String(),
});
