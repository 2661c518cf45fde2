import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantClaims } from '../identity/claims.ts';
import { type ExampleServer, exampleClaims, exampleServer } from '../testing/example-server.ts';

let server: ExampleServer;
beforeAll(async () => {
  server = await exampleServer({ tenantModeOf: (tenant) => (tenant.startsWith('0') ? 'DEDICATED_DB' : 'POOLED') });
});
afterAll(() => server.stop());

const pooled = '11111111-1111-4111-8111-111111111111';

interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly claims?: Partial<TenantClaims>;
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function call({ method = 'GET', path = '/things', claims, token, body, headers = {} }: Call) {
  const bearer = token === undefined ? await server.token({ tenant_id: pooled, ...claims }) : token;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const thing = { code: 'A', count: 1 };

describe('the refusals of spec 03, "Tenant context"', () => {
  const { legal_entity_id: _none, ...groupWide } = exampleClaims({ tenant_id: pooled });
  const table: readonly (readonly [string, Call, number, string])[] = [
    ['no token', { token: null }, 401, 'MISSING_TENANT_CONTEXT'],
    ['a token that is none', { token: 'abc' }, 401, 'MISSING_TENANT_CONTEXT'],
    ['SUSPENDED', { claims: { billing_status: 'SUSPENDED' } }, 403, 'TENANT_SUSPENDED'],
    ['TERMINATED', { claims: { billing_status: 'TERMINATED' } }, 403, 'TENANT_SUSPENDED'],
    ['TRIAL', { claims: { billing_status: 'TRIAL' } }, 200, ''],
    ['module not enabled', { claims: { enabled_modules: ['FINOPS_GROUP'] } }, 403, 'MODULE_DISABLED'],
    ['unknown country', { claims: { country_code: 'ZZ' } }, 400, 'UNKNOWN_COUNTRY'],
    ['tenant_id in the body', { method: 'POST', body: { ...thing, tenant_id: pooled } }, 400, 'FORBIDDEN_FIELD'],
    ['legal_entity_id', { method: 'POST', body: { ...thing, legal_entity_id: pooled } }, 400, 'FORBIDDEN_FIELD'],
    ['country_code', { method: 'POST', body: { ...thing, country_code: 'FR' } }, 400, 'FORBIDDEN_FIELD'],
    ['in a list', { method: 'POST', path: '/free', body: [thing, { tenant_id: 1 }] }, 400, 'FORBIDDEN_FIELD'],
    ['tenant mode of another database', { claims: { tenant_mode: 'SCHEMA' } }, 500, 'TENANT_MODE_MISMATCH'],
    ['database of another mode', { claims: { tenant_id: `0${pooled.slice(1)}` } }, 500, 'TENANT_MODE_MISMATCH'],
    ['no role', { claims: { roles: ['group.reader'] } }, 403, 'FORBIDDEN'],
    ['another deployment', { claims: { deployment: 'test' } }, 403, 'ENVIRONMENT_MISMATCH'],
    ['no key', { method: 'POST', path: '/runs' }, 400, 'IDEMPOTENCY_KEY_REQUIRED'],
    [
      'a key with blanks',
      { method: 'POST', path: '/runs', headers: { 'idempotency-key': 'a b' } },
      400,
      'VALIDATION_FAILED',
    ],
  ];
  it.each(table)('%s', async (_name, request, status, code) => {
    const answer = await call(request);
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toMatchObject({ code, status, instance: `urn:uuid:${answer.headers.get('x-correlation-id')}` });
  });

  it('in the language of the reader: what it means, and what to do next', async () => {
    const french = await call({
      claims: { roles: ['group.reader'] },
      headers: { 'accept-language': 'fr-CH, en;q=0.5' },
    });
    expect(french.body).toMatchObject({
      code: 'FORBIDDEN',
      title: 'Votre rôle ne le permet pas',
      next: expect.stringContaining('« roles »'),
    });
    expect(french.headers.get('content-language')).toBe('fr');
    const english = await call({ claims: { roles: ['group.reader'] }, headers: { 'accept-language': 'en' } });
    expect(english.body).toMatchObject({ next: expect.stringContaining('Use a token') });
    expect(english.headers.get('content-language')).toBe('en');
    // A cache between may give neither to who reads the other.
    for (const { headers } of [french, english]) expect(headers.get('vary')?.split(', ')).toContain('accept-language');
  });

  it('a write without a legal entity, unless the route acts on the tenant as a whole; reads are free', async () => {
    const token = await server.issuer.issueToken(groupWide);
    expect(await call({ method: 'POST', token, body: thing })).toMatchObject({
      status: 400,
      body: { code: 'LEGAL_ENTITY_REQUIRED' },
    });
    expect((await call({ method: 'POST', path: '/free', token, body: thing })).status).toBe(200);
    expect((await call({ token })).status).toBe(200);
  });

  it('stops the start of a server whose route forgets its roles', async () => {
    await expect(exampleServer({ register: (app) => void app.get('/open', async () => 1) })).rejects.toThrow(
      /config\.roles/,
    );
  });
});

describe('what is sent is taken exactly or refused with its place', () => {
  // The token's language is French.
  const errors = async (request: Call) =>
    (await call({ ...request, headers: { 'accept-language': 'en', ...request.headers } })).body.errors;

  it('bodies: nothing coerced, nothing removed', async () => {
    expect(await errors({ method: 'POST', body: { ...thing, extra: 1 } })).toEqual([
      { in: 'body', pointer: '/extra', message: 'is not a known field' },
    ]);
    expect(await errors({ method: 'POST', body: { code: 'A', count: '1', tags: { a: 'x', 'b/c': 1 } } })).toEqual(
      expect.arrayContaining([
        { in: 'body', pointer: '/count', message: 'must be integer, not "1"' },
        { in: 'body', pointer: '/tags/b~1c', message: 'is not a known field' },
      ]),
    );
    expect(await errors({ method: 'POST' })).toMatchObject([{ in: 'body', pointer: '/' }]);
    expect((await call({ method: 'POST', body: thing })).body).toEqual({ body: thing });
  });

  it('query strings: one spelling of each number, defaults for what is absent', async () => {
    expect((await call({ path: '/things' })).body.query).toEqual({ limit: 20 });
    expect((await call({ path: '/things?limit=5&closed=true&entity=FR01' })).body.query).toEqual({
      limit: 5,
      closed: true,
      entity: ['FR01'],
    });
    for (const bad of [
      'limit=1e1',
      'limit=%205',
      'limit=5.0',
      'limit=',
      'limit=0x5',
      'limit=05',
      'limit=-0',
      'limit=1&limit=2',
      'closed=1',
      'x=1',
    ]) {
      expect(await call({ path: `/things?${bad}` }), bad).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED' },
      });
    }
    expect(await call({ path: '/things?q=%00' })).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(await call({ path: '/things/12' })).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });

  const unreadable: readonly (readonly [string, string])[] = [
    ['not JSON', '{"code":'],
    ['deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['deep objects', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`],
    ['prototype', '{"__proto__":{"admin":true}}'],
    ['U+0000', '{"code":"a\\u0000"}'],
    ['half a surrogate', '{"code":"\\ud800"}'],
    ['a member that is there twice', '{"code":"a:\\"","tags":[{"a":1,"a":2}]}'],
    ['a number that would lose digits', '{"count":9007199254740993}'],
    ['a number beyond all', '{"count":-1e400}'],
  ];
  it.each(unreadable)('unreadable: %s', async (_name, body) => {
    expect(await call({ method: 'POST', path: '/free', body })).toMatchObject({
      status: 400,
      body: { code: 'BODY_UNREADABLE' },
    });
  });

  it('colons and quotes inside of texts name no members', async () => {
    const body = { 'a:b': ':":\\', c: ['\\":', { ':': 9007199254740991 }], d: {} };
    expect((await call({ method: 'POST', path: '/free', body })).body).toEqual({ body });
  });

  it('an empty body, invalid UTF-8, a large one, and another type of body', async () => {
    const post = async (body: Uint8Array<ArrayBuffer>, type: string) => {
      const headers = { authorization: `Bearer ${await server.token({ tenant_id: pooled })}`, 'content-type': type };
      const response = await fetch(`${server.url}/free`, { method: 'POST', headers, body });
      return { status: response.status, ...((await response.json()) as { code: string }) };
    };
    expect(await post(new Uint8Array(0), 'application/json')).toMatchObject({ status: 400, code: 'BODY_UNREADABLE' });
    expect(await post(new Uint8Array([34, 255, 34]), 'application/json')).toMatchObject({ code: 'BODY_UNREADABLE' });
    expect(await post(new Uint8Array(1_100_000), 'application/json')).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      limit_bytes: 1_048_576,
    });
    for (const type of ['text/plain', 'application/zip', 'multipart/form-data; boundary=x', 'nonsense']) {
      expect(await post(new Uint8Array(3), type), type).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
    }
  });

  it('an address that is not there, a method that it does not answer, a broken address', async () => {
    expect(await call({ path: '/nothing', token: null })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const wrong = await call({ path: `/things/${pooled}`, method: 'DELETE' });
    expect(wrong).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED', allow: ['GET', 'HEAD'] } });
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect(await call({ path: '/%zz' })).toMatchObject({ status: 400, body: { code: 'REQUEST_UNREADABLE' } });
    expect((await call({ path: `/things/${'a'.repeat(600)}` })).status).toBeLessThan(500);
  });

  it('a failure inside tells the caller nothing of its cause', async () => {
    const answer = await call({ path: '/broken' });
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });
});

describe('broken HTTP', () => {
  function raw(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(request));
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    });
  }

  it('a key header of 1 MB', async () => {
    const answer = await raw(`POST /runs HTTP/1.1\r\nHost: x\r\nIdempotency-Key: ${'k'.repeat(1_000_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"HEADERS_TOO_LARGE"');
  });

  it('no HTTP at all', async () => {
    expect(await raw('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*REQUEST_UNREADABLE/s);
  });
});
