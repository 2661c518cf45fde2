import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { toldProblem } from '../i18n/told-problem.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { Problem } from '../problem/problem.ts';
import { isReplayed } from '../write/keyed-write.ts';
import { UPLOAD_TYPES } from './uploads.ts';

/** Says that an answer is the stored one of an earlier request with the same key. */
export const REPLAYED_HEADER = 'idempotent-replayed';

export const PROBLEM_TYPE = 'application/problem+json';

/** PostgreSQL error classes that end by themselves: connection (08), operator intervention (57P), deadlock and serialization. */
const PASSING_SQLSTATE = /^(08|57P|40001|40P01|53300)/;
const PASSING_SYSTEM_ERRORS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT']);

/** Turns whatever was thrown into a problem; what nobody foresaw becomes INTERNAL and keeps its cause for the log. */
export function problemOf(error: unknown, request?: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  const { code = '', statusCode = 500, message } = (error ?? {}) as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limit = request?.routeOptions.bodyLimit;
    return platformProblem('PAYLOAD_TOO_LARGE', `the body is larger than ${limit} bytes`, { limit_bytes: limit });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unsupportedMediaType(request);
  if (code.startsWith('FST_ERR_CTP_')) return platformProblem('BODY_UNREADABLE', message ?? 'the body is unreadable');
  if (code.startsWith('FST_ERR_') && statusCode >= 400 && statusCode < 500) {
    return platformProblem('REQUEST_UNREADABLE', message ?? 'the request is unreadable');
  }
  if (isPassing(error)) {
    return platformProblem('DATABASE_UNAVAILABLE', 'the connection was lost or the transaction gave way', {}, error);
  }
  // Nothing about what the request changed: an answer may also fail after the commit.
  return platformProblem('INTERNAL', 'an unexpected failure', {}, error);
}

export function unsupportedMediaType(request?: FastifyRequest): Problem {
  const upload = request?.routeOptions.config.upload;
  const accepted = upload === undefined ? ['application/json'] : (upload.types ?? UPLOAD_TYPES);
  const sent = request?.headers['content-type'] ?? 'none';
  return platformProblem('UNSUPPORTED_MEDIA_TYPE', `the content type is ${sent.slice(0, 100)}`, { accepted });
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (
    /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect/i.test(
      error.message,
    )
  )
    return true;
  if (!('code' in error) || typeof error.code !== 'string') return false;
  if ('severity' in error) return PASSING_SQLSTATE.test(error.code);
  // A file of ours that is missing is no reason to try again: only the connection counts.
  if (!('syscall' in error)) return false;
  if (error.syscall === 'connect') return PASSING_SYSTEM_ERRORS.has(error.code);
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

/** Adds a header of the request to those that the answer depends on (RFC 9110, section 12.5.5). */
export function varyBy(reply: FastifyReply, name: string): void {
  const named = String(reply.getHeader('vary') ?? '').split(/\s*,\s*/);
  if (!named.includes(name)) reply.header('vary', [...named, name].filter((one) => one !== '').join(', '));
}

/** Answers with a problem document. The route's own serializer is bypassed: it describes success. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.status >= 500) request.log.error({ err: problem.cause ?? problem, code: problem.code }, problem.detail);
  else request.log.info({ code: problem.code, status: problem.status }, problem.detail);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (isReplayed(problem)) reply.header(REPLAYED_HEADER, 'true');
  if (problem.status === 503) reply.header('retry-after', '5');
  const { retry_after: wait } = problem.extensions;
  if (problem.status === 429 && typeof wait === 'number') reply.header('retry-after', String(wait));
  const correlationId = request.requestContext?.correlationId ?? request.id;
  const locale = request.requestContext?.locale;
  const { language, members } = toldProblem(problem, request.headers['accept-language'], locale);
  reply.header('content-language', language);
  varyBy(reply, 'accept-language');
  const body = JSON.stringify({
    ...problem.toJSON(),
    ...members,
    instance: `urn:uuid:${correlationId}`,
    correlation_id: correlationId,
  });
  return reply
    .code(problem.status)
    .type(`${PROBLEM_TYPE}; charset=utf-8`)
    .serializer((text: string) => text)
    .send(body);
}

/** Answers what Node refuses before there is a request: broken HTTP, or headers beyond 16 KiB. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? platformProblem('HEADERS_TOO_LARGE', 'the headers are larger than 16384 bytes', { limit_bytes: 16_384 })
      : platformProblem('REQUEST_UNREADABLE', 'the request is not valid HTTP or took too long to arrive');
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
      `content-type: ${PROBLEM_TYPE}; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `connection: close\r\n\r\n${body}`,
  );
}
