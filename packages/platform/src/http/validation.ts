import { Ajv, type ErrorObject } from 'ajv';
import formats from 'ajv-formats';
import type { FastifySchemaCompiler, RouteOptions } from 'fastify';
import { platformProblem, type ValidationError } from '../problem/platform-problems.ts';
import type { Problem } from '../problem/problem.ts';
import { notThis } from './given-value.ts';
import { textFault } from './json-body.ts';
import { patternWords } from './pattern-words.ts';

type Part = ValidationError['in'];
type Schema = Readonly<Record<string, unknown>>;
type ValidationResult = { readonly value: unknown } | { readonly error: Problem };

const MOST_ERRORS = 50;
const PARTS: Readonly<Record<string, Part>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
};

const addFormats = formats as unknown as typeof formats.default;

function strictAjv(useDefaults: boolean): Ajv {
  // The one annotation of OpenAPI that is no keyword of JSON Schema.
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    allErrors: true,
    verbose: true,
    useDefaults,
    coerceTypes: false,
  });
  ajv.addVocabulary(['example']);
  addFormats(ajv, ['date', 'date-time', 'uuid', 'uri', 'email']);
  return ajv;
}

const bodies = strictAjv(false);
const texts = strictAjv(true);

/**
 * Compiles the schema of one part of a request. Bodies are taken as they are: no coercion, no defaults, nothing removed.
 * Query and path are text, so that their integers, numbers and booleans are read first, in one spelling each.
 */
export const validatorCompiler: FastifySchemaCompiler<Schema> = ({ schema, httpPart = 'body' }) => {
  const part = PARTS[httpPart] ?? 'body';
  const check = (part === 'body' ? bodies : texts).compile(schema);
  return (input: unknown): ValidationResult => {
    const read = part === 'body' ? undefined : readTexts(schema, input);
    const value = read ?? input;
    const faults = read === undefined ? [] : textFaults(part, read);
    const errors = check(value) ? [] : (check.errors ?? []);
    // A body may hold hundreds of thousands of them: the first ones are told, and all are counted.
    for (const error of errors.slice(0, MOST_ERRORS)) faults.push(validationError(part, error));
    const count = faults.length + Math.max(0, errors.length - MOST_ERRORS);
    return count === 0 ? { value } : { error: validationFailed(faults, count) };
  };
};

/** @param count how many there are in all, where not all of them are given */
export function validationFailed(errors: readonly ValidationError[], count = errors.length): Problem {
  const first = errors[0];
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  return platformProblem('VALIDATION_FAILED', `${first?.in} ${first?.pointer}: ${first?.message}${more}`, {
    errors: errors.slice(0, MOST_ERRORS),
  });
}

function validationError(part: Part, error: ErrorObject): ValidationError {
  const { additionalProperty, missingProperty, allowedValues, allowedValue } = error.params as Record<string, unknown>;
  if (typeof additionalProperty === 'string') {
    return { in: part, pointer: pointer(error.instancePath, additionalProperty), message: 'is not a known field' };
  }
  if (typeof missingProperty === 'string') {
    return { in: part, pointer: pointer(error.instancePath, missingProperty), message: 'is required' };
  }
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : '';
  const constant = allowedValue === undefined ? '' : `: ${JSON.stringify(allowedValue)}`;
  // A header may carry what lets its bearer in.
  const given = part === 'headers' ? '' : notThis(error.data, error.instancePath, error.parentSchema);
  const rule = ruleOf(error);
  return { in: part, pointer: error.instancePath || '/', message: `${rule}${allowed}${constant}${given}` };
}

function ruleOf({ keyword, message = 'is refused', schema }: ErrorObject): string {
  const words = keyword === 'pattern' && typeof schema === 'string' ? patternWords(schema) : undefined;
  return words === undefined ? message : `must be ${words}`;
}

function pointer(parent: string, member: string): string {
  return `${parent}/${member.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Reads the texts of a query or path into the types of its schema; what is not exactly one spelling stays text and fails. */
function readTexts(schema: Schema, input: unknown): Record<string, unknown> {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input ?? {})) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    Object.defineProperty(read, name, { value: readValue(known, value), enumerable: true, writable: true });
  }
  return read;
}

function readValue(schema: Schema | undefined, value: unknown): unknown {
  if (schema?.type === 'array') {
    const items = schema.items as Schema | undefined;
    return (Array.isArray(value) ? value : [value]).map((one) => readValue(items, one));
  }
  if (typeof value !== 'string') return value;
  if (schema?.type === 'integer' && /^(0|-?[1-9]\d*)$/.test(value)) return safeNumber(value);
  if (schema?.type === 'number' && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return safeNumber(value);
  if (schema?.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function safeNumber(text: string): number | string {
  const number = Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text;
}

function textFaults(part: Part, values: Readonly<Record<string, unknown>>): ValidationError[] {
  const faults: ValidationError[] = [];
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      const fault = typeof one === 'string' ? textFault(one) : undefined;
      if (fault !== undefined) faults.push({ in: part, pointer: pointer('', name), message: `holds ${fault}` });
    }
  }
  return faults;
}

const OPEN_INSIDE: ReadonlySet<string> = new Set(['allOf', 'if', 'then', 'else', 'not']);

/**
 * Closes every object of a route's request schemas that does not say otherwise, so that an unknown field is refused instead of
 * ignored. Members of `allOf` stay open: each sees the fields of the others.
 */
export function closeRequestSchemas(route: RouteOptions): void {
  const { schema } = route;
  if (schema === undefined) return;
  const closed: Record<string, unknown> = { ...schema };
  for (const part of ['body', 'querystring', 'params']) {
    if (closed[part] !== undefined) closed[part] = closedSchema(closed[part]);
  }
  route.schema = closed;
}

export function closedSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closedSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const closed: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties' || keyword === '$defs' || keyword === 'definitions') {
      closed[keyword] = Object.fromEntries(
        Object.entries(value as object).map(([key, one]) => [key, closedSchema(one)]),
      );
    } else {
      closed[keyword] = OPEN_INSIDE.has(keyword) || isPlainValue(keyword) ? value : closedSchema(value);
    }
  }
  if (closed.type === 'object' && closed.properties !== undefined && closed.additionalProperties === undefined) {
    closed.additionalProperties = false;
  }
  return closed;
}

/** Keywords whose value is an instance, not a schema. */
function isPlainValue(keyword: string): boolean {
  return ['const', 'enum', 'default', 'examples', 'example', 'required'].includes(keyword);
}
