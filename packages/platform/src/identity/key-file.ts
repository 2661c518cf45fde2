import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
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
  const text = (await readPrivate(path)) ?? (await create(path));
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

async function readPrivate(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    // Windows has no such bits: there the folder's access list protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw platformProblem('KEY_FILE_EXPOSED', `${path} has mode ${(mode & 0o777).toString(8)}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a draft, then links it: a reader never sees half a key, and the first of two writers wins. */
async function create(path: string): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const text = `${JSON.stringify(await exportJWK(privateKey))}\n`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = join(dirname(path), `.draft-${randomBytes(6).toString('hex')}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
    return text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return await readFile(path, 'utf8');
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
