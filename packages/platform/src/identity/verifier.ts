import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { platformProblem } from '../problem/platform-problems.ts';
import type { Problem } from '../problem/problem.ts';
import { claimsFault, type Identity, identityOf, type TenantClaims, tenantClaims } from './claims.ts';
import type { Deployment } from './context.ts';
import { ACCESS_TOKEN_TYPE, type Issuer, SESSION_TOKEN_TYPE } from './issuer.ts';
import type { IdentityProvider } from './provider.ts';

const LONGEST_TOKEN_CHARACTERS = 8 * 1024;
const CACHED_TOKENS = 2_000;
/** Clocks of two machines differ; a token of the future by more than this is refused. */
const CLOCK_TOLERANCE_SECONDS = 5;

export interface VerifiedToken {
  readonly claims: TenantClaims;
  readonly identity: Identity;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Only of a session: its id, and the second since 1970 after which it is not renewed. */
  readonly session?: SessionFacts;
}

export interface SessionFacts {
  readonly id: string;
  readonly until: number;
  /** Second since 1970. */
  readonly opened: number;
  /** Who vouched for the user, where that was not the embedded issuer, and that provider's own session. */
  readonly provider?: { readonly issuer: string; readonly sid?: string };
}

/** What a node knows about the key that signed a delegated token; the token itself has no say in it. */
export interface DelegatedSubject {
  readonly publicJwk: JWK;
  readonly claims: TenantClaims;
}

/**
 * Tokens signed by somebody whose key the node holds, e.g. an enrolled entity (`iss` `entity:FR01`). Tenant, entity and roles come from
 * `resolve`, so the holder of the key cannot grant itself anything.
 */
export interface DelegatedIssuer {
  accepts(issuer: string): boolean;
  /** @returns undefined when the issuer has no such key, or it is revoked */
  resolve(issuer: string, kid: string): Promise<DelegatedSubject | undefined>;
  /** The audience that its tokens name; the node's own unless told. */
  readonly audience?: string;
  /** Tokens that live longer are refused: they cannot be revoked. 300 s unless told. */
  readonly longestLifetimeSeconds?: number;
  /** Roles that its tokens alone give: a token or a session of anybody else that names one is refused. */
  readonly ownRoles?: readonly string[];
}

export interface Verifier {
  /** @throws Problem `MISSING_TENANT_CONTEXT`, `ENVIRONMENT_MISMATCH` */
  verify(token: string): Promise<VerifiedToken>;
  /** The same for the token inside a session cookie. */
  verifySession(token: string): Promise<VerifiedToken>;
}

export interface VerifierOptions {
  readonly issuer: Issuer;
  readonly deployment: Deployment;
  readonly delegated?: readonly DelegatedIssuer[];
  /** Takes the place of the embedded issuer, whose access tokens are then refused. */
  readonly provider?: IdentityProvider | undefined;
}

/**
 * The one place where a token becomes an identity. The algorithm is pinned to EdDSA by the code, never taken from the
 * token (RFC 8725, section 3.1); issuer, audience, type, expiry and key id must all match.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const cache = new TokenCache(CACHED_TOKENS);
  const own = importJWK(options.issuer.publicJwk, 'EdDSA');
  const delegatedRoles = new Set(options.delegated?.flatMap(({ ownRoles = [] }) => ownRoles));

  function refuseDelegatedRole({ identity }: VerifiedToken): void {
    const role = identity.roles.find((name) => delegatedRoles.has(name));
    if (role !== undefined) throw refused(`the role ${role} is given by the key of another node alone`);
  }

  async function verifyOwn(token: string, typ: string): Promise<VerifiedToken> {
    const cached = cache.get(token, typ);
    if (cached !== undefined) return cached;
    const payload = await check(token, await own, { ...options.issuer, typ });
    const verified = verifiedFrom(payload, payloadClaims(payload), options.deployment);
    refuseDelegatedRole(verified);
    cache.set(token, typ, verified);
    return verified;
  }

  async function verifyDelegated(token: string, issuer: string, kid: string): Promise<VerifiedToken> {
    const delegate = options.delegated?.find((candidate) => candidate.accepts(issuer));
    const subject = await delegate?.resolve(issuer, kid);
    if (delegate === undefined || subject === undefined)
      throw refused('the issuer or its key is not known to this node');
    const key = await importJWK(subject.publicJwk, 'EdDSA');
    const audience = delegate.audience ?? options.issuer.audience;
    const payload = await check(token, key, { issuer, audience, kid, typ: ACCESS_TOKEN_TYPE });
    const longest = delegate.longestLifetimeSeconds ?? 300;
    if ((payload.exp ?? 0) - (payload.iat ?? 0) > longest) throw refused(`the token lives longer than ${longest} s`);
    // Not cached: a revoked key must stop at once, not when the token expires.
    return verifiedFrom(payload, subject.claims, options.deployment);
  }

  async function verifyOfProvider(token: string, provider: IdentityProvider): Promise<VerifiedToken> {
    const { claims, expiresAt } = await provider.verify(token);
    const verified = verifiedFrom({ exp: expiresAt }, claims, options.deployment);
    refuseDelegatedRole(verified);
    cache.set(token, provider.issuer, verified);
    return verified;
  }

  return {
    async verify(token) {
      const { provider } = options;
      const before = cache.get(token, provider?.issuer ?? ACCESS_TOKEN_TYPE);
      if (before !== undefined) return before;
      const { issuer, kid } = announced(token);
      if (provider !== undefined && issuer === provider.issuer) return verifyOfProvider(token, provider);
      if (issuer === options.issuer.issuer) {
        if (provider === undefined) return verifyOwn(token, ACCESS_TOKEN_TYPE);
        throw refused(`the embedded issuer of this node is off: it takes tokens of ${provider.issuer}`);
      }
      return verifyDelegated(token, issuer, kid);
    },
    async verifySession(token) {
      announced(token);
      return verifyOwn(token, SESSION_TOKEN_TYPE);
    },
  };
}

/** What the token says about itself before anything is proved: good for choosing a key and for nothing else. */
function announced(token: string): { issuer: string; kid: string } {
  if (token.length > LONGEST_TOKEN_CHARACTERS) throw refused('the token is longer than 8 KiB');
  try {
    const header = decodeProtectedHeader(token);
    const issuer = decodeJwt(token).iss;
    if (typeof issuer === 'string' && typeof header.kid === 'string') return { issuer, kid: header.kid };
  } catch {
    // Not a JWT at all: the same answer as for one that lacks an issuer or a key id.
  }
  throw refused('the token is not a signed JWT with issuer and key id');
}

async function check(
  token: string,
  key: Awaited<ReturnType<typeof importJWK>>,
  expected: { readonly issuer: string; readonly audience: string; readonly kid: string; readonly typ: string },
): Promise<JWTPayload> {
  const { payload, protectedHeader } = await jwtVerify(token, key, {
    algorithms: ['EdDSA'],
    issuer: expected.issuer,
    audience: expected.audience,
    typ: expected.typ,
    requiredClaims: ['iat', 'exp', 'jti', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    maxTokenAge: '32 days',
  }).catch((error: unknown) => {
    throw refused(error instanceof Error ? error.message : 'the token is invalid', error);
  });
  if (protectedHeader.kid !== expected.kid) throw refused('the key id is not the one of this issuer');
  return payload;
}

function payloadClaims(payload: JWTPayload): TenantClaims {
  try {
    return tenantClaims(payload);
  } catch (error) {
    throw refused(error instanceof Error ? error.message : 'the tenant claims are invalid', error);
  }
}

function verifiedFrom(payload: JWTPayload, claims: TenantClaims, deployment: Deployment): VerifiedToken {
  const fault = claimsFault(claims);
  if (fault !== undefined) throw refused(`tenant claims: ${fault}`);
  if (claims.deployment !== deployment) {
    throw platformProblem('ENVIRONMENT_MISMATCH', `the token is for ${claims.deployment}, this node is ${deployment}`);
  }
  return {
    claims,
    identity: identityOf(claims),
    expiresAt: payload.exp ?? 0,
    ...sessionFacts(payload),
  };
}

function sessionFacts(payload: JWTPayload): { readonly session?: SessionFacts } {
  const { sid: id, session_until: until, session_opened: opened, idp, idp_sid } = payload;
  if (typeof id !== 'string' || typeof until !== 'number' || typeof opened !== 'number') return {};
  if (typeof idp !== 'string') return { session: { id, until, opened } };
  const sid = typeof idp_sid === 'string' ? { sid: idp_sid } : {};
  return { session: { id, until, opened, provider: { issuer: idp, ...sid } } };
}

function refused(detail: string, cause?: unknown): Problem {
  return platformProblem('MISSING_TENANT_CONTEXT', detail, {}, cause);
}

/**
 * Verifying a signature on each request costs a fifth of the throughput, so a token that was proved is remembered until it
 * expires, under its digest: a dump of the memory shows no token. The least recently used goes first.
 */
class TokenCache {
  readonly #tokens = new Map<string, VerifiedToken>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(token: string, typ: string): VerifiedToken | undefined {
    const key = this.#key(token, typ);
    const verified = this.#tokens.get(key);
    if (verified === undefined) return undefined;
    this.#tokens.delete(key);
    if (verified.expiresAt <= Date.now() / 1000) return undefined;
    this.#tokens.set(key, verified);
    return verified;
  }

  set(token: string, typ: string, verified: VerifiedToken): void {
    this.#tokens.set(this.#key(token, typ), verified);
    if (this.#tokens.size <= this.#limit) return;
    const oldest = this.#tokens.keys().next();
    if (oldest.done !== true) this.#tokens.delete(oldest.value);
  }

  #key(token: string, typ: string): string {
    return `${typ} ${createHash('sha256').update(token).digest('base64url')}`;
  }
}
