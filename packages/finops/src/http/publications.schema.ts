import { Type } from 'typebox';
import { Code, Count, Currency, Decimal, Digest, Month, Noted, orNull, Time, Uuid } from './finops.schema.ts';

const Totals = Type.Array(
  Type.Object({
    consumption_type: Type.String(),
    currency: Currency,
    rows: Count,
    cost_effective: orNull(Decimal),
    cost_billed: orNull(Decimal),
    cost_standard: orNull(Decimal),
  }),
);
export const PublishAnswer = Type.Object({
  entity: Code,
  period_month: Month,
  revision: Type.Integer({ minimum: 1 }),
  supersedes: orNull(Digest),
  created: Type.Boolean({ description: 'False where the facts are those of the revision that stands' }),
  file: Type.String(),
  bytes: Count,
  manifest_sha256: Digest,
  bundle_sha256: Digest,
  totals: Totals,
  warnings: Type.Array(Noted),
});

const Sequence = Type.String({ pattern: '^[0-9]{1,18}$', description: 'Grows with each publication of the node' });
export const SinceQuery = Type.Object({
  since: Type.Optional(Sequence),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
});
const publication = {
  period_month: Month,
  revision: Type.Integer({ minimum: 1 }),
  supersedes: orNull(Digest),
  manifest_sha256: Digest,
  bundle_sha256: Digest,
  file_name: Type.String(),
  bytes: Count,
  sequence: Sequence,
  created_at: Time,
  state: Type.Enum(['SEALED', 'WAITING', 'PULLED', 'ACCEPTED', 'REFUSED'], {
    description:
      'SEALED until it is sent or fetched, WAITING while nobody answers, PULLED once the group came for it, then what it answered last',
  }),
};
export const PublicationList = Type.Object({ rows: Type.Array(Type.Object(publication)), next: Sequence });
export const PublicationStatus = Type.Object({
  ...publication,
  pushes: Type.Array(
    Type.Object({
      url: Type.String(),
      state: Type.Enum(['WAITING', 'PULLED', 'ACCEPTED', 'REFUSED']),
      attempts: Count,
      http_status: orNull(Type.Integer()),
      answer: Type.Unknown({ description: "The group's report, as it came" }),
      first_at: Time,
      last_at: Time,
    }),
  ),
});
const AnswerOf = {
  period_month: Month,
  revision: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  manifest_sha256: Digest,
};
export const AnswersBody = Type.Object(
  {
    answers: Type.Array(
      Type.Object(
        {
          ...AnswerOf,
          outcome: Type.Enum(['ACCEPTED', 'REFUSED']),
          report: Type.Optional(Type.Unknown({ description: "The group's report" })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 100 },
    ),
  },
  { additionalProperties: false },
);
export const AnswersTaken = Type.Object({
  taken: Count,
  unknown: Type.Array(Type.Object(AnswerOf), { description: 'About something that this node did not publish' }),
});
export const PushRequested = Type.Object({ job_id: Uuid });

const measures = {
  quantity: Decimal,
  cost_effective: orNull(Decimal),
  cost_billed: orNull(Decimal),
  cost_standard: orNull(Decimal),
};
export const PreviewPath = Type.Object({ month: Month });
export const PreviewAnswer = Type.Object({
  entity: Code,
  period_month: Month,
  revision: Type.Integer({ minimum: 1 }),
  supersedes: orNull(Digest),
  unchanged: Type.Boolean({ description: 'True where publishing would write nothing' }),
  status: Type.Enum(['OPEN', 'CLOSED']),
  totals_before: orNull(Totals),
  totals_after: Totals,
  changes: Type.Object({ added: Count, removed: Count, changed: Count }),
  differences: Type.Array(
    Type.Object({
      change: Type.Enum(['added', 'removed', 'changed']),
      grain: Type.Object({
        period_month: Month,
        entity_id: Code,
        application_id: Code,
        domain_id: Code,
        family_id: orNull(Code),
        product_id: orNull(Code),
        unit: Code,
        environment: Type.String(),
        consumption_type: Type.String(),
        currency: Currency,
      }),
      before: orNull(Type.Object(measures)),
      after: orNull(Type.Object(measures)),
    }),
    { description: 'Fact by fact, the first 1 000; all of them are counted in changes' },
  ),
  unmapped: Type.Array(
    Type.Object({
      kind: Type.Enum(['domain', 'family', 'product']),
      code: Code,
      label: Type.String(),
      group_code: orNull(Code),
      facts: Count,
      consequence: Type.Enum(['REFUSES', 'COUNTED']),
      nearest: orNull(Code),
    }),
  ),
});
export const PublicationPath = Type.Object({
  month: Month,
  revision: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
});
