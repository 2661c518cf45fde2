import { FlattenedSign, flattenedVerify, importJWK } from 'jose';
import { refuse } from '../format/refusals.ts';
import { type JsonObject, parseStrictObject } from '../format/strict-json.ts';
import { type PrivateJwk, type PublicJwk, publicOf, thumbprint } from './keys.ts';

/** The only algorithm; it belongs to the key and is never chosen by what a header says (RFC 8725 §3.1). */
const ALGORITHM = 'EdDSA';

/** Media type in the `typ` of each kind of statement, so that one kind can never stand in for another (RFC 8725 §3.11). */
export const STATEMENT_TYPES = {
  manifest: 'prorata-manifest+jws',
  enrolment: 'prorata-enrolment+jws',
  admission: 'prorata-admission+jws',
  rotation: 'prorata-key-rotation+jws',
  possession: 'prorata-key-possession+jws',
} as const;

export type StatementType = (typeof STATEMENT_TYPES)[keyof typeof STATEMENT_TYPES];

/** An envelope whose form is sound. Nothing in it is proven before `openEnvelope`. */
export interface Envelope {
  readonly kid: string;
  readonly payload: string;
  readonly protected: string;
  readonly signature: string;
  readonly header: JsonObject;
}

/** Signs a payload as a JWS in flattened JSON serialization (RFC 7515 §7.2.2). */
export async function sign(type: StatementType, payload: Uint8Array, privateJwk: PrivateJwk): Promise<string> {
  const key = await importJWK({ ...privateJwk }, ALGORITHM);
  const jws = await new FlattenedSign(payload)
    .setProtectedHeader({ alg: ALGORITHM, kid: thumbprint(publicOf(privateJwk)), typ: type })
    .sign(key);
  return JSON.stringify({ payload: jws.payload, protected: jws.protected, signature: jws.signature });
}

/** Signs a JSON value. */
export function signJson(type: StatementType, value: JsonObject, privateJwk: PrivateJwk): Promise<string> {
  return sign(type, Buffer.from(JSON.stringify(value)), privateJwk);
}

/**
 * Reads the outside of a JWS: members, base64url and the protected header, each in its one canonical spelling.
 * The payload stays closed. Throws SyntaxError with the reason.
 */
export function readEnvelope(text: string): Envelope {
  const jws = parseStrictObject(text);
  const names = Object.keys(jws).sort().join(' ');
  if (names !== 'payload protected signature') {
    throw new SyntaxError(`a statement has exactly payload, protected and signature, not: ${names || 'nothing'}`);
  }
  for (const name of ['payload', 'protected', 'signature'] as const) {
    if (!isCanonicalBase64url(jws[name])) throw new SyntaxError(`${name} is not canonical base64url`);
  }
  const { payload, protected: head, signature } = jws as Record<'payload' | 'protected' | 'signature', string>;
  const header = parseStrictObject(utf8(Buffer.from(head, 'base64url')));
  const { kid } = header;
  if (typeof kid !== 'string' || kid === '' || kid.length > 128) throw new SyntaxError('the header names no kid');
  return { kid, payload, protected: head, signature, header };
}

/**
 * Verifies an envelope against a key that the caller found by `kid`, and only then hands out the payload.
 * Throws SyntaxError for a header that asks for anything but the pinned algorithm and type (`alg: none`, `jku`,
 * `jwk`, `x5c`, `crit`, `b64` and every other member are refused) and for a signature that does not hold.
 */
export async function openEnvelope(envelope: Envelope, type: StatementType, publicJwk: PublicJwk): Promise<Buffer> {
  const surplus = Object.keys(envelope.header).filter((name) => !['alg', 'kid', 'typ'].includes(name));
  if (surplus.length > 0) throw new SyntaxError(`the header has members that are not accepted: ${surplus.join(', ')}`);
  if (envelope.header.alg !== ALGORITHM) {
    throw new SyntaxError(`the header asks for alg ${String(envelope.header.alg)}; the key is for ${ALGORITHM}`);
  }
  if (envelope.header.typ !== type)
    throw new SyntaxError(`the header says typ ${String(envelope.header.typ)}, not ${type}`);
  if (thumbprint(publicJwk) !== envelope.kid) throw new SyntaxError('the kid is not the thumbprint of the key');
  const key = await importJWK({ ...publicJwk }, ALGORITHM);
  const jws = { payload: envelope.payload, protected: envelope.protected, signature: envelope.signature };
  try {
    const verified = await flattenedVerify(jws, key, { algorithms: [ALGORITHM] });
    return Buffer.from(verified.payload);
  } catch (cause) {
    throw new SyntaxError('the signature does not belong to this content and key', { cause });
  }
}

/** Opens a statement for which one key is the only possible signer; refuses with the code that fits. */
export async function openStatement(text: string, type: StatementType, keyOf: KeyOf): Promise<JsonObject> {
  const envelope = envelopeOf(text);
  const publicJwk = keyOf(envelope);
  let payload: Buffer;
  try {
    payload = await openEnvelope(envelope, type, publicJwk);
  } catch (error) {
    return refuse('SIGNATURE_INVALID', reason(error));
  }
  return unreadable(() => parseStrictObject(utf8(payload)));
}

export type KeyOf = (envelope: Envelope) => PublicJwk;

/** The payload before it is verified; only to find the key that a self-signed statement carries. */
export function peek(envelope: Envelope): JsonObject {
  return unreadable(() => parseStrictObject(utf8(Buffer.from(envelope.payload, 'base64url'))));
}

/** Reads an envelope; refuses with MANIFEST_UNREADABLE. */
export function envelopeOf(text: string): Envelope {
  return unreadable(() => readEnvelope(text));
}

/** Decodes UTF-8 strictly: a byte order mark or a broken sequence is an error (TypeError), never replaced. */
export function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** The message of what was thrown, for a refusal. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unreadable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return refuse('MANIFEST_UNREADABLE', reason(error));
  }
}

function isCanonicalBase64url(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^[A-Za-z0-9_-]+$/.test(value) &&
    Buffer.from(value, 'base64url').toString('base64url') === value
  );
}
