import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { openPrivateFile } from '../node/private-file.ts';
import { platformProblem } from '../problem/platform-problems.ts';

/** An Ed25519 key pair as JWKs; `kid` is the RFC 7638 thumbprint. */
export interface SigningKey {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/**
 * Reads a private Ed25519 key, and makes it first where the file is missing. Two processes that start together end with one key.
 *
 * @throws Problem `KEY_FILE_EXPOSED` (others may read it), `KEY_FILE_UNREADABLE`
 */
export async function openKeyFile(path: string): Promise<SigningKey> {
  const text = await openPrivateFile(path, generate);
  let jwk: JWK;
  try {
    jwk = JSON.parse(text) as JWK;
  } catch (error) {
    throw platformProblem('KEY_FILE_UNREADABLE', `${path} is not JSON`, {}, error);
  }
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || typeof jwk.x !== 'string' || typeof jwk.d !== 'string') {
    throw platformProblem('KEY_FILE_UNREADABLE', `${path} holds no private Ed25519 key`);
  }
  const publicJwk: JWK = { kty: 'OKP', crv: 'Ed25519', x: jwk.x };
  return { kid: await calculateJwkThumbprint(publicJwk), privateJwk: { ...publicJwk, d: jwk.d }, publicJwk };
}

async function generate(): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return `${JSON.stringify(await exportJWK(privateKey))}\n`;
}
