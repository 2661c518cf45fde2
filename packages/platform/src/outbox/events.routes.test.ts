import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import type { App } from '../http/app.ts';
import type { TenantClaims } from '../identity/claims.ts';
import { emit, quickRelay, webhookNode } from '../testing/event-test.ts';
import { type ExampleServer, exampleServer } from '../testing/example-server.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { registerEvents } from './node.ts';
import { relayOnce } from './relay.ts';
import type { WebhookNode } from './subscription.ts';

let test: TestDatabase;
let node: WebhookNode;
let server: ExampleServer;
const routes: { method: string; url: string }[] = [];
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
  node = { ...webhookNode(test.db), names: async () => ['THING.CHANGED', 'THING.RARE', 'GL.JOURNAL_ENTRY.POSTED'] };
  const register = (app: App) => {
    app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) if (one !== 'HEAD') routes.push({ method: one, url });
    });
    registerEvents(app, node, 'entity');
  };
  server = await exampleServer({ register });
});
afterAll(async () => {
  await server.stop();
  await test.close();
});

const own = someContext();
const admin = {
  user_id: own.userId,
  tenant_id: own.tenantId,
  ...(own.legalEntityId === undefined ? {} : { legal_entity_id: own.legalEntityId }),
  roles: ['platform.admin'],
};

async function ask(method: string, path: string, body?: object, claims: Partial<TenantClaims> = admin, key?: string) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await server.token(claims)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, replayed: response.headers.get('idempotent-replayed'), body: answer };
}

const hook = { url: 'https://example.com/hook', events: ['THING.*'] };

describe('the routes of events', () => {
  it('make a subscription once, and tell its secret without storing it in the clear', async () => {
    const key = randomUUID();
    const made = await ask('POST', '/api/platform/webhooks', hook, admin, key);
    const again = await ask('POST', '/api/platform/webhooks', hook, admin, key);
    expect([made.status, again.status, again.replayed]).toEqual([201, 201, 'true']);
    expect(again.body).toEqual(made.body);
    expect(made.body).toMatchObject({ ...hook, state: 'ACTIVE', secrets: 1, behind: 0, dead: 0 });
    const secret = String(made.body.secret);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const kept = await test.admin<{ all: string }>(
      `SELECT concat((SELECT string_agg(k::text, '') FROM idempotency_key k), (SELECT string_agg(a::text, '') FROM audit_log a),
                     (SELECT string_agg(encode(s.secrets[1], 'escape'), '') FROM webhook_subscription s)) AS all`,
    );
    expect(kept[0]?.all).toContain(made.body.id);
    expect(kept[0]?.all).not.toContain(secret.slice(6, 30));
    const { secret: _secret, ...rest } = made.body;
    expect((await ask('GET', '/api/platform/webhooks')).body).toEqual({ rows: [rest] });
    const at = `/api/platform/webhooks/${made.body.id}`;
    expect((await ask('PATCH', at, { state: 'PAUSED' })).body).toMatchObject({ state: 'PAUSED', version: 2 });
    expect((await ask('POST', `${at}/secret`)).body).toMatchObject({
      secrets: 2,
      secret: expect.not.stringMatching(secret),
    });
    expect((await ask('DELETE', `${at}/secret`)).body).toMatchObject({ secrets: 1 });
    expect((await ask('DELETE', at)).body).toEqual({ id: made.body.id, removed: true });
    expect((await ask('GET', at)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it.each([
    ['THNG.*', ['THING.*']],
    ['THING.CHANGD', ['THING.CHANGED']],
    ['GL.JOURNALENTRY.*', ['GL.JOURNAL_ENTRY.*']],
    ['ELSE.WHERE', []],
  ])('tell what is near to the unknown event %s', async (event, nearest) => {
    const refused = await ask('POST', '/api/platform/webhooks', { ...hook, events: [event] });
    expect(refused.body).toMatchObject({ code: 'WEBHOOK_EVENT_UNKNOWN', event, nearest });
    expect(String(refused.body.detail)).toContain(nearest[0] ?? 'there are GL.*, THING.*');
  });

  it.each([
    [{ ...hook, url: 'http://example.com/' }, 422, 'WEBHOOK_URL_REFUSED'],
    [{ ...hook, url: 'https://10.0.0.1/' }, 422, 'WEBHOOK_URL_REFUSED'],
    [{ ...hook, events: ['THING.*', 'THNG.*'] }, 422, 'WEBHOOK_EVENT_UNKNOWN'],
    [{ ...hook, events: ['THING.CHANGE'] }, 422, 'WEBHOOK_EVENT_UNKNOWN'],
    [{ ...hook, all_entities: true }, 403, 'FORBIDDEN'],
    [{ ...hook, events: ['thing'] }, 400, 'VALIDATION_FAILED'],
    [{ ...hook, events: ['*.CREATED'] }, 400, 'VALIDATION_FAILED'],
    [{ ...hook, events: [] }, 400, 'VALIDATION_FAILED'],
    [{ ...hook, secret: 'whsec_bWluZQ==' }, 422, 'WEBHOOK_SECRET_INVALID'],
    [{ ...hook, filter: 'x' }, 400, 'VALIDATION_FAILED'],
    [{ ...hook, tenant_id: randomUUID() }, 400, 'FORBIDDEN_FIELD'],
  ])('refuse the subscription %j', async (body, status, code) => {
    expect(await ask('POST', '/api/platform/webhooks', body)).toMatchObject({ status, body: { code } });
  });

  it('bound how many subscriptions there are', async () => {
    const many = { tenant_id: randomUUID(), legal_entity_id: randomUUID(), roles: ['platform.admin'] };
    const { body } = await ask('POST', '/api/platform/webhooks', hook, many);
    await test.admin(
      `INSERT INTO webhook_subscription (tenant_id, legal_entity_id, id, url, events, secrets, created_by, updated_by)
       SELECT tenant_id, legal_entity_id, gen_random_uuid(), url, events, secrets, created_by, updated_by
         FROM webhook_subscription, generate_series(1, 49) WHERE id = $1`,
      [body.id],
    );
    const more = await ask('POST', '/api/platform/webhooks', hook, many);
    expect(more).toMatchObject({ status: 409, body: { code: 'WEBHOOK_LIMIT' } });
  });

  it('page through the feed', async () => {
    await emit(test.db, own, ['a', 'b', 'c']);
    const reader = { ...admin, roles: ['events.reader'] };
    const first = await ask('GET', '/events?limit=2&event=THING.*', undefined, reader);
    expect(first.body).toMatchObject({
      more: true,
      events: [{ entity_id: 'a', payload: { number: 0 } }, { entity_id: 'b' }],
    });
    const second = await ask('GET', `/events?after=${first.body.next}`, undefined, reader);
    expect(second.body).toMatchObject({ more: false, events: [{ entity_id: 'c' }] });
    expect((await ask('GET', '/events?after=xyz', undefined, reader)).body).toMatchObject({
      code: 'EVENT_CURSOR_INVALID',
    });
    const waiting = await ask('GET', '/events?event=THING.RARE', undefined, reader);
    expect(waiting).toMatchObject({ status: 200, body: { events: [] } });
    const never = await ask('GET', '/events?event=THING.CHANGD', undefined, reader);
    expect(never).toMatchObject({ status: 422, body: { code: 'WEBHOOK_EVENT_UNKNOWN', nearest: ['THING.CHANGED'] } });
    expect((await ask('GET', '/events?limit=0', undefined, reader)).body).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('show nothing to strangers and let them do nothing, all of them', async () => {
    const url = 'http://127.0.0.1:9/';
    const made = await ask('POST', '/api/platform/webhooks', { url, events: ['*'] });
    await emit(test.db, own, ['a']);
    await relayOnce(quickRelay(node, own.tenantId, { attempts: 1, timeoutMs: 100 }));
    const dead = (await ask('GET', '/api/platform/dead-letters')).body.rows as { id: string }[];
    expect(dead).toHaveLength(1);
    const before = await test.admin('SELECT * FROM webhook_subscription s, webhook_lane l ORDER BY s.id, l.id');
    const strangers = [
      { roles: ['platform.admin'] },
      { ...admin, legal_entity_id: randomUUID() },
      { ...admin, tenant_id: randomUUID() },
    ];
    expect(routes).toHaveLength(11);
    for (const claims of strangers) {
      for (const { method, url: pattern } of routes) {
        const id = pattern.includes('dead-letters') ? (dead[0]?.id ?? '') : String(made.body.id);
        const path = pattern.replace(':id', id);
        const body = method === 'PATCH' ? { state: 'PAUSED' } : undefined;
        if (method === 'POST' && pattern.endsWith('/webhooks')) continue;
        const answer = await ask(method, path, body, claims);
        if (pattern.includes(':id')) expect(answer, path).toMatchObject({ status: 404 });
        else expect((answer.body.rows ?? answer.body.events) as unknown[], path).toEqual([]);
      }
    }
    for (const { method, url: pattern } of routes) {
      const answer = await ask(method, pattern.replace(':id', randomUUID()), undefined, {
        ...admin,
        roles: ['nobody'],
      });
      expect(answer, pattern).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
    expect(await test.admin('SELECT * FROM webhook_subscription s, webhook_lane l ORDER BY s.id, l.id')).toEqual(
      before,
    );
    expect((await ask('POST', `/api/platform/dead-letters/${dead[0]?.id}/discard`)).body).toEqual({ settled: 1 });
  });
});
