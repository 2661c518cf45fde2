import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';
import { type DestinationStream, destination, pino } from 'pino';
import type { TenantMode } from '../database/registry.ts';
import type { Deployment } from '../identity/context.ts';
import type { Issuer } from '../identity/issuer.ts';
import type { IdentityProvider } from '../identity/provider.ts';
import { createSessions } from '../identity/session.ts';
import type { SignInCodes } from '../identity/sign-in-codes.ts';
import { uuidv7 } from '../identity/uuid.ts';
import { createVerifier, type DelegatedIssuer } from '../identity/verifier.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import type { App } from './app.ts';
import { registerDocs } from './docs.ts';
import { answerBrokenRequest, problemOf, sendProblem } from './errors.ts';
import { callersCorrelationId, guard } from './guard.ts';
import { type ReadyChecks, registerHealth } from './health.routes.ts';
import { parseJsonBody } from './json-body.ts';
import { noteMethods } from './methods.ts';
import { registerProviderSession } from './provider-session.routes.ts';
import { registerSession } from './session.routes.ts';
import { boundedUpload, UPLOAD_TYPES } from './uploads.ts';
import { closeRequestSchemas, validatorCompiler } from './validation.ts';

/** Whose tokens a node accepts. */
export interface Trust {
  readonly issuer: Issuer;
  readonly deployment: Deployment;
  readonly delegated?: readonly DelegatedIssuer[];
  /** One-time sign-in codes that this process hands out. */
  readonly codes?: SignInCodes;
  /** Once there is one, the embedded issuer signs sessions only: its access tokens and sign-in codes are refused. */
  readonly provider?: IdentityProvider | undefined;
}

export interface ServerOptions {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  readonly trust: Trust;
  /** The tenant registry, e.g. `(id) => db.tenantMode(id)`; every tenant is POOLED unless told. */
  readonly tenantModeOf?: (tenantId: string) => TenantMode | undefined;
  /** Routes behind the guard: a token, the refusals of spec 03, `config.roles`. */
  readonly register: (app: App) => void | Promise<void>;
  /** Pages and files that anybody may load, such as those of a dashboard; they carry no tenant's figures. */
  readonly pages?: (app: App) => void | Promise<void>;
  /** What must answer before the node is ready, e.g. `{ database: () => db.ping() }`. */
  readonly ready?: ReadyChecks;
  /** Requests a minute and address; `false` for none, of users as well. 6 000 unless told. */
  readonly requestsPerMinute?: number | false;
  /** Requests a minute and user, from wherever he sends them; 3 000 unless told. */
  readonly requestsPerUser?: number;
  /**
   * Addresses or networks of the proxies in front of the node: only what these say about the caller's address and host is believed.
   * Nobody's unless told, so that a caller cannot choose the address under which he is counted.
   */
  readonly trustProxy?: readonly string[] | undefined;
  /** Most bytes of a JSON body; 1 MiB unless told. */
  readonly bodyLimitBytes?: number;
  /** `false` for silence, or where lines go; standard error unless told, because standard output belongs to the command. */
  readonly log?: false | DestinationStream;
  readonly logLevel?: string;
}

const MIB = 1024 * 1024;

/**
 * Builds a node's HTTP service without listening: strict validation, OpenAPI, problem details, sessions, health and the guard. See
 * `listen` for the other half.
 */
export async function buildServer(options: ServerOptions): Promise<App> {
  const app: App = Fastify({
    bodyLimit: options.bodyLimitBytes ?? MIB,
    requestTimeout: 300_000,
    http: { maxHeaderSize: 16_384 },
    routerOptions: { maxParamLength: 500 },
    requestIdHeader: false,
    trustProxy: options.trustProxy === undefined ? false : [...options.trustProxy],
    genReqId: (request) => callersCorrelationId(request.headers['x-correlation-id']) ?? uuidv7(),
    loggerInstance: logger(options),
    logController: new QuietHealth(),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void sendProblem(problemOf(error, request), request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>();

  const verifier = createVerifier(options.trust);
  const { issuer, provider, codes } = options.trust;
  const sessions = createSessions(issuer, verifier, { trusted: provider?.issuer });
  const known = noteMethods(app);
  decorate(app);
  parseStrictly(app);
  app.setErrorHandler((error, request, reply) => sendProblem(problemOf(error, request), request, reply));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? request.url;
    const allow = known.at(path);
    if (allow.length === 0) throw platformProblem('NOT_FOUND', `${request.method} ${path.slice(0, 200)}`);
    reply.header('allow', allow.join(', '));
    throw platformProblem('METHOD_NOT_ALLOWED', `${request.method} ${path.slice(0, 200)}`, { allow });
  });

  await app.register(cookie);
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY } });
  const limitUser = await limitRate(app, options);
  await registerDocs(app, { ...options, cookieName: sessions.cookieName });
  registerHealth(app, options.version, options.ready ?? {});
  app.get('/.well-known/jwks.json', { schema: { hide: true } }, async () => issuer.jwks());
  registerSession(app, { verifier, sessions, provider, ...(codes ? { codes } : {}) });
  await registerProviderSession(app, { issuer, sessions, provider });
  await app.register(async (pages) => {
    // Files are no API: the description leaves them out.
    pages.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: true };
    });
    await options.pages?.(pages as App);
  });
  await app.register(async (guarded) => {
    guard(guarded as App, {
      verifier,
      sessions,
      tenantModeOf: options.tenantModeOf ?? (() => 'POOLED'),
      limitUser,
    });
    await options.register(guarded as App);
  });
  return app;
}

function decorate(app: App): void {
  app.decorateRequest('verifiedToken', undefined);
  app.decorateRequest('requestContext', undefined);
  app.decorateRequest('context', {
    getter(this: FastifyRequest) {
      if (this.requestContext !== undefined) return this.requestContext;
      throw platformProblem('INTERNAL', `the public route ${this.routeOptions.url} asked for a tenant context`);
    },
  });
  app.decorateRequest('idempotencyKey', {
    getter(this: FastifyRequest) {
      const key = this.headers['idempotency-key'];
      return typeof key === 'string' ? key : undefined;
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-correlation-id', request.id);
  });
}

function parseStrictly(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) =>
    parseJsonBody(body),
  );
  app.addContentTypeParser([...UPLOAD_TYPES], async (request: FastifyRequest, payload: FastifyRequest['raw']) =>
    boundedUpload(request, payload),
  );
  // A handler may refuse before it read all: what is left of the upload must not keep its sender waiting.
  app.addHook('onResponse', async (request) => {
    if (request.body instanceof Readable) request.body.destroy();
  });
  app.setValidatorCompiler(validatorCompiler);
  app.addHook('onRoute', closeRequestSchemas);
}

/**
 * Counts addresses before the guard runs, so that a flood of bad tokens costs no signature checks.
 *
 * @returns how the guard counts a user that it has verified
 */
async function limitRate(app: App, options: ServerOptions): Promise<(request: FastifyRequest) => Promise<void>> {
  if (options.requestsPerMinute === false) return async () => {};
  await app.register(rateLimit, {
    global: false,
    max: options.requestsPerMinute ?? 6_000,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, context) =>
      platformProblem('RATE_LIMITED', `more than ${context.max} requests a minute; wait ${context.after}`),
  });
  const limit = app.rateLimit();
  app.addHook('onRequest', async function limitRequest(request, reply) {
    // A route with a rate of its own counts by itself.
    if (request.routeOptions.config.rateLimit === undefined) await limit.call(this, request, reply);
  });
  const ofUser = app.createRateLimit({
    max: options.requestsPerUser ?? 3_000,
    timeWindow: 60_000,
    keyGenerator: ({ requestContext: user }) => `user ${user?.tenantId} ${user?.userId}`,
  });
  return async (request) => {
    const found = await ofUser(request);
    if (found.isAllowed || !found.isExceeded) return;
    const wait = `wait ${found.ttlInSeconds} seconds`;
    throw platformProblem('RATE_LIMITED', `more than ${found.max} requests a minute of one user; ${wait}`, {
      retry_after: found.ttlInSeconds,
    });
  };
}

function logger(options: ServerOptions): FastifyBaseLogger {
  const redact = [
    'req.headers.authorization',
    'req.headers.cookie',
    'res.headers["set-cookie"]',
    '*.token',
    '*.code_verifier',
    '*.logout_token',
  ];
  const settings = {
    level: options.log === false ? 'silent' : (options.logLevel ?? 'info'),
    redact,
    serializers: {
      // Without the query string: a sign-in link carries its code there.
      req: (request: FastifyRequest) => ({
        method: request.method,
        path: request.url?.split('?', 1)[0],
        ip: request.ip,
      }),
      err: pino.stdSerializers.err,
    },
  };
  return pino(settings, options.log === false || options.log === undefined ? destination(2) : options.log);
}

/** A monitor asks for its health every few seconds: those lines would bury the others. */
class QuietHealth extends Fastify.LogController {
  override isLogDisabled(request: FastifyRequest): boolean {
    return request.url.startsWith('/health');
  }
}

const nonces = new WeakMap<ServerResponse, string>();

/** The nonce that this answer's policy allows on a `<style>` element, for libraries that make them (Mantine, get-nonce). */
export function styleNonce(reply: FastifyReply): string {
  return nonceOf(reply.raw);
}

function nonceOf(response: ServerResponse): string {
  const nonce = nonces.get(response) ?? randomBytes(16).toString('base64');
  nonces.set(response, nonce);
  return nonce;
}

/** No inline script anywhere; style elements by nonce; style attributes, which chart and docs libraries need. */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'script-src-attr': ["'none'"],
  'style-src-elem': [
    "'self'",
    (_request: unknown, response: unknown) => `'nonce-${nonceOf(response as ServerResponse)}'`,
  ],
  'style-src-attr': ["'unsafe-inline'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};
