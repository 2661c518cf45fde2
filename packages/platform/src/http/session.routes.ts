import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { TenantClaims } from '../identity/claims.ts';
import type { IdentityProvider } from '../identity/provider.ts';
import type { Sessions } from '../identity/session.ts';
import type { SignInCodes } from '../identity/sign-in-codes.ts';
import type { VerifiedToken, Verifier } from '../identity/verifier.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import type { App } from './app.ts';
import { clearSessionCookie, setSessionCookie } from './cookies.ts';
import { refuseForeignPage } from './guard.ts';

const SignIn = Type.Union([
  Type.Object({ token: Type.String({ minLength: 1, maxLength: 8192 }) }, { additionalProperties: false }),
  Type.Object({ code: Type.String({ minLength: 1, maxLength: 64, writeOnly: true }) }, { additionalProperties: false }),
]);

const SessionView = Type.Object(
  {
    user_id: Type.String({ format: 'uuid' }),
    roles: Type.Array(Type.String()),
    locale: Type.String(),
    supported_locales: Type.Array(Type.String()),
    tenant: Type.Object({ id: Type.String({ format: 'uuid' }), label: Type.String() }),
    entity_code: Type.Union([Type.String(), Type.Null()]),
    enabled_modules: Type.Array(Type.String()),
    deployment: Type.Union([Type.Literal('prod'), Type.Literal('test')]),
    expires_at: Type.String({ format: 'date-time' }),
  },
  { description: 'Who is signed in, as the pages need it.' },
);

const SignedOut = Type.Object({ continue_at: Type.String({ format: 'uri' }) });

export interface SessionRouteOptions {
  readonly verifier: Verifier;
  readonly sessions: Sessions;
  readonly codes?: SignInCodes;
  /** Takes the place of codes. */
  readonly provider?: IdentityProvider | undefined;
}

/** Guesses are bounded: a code has 128 bits and a token a signature, but nobody needs twenty sign-ins a minute. */
const SIGN_IN_RATE = { rateLimit: { max: 20, timeWindow: 60_000 } };

/** `POST`, `GET` and `DELETE /session`: the browser's way in; it never holds a token afterwards. */
export function registerSession(app: App, options: SessionRouteOptions): void {
  const { sessions } = options;

  app.post(
    '/session',
    {
      config: SIGN_IN_RATE,
      schema: {
        tags: ['session'],
        summary: 'Sign in with a token or a one-time code; the answer sets the session cookie',
        body: SignIn,
        response: { 200: SessionView },
      },
    },
    async (request, reply) => {
      refuseForeignPage(request);
      const { claims, until } = await redeem(request.body, options);
      const vouched = options.provider === undefined ? {} : { provider: { issuer: options.provider.issuer } };
      const cookie = await sessions.open(claims, { ...(until === undefined ? {} : { until }), ...vouched });
      setSessionCookie(request, reply, sessions.cookieName, cookie);
      return view(await sessions.read(cookie.value));
    },
  );

  app.get(
    '/session',
    { schema: { tags: ['session'], summary: 'Who is signed in', response: { 200: SessionView } } },
    async (request, reply) => {
      const verified = await current(request, sessions);
      const renewed = await sessions.renew(verified);
      if (renewed !== undefined) setSessionCookie(request, reply, sessions.cookieName, renewed);
      return view(renewed === undefined ? verified : await sessions.read(renewed.value));
    },
  );

  app.delete(
    '/session',
    {
      schema: {
        tags: ['session'],
        summary: 'Sign out; 200 where the identity provider has a session to end as well, at the address in the answer',
        response: { 200: SignedOut, 204: Type.Null() },
      },
    },
    async (request, reply) => signOut(request, reply, options),
  );
}

async function signOut(request: FastifyRequest, reply: FastifyReply, options: SessionRouteOptions) {
  const { sessions, provider } = options;
  refuseForeignPage(request);
  clearSessionCookie(request, reply, sessions.cookieName);
  const cookie = request.cookies[sessions.cookieName];
  // A cookie that is no longer valid is signed out already: the answer is the same.
  const verified = cookie === undefined ? undefined : await sessions.read(cookie).catch(() => undefined);
  if (verified === undefined) return reply.code(204).send(null);
  const idToken = sessions.close(verified);
  const returnTo = `${baseOf(request, provider)}/sign-in`;
  // The session here is over whether or not the provider can be asked where its own one ends.
  const url = await provider?.signOutUrl({ idToken, returnTo }).catch(() => undefined);
  return url === undefined ? reply.code(204).send(null) : reply.code(200).send({ continue_at: url });
}

/** Address of the node as the browser knows it, without a slash at the end. */
export function baseOf(request: FastifyRequest, provider: IdentityProvider | undefined): string {
  return provider?.config.public_url ?? `${request.protocol}://${request.host}`;
}

async function current(request: FastifyRequest, sessions: Sessions): Promise<VerifiedToken> {
  const cookie = request.cookies[sessions.cookieName];
  if (cookie === undefined) throw platformProblem('MISSING_TENANT_CONTEXT', 'nobody is signed in');
  return sessions.read(cookie);
}

async function redeem(
  body: Static<typeof SignIn>,
  options: SessionRouteOptions,
): Promise<{ claims: TenantClaims; until?: number }> {
  if ('code' in body) {
    if (options.provider !== undefined) throw platformProblem('EMBEDDED_ISSUER_OFF', 'sign-in codes are off');
    const claims = options.codes?.redeem(body.code);
    if (claims === undefined) throw platformProblem('SIGN_IN_REFUSED', 'the code is unknown, used or too old');
    return { claims };
  }
  const verified = await options.verifier.verify(body.token);
  return { claims: verified.claims, until: verified.expiresAt };
}

function view(verified: VerifiedToken): Static<typeof SessionView> {
  const { identity } = verified;
  return {
    user_id: identity.userId,
    roles: [...identity.roles],
    locale: identity.locale,
    supported_locales: [...identity.supportedLocales],
    tenant: { id: identity.tenantId, label: identity.tenantLabel ?? identity.tenantId },
    entity_code: identity.entityCode ?? null,
    enabled_modules: [...identity.enabledModules],
    deployment: identity.deployment,
    expires_at: new Date(1000 * (verified.session?.until ?? verified.expiresAt)).toISOString(),
  };
}
