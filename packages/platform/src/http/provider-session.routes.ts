import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { toldWords } from '../i18n/told-problem.ts';
import type { Issuer } from '../identity/issuer.ts';
import type { IdentityProvider, SignInAttempt } from '../identity/provider.ts';
import type { Sessions } from '../identity/session.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import type { App } from './app.ts';
import { attemptCookie, setSessionCookie } from './cookies.ts';
import { problemOf, varyBy } from './errors.ts';
import { baseOf } from './session.routes.ts';
import { signInPage } from './sign-in-page.ts';

export interface ProviderSessionOptions {
  readonly issuer: Issuer;
  readonly sessions: Sessions;
  readonly provider?: IdentityProvider | undefined;
}

const PATH = '/session/oidc';
const ATTEMPT_TYPE = 'prorata-sign-in+jws';
const ATTEMPT_SECONDS = 600;
const DEFAULT_SESSION_MINUTES = 60;
/** Many people sit behind one address, and each of them comes here once an hour. */
const RATE = { rateLimit: { max: 120, timeWindow: 60_000 } };

const Ways = Type.Object(
  { provider: Type.Union([Type.String(), Type.Null()]), code: Type.Boolean() },
  { description: 'How to sign in: the address that leads to the identity provider, or a token or one-time code.' },
);

interface KeptAttempt extends SignInAttempt {
  readonly returnTo: string;
  readonly until: number;
}

/** The browser's way to the identity provider and back (OpenID Connect Core, section 3.1), and the provider's own way of ending sessions. */
export async function registerProviderSession(app: App, options: ProviderSessionOptions): Promise<void> {
  const { provider } = options;
  app.get(
    '/session/ways',
    { config: RATE, schema: { tags: ['session'], summary: 'How to sign in at this node', response: { 200: Ways } } },
    async () => ({ provider: provider === undefined ? null : PATH, code: provider === undefined }),
  );
  if (provider === undefined) return;
  registerSignIn(app, { ...options, provider });
  await app.register(async (instance) => registerBackChannel(instance as App, { ...options, provider }));
}

type Known = ProviderSessionOptions & { readonly provider: IdentityProvider };

function registerSignIn(app: App, options: Known): void {
  app.get(
    PATH,
    {
      config: RATE,
      schema: {
        tags: ['session'],
        summary: 'Go to the identity provider and sign in there',
        querystring: Type.Object({ return_to: Type.Optional(Type.String({ maxLength: 2000 })) }),
      },
    },
    async (request, reply) => orPage(request, reply, () => begin(request, reply, request.query.return_to, options)),
  );
  app.get(
    `${PATH}/callback`,
    // What a provider adds to the address is its own affair (RFC 6749, 4.1.2): unknown members are no mistake here.
    { config: RATE, schema: { hide: true, querystring: Type.Object({}, { additionalProperties: true }) } },
    async (request, reply) => orPage(request, reply, () => finish(request, reply, options)),
  );
}

async function begin(request: FastifyRequest, reply: FastifyReply, wish: string | undefined, options: Known) {
  const { issuer, provider, sessions } = options;
  const { url, attempt } = await provider.begin(`${baseOf(request, provider)}${PATH}/callback`);
  const until = Math.floor(Date.now() / 1000) + ATTEMPT_SECONDS;
  const kept: KeptAttempt = { ...attempt, returnTo: ownPath(wish), until };
  const { name, settings } = attemptCookie(request, sessions.cookieName, attempt.state, PATH);
  reply.setCookie(name, await issuer.signStatement(kept, ATTEMPT_TYPE), { ...settings, maxAge: ATTEMPT_SECONDS });
  return reply.header('cache-control', 'no-store').redirect(url, 303);
}

async function finish(request: FastifyRequest, reply: FastifyReply, options: Known) {
  const { issuer, provider, sessions } = options;
  const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
  const { name, settings } = attemptCookie(request, sessions.cookieName, query.get('state') ?? '', PATH);
  const cookie = request.cookies[name];
  reply.clearCookie(name, settings).header('cache-control', 'no-store');
  const kept =
    cookie === undefined ? undefined : ((await issuer.readStatement(cookie, ATTEMPT_TYPE)) as KeptAttempt | undefined);
  if (kept === undefined || kept.until < Date.now() / 1000) {
    throw platformProblem(
      'SIGN_IN_REFUSED',
      'this browser did not begin the sign-in, or began it more than ten minutes ago',
    );
  }
  const { claims, idToken, sid } = await provider.finish(query, kept);
  const minutes = provider.config.session_minutes ?? DEFAULT_SESSION_MINUTES;
  const opened = await sessions.open(claims, {
    until: Math.floor(Date.now() / 1000) + minutes * 60,
    provider: { issuer: provider.issuer, ...(sid === undefined ? {} : { sid }) },
    idToken,
  });
  setSessionCookie(request, reply, sessions.cookieName, opened);
  return reply.redirect(kept.returnTo, 303);
}

/** A path of this node; anything that could lead elsewhere becomes the first page. */
function ownPath(wish: string | undefined): string {
  if (wish === undefined || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wish)) return '/';
  return wish;
}

/** People who follow a link get a page, programs a problem document. */
async function orPage(request: FastifyRequest, reply: FastifyReply, work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (!request.headers.accept?.includes('text/html')) throw error;
    const problem = problemOf(error, request);
    if (problem.status >= 500) request.log.error({ err: problem.cause ?? problem, code: problem.code }, problem.detail);
    else request.log.info({ code: problem.code, status: problem.status }, problem.detail);
    const told = toldWords(problem, request.headers['accept-language'], undefined);
    varyBy(reply.header('content-language', told.language), 'accept-language');
    return reply
      .code(problem.status)
      .type('text/html; charset=utf-8')
      .send(signInPage(problem, told, PATH));
  }
}

/** The provider says that it ended a session (OpenID Connect Back-Channel Logout 1.0): signed by it, so no cookie and no origin is asked for. */
function registerBackChannel(app: App, { provider, sessions }: Known): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
  );
  app.post(
    `${PATH}/back-channel-logout`,
    {
      config: RATE,
      bodyLimit: 16_384,
      schema: {
        tags: ['session'],
        summary: 'For the identity provider: end a session that it has ended',
        consumes: ['application/x-www-form-urlencoded'],
        body: Type.Object(
          { logout_token: Type.String({ minLength: 1, maxLength: 8192 }) },
          { additionalProperties: true },
        ),
        response: { 200: Type.Null() },
      },
    },
    async (request, reply) => {
      sessions.closeEnded(await provider.readLogout(request.body.logout_token));
      return reply.header('cache-control', 'no-store').code(200).send(null);
    },
  );
}
