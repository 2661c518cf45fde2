import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { expect } from 'vitest';
import type { App } from '../http/app.ts';
import { answerCheck } from './described-answer.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Schemas of the body by content type; none without a body. */
  readonly bodies: readonly (readonly [string, Schema])[];
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema?: Schema;
}

type Schema = Readonly<Record<string, unknown>>;

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

export interface GeneratedOptions {
  /** How many requests. */
  readonly count: number;
  /** Bearer tokens of callers; some requests come without one. */
  readonly tokens: readonly string[];
  /** Values that exist on the node, so that requests get past the look-up: codes, months, ids. */
  readonly known: readonly string[];
}

const text = fc.string({ unit: 'binary', maxLength: 24 }).map((one) => one.toWellFormed());
const hostile = fc.constantFrom(
  '',
  '\u0000',
  "'; DROP TABLE tenant; --",
  '../../etc/passwd',
  '%00',
  '-1',
  '1e309',
  '9223372036854775808',
  'NaN',
  '0000-00',
  '9999-12',
  '2025-13',
  'null',
  '__proto__',
  '\ud83d\ude00'.repeat(50),
);

/**
 * Sends requests that are made from the description of a running service, many of them damaged: none may be answered with 500 or more,
 * each refusal is a problem document with a code, and each answer is one that the description describes.
 */
export async function sendDescribedRequests(app: App, options: GeneratedOptions): Promise<void> {
  const description = (await app.inject({ url: '/openapi.json' })).json() as Description;
  const faultOf = answerCheck(description);
  const requests = fc
    .constantFrom(...operationsOf(description))
    .chain((one) => fc.record({ path: fc.constant(one.path), request: requestOf(one, options) }));
  await fc.assert(
    fc.asyncProperty(requests, async ({ path, request }) => {
      const answer = await app.inject(request);
      expect(answer.statusCode, `${answer.body.slice(0, 300)}`).toBeLessThan(500);
      const [status, contentType, text] = [answer.statusCode, answer.headers['content-type'], answer.body];
      const answered = { method: String(request.method), path, status, contentType: contentType?.toString(), text };
      // A path of made-up characters may be another operation's, or nobody's.
      if (status < 400) expect(faultOf(answered)).toBeUndefined();
      if (answer.statusCode < 400 || request.method === 'HEAD') return;
      // The pages of the identity provider and of the description are for people.
      if (String(answer.headers['content-type']).startsWith('text/html')) return;
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.json()).toMatchObject({ status: answer.statusCode, code: expect.stringMatching(/^[A-Z_]+$/) });
    }),
    { numRuns: options.count },
  );
}

function operationsOf({ paths }: Description): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      bodies: Object.entries(requestBody?.content ?? {}).map(([type, { schema = {} }]) => [type, schema] as const),
    })),
  );
}

function requestOf(operation: Operation, { tokens, known }: GeneratedOptions): fc.Arbitrary<InjectOptions> {
  const anything = fc.oneof(fc.constantFrom(...known), hostile, text);
  const query = operation.parameters.filter((one) => one.in === 'query');
  const names = query.length === 0 ? fc.constant('x') : fc.constantFrom(...query.map(({ name }) => name), '__proto__');
  const pair = names.chain((name) => {
    const schema = query.find((one) => one.name === name)?.schema;
    const fitting = schema === undefined ? anything : valueFor(schema, known, 0).map((value) => String(value));
    return fc.tuple(fc.constant(name), fc.oneof({ weight: 3, arbitrary: fitting }, anything));
  });
  const path = fc
    .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, anything), { minLength: 4, maxLength: 4 })
    .map((values) => {
      let next = 0;
      return operation.path.replace(/\{[^}]+\}/g, () => encodeURIComponent((values[next++ % 4] ?? 'x') || 'x'));
    });
  return fc
    .record({
      path,
      pairs: fc.array(pair, { maxLength: 5 }),
      token: fc.option(fc.constantFrom(...tokens), { freq: 8, nil: undefined }),
      payload: fc.option(bodyOf(operation, known), { freq: 8, nil: undefined }),
      key: fc.option(fc.uuid(), { freq: 5, nil: undefined }),
    })
    .map(({ path: at, pairs, token, payload, key }) => {
      const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
      const bearer: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const idempotency: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      const content: Record<string, string> = payload === undefined ? {} : { 'content-type': payload.type };
      const withBody = payload !== undefined && operation.method !== 'GET';
      return {
        method: operation.method as 'GET',
        url: search === '' ? at : `${at}?${search}`,
        headers: { ...bearer, ...idempotency, ...(withBody ? content : {}) },
        ...(withBody ? { payload: payload.body } : {}),
      };
    });
}

interface GeneratedBody {
  readonly type: string;
  readonly body: string;
}

function bodyOf({ bodies }: Operation, known: readonly string[]): fc.Arbitrary<GeneratedBody> {
  const junk = fc.record({
    type: fc.constantFrom('application/json', 'text/csv', 'application/zip', ';'),
    body: fc.oneof(text, fc.json()),
  });
  if (bodies.length === 0) return junk;
  const fitting = fc.constantFrom(...bodies).chain(([type, schema]) => {
    const body = type.includes('json') ? valueFor(schema, known, 0).map((value) => JSON.stringify(value) ?? '') : text;
    return fc.record({ type: fc.constant(type), body });
  });
  return fc.oneof({ weight: 5, arbitrary: fitting }, junk);
}

/** Values that mostly fit a schema, and sometimes do not. */
function valueFor(schema: Schema, known: readonly string[], depth: number): fc.Arbitrary<unknown> {
  const wrong = fc.oneof(hostile, text, fc.integer(), fc.constant(null), fc.jsonValue({ maxDepth: 1 }));
  return fc.oneof({ weight: 12, arbitrary: fittingOf(schema, known, depth) }, { weight: 1, arbitrary: wrong });
}

function fittingOf(schema: Schema, known: readonly string[], depth: number): fc.Arbitrary<unknown> {
  const choices = (schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined;
  if (choices !== undefined && choices.length > 0)
    return fc.oneof(...choices.map((one) => valueFor(one, known, depth)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.type === 'integer' || schema.type === 'number')
    return fc.oneof(fc.integer({ min: -1, max: 500 }), fc.maxSafeInteger());
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'null') return fc.constant(null);
  if (schema.type === 'array')
    return fc.array(valueFor((schema.items ?? {}) as Schema, known, depth + 1), { maxLength: 3 });
  if (schema.type === 'object' && depth < 5) return objectOf(schema, known, depth);
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, hostile, text);
}

function objectOf(schema: Schema, known: readonly string[], depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Schema>>);
  const required = new Set((schema.required ?? []) as readonly string[]);
  const members = properties.map(([name, one]) => {
    const value = valueFor(one, known, depth + 1);
    const present = fc.record({ name: fc.constant(name), value });
    return required.has(name)
      ? fc.option(present, { freq: 20, nil: undefined })
      : fc.option(present, { freq: 2, nil: undefined });
  });
  return fc.tuple(...members).map((list) => {
    const given = list.filter((one) => one !== undefined);
    return Object.fromEntries(given.map(({ name, value }) => [name, value]));
  });
}
