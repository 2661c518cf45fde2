import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleServer, exampleClaims, exampleServer } from '../testing/example-server.ts';

let server: ExampleServer;
beforeAll(async () => {
  server = await exampleServer();
});
afterAll(() => server.stop());

const json = { 'content-type': 'application/json' };
const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';

async function signIn(body: object, headers: Record<string, string> = {}) {
  return fetch(`${server.url}/session`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
}

describe('the browser session', () => {
  it('opens with a token, tells who is signed in, serves the API, and ends', async () => {
    const response = await signIn({ token: await server.token() });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()[0]).toMatch(/; HttpOnly; SameSite=Strict$/);
    const cookie = cookieOf(response);
    const who = await fetch(`${server.url}/session`, { headers: { cookie } });
    expect(await who.json()).toMatchObject({
      roles: ['analytic.writer'],
      locale: 'fr',
      tenant: { label: 'Example Group' },
    });
    expect((await fetch(`${server.url}/things`, { headers: { cookie } })).status).toBe(200);

    expect((await fetch(`${server.url}/session`, { method: 'DELETE', headers: { cookie } })).status).toBe(403);
    const marked = { cookie, 'x-requested-with': 'prorata' };
    expect((await fetch(`${server.url}/session`, { method: 'DELETE', headers: marked })).status).toBe(204);
    expect((await fetch(`${server.url}/things`, { headers: { cookie } })).status).toBe(401);
    expect((await fetch(`${server.url}/session`)).status).toBe(401);
  });

  it('gives each of its requests a correlation id of its own, whatever the token that opened it had', async () => {
    const cookie = cookieOf(await signIn({ token: await server.token({ correlation_id: randomUUID() }) }));
    const ask = () => fetch(`${server.url}/things`, { headers: { cookie } });
    const ids = (await Promise.all([ask(), ask()])).map((answer) => answer.headers.get('x-correlation-id'));
    expect(new Set(ids).size).toBe(2);
  });

  it('opens once with a sign-in code', async () => {
    const code = server.codes.create(exampleClaims());
    expect((await signIn({ code })).status).toBe(200);
    const again = await signIn({ code });
    expect(again.status).toBe(401);
    expect(await again.json()).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect((await signIn({ token: 'x', code: 'y' })).status).toBe(400);
  });

  it('takes changes only from its own page', async () => {
    const cookie = cookieOf(await signIn({ token: await server.token() }));
    const post = (headers: Record<string, string>, body: string | null = '{"code":"A","count":1}') =>
      fetch(`${server.url}/things`, { method: 'POST', headers: { cookie, ...headers }, body }).then(
        (answer) => answer.status,
      );
    expect(await post(json)).toBe(200);
    expect(await post({ ...json, origin: server.url })).toBe(200);
    expect(await post({ ...json, origin: 'https://evil.example' })).toBe(403);
    expect(await post({ ...json, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await post({ 'content-type': 'text/plain' })).toBe(403);
    expect(await post({}, null)).toBe(403);
    expect((await signIn({ token: await server.token() }, { origin: 'https://evil.example' })).status).toBe(403);
  });

  it('is Secure when the browser came over a network, and no access token is ever taken for it', async () => {
    const body = JSON.stringify({ token: await server.token() });
    const outside = await server.app.inject({
      method: 'POST',
      url: '/session',
      headers: { ...json, host: 'prorata.example' },
      body,
    });
    expect(outside.headers['set-cookie']).toMatch(/; Secure; SameSite=Strict/);
    const name = cookieOf(await signIn({ token: await server.token() })).split('=', 1)[0];
    const forged = await fetch(`${server.url}/things`, { headers: { cookie: `${name}=${await server.token()}` } });
    expect(forged.status).toBe(401);
  });
});

describe('uploads', () => {
  const put = async (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}, path = '/files') => {
    const authorization = `Bearer ${await server.token()}`;
    const init = {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/zip', ...headers },
      body,
      duplex: 'half',
    };
    const response = await fetch(`${server.url}${path}`, init as RequestInit);
    return { status: response.status, body: await response.json() };
  };

  /** 30 MB without an announced length: more than any buffer on the way holds. */
  const manyBytes = () => {
    const stream = Readable.from(Array.from({ length: 300 }, () => Buffer.alloc(100_000)));
    return Readable.toWeb(stream) as unknown as NonNullable<RequestInit['body']>;
  };

  it('get their answer also when the handler refuses without reading them', async () => {
    for (let again = 0; again < 12; again += 1) {
      expect(await put(manyBytes(), {}, '/unread')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
  });

  it('arrive as a stream', async () => {
    expect(await put(new Uint8Array(900_000))).toEqual({ status: 200, body: { bytes: 900_000 } });
  });

  it('are refused beyond the limit, announced or not, and in another type', async () => {
    expect(await put(new Uint8Array(1_000_001))).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    for (let again = 0; again < 12; again += 1) {
      expect(await put(manyBytes())).toMatchObject({ status: 413, body: { limit_bytes: 1_000_000 } });
    }
    expect(await put('{}', json)).toMatchObject({ status: 415, body: { accepted: ['application/zip'] } });
    expect(await put('a,b', { 'content-type': 'text/csv' })).toMatchObject({ status: 415 });
  });
});

describe('the service', () => {
  it('describes itself as OpenAPI 3.1, with who may call, the key it needs and the problems', async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Record<string, never>;
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Example', version: '1.2.3' },
      components: { schemas: { Problem: { type: 'object' } } },
    });
    const paths: Record<string, Record<string, Record<string, unknown>>> = document.paths ?? {};
    expect(paths['/things']?.post).toMatchObject({
      description: 'Roles: analytic.writer.',
      security: [{ bearer: [] }, { session: [] }],
      requestBody: { content: { 'application/json': { schema: { additionalProperties: false } } } },
      responses: {
        default: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    });
    expect(paths['/runs']?.post?.parameters).toMatchObject([{ in: 'header', name: 'Idempotency-Key', required: true }]);
    const recommended = { in: 'header', name: 'Idempotency-Key', required: false };
    expect(paths['/things']?.post?.parameters).toMatchObject([recommended]);
    expect(paths['/files']?.put?.requestBody).toMatchObject({ content: { 'application/zip': {} } });
    expect(paths['/health']?.get).toMatchObject({ security: [] });
    expect(Object.keys(paths)).not.toContain('/page');
  });

  it('has a page to browse, under a policy without inline script', async () => {
    const page = await fetch(`${server.url}/docs/`);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src-elem 'self' 'unsafe-inline';");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(await page.text()).not.toMatch(/<script>|<script(?![^>]*src=)/);
  });

  it('gives each page a style nonce of its own', async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 2; i += 1) {
      const page = await fetch(`${server.url}/page`);
      const nonce = (await page.text()).slice('nonce='.length);
      expect(page.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(2);
  });

  it('keeps the correlation id of the caller when it is one', async () => {
    const authorization = `Bearer ${await server.token()}`;
    const id = '0192f0c1-2345-7abc-8def-0123456789ab';
    const get = (value: string) =>
      fetch(`${server.url}/things`, { headers: { authorization, 'x-correlation-id': value } });
    const kept = await get(id);
    expect(kept.headers.get('x-correlation-id')).toBe(id);
    expect(await kept.json()).toMatchObject({ correlation: id });
    expect((await get('1; drop')).headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('publishes its public key and nothing of the private one', async () => {
    const keys = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: object[] };
    expect(keys.keys).toEqual([expect.objectContaining({ kid: server.issuer.kid, crv: 'Ed25519' })]);
    expect(keys.keys[0]).not.toHaveProperty('d');
  });

  it('says whether it is ready, and what is missing', async () => {
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: 'ok', version: '1.2.3' });
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    const waiting = await exampleServer({ ready: { database: () => Promise.reject(new Error('down')) } });
    const response = await fetch(`${waiting.url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'NOT_READY', checks: ['database'] });
    await waiting.stop();
  });

  it('bounds the requests of one address', async () => {
    const small = await exampleServer({ requestsPerMinute: 3 });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await fetch(`${small.url}/things`)).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const last = await fetch(`${small.url}/things`);
    expect(last.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await last.json()).toMatchObject({ code: 'RATE_LIMITED' });
    await small.stop();
  });

  it('bounds the requests of one user, and those after his health', async () => {
    const small = await exampleServer({ requestsPerUser: 2 });
    const [one, two] = [randomUUID(), randomUUID()];
    const as = async (user_id: string) => ({
      authorization: `Bearer ${await small.token({ tenant_id: one, user_id })}`,
    });
    const statuses: number[] = [];
    for (const user of [one, one, one, two]) {
      statuses.push((await fetch(`${small.url}/things`, { headers: await as(user) })).status);
    }
    expect(statuses).toEqual([200, 200, 429, 200]);
    const refused = await fetch(`${small.url}/things`, { headers: await as(one) });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', next: expect.stringContaining('Retry-After') });
    expect((await fetch(`${small.url}/health`)).headers.get('x-ratelimit-limit')).toBe('600');
    await small.stop();
  });

  it('believes about a caller’s address what a proxy says that it trusts, and nobody else', async () => {
    const ask = async (trustProxy: readonly string[] | undefined) => {
      const node = await exampleServer({ requestsPerMinute: 1, trustProxy });
      const from = (address: string) => fetch(`${node.url}/things`, { headers: { 'x-forwarded-for': address } });
      const statuses = [
        (await from('192.0.2.1')).status,
        (await from('192.0.2.2')).status,
        (await from('192.0.2.2')).status,
      ];
      await node.stop();
      return statuses;
    };
    expect(await ask(['127.0.0.1'])).toEqual([401, 401, 429]);
    expect(await ask(['198.51.100.0/24'])).toEqual([401, 429, 429]);
    expect(await ask(undefined)).toEqual([401, 429, 429]);
  });

  it('writes neither token nor sign-in code into its log', async () => {
    const lines: string[] = [];
    const logging = await exampleServer({ log: { write: (line: string) => void lines.push(line) } });
    const token = await logging.token();
    await fetch(`${logging.url}/things?code=sign-in-code`, {
      headers: { authorization: `Bearer ${token}`, cookie: 'c=hidden' },
    });
    await logging.stop();
    expect(lines.join('')).toContain('"path":"/things"');
    for (const secret of [token, 'sign-in-code', 'hidden']) expect(lines.join('')).not.toContain(secret);
  });
});

describe('a graceful stop', () => {
  it('answers what is in flight, then ends on SIGTERM', async () => {
    const script = fileURLToPath(new URL('../testing/graceful-stop.example.ts', import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const said = async () => String((await once(child.stdout, 'data'))[0]);
    const { url, token } = JSON.parse(await said()) as { url: string; token: string };
    const asked = said();
    const slow = fetch(`${url}/slow`, { headers: { authorization: `Bearer ${token}` } });
    expect(await asked).toBe('asked for /slow\n');
    child.kill('SIGTERM');
    expect(await (await slow).json()).toEqual({ done: true });
    expect(await exited).toBe(0);
  });
});
