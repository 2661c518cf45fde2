import { uuidv7 } from '@prorata/platform';
import { sendDescribedRequests } from '@prorata/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EntityApp, KNOWN, openEntityApp } from './support/entity-app.ts';

let node: EntityApp;
let routes: { readonly method: 'GET'; readonly path: string }[];
const SECRET = 'http://127.0.0.1:9/a-secret-receiver';

beforeAll(async () => {
  node = await openEntityApp();
  const { paths } = (await node.app.inject({ url: '/openapi.json' })).json() as {
    paths: Record<string, Record<string, { security?: readonly object[] }>>;
  };
  routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { security = [] }]) => security.length > 0)
      .map(([method]) => ({ path, method: method.toUpperCase() as 'GET' })),
  );
  const made = await node.app.inject({
    method: 'POST',
    url: '/api/platform/webhooks',
    headers: { authorization: `Bearer ${await node.token()}`, 'idempotency-key': uuidv7() },
    payload: { url: SECRET, events: ['*'] },
  });
  expect(made.statusCode, made.body).toBe(201);
});
afterAll(() => node?.close());

async function call({ method, path }: (typeof routes)[number], bearer: string | undefined) {
  const url = path
    .replace('{month}', '2025-07')
    .replace('{revision}', '1')
    .replace(/\{id\}/, uuidv7())
    .replace(/\{[^}]+\}/g, 'x');
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const reply = await node.app.inject({ method, url, headers });
  const code = reply.statusCode < 400 ? undefined : (JSON.parse(reply.body) as { code: string }).code;
  return { status: reply.statusCode, code, body: reply.body };
}
const traces = async () => {
  const [count] = await node.admin<{ rows: number }>(
    'SELECT ((SELECT count(*) FROM audit_log) + (SELECT count(*) FROM outbox_event))::int AS rows',
  );
  return count?.rows;
};

describe('every route of an entity node: bills, accounting, ledger, jobs, events, webhooks', () => {
  it('answers nobody from elsewhere, and keeps no trace of the attempt', async () => {
    const before = await traces();
    const foreign = ['group.admin', 'group.reader', 'entity.publisher', 'entity.reader'];
    const strangers = [
      ['no token', undefined, ['MISSING_TENANT_CONTEXT']],
      ['suspended', await node.token({ billing_status: 'SUSPENDED' }), ['TENANT_SUSPENDED']],
      ['the other deployment', await node.token({ deployment: 'test' }), ['ENVIRONMENT_MISMATCH']],
      ['a group', await node.token({ roles: foreign }), ['FORBIDDEN']],
      ['no role', await node.token({ roles: [] }), ['FORBIDDEN']],
    ] as const;
    const wrong: string[] = [];
    for (const [name, bearer, codes] of strangers) {
      for (const route of routes) {
        // Everybody may ask for his own jobs: he has none.
        const own = route.path.startsWith('/api/jobs') && (name === 'a group' || name === 'no role');
        const { code, status, body } = await call(route, bearer);
        const held = own ? status === 404 || JSON.parse(body).rows?.length === 0 : codes.some((one) => one === code);
        if (!held) wrong.push(`${route.method} ${route.path} as ${name}: ${status} ${code}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await traces()).toBe(before);
  });

  it('shows another tenant, and another entity of the same one, nothing', async () => {
    const mine = await Promise.all(
      routes.filter(({ method }) => method === 'GET').map(async (route) => call(route, await node.token())),
    );
    expect(mine.some(({ body }) => body.includes(SECRET))).toBe(true);
    const others = [
      await node.token({ tenant_id: uuidv7(), legal_entity_id: uuidv7(), entity_code: 'DE02', user_id: uuidv7() }),
      await node.token({ legal_entity_id: uuidv7(), entity_code: 'DE02', user_id: uuidv7() }),
    ];
    const leaks: string[] = [];
    for (const bearer of others) {
      for (const route of routes.filter(({ method }) => method === 'GET')) {
        const { body, status } = await call(route, bearer);
        if (
          status >= 500 ||
          body.includes('secret-receiver') ||
          body.includes(node.entity.scope.legalEntityId ?? '-')
        ) {
          leaks.push(`${route.path}: ${status} ${body.slice(0, 80)}`);
        }
      }
    }
    expect(leaks).toEqual([]);
  });
});

describe('requests made from the description of the entity node', () => {
  it('never fail it', async () => {
    const tokens = [await node.token(), await node.token({ roles: ['finops.reader', 'analytic.reader'] })];
    await sendDescribedRequests(node.app, { count: 400, tokens, known: KNOWN });
  });
});
