import { createHash, randomBytes } from 'node:crypto';
import type { TenantClaims } from './claims.ts';

const CODE_LIFETIME_MS = 10 * 60 * 1000;
const MOST_OPEN_CODES = 1_000;

/** One-time codes that a node prints as a link, so that nobody pastes a token into a browser. */
export interface SignInCodes {
  /** @returns 128 random bits as text, good once and for ten minutes, in this process only */
  create(claims: TenantClaims): string;
  /** @returns the claims behind the code, or undefined when it is unknown, used or old; the code is spent either way */
  redeem(code: string): TenantClaims | undefined;
}

/**
 * Sign-in codes of this process, at most 1 000 open at once: the oldest goes first.
 *
 * @param now milliseconds since 1970, for tests
 */
export function signInCodes(now: () => number = Date.now): SignInCodes {
  const open = new Map<string, { readonly claims: TenantClaims; readonly until: number }>();
  return {
    create(claims) {
      for (const [digest, entry] of open) if (entry.until <= now()) open.delete(digest);
      const oldest = open.keys().next();
      if (open.size >= MOST_OPEN_CODES && oldest.done !== true) open.delete(oldest.value);
      const code = randomBytes(16).toString('base64url');
      open.set(digestOf(code), { claims, until: now() + CODE_LIFETIME_MS });
      return code;
    },
    redeem(code) {
      const digest = digestOf(code);
      const entry = open.get(digest);
      open.delete(digest);
      return entry !== undefined && entry.until > now() ? entry.claims : undefined;
    },
  };
}

function digestOf(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}
