import { describedAs, MONTH_PATTERN } from '@prorata/platform';
import { type TSchema, Type } from 'typebox';
import { MOST_PAGE_ROWS, PAGE_ROWS } from './page.ts';

export const Uuid = Type.String({ format: 'uuid' });
/** What people type: no blanks, no quotes, no comma, so that it stands unquoted in a file. */
export const CODE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$';
export const Code = Type.String({ pattern: CODE_PATTERN, examples: ['COST_CENTER'] });
export const Name = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description: 'What the author typed' });
export const Key = Type.String({ description: 'i18n key under which translations are kept' });
export const Month = Type.String({ pattern: MONTH_PATTERN, description: 'YYYY-MM', examples: ['2026-10'] });
export const Day = Type.String({ format: 'date', description: 'YYYY-MM-DD' });
export const Time = Type.String({ format: 'date-time' });
export const Decimal = Type.String({ description: 'Exact decimal; never a float', examples: ['1234.56'] });
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
export const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256' });
export const Version = Type.Integer({ minimum: 0 });
export const Anything = Type.Unsafe<unknown>({});
/** A document that is answered as it is stored, byte by byte, and described by a schema. */
export const storedAs = (schema: TSchema) => describedAs(Type.Unsafe<unknown>({}), schema);
export const Cursor = Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before' }));
export const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_PAGE_ROWS, default: PAGE_ROWS }));

export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** The name in the language of the reader; only answers to GET bear it. */
export const ShownName = Type.Optional(orNull(Type.String({ description: 'In the language of the reader' })));

export const pageSchema = <T extends Parameters<typeof Type.Array>[0]>(row: T) =>
  Type.Object({ rows: Type.Array(row), next: orNull(Type.String()) });

/** What every row carries about its making. */
export const Made = { created_at: Time, created_by: Uuid, updated_at: Time, updated_by: Uuid };

export const IdPath = Type.Object({ id: Uuid });

export const ProblemAnswer = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    next: Type.Optional(Type.String()),
  },
  { additionalProperties: true },
);
export const refusals = { '4xx': ProblemAnswer };
