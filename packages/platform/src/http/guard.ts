import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { TenantMode } from '../database/registry.ts';
import type { RequestContext } from '../identity/context.ts';
import { isCountryCode } from '../identity/countries.ts';
import type { Sessions } from '../identity/session.ts';
import { isUuid } from '../identity/uuid.ts';
import type { VerifiedToken, Verifier } from '../identity/verifier.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { type App, isWrite } from './app.ts';
import { setSessionCookie } from './cookies.ts';
import { unsupportedMediaType } from './errors.ts';
import { refuseAnnouncedUpload, UPLOAD_TYPES } from './uploads.ts';
import { validationFailed } from './validation.ts';

export interface GuardOptions {
  readonly verifier: Verifier;
  readonly sessions: Sessions;
  /** The registry: how the database that this node reaches for a tenant is shared; undefined for a tenant it has none for. */
  tenantModeOf(tenantId: string): TenantMode | undefined;
  /** Counts a request of a verified user. @throws Problem `RATE_LIMITED` */
  limitUser(request: FastifyRequest): Promise<void>;
}

/** They come from the token, never from the client (spec 03, "Tenant context"). */
const FORBIDDEN_FIELDS = ['tenant_id', 'legal_entity_id', 'country_code'] as const;

/**
 * Puts the refusals of spec 03 in front of every route that is registered on `app` afterwards, in the order of its table. A route
 * without `config.roles` is a mistake of the programmer and stops the start.
 */
export function guard(app: App, options: GuardOptions): void {
  app.addHook('onRoute', requireRoles);
  app.addHook('onRequest', async (request, reply) => {
    const verified = await authenticate(request, reply, options);
    const context = contextOf(request, verified);
    request.verifiedToken = verified;
    request.requestContext = context;
    reply.header('x-correlation-id', context.correlationId);
    await options.limitUser(request);
    refuseBilling(context);
    refuseModule(request, context);
    refuseWriteWithoutEntity(request, context);
    refuseCountry(context);
    refuseOtherDatabase(context, options);
    refuseRole(request, context);
    refuseIdempotencyKey(request);
    refuseMediaType(request);
    refuseAnnouncedUpload(request);
  });
  app.addHook('preValidation', async (request) => refuseForbiddenFields(request.body));
}

function requireRoles(route: RouteOptions): void {
  const roles = route.config?.roles;
  if (roles === 'any' || (Array.isArray(roles) && roles.length > 0)) return;
  throw new TypeError(`route ${String(route.method)} ${route.url} does not state config.roles`);
}

async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  options: GuardOptions,
): Promise<VerifiedToken> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
    if (token === undefined)
      throw platformProblem('MISSING_TENANT_CONTEXT', 'the authorization header is not "Bearer <token>"');
    return options.verifier.verify(token);
  }
  const cookie = request.cookies[options.sessions.cookieName];
  if (cookie === undefined) throw platformProblem('MISSING_TENANT_CONTEXT', 'the request has no token and no session');
  refuseForeignPage(request);
  const verified = await options.sessions.read(cookie);
  const renewed = await options.sessions.renew(verified);
  if (renewed !== undefined) setSessionCookie(request, reply, options.sessions.cookieName, renewed);
  return verified;
}

/**
 * A browser adds the cookie whoever wrote the request. `SameSite=Strict` keeps other sites out; this also keeps out other ports
 * of the same host, which are "same site": a page cannot send JSON or this header to another origin unasked (Fetch, CORS preflight).
 */
export function refuseForeignPage(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const foreign = origin !== undefined && URL.parse(origin)?.host !== request.host;
  if (isWrite(request.method)) {
    const json = request.headers['content-type']?.startsWith('application/json') === true;
    if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
      throw platformProblem('CSRF_REFUSED', `the request comes from ${origin ?? site}`);
    }
    if (!json && request.headers['x-requested-with'] === undefined) {
      throw platformProblem('CSRF_REFUSED', 'the request is neither JSON nor marked with X-Requested-With');
    }
  }
}

function contextOf(request: FastifyRequest, verified: VerifiedToken): RequestContext {
  const { deployment: _deployment, ...identity } = verified.identity;
  return { ...identity, correlationId: identity.correlationId ?? request.id };
}

function refuseBilling(context: RequestContext): void {
  if (context.billingStatus === 'ACTIVE' || context.billingStatus === 'TRIAL') return;
  throw platformProblem('TENANT_SUSPENDED', `the billing status is ${context.billingStatus}`, {
    billing_status: context.billingStatus,
  });
}

function refuseModule(request: FastifyRequest, context: RequestContext): void {
  const { module } = request.routeOptions.config;
  if (module === undefined || context.enabledModules.includes(module)) return;
  throw platformProblem('MODULE_DISABLED', `the module ${module} is not among the enabled ones`, { module });
}

function refuseWriteWithoutEntity(request: FastifyRequest, context: RequestContext): void {
  if (!isWrite(request.method) || request.routeOptions.config.legalEntity === 'none') return;
  if (context.legalEntityId === undefined) {
    throw platformProblem('LEGAL_ENTITY_REQUIRED', 'the token has no claim legal_entity_id');
  }
}

function refuseCountry(context: RequestContext): void {
  if (isCountryCode(context.countryCode)) return;
  throw platformProblem('UNKNOWN_COUNTRY', `country_code is ${context.countryCode}`, {
    country_code: context.countryCode,
  });
}

function refuseOtherDatabase(context: RequestContext, options: GuardOptions): void {
  const mode = options.tenantModeOf(context.tenantId);
  if (mode === context.tenantMode) return;
  const reached = mode === undefined ? 'this node has no database for the tenant' : `the database reached is ${mode}`;
  throw platformProblem('TENANT_MODE_MISMATCH', `the token says ${context.tenantMode}, ${reached}`);
}

function refuseRole(request: FastifyRequest, context: RequestContext): void {
  const { roles } = request.routeOptions.config;
  if (roles === 'any' || roles?.some((role) => context.roles.includes(role))) return;
  throw platformProblem(
    'FORBIDDEN',
    `none of the caller's roles allows ${request.method} ${request.routeOptions.url}`,
    {
      roles,
    },
  );
}

function refuseIdempotencyKey(request: FastifyRequest): void {
  const key = request.headers['idempotency-key'];
  if (key === undefined) {
    if (request.routeOptions.config.idempotency !== 'required') return;
    throw platformProblem('IDEMPOTENCY_KEY_REQUIRED', 'the header Idempotency-Key is missing');
  }
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    const message = 'must be 1 to 255 visible ASCII characters, once';
    throw validationFailed([{ in: 'headers', pointer: '/idempotency-key', message }]);
  }
}

/** Before the body is read: a route takes JSON, or the uploads that it names, and never the other. */
function refuseMediaType(request: FastifyRequest): void {
  const type = request.mediaType;
  if (type === undefined || !isWrite(request.method)) return;
  const { upload } = request.routeOptions.config;
  const accepted = upload === undefined ? ['application/json'] : (upload.types ?? UPLOAD_TYPES);
  if (!accepted.includes(type)) throw unsupportedMediaType(request);
}

/** Looks at the fields of the body, and of its items when it is a list; deeper ones are the route's own. */
function refuseForbiddenFields(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  for (const [index, item] of items.entries()) {
    if (typeof item !== 'object' || item === null) continue;
    const field = FORBIDDEN_FIELDS.find((name) => Object.hasOwn(item, name));
    if (field === undefined) continue;
    const pointer = Array.isArray(body) ? `/${index}/${field}` : `/${field}`;
    throw platformProblem('FORBIDDEN_FIELD', `the body contains ${field} at ${pointer}`, { pointer });
  }
}

/** A correlation id that the caller chose, when it is one: a UUID in lower case. */
export function callersCorrelationId(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' && isUuid(value) ? value : undefined;
}
