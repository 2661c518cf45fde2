import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addressRule,
  buildServer,
  type Listening,
  listen,
  openIssuer,
  openSecretBox,
  relayOnce,
  subscribe,
  uuidv7,
  writePath,
} from '@prorata/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GL_EVENTS, LEDGER_EVENTS } from '../event-catalogue.ts';
import { type Books, openBooks } from '../testing/books.ts';
import { rent } from '../testing/gl-events.ts';
import { registerGlInbox } from './inbox.routes.ts';
import { addInboxSecret } from './secrets.ts';

let books: Books;
let dir: string;
let listening: Listening;
beforeAll(async () => {
  books = await openBooks({ ...LEDGER_EVENTS, ...GL_EVENTS });
  dir = await mkdtemp(join(tmpdir(), 'prorata-roundtrip-'));
  const app = await buildServer({
    title: 'Ledger',
    version: '0.1.0',
    trust: { issuer: await openIssuer({ dir, nodeId: randomUUID() }), deployment: 'test' },
    log: false,
    register: () => {},
    pages: (pages) => registerGlInbox(pages, { db: books.db, dir }),
  });
  listening = await listen(app, { port: 0 });
});
afterAll(async () => {
  await listening?.stop();
  await books?.close();
  await rm(dir, { recursive: true, force: true });
});

it('the inbox takes what the relay sends, each event once however often it is sent', async () => {
  const context = await books.entity();
  const { tenantId, legalEntityId } = context;
  const entry = uuidv7();
  const request = { action: 'gl.post', method: 'POST', route: '/gl', payload: {} };
  // The general ledger was given a secret by the inbox, and signs with it.
  const secret = await addInboxSecret(dir, tenantId, legalEntityId);
  const box = await openSecretBox(dir);
  const rule = addressRule(['127.0.0.0/8']);
  const url = `${listening.url}/api/erp/gl-inbox`;
  const node = { db: books.db, box, rule, reach: 'legal_entity' } as const;
  const { id } = (await subscribe(node, { context, request }, { url, events: ['GL.*'], secret })).body;
  await writePath(books.db, context, request, async (_tx, record) => {
    record.emit({ event: 'GL.ENTRY.POSTED', entity_id: entry, payload: rent('2026-1') });
    record.emit({ event: 'GL.ENTRY.REVERSED', entity_id: entry, payload: {} });
    return { status: 200, body: {} };
  });
  const relay = { db: books.db, box, rule, tenants: () => [tenantId] };
  expect(await relayOnce(relay)).toMatchObject({ sent: 2, failed: 0 });
  const known = 'SELECT event, outcome FROM gl_event WHERE tenant_id = $1 ORDER BY event';
  const taken = [
    { event: 'GL.ENTRY.POSTED', outcome: 'RECORDED' },
    { event: 'GL.ENTRY.REVERSED', outcome: 'RECORDED' },
  ];
  expect(await books.admin(known, [tenantId])).toEqual(taken);

  // A relay that died before it noted the answers sends them again.
  await books.admin(
    `INSERT INTO webhook_lane (tenant_id, legal_entity_id, subscription_id, of_legal_entity, entity_id, sent_through)
     VALUES ($1, $2, $3, $2, $4, 0)`,
    [tenantId, legalEntityId, id, entry],
  );
  expect(await relayOnce(relay)).toMatchObject({ sent: 2, failed: 0 });
  expect(await books.admin(known, [tenantId])).toEqual(taken);

  const stranger = { ...relay, box: { ...box, open: () => `whsec_${randomBytes(32).toString('base64')}` } };
  await books.admin(
    `INSERT INTO webhook_lane (tenant_id, legal_entity_id, subscription_id, of_legal_entity, entity_id, sent_through)
     VALUES ($1, $2, $3, $2, $4, 0)`,
    [tenantId, legalEntityId, id, entry],
  );
  expect(await relayOnce(stranger)).toMatchObject({ sent: 0, failed: 1 });
});
