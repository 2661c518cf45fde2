import { Ajv, type ErrorObject } from 'ajv';
import type { Static, TSchema } from 'typebox';
import { isDay } from './dates.ts';

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true, coerceTypes: false });
ajv.addFormat('date', isDay);
ajv.addFormat('date-time', (text: string) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)));

export interface SchemaFault {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly message: string;
}

export type Checked<T> = { readonly value: T } | { readonly faults: readonly SchemaFault[] };

const MOST_FAULTS = 20;

/** Compiles a schema into a check that takes a document as it is: no coercion, nothing removed. */
export function schemaCheck<const S extends TSchema>(schema: S): (document: unknown) => Checked<Static<S>> {
  const valid = ajv.compile<Static<S>>(schema);
  return (document) => {
    if (valid(document)) return { value: document };
    // Each branch of a union tells its own fault about one place: the first says enough.
    const places = new Map(
      (valid.errors ?? [])
        .map(faultOf)
        .toReversed()
        .map((fault) => [fault.pointer, fault]),
    );
    return { faults: [...places.values()].toReversed().slice(0, MOST_FAULTS) };
  };
}

function faultOf(error: ErrorObject): SchemaFault {
  const { additionalProperty, missingProperty, allowedValues } = error.params as Record<string, unknown>;
  const member = additionalProperty ?? missingProperty;
  const pointer = `${error.instancePath}${typeof member === 'string' ? `/${member}` : ''}`;
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : '';
  const message = additionalProperty === undefined ? `${error.message}${allowed}` : 'is not a known member';
  return { pointer: pointer === '' ? '/' : pointer, message };
}
