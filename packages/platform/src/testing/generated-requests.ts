import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { expect } from 'vitest';
import { type ExampleServer, exampleServer } from './example-server.ts';

const paths = [
  '/things',
  '/things/0192f0c1-2345-7abc-8def-0123456789ab',
  '/free',
  '/runs',
  '/files',
  '/session',
  '/health',
  '/docs/',
];
const types = [
  'application/json',
  'application/zip',
  'text/csv',
  'text/plain',
  'application/json; charset=latin1',
  '',
  ';',
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

const text = fc.string({ unit: 'binary', maxLength: 30 });
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...paths) },
  // Two slashes in front would name a host to the injector.
  fc.webPath().map((one) => `/${one.replace(/^\/+/, '')}`),
  text.map((segment) => `/things/${encodeURIComponent(segment.toWellFormed())}`),
);
const query = fc.array(fc.tuple(fc.constantFrom('limit', 'closed', 'entity', 'q', 'x', '__proto__'), text), {
  maxLength: 3,
});
const member = fc.constantFrom('code', 'count', 'tags', 'tenant_id', 'token', '__proto__', 'constructor', 'x');
const body = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.dictionary(member, fc.jsonValue(), { maxKeys: 4 }).map((value) => JSON.stringify(value)),
  text,
);
const ascii = fc.string({ unit: fc.constantFrom(...'abcAZ019 -_.~"{}'), maxLength: 40 });
const headers = fc.record(
  {
    'content-type': fc.constantFrom(...types),
    'idempotency-key': ascii,
    'x-correlation-id': ascii,
    cookie: ascii,
    origin: ascii,
  },
  { requiredKeys: [] },
);

/**
 * Sends generated requests, many of them damaged, to the example server: none may be answered with 500 or more, and each refusal
 * is a problem document.
 */
export async function sendGeneratedRequests(count: number): Promise<void> {
  const server = await exampleServer({ requestsPerMinute: false });
  try {
    await fc.assert(answered(server, `Bearer ${await server.token()}`), { numRuns: count });
  } finally {
    await server.stop();
  }
}

function answered(server: ExampleServer, authorization: string) {
  return fc.asyncProperty(
    fc.constantFrom(...methods),
    path,
    query,
    headers,
    fc.option(body, { nil: undefined }),
    fc.boolean(),
    async (method, url, pairs, given, payload, signed) => {
      const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&');
      const request: InjectOptions = {
        method,
        url: search === '' ? url : `${url}?${search}`,
        headers: { ...given, ...(signed ? { authorization } : {}) },
        ...(payload === undefined || method === 'GET' || method === 'HEAD' ? {} : { payload }),
      };
      const answer = await server.app.inject(request);
      expect(answer.statusCode).toBeLessThan(500);
      if (answer.statusCode < 400 || method === 'HEAD') return;
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.json()).toMatchObject({ status: answer.statusCode, code: expect.stringMatching(/^[A-Z_]+$/) });
    },
  );
}
