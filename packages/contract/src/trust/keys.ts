import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';

/** Public Ed25519 key (RFC 8037): exactly these members. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

/** Private Ed25519 key; `d` never leaves the node that made it. */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

export interface SigningKey {
  readonly privateJwk: PrivateJwk;
  readonly publicJwk: PublicJwk;
  readonly kid: string;
}

const COORDINATE = /^[A-Za-z0-9_-]{43}$/;

/** Makes a new Ed25519 key pair. `kid` is the RFC 7638 thumbprint of the public key. */
export function generateSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x, d } = privateKey.export({ format: 'jwk' });
  if (x === undefined || d === undefined) throw new Error('The crypto library exported an Ed25519 key without x or d');
  const publicJwk: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x };
  return { privateJwk: { ...publicJwk, d }, publicJwk, kid: thumbprint(publicJwk) };
}

/** The public half of a private key, nothing else. */
export function publicOf(key: PrivateJwk): PublicJwk {
  return { kty: 'OKP', crv: 'Ed25519', x: key.x };
}

/**
 * Takes an unknown value as a public Ed25519 key, or says why not (TypeError).
 * Members beyond kty, crv, x are refused, so that a private key or a key URL can never be stored by mistake; so are
 * points of small order, under which anybody can sign anything.
 */
export function readPublicJwk(value: unknown): PublicJwk {
  if (typeof value !== 'object' || value === null) throw new TypeError('the key is not a JWK object');
  const { kty, crv, x, ...others } = value as Record<string, unknown>;
  const surplus = Object.keys(others);
  if (surplus.length > 0) throw new TypeError(`the key has members that are not accepted: ${surplus.join(', ')}`);
  if (kty !== 'OKP' || crv !== 'Ed25519') throw new TypeError('the key is not an Ed25519 key (kty OKP, crv Ed25519)');
  if (typeof x !== 'string' || !COORDINATE.test(x) || Buffer.from(x, 'base64url').toString('base64url') !== x) {
    throw new TypeError('the key has no valid x');
  }
  if (isOfSmallOrder(Buffer.from(x, 'base64url'))) throw new TypeError('the key is a point of small order');
  const jwk: PublicJwk = { kty, crv, x };
  createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return jwk;
}

/** Takes an unknown value as a private key whose two halves belong together, or says why not (TypeError). */
export function readPrivateJwk(value: unknown): PrivateJwk {
  if (typeof value !== 'object' || value === null) throw new TypeError('the key is not a JWK object');
  const { d, kid: _kid, ...rest } = value as Record<string, unknown>;
  const publicJwk = readPublicJwk(rest);
  if (typeof d !== 'string' || !COORDINATE.test(d)) throw new TypeError('the key has no valid d');
  const derived = createPublicKey(createPrivateKey({ key: { ...publicJwk, d }, format: 'jwk' })).export({
    format: 'jwk',
  });
  if (derived.x !== publicJwk.x)
    throw new TypeError('the private and the public half of the key do not belong together');
  return { ...publicJwk, d };
}

/** RFC 7638 thumbprint (SHA-256, base64url) of an Ed25519 key: its `kid` everywhere. */
export function thumbprint(jwk: PublicJwk): string {
  return digest(jwk).toString('base64url');
}

/**
 * The thumbprint as people read it to each other: the whole SHA-256 in base32 (RFC 4648), 13 groups of four.
 * Nothing is cut off: a shortened fingerprint could be met by search.
 */
export function fingerprint(jwk: PublicJwk): string {
  return base32(digest(jwk)).replaceAll(/(.{4})(?=.)/g, '$1-');
}

/** Whether two fingerprints are the same when case, blanks and dashes are left aside. */
export function sameFingerprint(one: string, other: string): boolean {
  const bare = (text: string) => text.replaceAll(/[\s-]/g, '').toUpperCase();
  return bare(one) === bare(other);
}

// RFC 7638 §3: the required members in lexicographic order, without blanks.
function digest({ crv, kty, x }: PublicJwk): Buffer {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest();
}

function base32(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((held >> (bits - 5)) & 31);
    held &= 31;
  }
  return bits > 0 ? text + alphabet.charAt((held << (5 - bits)) & 31) : text;
}

// y-coordinates (little endian, sign bit aside) of the points of order 1, 2, 4 and 8, with the encodings of 0 and 1
// that are not reduced modulo 2^255 − 19: RFC 8032 §5.1 and the check of libsodium.
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

function isOfSmallOrder(point: Buffer): boolean {
  const unsigned = Buffer.from(point);
  unsigned.writeUInt8(unsigned.readUInt8(31) & 0x7f, 31);
  return SMALL_ORDER.has(unsigned.toString('hex'));
}
