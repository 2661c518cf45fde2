import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createEnrolment,
  fingerprint,
  generateSigningKey,
  type PrivateJwk,
  publicOf,
  readPrivateJwk,
  signRotation,
  thumbprint,
} from '@prorata/contract';
import { nodeProblem, openKeyFile, readNodeConfig, writeFileWhole } from '@prorata/platform';

export interface RotatedKey {
  readonly entity: string;
  readonly old_kid: string;
  readonly kid: string;
  readonly fingerprint: string;
  /** The statement for the group: both keys vouch for the hand-over. */
  readonly statement: string;
  /** The statement before it, kept: a group that has not taken it yet needs it first. Null for the first one. */
  readonly earlier: string | null;
}

/**
 * Gives an entity node a new signing key, and writes the statement by which the old key hands over to it. The new key waits beside
 * the old one until the statement lies in the folder, so a kill at any moment leaves one key in force and the next call goes on. A
 * statement that stands there is moved aside under the name of the key it handed over to: a group that took none of two would
 * otherwise know nobody who vouches for the newest key.
 *
 * @throws Problem `NODE_NOT_FOUND`, `NODE_KIND_WRONG`, `KEY_FILE_EXPOSED`, `KEY_FILE_UNREADABLE`
 */
export async function rotateEntityKey(dir: string): Promise<RotatedKey> {
  const { entity, currency, deployment } = await readNodeConfig(dir, 'entity');
  if (entity === undefined) throw nodeProblem('NODE_CONFIG_INVALID', 'the node has no entity');
  const { code, label, country } = entity;
  const [inForce, waiting] = [join(dir, 'keys', 'signing.json'), join(dir, 'keys', 'signing.next.json')];
  const oldPrivateJwk = await keyOf(inForce);
  const statement = join(dir, 'rotation.jws');
  const earlier = join(dir, `rotation-to-${thumbprint(publicOf(oldPrivateJwk))}.jws`);
  if (!existsSync(waiting)) {
    if (existsSync(statement)) await rename(statement, earlier);
    await writeFileWhole(waiting, `${JSON.stringify(generateSigningKey().privateJwk)}\n`, 0o600);
  }
  const newPrivateJwk = await keyOf(waiting);
  await writeFileWhole(statement, await signRotation({ entityCode: code, oldPrivateJwk, newPrivateJwk }));
  const identity = { code, label, country, currency };
  const enrolment = await createEnrolment({ entity: identity, deployment, privateJwk: newPrivateJwk });
  await writeFileWhole(join(dir, 'enrolment.json'), `${enrolment}\n`);
  // Last: from here on the entity signs with the new key.
  await rename(waiting, inForce);
  return {
    entity: code,
    old_kid: thumbprint(publicOf(oldPrivateJwk)),
    kid: thumbprint(publicOf(newPrivateJwk)),
    fingerprint: fingerprint(publicOf(newPrivateJwk)),
    statement,
    earlier: existsSync(earlier) ? earlier : null,
  };
}

async function keyOf(path: string): Promise<PrivateJwk> {
  return readPrivateJwk((await openKeyFile(path)).privateJwk);
}
