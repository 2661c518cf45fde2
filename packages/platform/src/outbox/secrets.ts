import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openPrivateFile } from '../node/private-file.ts';
import { eventProblem } from './problems.ts';

const [IV_BYTES, TAG_BYTES] = [12, 16];

/** Seals the secrets of subscriptions for the database, and opens them again. */
export interface SecretBox {
  /** @param owner whose secret it is: a sealed secret that was moved to another row does not open */
  seal(secret: string, owner: string): Buffer;
  /** @throws Problem `WEBHOOK_SECRET_UNREADABLE` */
  open(sealed: Uint8Array, owner: string): string;
}

/** A new secret as Standard Webhooks writes them: `whsec_` and base64 of 32 random bytes. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** Whether a text is a secret as Standard Webhooks writes them: `whsec_` and base64 of 24 to 64 bytes. */
export function isWebhookSecret(text: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? '';
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64;
}

/**
 * The box of a node, locked with `keys/webhooks.json` (made at first use, mode 600). Other machines that relay for the same node
 * need a copy of the file, as they need the passwords of its database.
 *
 * @throws Problem `KEY_FILE_EXPOSED`, `WEBHOOK_SECRET_UNREADABLE`
 */
export async function openSecretBox(dir: string): Promise<SecretBox> {
  const path = join(dir, 'keys', 'webhooks.json');
  const text = await openPrivateFile(path, () => `${JSON.stringify({ key: randomBytes(32).toString('base64') })}\n`);
  return secretBox(keyOf(text, path));
}

/** AES-256-GCM; the owner is authenticated with the secret. */
export function secretBox(key: Uint8Array): SecretBox {
  return {
    seal(secret, owner) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(owner));
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed, owner) {
      try {
        const bytes = Buffer.from(sealed);
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString();
      } catch (error) {
        throw eventProblem('WEBHOOK_SECRET_UNREADABLE', `the secret of ${owner}`, {}, error);
      }
    },
  };
}

function keyOf(text: string, path: string): Buffer {
  try {
    const { key } = JSON.parse(text) as { key?: unknown };
    const bytes = Buffer.from(typeof key === 'string' ? key : '', 'base64');
    if (bytes.length === 32) return bytes;
  } catch {
    // Not JSON: the same answer as for a key of another length.
  }
  throw eventProblem('WEBHOOK_SECRET_UNREADABLE', `${path} holds no key of 32 bytes`);
}
