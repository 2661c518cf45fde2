import { type Static, Type } from 'typebox';
import { Currency, Cursor, Day, Limit, Month, orNull, pageSchema, Time, Uuid } from '../service/schema.ts';
import { Result } from './result.schema.ts';
import type { PostingResult } from './result.ts';

export const RunRequest = Type.Object({ sourceEntryId: Uuid, allocationRuleId: Uuid });
export type RunRequest = Static<typeof RunRequest>;

export const Posting = Type.Object({
  id: Uuid,
  source_entry_id: Uuid,
  allocation_rule_id: Uuid,
  kind: Type.Enum(['ORIGINAL', 'MIRROR']),
  status: Type.Enum(['ACTIVE', 'REVERSED', 'MIRROR']),
  reverses: orNull(Uuid),
  reversed_by: orNull(Uuid),
  posting_date: Day,
  period_month: Month,
  currency: Currency,
  result: Result,
  created_at: Time,
  created_by: Uuid,
});

/** A posting as it is answered. */
export interface PostingAnswer {
  readonly id: string;
  readonly source_entry_id: string;
  readonly allocation_rule_id: string;
  readonly kind: 'ORIGINAL' | 'MIRROR';
  readonly status: 'ACTIVE' | 'REVERSED' | 'MIRROR';
  readonly reverses: string | null;
  readonly reversed_by: string | null;
  readonly posting_date: string;
  readonly period_month: string;
  readonly currency: string;
  readonly result: PostingResult;
  readonly created_at: string;
  readonly created_by: string;
}

export const Preview = Type.Object({
  source_entry_id: Uuid,
  allocation_rule_id: Uuid,
  posting_date: Day,
  period_month: Month,
  currency: Currency,
  result: Result,
  explanation: Type.Array(Type.String()),
});

export const ReverseRequest = Type.Object({
  date: Type.Optional(
    Type.String({
      format: 'date',
      description: 'Day of the mirror, in an open month; that of the original unless told',
    }),
  ),
});
export type ReverseRequest = Static<typeof ReverseRequest>;

export const PostingPage = pageSchema(Posting);
export const PostingQuery = Type.Object({
  source_entry_id: Type.Optional(Uuid),
  allocation_rule_id: Type.Optional(Uuid),
  month: Type.Optional(Month),
  dimension_id: Type.Optional(Uuid),
  after: Cursor,
  limit: Limit,
});
export type PostingQuery = Static<typeof PostingQuery>;

const Language = Type.Optional(Type.Enum(['fr', 'en'], { description: 'That of the token unless told' }));
export const LanguageQuery = Type.Object({ lang: Language });
export const Explanation = Type.Object({
  posting_id: Uuid,
  lang: Type.Enum(['fr', 'en']),
  lines: Type.Array(Type.String()),
});
