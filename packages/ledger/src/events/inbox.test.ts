import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, buildServer, type Listening, listen, openIssuer } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Books, openBooks } from '../testing/books.ts';
import { glEvent, rent } from '../testing/gl-events.ts';
import type { LedgerChange } from './apply.ts';
import type { GlEvent } from './event.schema.ts';
import { registerGlInbox } from './inbox.routes.ts';
import { addInboxSecret, inboxSenders, retireInboxSecrets } from './secrets.ts';
import { sign } from './signature.ts';

let books: Books;
let dir: string;
let app: App;
let listening: Listening;
const changes: LedgerChange[] = [];
const refusing = new Set<string>();

beforeAll(async () => {
  books = await openBooks();
  dir = await mkdtemp(join(tmpdir(), 'prorata-inbox-'));
  app = await buildServer({
    title: 'Ledger',
    version: '0.1.0',
    trust: { issuer: await openIssuer({ dir, nodeId: randomUUID() }), deployment: 'test' },
    log: false,
    register: () => {},
    pages: (pages) =>
      registerGlInbox(pages, {
        db: books.db,
        dir,
        react: async (_tx, change) => {
          if ('entryId' in change && refusing.has(change.entryId)) throw new Error('not now');
          changes.push(change);
        },
      }),
  });
  listening = await listen(app, { port: 0 });
});
afterAll(async () => {
  await listening?.stop();
  await books?.close();
  await rm(dir, { recursive: true, force: true });
});

type Company = Awaited<ReturnType<Books['entity']>> & { readonly secret: string };

async function company(tenantId?: string): Promise<Company> {
  const context = await books.entity(tenantId);
  return { ...context, secret: await addInboxSecret(dir, context.tenantId, context.legalEntityId) };
}

interface Sending {
  readonly id?: string;
  readonly timestamp?: string;
  readonly signature?: string;
}

async function send(secret: string, event: GlEvent | string, sending: Sending = {}) {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const id = sending.id ?? `msg_${randomUUID()}`;
  const timestamp = sending.timestamp ?? String(Math.floor(Date.now() / 1000));
  const signature = sending.signature ?? sign(secret, id, timestamp, Buffer.from(body));
  const response = await fetch(`${listening.url}/api/erp/gl-inbox`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    },
    body,
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, replayed: response.headers.get('idempotent-replayed'), ...answer };
}

async function entries(context: Company) {
  return await books.admin(
    'SELECT entry_number AS number, status, reversed_by FROM gl_entry WHERE legal_entity_id = $1 ORDER BY 1',
    [context.legalEntityId],
  );
}

async function traces(context: Company) {
  const [row] = await books.admin(
    `SELECT (SELECT count(*)::int FROM gl_event WHERE legal_entity_id = $1) AS known,
            (SELECT count(*)::int FROM gl_entry WHERE legal_entity_id = $1) AS entries,
            (SELECT count(*)::int FROM audit_log WHERE legal_entity_id = $1) AS audit,
            (SELECT array_agg(event ORDER BY position) FROM outbox_event WHERE legal_entity_id = $1) AS events`,
    [context.legalEntityId],
  );
  return row;
}

describe('the inbox', () => {
  it('takes an entry, its reversal, and the states of its month', async () => {
    const one = await company();
    const posted = glEvent(one, 'GL.ENTRY.POSTED', rent('2026-1'));
    const mirror = randomUUID();
    expect(await send(one.secret, posted)).toMatchObject({ status: 200, outcome: 'RECORDED', replayed: null });
    const reversed = glEvent(one, 'GL.ENTRY.REVERSED', { reversed_by: mirror }, { entity_id: posted.entity_id });
    expect(await send(one.secret, reversed)).toMatchObject({ status: 200, outcome: 'RECORDED' });
    const locked = glEvent(one, 'GL.PERIOD.LOCKED', { month: '2026-01' });
    expect(await send(one.secret, locked)).toMatchObject({ outcome: 'RECORDED' });
    expect(await entries(one)).toEqual([{ number: '2026-1', status: 'REVERSED', reversed_by: mirror }]);
    expect(await traces(one)).toEqual({
      known: 3,
      entries: 1,
      audit: 3,
      events: ['LEDGER.ENTRY.POSTED', 'LEDGER.ENTRY.REVERSED', 'LEDGER.PERIOD.LOCKED'],
    });
    expect(changes.slice(-3)).toEqual([
      { kind: 'ENTRY_POSTED', entryId: posted.entity_id },
      { kind: 'ENTRY_REVERSED', entryId: posted.entity_id },
      { kind: 'PERIOD_LOCKED', month: '2026-01' },
    ]);
  });

  it('has one effect for an event sent twenty times at once, and says that it repeats itself', async () => {
    const one = await company();
    const event = glEvent(one, 'GL.ENTRY.POSTED', rent('1'));
    const id = `msg_${randomUUID()}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(one.secret, event, { id })));
    expect(new Set(answers.map((answer) => `${answer.status} ${'outcome' in answer && answer.outcome}`))).toEqual(
      new Set(['200 RECORDED']),
    );
    expect(answers.filter((answer) => answer.replayed === 'true')).toHaveLength(19);
    expect(await traces(one)).toMatchObject({ known: 1, entries: 1, audit: 1, events: ['LEDGER.ENTRY.POSTED'] });
    // Keys expire; what had its effect is known for ever.
    await books.admin('DELETE FROM idempotency_key WHERE legal_entity_id = $1', [one.legalEntityId]);
    expect(await send(one.secret, event, { id })).toMatchObject({ status: 200, outcome: 'RECORDED', replayed: 'true' });
    const other = glEvent(one, 'GL.ENTRY.POSTED', rent('2'));
    expect(await send(one.secret, other, { id })).toMatchObject({ status: 409, code: 'EVENT_ID_REUSED' });
  });

  it('refuses what is not signed, not now, or not by this company', async () => {
    const one = await company();
    const two = await company(one.tenantId);
    const event = glEvent(one, 'GL.ENTRY.POSTED', rent('1'));
    const seconds = (offset: number) => String(Math.floor(Date.now() / 1000) + offset);
    const refused = { status: 401, code: 'EVENT_SIGNATURE_INVALID' };
    const right = sign(one.secret, 'a', seconds(0), Buffer.from(JSON.stringify(event)));
    expect(await send(one.secret, event, { signature: '' })).toMatchObject(refused);
    expect(await send(one.secret, event, { signature: 'v1,AAAA' })).toMatchObject(refused);
    expect(await send(one.secret, event, { id: 'b', signature: right })).toMatchObject(refused);
    expect(await send(one.secret, `${JSON.stringify(event)} `, { id: 'a', signature: right })).toMatchObject(refused);
    expect(await send(one.secret, event, { timestamp: seconds(-301) })).toMatchObject(refused);
    expect(await send(one.secret, event, { timestamp: seconds(302) })).toMatchObject(refused);
    expect(await send(one.secret, event, { timestamp: 'now' })).toMatchObject(refused);
    expect(await send(`whsec_${Buffer.alloc(32, 1).toString('base64')}`, event)).toMatchObject(refused);
    expect(await send(two.secret, event)).toMatchObject({
      status: 400,
      code: 'EVENT_INVALID',
      errors: [{ pointer: '/legal_entity_id' }],
    });
    expect(await traces(one)).toEqual({ known: 0, entries: 0, audit: 0, events: null });
    expect(await traces(two)).toMatchObject({ known: 0, entries: 0 });
  });

  it('takes an old and a new secret while they change, and the old one no longer', async () => {
    const one = await company();
    const fresh = await addInboxSecret(dir, one.tenantId, one.legalEntityId);
    expect((await send(one.secret, glEvent(one, 'GL.ENTRY.POSTED', rent('1')))).status).toBe(200);
    expect((await send(fresh, glEvent(one, 'GL.ENTRY.POSTED', rent('2')))).status).toBe(200);
    const body = JSON.stringify(glEvent(one, 'GL.ENTRY.POSTED', rent('3')));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const both = [one.secret, fresh].map((secret) => sign(secret, 'm3', timestamp, Buffer.from(body))).join(' ');
    await retireInboxSecrets(dir, one.legalEntityId);
    expect((await send(one.secret, glEvent(one, 'GL.ENTRY.POSTED', rent('4')))).status).toBe(401);
    expect((await send(one.secret, body, { id: 'm3', timestamp, signature: both })).status).toBe(200);
  });

  it.each([
    ['no JSON', () => '{', 'EVENT_INVALID'],
    ['another event', (event: GlEvent) => JSON.stringify({ ...event, event: 'GL.ENTRY.DELETED' }), 'EVENT_INVALID'],
    ['a member that nobody knows', (event: GlEvent) => JSON.stringify({ ...event, extra: 1 }), 'EVENT_INVALID'],
    ['an amount as a number', (event: GlEvent) => JSON.stringify(event).replace('"800.00"', '800.00'), 'EVENT_INVALID'],
    [
      'a debit and a credit in one line',
      (event: GlEvent) => JSON.stringify(event).replace('"credit":"0"', '"credit":"1"'),
      'EVENT_INVALID',
    ],
    [
      'a day that is none',
      (event: GlEvent) => JSON.stringify(event).replace('2026-01-15', '2026-02-30'),
      'EVENT_INVALID',
    ],
    ['U+0000', (event: GlEvent) => JSON.stringify(event).replace('Bureau', '\\u0000'), 'EVENT_INVALID'],
    [
      'an entry out of balance',
      (event: GlEvent) => JSON.stringify(event).replace('"800.00"', '"800.01"'),
      'UNBALANCED_ENTRY',
    ],
  ])('refuses %s, and stores nothing', async (_name, change, code) => {
    const one = await company();
    const answer = await send(one.secret, change(glEvent(one, 'GL.ENTRY.POSTED', rent('1'))));
    expect(answer).toMatchObject({ status: 400, code });
    expect(await traces(one)).toMatchObject({ known: 0, entries: 0, events: null });
  });

  it('refuses a posted entry that comes again otherwise, and a second reversal by another entry', async () => {
    const one = await company();
    const posted = glEvent(one, 'GL.ENTRY.POSTED', rent('1'));
    const at = { entity_id: posted.entity_id };
    await send(one.secret, posted);
    expect(await send(one.secret, glEvent(one, 'GL.ENTRY.POSTED', rent('1'), at))).toMatchObject({
      status: 200,
      outcome: 'UNCHANGED',
    });
    const other = glEvent(one, 'GL.ENTRY.POSTED', rent('1', '2026-01', '900'), at);
    expect(await send(one.secret, other)).toMatchObject({
      status: 409,
      code: 'ENTRY_CONFLICT',
      reason: 'CONTENT_DIFFERS',
    });
    const taken = glEvent(one, 'GL.ENTRY.POSTED', rent('1'));
    expect(await send(one.secret, taken)).toMatchObject({ status: 409, code: 'ENTRY_CONFLICT', reason: 'ID_DIFFERS' });
    const by = randomUUID();
    await send(one.secret, glEvent(one, 'GL.ENTRY.REVERSED', { reversed_by: by }, at));
    const again = glEvent(one, 'GL.ENTRY.REVERSED', { reversed_by: randomUUID() }, at);
    expect(await send(one.secret, again)).toMatchObject({ status: 409, code: 'REVERSAL_CONFLICT', reversed_by: by });
    expect(await entries(one)).toEqual([{ number: '1', status: 'REVERSED', reversed_by: by }]);
  });

  it('undoes an event whose consequences fail, so that the sender can repeat it', async () => {
    const one = await company();
    const posted = glEvent(one, 'GL.ENTRY.POSTED', rent('1'));
    refusing.add(posted.entity_id);
    expect(await send(one.secret, posted, { id: 'r1' })).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(await traces(one)).toMatchObject({ known: 0, entries: 0 });
    refusing.delete(posted.entity_id);
    expect(await send(one.secret, posted, { id: 'r1' })).toMatchObject({ status: 200, outcome: 'RECORDED' });
  });

  it('is described where the other routes are', async () => {
    const document = (await (await fetch(`${listening.url}/openapi.json`)).json()) as {
      paths: Record<string, unknown>;
    };
    expect(Object.keys(document.paths)).toContain('/api/erp/gl-inbox');
  });

  it('does not start on secrets that others can read', async () => {
    await chmod(join(dir, 'keys', 'gl-inbox.json'), 0o644);
    await expect(inboxSenders(dir)).rejects.toMatchObject({ code: 'INBOX_SECRETS_INVALID' });
    await chmod(join(dir, 'keys', 'gl-inbox.json'), 0o600);
  });
});

describe('the signature', () => {
  it('is the one of Standard Webhooks', () => {
    // Computed with another implementation: openssl dgst -sha256 -mac HMAC over "id.timestamp.body".
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const signature = sign(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', Buffer.from('{"test": 2432232314}'));
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});
