import { type Static, Type } from 'typebox';
import {
  Code,
  Cursor,
  Digest,
  Key,
  Limit,
  Made,
  Name,
  orNull,
  pageSchema,
  ShownName,
  Time,
  Uuid,
  Version,
} from '../service/schema.ts';
import { RuleDocument, StoredRule } from './document.schema.ts';

export const NewRule = Type.Object({
  rule_code: Code,
  description_source: Type.Optional(orNull(Name)),
  rule: RuleDocument,
});
export type NewRule = Static<typeof NewRule>;

export const RuleReplacement = Type.Object({ description_source: Type.Optional(orNull(Name)), rule: RuleDocument });
export const RuleChange = Type.Object(
  { description_source: Type.Optional(orNull(Name)), rule: Type.Optional(RuleDocument) },
  { minProperties: 1 },
);
export type RuleChange = Static<typeof RuleChange>;

export const NewVersion = Type.Object({
  description_source: Type.Optional(orNull(Name)),
  rule: Type.Optional(RuleDocument),
});
export type NewVersion = Static<typeof NewVersion>;

export const Rule = Type.Object({
  id: Uuid,
  rule_code: Code,
  version: Type.Integer({ minimum: 0, description: 'Business version: 1, 2, 3 of a rule code' }),
  status: Type.Enum(['DRAFT', 'POSTED']),
  description_i18n_key: Key,
  description_source: orNull(Type.String()),
  description: ShownName,
  rule: StoredRule,
  digest: Digest,
  revision: Version,
  posted_at: orNull(Time),
  posted_by: orNull(Uuid),
  ...Made,
});

/** An allocation rule in one business version. */
export interface RuleAnswer {
  readonly id: string;
  readonly rule_code: string;
  readonly version: number;
  readonly status: 'DRAFT' | 'POSTED';
  readonly description_i18n_key: string;
  readonly description_source: string | null;
  readonly rule: unknown;
  readonly digest: string;
  readonly revision: number;
  readonly posted_at: string | null;
  readonly posted_by: string | null;
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

export const RulePage = pageSchema(Rule);
export const RuleQuery = Type.Object({
  rule_code: Type.Optional(Code),
  posted: Type.Optional(Type.Boolean()),
  after: Cursor,
  limit: Limit,
});
export type RuleQuery = Static<typeof RuleQuery>;
