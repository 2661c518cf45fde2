import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { type AddressRule, guardedLookup, hostOf, requireSendable } from './addresses.ts';
import type { EventEnvelope } from './envelope.ts';

/** How a receiver took an event. */
export type Sent =
  | { readonly kind: 'TAKEN' }
  /** 410: it wants no more of them (Standard Webhooks). */
  | { readonly kind: 'GONE'; readonly error: string }
  /** Any other answer. `retryAfterSeconds` is what it asked for. */
  | { readonly kind: 'REFUSED'; readonly error: string; readonly retryAfterSeconds?: number }
  /** No answer: not reached, cut off or too late. */
  | { readonly kind: 'SILENT'; readonly error: string };

export interface Sender {
  send(target: { readonly url: string; readonly secrets: readonly string[] }, event: EventEnvelope): Promise<Sent>;
  /** Closes the connections that were kept. */
  close(): void;
}

export interface SenderOptions {
  readonly rule: AddressRule;
  /** From the look-up to the last byte of the answer. */
  readonly timeoutMs: number;
}

/** What is read of an answer; nobody looks at it, but a connection is kept only when the answer was read to its end. */
const MOST_ANSWER_BYTES = 16 * 1024;
const LONGEST_RETRY_AFTER_SECONDS = 3600;

/**
 * Sends events as Standard Webhooks says: signed with each secret that is valid, the event's id as `webhook-id`, so that a receiver knows
 * a repetition. Redirects are not followed: a receiver that moved says so to whoever subscribed.
 */
export function createSender({ rule, timeoutMs }: SenderOptions): Sender {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const lookup = guardedLookup(rule);
  return {
    async send({ url: text, secrets }, event) {
      const body = JSON.stringify(event);
      try {
        // Once more at each sending: the networks that are allowed may have become fewer.
        const url = requireSendable(text, rule);
        const headers = { host: url.host, ...signedHeaders(secrets, event.id, body) };
        const answer = await post(url, { headers, lookup, signal: AbortSignal.timeout(timeoutMs) }, body, agents);
        await drain(answer);
        return outcomeOf(answer);
      } catch (error) {
        return { kind: 'SILENT', error: reasonOf(error, timeoutMs) };
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

type PostOptions = Pick<RequestOptions, 'headers' | 'lookup' | 'signal'>;

async function post(url: URL, wishes: PostOptions, body: string, agents: Agents): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const host = hostOf(url);
  const options = {
    ...wishes,
    method: 'POST',
    host,
    path: `${url.pathname}${url.search}`,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(secure && isIP(host) === 0 ? { servername: host } : {}),
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = secure
    ? requestHttps({ ...options, agent: agents.https }, resolve)
    : requestHttp({ ...options, agent: agents.http }, resolve);
  request.on('error', reject);
  request.end(body);
  return await promise.catch((error: unknown) => {
    // The receiver closed a connection that was kept, before anything was sent on it: no fault of its.
    const reset = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
    if (reset && request.reusedSocket) return post(url, wishes, body, agents);
    throw error;
  });
}

function signedHeaders(secrets: readonly string[], id: string, body: string): Record<string, string | number> {
  const at = new Date();
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'prorata-events/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

async function drain(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes <= MOST_ANSWER_BYTES) continue;
    answer.destroy();
    return;
  }
}

function outcomeOf(answer: IncomingMessage): Sent {
  const status = answer.statusCode ?? 0;
  const error = `the receiver answered ${status}`;
  if (status >= 200 && status <= 299) return { kind: 'TAKEN' };
  if (status === 410) return { kind: 'GONE', error };
  if (status >= 300 && status <= 399) return { kind: 'REFUSED', error: `${error}; redirects are not followed` };
  const after = answer.headers['retry-after'] ?? '';
  if (!/^\d{1,6}$/.test(after)) return { kind: 'REFUSED', error };
  return { kind: 'REFUSED', error, retryAfterSeconds: Math.min(Number(after), LONGEST_RETRY_AFTER_SECONDS) };
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  const late = error.name === 'TimeoutError' || error.name === 'AbortError';
  return (late ? `no answer within ${timeoutMs} ms` : error.message).slice(0, 500);
}
