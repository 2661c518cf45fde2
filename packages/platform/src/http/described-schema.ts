import type { TSchema } from 'typebox';

const DESCRIPTION = Symbol('what a schema is described as');

/**
 * A schema whose values pass as they are, order of members included, and that the description of the API shows as another one: for
 * documents that are stored and answered byte by byte, or that a compiler of their own checks with better words.
 */
export function describedAs<const Schema extends TSchema>(schema: Schema, description: object): Schema {
  return Object.assign(schema, { [DESCRIPTION]: description });
}

/** A schema with what its parts are described as in their places. */
export function asDescribed(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(asDescribed);
  const description = (schema as { [DESCRIPTION]?: object })[DESCRIPTION];
  if (description !== undefined) return asDescribed(description);
  return Object.fromEntries(Object.entries(schema).map(([member, value]) => [member, asDescribed(value)]));
}
