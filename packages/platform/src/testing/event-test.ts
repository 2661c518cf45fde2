import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Database } from '../database/database.ts';
import type { RequestContext } from '../identity/context.ts';
import { addressRule } from '../outbox/addresses.ts';
import type { EventEnvelope } from '../outbox/envelope.ts';
import type { RelayOptions } from '../outbox/relay.ts';
import { secretBox } from '../outbox/secrets.ts';
import { subscribe, type WebhookCaller, type WebhookNode } from '../outbox/subscription.ts';
import { writePath } from '../write/write-path.ts';

/** A node that may send to this machine. */
export function webhookNode(db: Database, reach: WebhookNode['reach'] = 'legal_entity'): WebhookNode {
  return { db, box: secretBox(randomBytes(32)), rule: addressRule(['127.0.0.0/8']), reach };
}

/** A relay's options that make a test quick: one tenant, short delays; an answer may take as long as on a busy machine. */
export function quickRelay(node: WebhookNode, tenantId: string, change: Partial<RelayOptions> = {}): RelayOptions {
  const quick = { pollMs: 5, timeoutMs: 20_000, firstDelayMs: 1, longestDelayMs: 5, restMs: 1, attempts: 3 };
  return { db: node.db, box: node.box, rule: node.rule, tenants: () => [tenantId], ...quick, ...change };
}

/** Emits events `THING.CHANGED` about things, one write each unless several things are named at once. */
export async function emit(db: Database, context: RequestContext, things: readonly string[], event = 'THING.CHANGED') {
  const request = { action: 'thing.change', method: 'POST', route: '/things', payload: {} };
  await writePath(db, context, request, async (_tx, record) => {
    for (const [number, thing] of things.entries()) record.emit({ event, entity_id: thing, payload: { number } });
    return { status: 200, body: {} };
  });
}

export function callerOf(context: RequestContext): WebhookCaller {
  return { context, request: { method: 'POST', route: '/test', payload: {} } };
}

/** A receiver that answers as it is told and remembers what it was sent; it takes nothing that is not signed. */
export interface Receiver {
  readonly url: string;
  readonly taken: EventEnvelope[];
  readonly seen: { readonly event: EventEnvelope; readonly headers: IncomingMessage['headers'] }[];
  /** Secret of the subscription, once there is one; what is not signed with it is answered with 401. */
  secret: string | undefined;
  /** Status for an event, or undefined to leave it without an answer; 204 unless told. */
  answer: (event: EventEnvelope) => number | undefined | Promise<number | undefined>;
  stop(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString();
      const event = JSON.parse(body) as EventEnvelope;
      receiver.seen.push({ event, headers: request.headers });
      const status = signed(request, body) ? await receiver.answer(event) : 401;
      if (status === undefined) return;
      if (status < 300) receiver.taken.push(event);
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('x');
    });
  });
  function signed(request: IncomingMessage, body: string): boolean {
    if (receiver.secret === undefined) return true;
    try {
      new Webhook(receiver.secret).verify(body, request.headers as Record<string, string>);
      return true;
    } catch {
      return false;
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    taken: [],
    seen: [],
    secret: undefined,
    answer: () => 204,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** A receiver with its subscription. */
export async function openSubscriber(node: WebhookNode, context: RequestContext, events: readonly string[] = ['*']) {
  const receiver = await openReceiver();
  const { body } = await subscribe(node, callerOf(context), { url: receiver.url, events });
  receiver.secret = body.secret;
  return { receiver, subscription: body };
}
