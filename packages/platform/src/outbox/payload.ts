import { type TProperties, Type } from 'typebox';

/** Parts of which the payloads of events are made. */
export const payloadOf = {
  uuid: (description?: string) =>
    Type.String({ format: 'uuid', ...(description === undefined ? {} : { description }) }),
  month: () => Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$', description: 'YYYY-MM' }),
  /** An exact amount or quantity: never a JSON number. */
  decimal: () => Type.String({ pattern: '^-?(0|[1-9][0-9]*)([.][0-9]+)?$', description: 'Exact decimal.' }),
  count: () => Type.Integer({ minimum: 0 }),
  sha256: () => Type.String({ pattern: '^[0-9a-f]{64}$' }),
  currency: () => Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.' }),
  text: () => Type.String(),
  maybe: <const Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
    Type.Union([schema, Type.Null()]),
  /** Members may be added in later versions: a receiver ignores those that it does not know. */
  open: <const Properties extends TProperties>(properties: Properties) => Type.Object(properties),
  /** As the specification gives it, and nothing else. */
  exact: <const Properties extends TProperties>(properties: Properties) =>
    Type.Object(properties, { additionalProperties: false }),
} as const;
