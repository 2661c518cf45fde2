import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ledgerProblem } from '../problems.ts';

/** The three headers of Standard Webhooks; the signature is a list, so that a sender can sign with an old and a new secret. */
export interface SignedHeaders {
  readonly id: string | undefined;
  /** Seconds since 1970. */
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/** A legal entity whose general ledger may send events, and its current secrets (`whsec_` and base64). */
export interface Sender {
  readonly tenantId: string;
  readonly legalEntityId: string;
  readonly secrets: readonly string[];
}

/** How far the clocks of sender and node may differ, and how long a captured request could be repeated. */
export const TOLERANCE_SECONDS = 300;

const PREFIX = 'whsec_';

export function newSecret(): string {
  return `${PREFIX}${randomBytes(32).toString('base64')}`;
}

/** Key bytes of a secret: 24 to 64 of them, as Standard Webhooks asks; undefined when it is none. */
export function secretBytes(secret: string): Buffer | undefined {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

/** Value of `webhook-signature` for one secret. */
export function sign(secret: string, id: string, timestamp: string, body: Uint8Array): string {
  return `v1,${mac(secret, id, timestamp, body).toString('base64')}`;
}

/**
 * Which legal entity's secret signed a request: the secret decides whose books an event is for, never the body.
 *
 * @throws Problem `EVENT_SIGNATURE_INVALID`; it does not say whether the secret or the body was wrong
 */
export function verifySender(
  senders: readonly Sender[],
  headers: SignedHeaders,
  body: Uint8Array,
  nowSeconds: number,
): Sender {
  const { id, timestamp, signature } = headers;
  if (id === undefined || !/^[\x21-\x7e]{1,255}$/.test(id))
    throw refused('webhook-id is not 1 to 255 visible characters');
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp))
    throw refused('webhook-timestamp is not a number of seconds');
  if (Math.abs(nowSeconds - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw refused(`webhook-timestamp is more than ${TOLERANCE_SECONDS} seconds from now`);
  }
  const given = (signature ?? '')
    .split(' ')
    .slice(0, 10)
    .flatMap((part) => (part.startsWith('v1,') ? [Buffer.from(part.slice(3), 'base64')] : []));
  for (const sender of senders) {
    for (const secret of sender.secrets) {
      const expected = mac(secret, id, timestamp, body);
      if (given.some((value) => value.length === expected.length && timingSafeEqual(value, expected))) return sender;
    }
  }
  throw refused('no signature of webhook-signature is one of a known secret');
}

function mac(secret: string, id: string, timestamp: string, body: Uint8Array): Buffer {
  return createHmac('sha256', secretBytes(secret) ?? randomBytes(32))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest();
}

function refused(detail: string) {
  return ledgerProblem('EVENT_SIGNATURE_INVALID', detail);
}
