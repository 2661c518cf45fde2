import type { FastifyReply, FastifyRequest } from 'fastify';
import { analyticProblem } from '../problems.ts';
import { ANALYTIC_MODULE, ANALYTIC_ROLES, type Caller } from './node.ts';

/** Where the service lives (spec 02, "API Endpoints"). */
export const BASE = '/api/erp/analytic';

const { reader, writer, admin } = ANALYTIC_ROLES;
export const READERS = { roles: [reader, writer, admin], module: ANALYTIC_MODULE };
export const WRITERS = { roles: [writer, admin], module: ANALYTIC_MODULE };
export const KEYED_WRITERS = { ...WRITERS, idempotency: 'required' as const };

export function callerOf(request: FastifyRequest): Caller {
  return {
    context: request.context,
    method: request.method,
    route: request.routeOptions.url ?? request.url,
    idempotencyKey: request.idempotencyKey,
  };
}

/** Sends something with its version as ETag; 304 to who has it already (RFC 9110, section 13.1.2). */
export function sendVersioned<Body>(request: FastifyRequest, reply: FastifyReply, version: number, body: Body): Body {
  const tag = `"${version}"`;
  reply.header('etag', tag);
  // A translation may have changed while its thing did not.
  if (!isTranslated(body) && listed(request.headers['if-none-match'], tag)) reply.code(304);
  return body;
}

function isTranslated(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if ('name' in body && 'name_source' in body) return body.name !== body.name_source;
  if ('description' in body && 'description_source' in body) return body.description !== body.description_source;
  return false;
}

/** The version that a change was made for, from If-Match. @throws Problem `CHANGED_MEANWHILE` for what is no version of ours */
export function expectedVersion(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (version === undefined) throw analyticProblem('CHANGED_MEANWHILE', `If-Match is ${header.slice(0, 60)}`);
  return Number(version);
}

/** @throws Problem `CHANGED_MEANWHILE` */
export function requireVersion(expected: number | undefined, version: number): void {
  if (expected === undefined || expected === version) return;
  throw analyticProblem('CHANGED_MEANWHILE', `the version is ${version}, the change was made for ${expected}`, {
    version,
  });
}

function listed(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

/** The language of an explanation: the one asked for, otherwise that of the token, French or English. */
export function languageOf(asked: 'fr' | 'en' | undefined, locale: string): 'fr' | 'en' {
  return asked ?? (locale.startsWith('fr') ? 'fr' : 'en');
}
