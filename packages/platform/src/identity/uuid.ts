import { randomBytes } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Rows and keys of a tenant as a whole carry this in place of a legal entity (decision 0052). */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** Whether a text is a UUID as the node writes them: 36 characters in lower case, of any version. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * A new UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits. Keys made one after the other lie
 * next to each other in an index.
 */
export function uuidv7(): string {
  const bytes = random16();
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Random bytes are fetched for many at once: each fetch costs more than the bytes. */
const POOL_BYTES = 16 * 256;
let pool = Buffer.alloc(0);

function random16(): Buffer {
  if (pool.length === 0) pool = randomBytes(POOL_BYTES);
  const bytes = pool.subarray(0, 16);
  pool = pool.subarray(16);
  return bytes;
}
