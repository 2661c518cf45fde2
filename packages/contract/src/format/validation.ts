import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Static, TSchema } from 'typebox';

const ajv = new Ajv2020({ strict: true, allErrors: true, strictTypes: false, verbose: true });
addFormats.default(ajv, ['date-time']);

/** A value that a schema does not allow: where (a JSON pointer, '' = the whole), what stands there, what is wrong. */
export interface SchemaFault {
  readonly pointer: string;
  readonly value: string | null;
  readonly message: string;
}

/** A compiled schema: faults of a value, and a narrowing test for values without faults. */
export interface Shape<T> {
  faults(value: unknown): readonly SchemaFault[];
  fits(value: unknown): value is T;
}

/** Compiles a schema once; nothing is coerced, removed or filled in. */
export function shape<S extends TSchema>(schema: S): Shape<Static<S>> {
  const validate: ValidateFunction = ajv.compile(schema);
  return {
    faults: (value) => (validate(value) ? [] : (validate.errors ?? []).filter(isNotSummary).map(describe)),
    fits: (value): value is Static<S> => validate(value),
  };
}

// `anyOf` adds one line that only repeats that its branches failed.
function isNotSummary(error: ErrorObject): boolean {
  return error.keyword !== 'anyOf';
}

function describe(error: ErrorObject): SchemaFault {
  const named = error.params as { additionalProperty?: string; allowedValues?: readonly string[] };
  const pointer = named.additionalProperty
    ? `${error.instancePath}/${named.additionalProperty}`
    : error.instancePath || '';
  const choices = named.allowedValues ? `: ${named.allowedValues.join(', ')}` : '';
  const scalar = typeof error.data === 'object' || error.data === undefined ? null : String(error.data);
  return {
    pointer,
    value: scalar,
    message: `${pointer || 'the content'} ${error.message ?? 'is not allowed'}${choices}`,
  };
}
