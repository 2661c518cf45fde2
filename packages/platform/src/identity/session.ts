import { platformProblem } from '../problem/platform-problems.ts';
import type { TenantClaims } from './claims.ts';
import { type Issuer, SESSION_TOKEN_TYPE } from './issuer.ts';
import type { EndedSessions } from './provider.ts';
import { uuidv7 } from './uuid.ts';
import type { SessionFacts, VerifiedToken, Verifier } from './verifier.ts';

/** A cookie lives this long without use … */
const IDLE_SECONDS = 30 * 60;
/** … and a session this long with it, unless the token that opened it ends earlier. */
const LONGEST_SESSION_SECONDS = 12 * 3600;
const MOST_REMEMBERED = 10_000;

export interface SessionCookie {
  readonly value: string;
  readonly maxAgeSeconds: number;
}

/** What opened a session, beside the claims. */
export interface SessionOrigin {
  /** Second since 1970 at which the right that opened the session ends. */
  readonly until?: number;
  /** The identity provider that vouched for the user, and its own session. */
  readonly provider?: { readonly issuer: string; readonly sid?: string };
  /** Kept in this process, to be shown to the provider when the user signs out. */
  readonly idToken?: string;
}

export interface Sessions {
  /** Cookies do not keep ports apart, so each node has a name of its own. */
  readonly cookieName: string;
  open(claims: TenantClaims, origin?: SessionOrigin): Promise<SessionCookie>;
  /** @throws Problem `MISSING_TENANT_CONTEXT` when the cookie is forged, old, signed out, or opened by an issuer that is trusted no longer */
  read(cookie: string): Promise<VerifiedToken>;
  /** A new cookie for the same session once half of the idle time is gone, else undefined. */
  renew(verified: VerifiedToken): Promise<SessionCookie | undefined>;
  /** Ends the session here; its cookie would expire within the half hour even in another process. @returns the provider's ID token */
  close(verified: VerifiedToken): string | undefined;
  /** Ends what a provider has ended, as `close` does. */
  closeEnded(ended: EndedSessions): void;
}

export interface SessionOptions {
  /** The provider in whose name sessions are opened; sessions of anybody else are over. Unless told, those of the embedded issuer count. */
  readonly trusted?: string | undefined;
  /** Milliseconds since 1970, for tests. */
  readonly now?: () => number;
}

/** Browser sessions: the cookie is a short signed token, so that a restart or a second process knows it without a store. */
export function createSessions(issuer: Issuer, verifier: Verifier, options: SessionOptions = {}): Sessions {
  const { now = Date.now, trusted } = options;
  const seconds = () => Math.floor(now() / 1000);
  const closed = new Forgetful<number>();
  const idTokens = new Forgetful<string>();

  async function cookie(claims: TenantClaims, session: SessionFacts): Promise<SessionCookie> {
    const { id, until, opened, provider } = session;
    const maxAgeSeconds = Math.min(IDLE_SECONDS, until - seconds());
    if (maxAgeSeconds < 1) throw platformProblem('MISSING_TENANT_CONTEXT', 'the session is over');
    const value = await issuer.issueToken(claims, {
      type: SESSION_TOKEN_TYPE,
      lifetimeSeconds: maxAgeSeconds,
      extra: {
        sid: id,
        session_until: until,
        session_opened: opened,
        ...(provider === undefined ? {} : { idp: provider.issuer }),
        ...(provider?.sid === undefined ? {} : { idp_sid: provider.sid }),
      },
    });
    return { value, maxAgeSeconds };
  }

  function isClosed({ id, opened, provider }: SessionFacts, userId: string): boolean {
    if (closed.get(`session ${id}`) !== undefined) return true;
    if (provider?.sid !== undefined && closed.get(`provider ${provider.sid}`) !== undefined) return true;
    const ended = closed.get(`user ${userId}`);
    return ended !== undefined && opened <= ended;
  }

  return {
    cookieName: `prorata_session_${issuer.nodeId.replaceAll('-', '').slice(-12)}`,
    open({ correlation_id: _ofOneRequest, ...claims }, { until = Number.POSITIVE_INFINITY, provider, idToken } = {}) {
      const opened = seconds();
      const session = { id: uuidv7(), opened, until: Math.min(until, opened + LONGEST_SESSION_SECONDS) };
      if (idToken !== undefined) idTokens.set(session.id, idToken);
      return cookie(claims, provider === undefined ? session : { ...session, provider });
    },
    async read(value) {
      const verified = await verifier.verifySession(value);
      if (verified.session === undefined || isClosed(verified.session, verified.claims.user_id)) {
        throw platformProblem('MISSING_TENANT_CONTEXT', 'the session was signed out');
      }
      if (verified.session.provider?.issuer === trusted) return verified;
      throw platformProblem('MISSING_TENANT_CONTEXT', 'whoever opened the session is trusted no longer: sign in again');
    },
    async renew(verified) {
      const { session } = verified;
      if (session === undefined || verified.expiresAt >= session.until) return undefined;
      if (verified.expiresAt - seconds() > IDLE_SECONDS / 2) return undefined;
      return cookie(verified.claims, session);
    },
    close({ session }) {
      if (session === undefined) return undefined;
      closed.set(`session ${session.id}`, session.until);
      return idTokens.take(session.id);
    },
    closeEnded({ sid, userId, at }) {
      if (sid !== undefined) closed.set(`provider ${sid}`, at);
      if (userId !== undefined) closed.set(`user ${userId}`, at);
    },
  };
}

/** A map that lets its oldest entry go when it is full: whoever signs in and out all day must not fill the memory. */
class Forgetful<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MOST_REMEMBERED && oldest.done !== true) this.#entries.delete(oldest.value);
    this.#entries.set(key, value);
  }

  take(key: string): Value | undefined {
    const value = this.#entries.get(key);
    this.#entries.delete(key);
    return value;
  }
}
