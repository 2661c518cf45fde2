import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileWhole } from '@prorata/platform';
import { type Static, Type } from 'typebox';
import { Uuid } from '../entry/entry.schema.ts';
import { schemaCheck } from '../entry/schema-check.ts';
import { ledgerProblem } from '../problems.ts';
import { newSecret, type Sender, secretBytes } from './signature.ts';

const strict = { additionalProperties: false } as const;
const SecretsSchema = Type.Object(
  {
    schema: Type.Literal('prorata.gl-inbox/1'),
    senders: Type.Array(
      Type.Object(
        { tenant_id: Uuid, legal_entity_id: Uuid, secrets: Type.Array(Type.String(), { minItems: 1, maxItems: 4 }) },
        strict,
      ),
    ),
  },
  strict,
);
const check = schemaCheck(SecretsSchema);

const pathOf = (dir: string) => join(dir, 'keys', 'gl-inbox.json');

/**
 * The senders that a node takes events from: `keys/gl-inbox.json`, read anew each time, so that a rotation needs no restart. No file, no
 * sender.
 *
 * @throws Problem `INBOX_SECRETS_INVALID`
 */
export async function inboxSenders(dir: string): Promise<readonly Sender[]> {
  const { senders } = await read(dir);
  return senders.map((sender) => ({
    tenantId: sender.tenant_id,
    legalEntityId: sender.legal_entity_id,
    secrets: sender.secrets,
  }));
}

/**
 * Makes a secret for the general ledger of a legal entity and answers it, to be handed over once. The one before stays valid until
 * `retireInboxSecrets`, so that sender and node need not change at the same moment.
 */
export async function addInboxSecret(dir: string, tenantId: string, legalEntityId: string): Promise<string> {
  const file = await read(dir);
  const secret = newSecret();
  const before = file.senders.find((sender) => sender.legal_entity_id === legalEntityId);
  const secrets = [secret, ...(before?.secrets ?? [])].slice(0, 2);
  const others = file.senders.filter((sender) => sender !== before);
  await write(dir, { ...file, senders: [...others, { tenant_id: tenantId, legal_entity_id: legalEntityId, secrets }] });
  return secret;
}

/** Ends the rotation: only the newest secret of the legal entity stays valid. */
export async function retireInboxSecrets(dir: string, legalEntityId: string): Promise<void> {
  const file = await read(dir);
  const senders = file.senders.map((sender) =>
    sender.legal_entity_id === legalEntityId ? { ...sender, secrets: sender.secrets.slice(0, 1) } : sender,
  );
  await write(dir, { ...file, senders });
}

async function read(dir: string): Promise<Static<typeof SecretsSchema>> {
  const path = pathOf(dir);
  let text: string;
  try {
    const { mode } = await stat(path);
    // Windows has no such bits: there the folder's access list protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw ledgerProblem('INBOX_SECRETS_INVALID', `${path} has mode ${(mode & 0o777).toString(8)}`);
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { schema: 'prorata.gl-inbox/1', senders: [] };
    throw error;
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw ledgerProblem('INBOX_SECRETS_INVALID', `${path} is not JSON`, {}, error);
  }
  const checked = check(document);
  if (!('value' in checked)) {
    throw ledgerProblem('INBOX_SECRETS_INVALID', `${path} ${checked.faults[0]?.pointer} ${checked.faults[0]?.message}`);
  }
  for (const [index, sender] of checked.value.senders.entries()) {
    if (sender.secrets.every((secret) => secretBytes(secret) !== undefined)) continue;
    throw ledgerProblem(
      'INBOX_SECRETS_INVALID',
      `${path} /senders/${index}/secrets holds no "whsec_" and base64 of 24 to 64 bytes`,
    );
  }
  return checked.value;
}

async function write(dir: string, file: Static<typeof SecretsSchema>): Promise<void> {
  await mkdir(join(dir, 'keys'), { recursive: true, mode: 0o700 });
  await writeFileWhole(pathOf(dir), `${JSON.stringify(file, null, 2)}\n`, 0o600);
}
