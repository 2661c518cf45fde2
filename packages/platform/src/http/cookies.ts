import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionCookie } from '../identity/session.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/**
 * `Secure` unless the browser talks to this very machine, where there is no network to listen on. The name that the browser used decides:
 * behind a TLS proxy on the same machine the socket is loopback, the name is not.
 */
function attributes(request: FastifyRequest) {
  const loopback = LOOPBACK.has(request.hostname);
  return { httpOnly: true, sameSite: 'strict', path: '/', secure: !loopback } as const;
}

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  cookie: SessionCookie,
): void {
  reply.setCookie(name, cookie.value, { ...attributes(request), maxAge: cookie.maxAgeSeconds });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply, name: string): void {
  reply.clearCookie(name, attributes(request));
}

/**
 * The cookie of one sign-in at the provider. `Lax`, because the browser comes back from another site; one for each attempt, so that two
 * tabs do not spoil each other's.
 */
export function attemptCookie(request: FastifyRequest, session: string, state: string, path: string) {
  const suffix = state.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, 12);
  return { name: `${session}_to_${suffix}`, settings: { ...attributes(request), sameSite: 'lax', path } as const };
}
