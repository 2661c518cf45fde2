import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { platformProblem } from '../problem/platform-problems.ts';

/** A provider signs with a key of its own that others cannot sign with; an HMAC or `none` is never taken (RFC 8725, 3.1). */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const CLOCK_TOLERANCE_SECONDS = 5;
/** How long the provider may take to answer. */
export const PROVIDER_TIMEOUT_MS = 5_000;

export type ProviderKeys = (token: string, expected: JWTVerifyOptions) => Promise<JWTPayload>;

/**
 * Proves what a provider signed. An unknown key id makes its keys be fetched again, at most once a second, so that a rotated key is
 * known at once and a flood of forged ids costs little.
 *
 * @throws (the function it returns) whatever jose finds wrong, Problem `IDENTITY_PROVIDER_UNAVAILABLE`
 */
export function providerKeys(jwksUri: string): ProviderKeys {
  const keys = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: PROVIDER_TIMEOUT_MS, cooldownDuration: 1_000 });
  return async (token, expected) => {
    try {
      const options = { ...expected, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_SECONDS };
      const { payload } = await jwtVerify(token, keys, options);
      return payload;
    } catch (error) {
      if (isOutage(error)) {
        const detail = 'the keys of the identity provider cannot be fetched';
        throw platformProblem('IDENTITY_PROVIDER_UNAVAILABLE', detail, {}, error);
      }
      throw error;
    }
  };
}

function isOutage(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof TypeError) return true;
  // What the endpoint answered was no key set: 502 of a proxy, a page of maintenance.
  return error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC';
}
