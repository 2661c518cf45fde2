import { platformProblem } from '../problem/platform-problems.ts';
import type { TenantClaims } from './claims.ts';
import { type Issuer, SESSION_TOKEN_TYPE } from './issuer.ts';
import { uuidv7 } from './uuid.ts';
import type { VerifiedToken, Verifier } from './verifier.ts';

/** A cookie lives this long without use … */
const IDLE_SECONDS = 30 * 60;
/** … and a session this long with it, unless the token that opened it ends earlier. */
const LONGEST_SESSION_SECONDS = 12 * 3600;
const MOST_CLOSED_SESSIONS = 10_000;

export interface SessionCookie {
  readonly value: string;
  readonly maxAgeSeconds: number;
}

export interface Sessions {
  /** Cookies do not keep ports apart, so each node has a name of its own. */
  readonly cookieName: string;
  /** @param until second since 1970 at which the right that opened the session ends */
  open(claims: TenantClaims, until?: number): Promise<SessionCookie>;
  /** @throws Problem `MISSING_TENANT_CONTEXT` when the cookie is forged, old or signed out */
  read(cookie: string): Promise<VerifiedToken>;
  /** A new cookie for the same session once half of the idle time is gone, else undefined. */
  renew(verified: VerifiedToken): Promise<SessionCookie | undefined>;
  /** Ends the session here; its cookie would expire within the half hour even in another process. */
  close(verified: VerifiedToken): void;
}

/** Browser sessions: the cookie is a short signed token, so that a restart or a second process knows it without a store. */
export function createSessions(issuer: Issuer, verifier: Verifier, now: () => number = Date.now): Sessions {
  const closed = new Map<string, number>();
  const seconds = () => Math.floor(now() / 1000);

  async function cookie(claims: TenantClaims, id: string, until: number): Promise<SessionCookie> {
    const maxAgeSeconds = Math.min(IDLE_SECONDS, until - seconds());
    if (maxAgeSeconds < 1) throw platformProblem('MISSING_TENANT_CONTEXT', 'the session is over');
    const value = await issuer.issueToken(claims, {
      type: SESSION_TOKEN_TYPE,
      lifetimeSeconds: maxAgeSeconds,
      extra: { sid: id, session_until: until },
    });
    return { value, maxAgeSeconds };
  }

  return {
    cookieName: `prorata_session_${issuer.nodeId.replaceAll('-', '').slice(-12)}`,
    open({ correlation_id: _ofOneRequest, ...claims }, until = Number.POSITIVE_INFINITY) {
      return cookie(claims, uuidv7(), Math.min(until, seconds() + LONGEST_SESSION_SECONDS));
    },
    async read(value) {
      const verified = await verifier.verifySession(value);
      if (verified.session === undefined || closed.has(verified.session.id)) {
        throw platformProblem('MISSING_TENANT_CONTEXT', 'the session was signed out');
      }
      return verified;
    },
    async renew(verified) {
      const { session } = verified;
      if (session === undefined || verified.expiresAt >= session.until) return undefined;
      if (verified.expiresAt - seconds() > IDLE_SECONDS / 2) return undefined;
      return cookie(verified.claims, session.id, session.until);
    },
    close(verified) {
      for (const [id, until] of closed) if (until < seconds()) closed.delete(id);
      const oldest = closed.keys().next();
      if (closed.size >= MOST_CLOSED_SESSIONS && oldest.done !== true) closed.delete(oldest.value);
      if (verified.session !== undefined) closed.set(verified.session.id, verified.session.until);
    },
  };
}
