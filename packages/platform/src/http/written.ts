import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WriteAnswer, WriteRequest } from '../write/write-path.ts';
import { REPLAYED_HEADER } from './errors.ts';

/**
 * What `writePath` needs to know about an HTTP request. A key belongs to the method and the route's pattern, so that what stands in
 * the address is part of what is asked for.
 *
 * @param payload the body, or the digest of an upload
 */
export function writeRequestOf(request: FastifyRequest, action: string, payload: unknown): WriteRequest {
  return {
    action,
    method: request.method,
    route: request.routeOptions.url ?? request.url,
    idempotencyKey: request.idempotencyKey,
    payload: { path: request.params, body: payload ?? null },
  };
}

/** Answers with what a write gave, and says so when it is the stored answer of an earlier request. */
export function sendWritten<Body>(reply: FastifyReply, answer: WriteAnswer<Body>): Body {
  reply.code(answer.status);
  if (answer.replayed) reply.header(REPLAYED_HEADER, 'true');
  return answer.body;
}
