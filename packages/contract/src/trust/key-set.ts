import { parseStrictObject } from '../format/strict-json.ts';
import { verifyEnrolment } from './enrolment.ts';
import { readPublicJwk, thumbprint } from './keys.ts';
import type { ResolveKey, TrustedKey } from './trusted-key.ts';

/**
 * Reads public keys from text: a JWK set (RFC 7517) whose keys carry the member `entity` with the entity's code, or an
 * `enrolment.json`. Throws TypeError, SyntaxError or BundleRefused with what is wrong.
 */
export async function readKeySet(text: string): Promise<ResolveKey> {
  const content = parseStrictObject(text);
  const keys = 'keys' in content ? jwkSet(content.keys) : await enrolledKey(text);
  return (kid) => keys.get(kid) ?? null;
}

function jwkSet(keys: unknown): ReadonlyMap<string, TrustedKey> {
  if (!Array.isArray(keys)) throw new TypeError('"keys" is not an array of JWKs');
  return new Map(
    keys.map((each: Readonly<Record<string, unknown>>) => {
      const { entity, kid, alg: _alg, use: _use, ...jwk } = each;
      if (typeof entity !== 'string') throw new TypeError('a key names no "entity" that it belongs to');
      const publicJwk = readPublicJwk(jwk);
      if (kid !== undefined && kid !== thumbprint(publicJwk))
        throw new TypeError(`the kid ${String(kid)} is not the thumbprint`);
      return [thumbprint(publicJwk), { publicJwk, entityCode: entity }];
    }),
  );
}

async function enrolledKey(text: string): Promise<ReadonlyMap<string, TrustedKey>> {
  const { kid, publicJwk, entity } = await verifyEnrolment(text);
  return new Map([[kid, { publicJwk, entityCode: entity.code }]]);
}
