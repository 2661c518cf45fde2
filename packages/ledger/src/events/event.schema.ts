import { type Static, Type } from 'typebox';
import { EntryContentSchema, Uuid } from '../entry/entry.schema.ts';

const strict = { additionalProperties: false } as const;

/** Envelope of spec 02, "Events normalisés"; `entity_id` is the entry, or the period. `id`, where given, is the `webhook-id`. */
const envelope = {
  id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  tenant_id: Uuid,
  legal_entity_id: Uuid,
  entity_id: Uuid,
  timestamp: Type.String({ format: 'date-time' }),
  correlation_id: Uuid,
};

const PeriodPayload = Type.Object(
  {
    month: Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' }),
    /** Counts the changes of a month; it orders them before the time does. */
    sequence: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  strict,
);

export const PostedSchema = Type.Object(
  { event: Type.Literal('GL.ENTRY.POSTED'), ...envelope, payload: EntryContentSchema },
  strict,
);
/** An entry that is told of without its lines: they are fetched from the general ledger's API, or come with a later event. */
export const PostedNoticeSchema = Type.Object(
  {
    event: Type.Literal('GL.ENTRY.POSTED'),
    ...envelope,
    payload: Type.Object(
      {
        journal_code: Type.Optional(Type.String({ maxLength: 64 })),
        number: Type.Optional(Type.String({ maxLength: 64 })),
        accounting_date: Type.Optional(Type.String({ format: 'date' })),
      },
      strict,
    ),
  },
  strict,
);
export const ReversedSchema = Type.Object(
  {
    event: Type.Literal('GL.ENTRY.REVERSED'),
    ...envelope,
    payload: Type.Object({ reversed_by: Type.Optional(Type.Union([Uuid, Type.Null()])) }, strict),
  },
  strict,
);
export const LockedSchema = Type.Object(
  { event: Type.Literal('GL.PERIOD.LOCKED'), ...envelope, payload: PeriodPayload },
  strict,
);
export const UnlockedSchema = Type.Object(
  { event: Type.Literal('GL.PERIOD.UNLOCKED'), ...envelope, payload: PeriodPayload },
  strict,
);

export type GlEvent =
  | Static<typeof PostedSchema>
  | Static<typeof PostedNoticeSchema>
  | Static<typeof ReversedSchema>
  | Static<typeof LockedSchema>
  | Static<typeof UnlockedSchema>;

/** The four events, for the description of the inbox. */
export const GlEventSchema = Type.Union([
  PostedSchema,
  PostedNoticeSchema,
  ReversedSchema,
  LockedSchema,
  UnlockedSchema,
]);
