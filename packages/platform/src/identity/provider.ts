import { join } from 'node:path';
import type { JWTPayload } from 'jose';
import * as client from 'openid-client';
import { readPrivateFile } from '../node/private-file.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { Problem } from '../problem/problem.ts';
import type { TenantClaims } from './claims.ts';
import { type ProviderClaims, type SubjectOptions, subjectOf, userIdOf } from './oidc-claims.ts';
import type { OidcConfig } from './oidc-config.ts';
import { PROVIDER_TIMEOUT_MS, type ProviderKeys, providerKeys } from './oidc-keys.ts';

/** What a browser keeps, signed by the node, between leaving for the provider and coming back. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

/** Somebody that the provider vouches for. */
export interface SignedIn {
  readonly claims: TenantClaims;
  /** The provider's own session, where it says so: a back-channel logout names it. */
  readonly sid?: string;
  /** Kept at the node alone, to be shown to the provider when the user signs out. */
  readonly idToken: string;
}

/** Whose sessions a provider has ended: one of its sessions, or all that a user opened until then. */
export interface EndedSessions {
  readonly sid?: string;
  readonly userId?: string;
  /** Second since 1970. */
  readonly at: number;
}

/** An OpenID Connect provider as a node uses it. While it is down, sign-ins answer 503 and open sessions go on. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly config: OidcConfig;
  /** Where the browser goes to sign in. */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly attempt: SignInAttempt }>;
  /** @param query of the request that the provider sent the browser back with. @throws Problem `SIGN_IN_REFUSED`, `SIGN_IN_WITHOUT_ROLE` */
  finish(query: URLSearchParams, attempt: SignInAttempt): Promise<SignedIn>;
  /** An access token for the API. @throws Problem `MISSING_TENANT_CONTEXT`, `SIGN_IN_WITHOUT_ROLE` */
  verify(token: string): Promise<{ readonly claims: TenantClaims; readonly expiresAt: number }>;
  /** @throws Problem `LOGOUT_TOKEN_INVALID` */
  readLogout(token: string): Promise<EndedSessions>;
  /** Where the browser goes to end its session at the provider; undefined when that offers no such address. */
  signOutUrl(options: {
    readonly idToken?: string | undefined;
    readonly returnTo: string;
  }): Promise<string | undefined>;
}

const BACK_CHANNEL_LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * The provider of `identity.oidc`, or undefined where the embedded issuer serves. Nothing is fetched before somebody signs in: a node
 * starts, and answers its sessions, while its provider is down.
 *
 * @throws Problem `KEY_FILE_EXPOSED`, `KEY_FILE_UNREADABLE` for the file of the client secret
 */
export async function openIdentityProvider(
  options: Omit<SubjectOptions, 'oidc'> & { readonly dir: string },
): Promise<IdentityProvider | undefined> {
  const oidc = options.config.identity?.oidc;
  if (oidc === undefined) return undefined;
  const secret = await secretOf(oidc, options.dir);
  const discovered = discovery(oidc, secret);
  const subject = (claims: ProviderClaims) => subjectOf(claims, { ...options, oidc });

  return {
    issuer: oidc.issuer,
    config: oidc,
    async begin(redirectUri) {
      const { server } = await discovered();
      const attempt = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        redirectUri,
      };
      const url = client.buildAuthorizationUrl(server, {
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: ['openid', ...(oidc.scopes ?? ['profile'])].join(' '),
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, attempt };
    },
    finish: async (query, attempt) => finish(await discovered(), oidc, query, attempt, subject),
    async verify(token) {
      const payload = await accessToken(await discovered(), oidc, token);
      return { claims: await subject(payload), expiresAt: payload.exp ?? 0 };
    },
    readLogout: async (token) => readLogout(await discovered(), oidc, token),
    async signOutUrl({ idToken, returnTo }) {
      const { server } = await discovered();
      if (server.serverMetadata().end_session_endpoint === undefined) return undefined;
      const hint = idToken === undefined ? {} : { id_token_hint: idToken };
      return client.buildEndSessionUrl(server, { ...hint, post_logout_redirect_uri: returnTo }).href;
    },
  };
}

interface Discovered {
  readonly server: client.Configuration;
  readonly keys: ProviderKeys;
}

/** What the provider publishes about itself, fetched once; after a failure, when it is next needed. */
function discovery(oidc: OidcConfig, secret: string | undefined): () => Promise<Discovered> {
  let known: Promise<Discovered> | undefined;
  const fetchIt = async (): Promise<Discovered> => {
    const plain = oidc.issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
    const authentication = secret === undefined ? client.None() : client.ClientSecretBasic(secret);
    const server = await client.discovery(new URL(oidc.issuer), oidc.client_id, {}, authentication, {
      timeout: PROVIDER_TIMEOUT_MS / 1000,
      execute: plain,
    });
    const { issuer, jwks_uri: jwks } = server.serverMetadata();
    if (issuer !== oidc.issuer) throw new Error(`the provider names itself ${issuer}, not ${oidc.issuer}`);
    if (jwks === undefined) throw new Error('the provider publishes no keys');
    return { server, keys: providerKeys(jwks) };
  };
  return () => {
    known ??= fetchIt().catch((error: unknown) => {
      known = undefined;
      const why = error instanceof Error ? error.message : String(error);
      const detail = `${oidc.issuer} does not answer as an OpenID provider: ${why}`;
      throw platformProblem('IDENTITY_PROVIDER_UNAVAILABLE', detail, {}, error);
    });
    return known;
  };
}

async function secretOf(oidc: OidcConfig, dir: string): Promise<string | undefined> {
  if (oidc.client_secret_file === undefined) return undefined;
  return (await readPrivateFile(join(dir, oidc.client_secret_file))).trim();
}

async function finish(
  { server, keys }: Discovered,
  oidc: OidcConfig,
  query: URLSearchParams,
  attempt: SignInAttempt,
  subject: (claims: ProviderClaims) => Promise<TenantClaims>,
): Promise<SignedIn> {
  const back = new URL(attempt.redirectUri);
  back.search = query.toString();
  try {
    const tokens = await client.authorizationCodeGrant(server, back, {
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.verifier,
    });
    const idToken = tokens.id_token ?? '';
    // The library checks the claims and trusts the connection; the signature is proved as well.
    const proved = await keys(idToken, { issuer: oidc.issuer, audience: oidc.client_id });
    const claims = await withUserInfo(server, oidc, proved, tokens.access_token);
    const sid = typeof proved.sid === 'string' ? { sid: proved.sid } : {};
    return { claims: await subject(claims), idToken, ...sid };
  } catch (error) {
    throw signInProblem(error);
  }
}

/** A provider may keep the roles out of the ID token and tell them at its userinfo endpoint only. */
async function withUserInfo(
  server: client.Configuration,
  oidc: OidcConfig,
  claims: JWTPayload,
  accessToken: string,
): Promise<ProviderClaims> {
  const [first = ''] = oidc.roles_claim.split('.');
  const told = Object.hasOwn(claims, oidc.roles_claim) || Object.hasOwn(claims, first);
  if (told || server.serverMetadata().userinfo_endpoint === undefined) return claims;
  return { ...(await client.fetchUserInfo(server, accessToken, claims.sub ?? '')), ...claims };
}

/** What the library throws, in words for whoever signs in; the cause is for the log. */
function signInProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError) {
    return platformProblem('SIGN_IN_REFUSED', `the provider answered ${error.error}`, {}, error);
  }
  if (error instanceof TypeError || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_RESPONSE_IS_NOT_CONFORM') {
    const detail = 'the identity provider does not answer as it should';
    return platformProblem('IDENTITY_PROVIDER_UNAVAILABLE', detail, {}, error);
  }
  return platformProblem('SIGN_IN_REFUSED', `the provider's answer does not hold: ${message.slice(0, 200)}`, {}, error);
}

async function accessToken({ keys }: Discovered, oidc: OidcConfig, token: string): Promise<JWTPayload> {
  const { audience } = oidc;
  const refused = (detail: string, cause?: unknown) => platformProblem('MISSING_TENANT_CONTEXT', detail, {}, cause);
  if (audience === undefined) throw refused("this node takes no access tokens: identity.oidc names no 'audience'");
  try {
    const requiredClaims = ['iat', 'exp', 'sub'];
    return await keys(token, { issuer: oidc.issuer, audience, requiredClaims, maxTokenAge: '1 day' });
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw refused(error instanceof Error ? error.message : 'the token is invalid', error);
  }
}

/** OpenID Connect Back-Channel Logout 1.0, section 2.6. */
async function readLogout({ keys }: Discovered, oidc: OidcConfig, token: string): Promise<EndedSessions> {
  const refused = (why: string, cause?: unknown) => platformProblem('LOGOUT_TOKEN_INVALID', why, {}, cause);
  let payload: JWTPayload;
  try {
    const requiredClaims = ['iat', 'jti', 'events'];
    const expected = { issuer: oidc.issuer, audience: oidc.client_id, requiredClaims, maxTokenAge: '10 minutes' };
    payload = await keys(token, expected);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw refused(error instanceof Error ? error.message : 'the token is invalid', error);
  }
  const { events, nonce, sid, sub, iat = 0 } = payload;
  const named = typeof events === 'object' && events !== null && Object.hasOwn(events, BACK_CHANNEL_LOGOUT);
  if (!named || nonce !== undefined) throw refused('the token is not a logout token');
  if (typeof sid === 'string') return { sid, at: iat };
  if (typeof sub === 'string') return { userId: userIdOf(oidc.issuer, sub), at: iat };
  throw refused('the token names neither a session nor a user');
}
