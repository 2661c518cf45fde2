import { finished, Readable, Transform } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { platformProblem } from '../problem/platform-problems.ts';
import type { Problem } from '../problem/problem.ts';

/** Content types that a route with `config.upload` takes as a stream. */
export const UPLOAD_TYPES: readonly string[] = [
  'application/octet-stream',
  'application/zip',
  'application/gzip',
  'application/vnd.apache.parquet',
  'text/csv',
  'text/plain',
];

/**
 * The body as a stream that ends with PAYLOAD_TOO_LARGE once it passes the route's limit, and with an error when the
 * client goes away: a handler never takes a cut-off upload for a whole one.
 */
export function boundedUpload(request: FastifyRequest, payload: Readable): Readable {
  const limit = request.routeOptions.config.upload?.maxBytes ?? 0;
  let bytes = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limit) done(tooLarge(limit));
      else done(null, chunk);
    },
  });
  finished(payload, (error) => {
    if (error) bounded.destroy(platformProblem('BODY_UNREADABLE', 'the upload was cut off', {}, error));
  });
  // Without a listener an error that no handler waits for would end the process.
  bounded.on('error', () => {});
  bounded.on('close', () => drain(payload, bounded));
  return payload.pipe(bounded);
}

/** How long the rest of a refused upload is read and thrown away, so that its sender gets to read the answer. */
const DRAIN_MS = 10_000;

/** Somebody who only writes never reads why he was refused: his bytes are taken for a while, then the connection ends. */
function drain(payload: Readable, bounded: Transform): void {
  payload.unpipe(bounded);
  if (payload.readableEnded || payload.destroyed) return;
  payload.resume();
  const patience = setTimeout(() => payload.destroy(), DRAIN_MS);
  payload.once('close', () => clearTimeout(patience));
}

/**
 * Refuses an upload that announces more than the route takes, before a byte of it is read.
 *
 * @throws Problem `PAYLOAD_TOO_LARGE`
 */
export function refuseAnnouncedUpload(request: FastifyRequest): void {
  const { upload } = request.routeOptions.config;
  if (upload !== undefined && Number(request.headers['content-length'] ?? 0) > upload.maxBytes) {
    throw tooLarge(upload.maxBytes);
  }
}

/**
 * The upload of the current request.
 *
 * @throws Problem `BODY_UNREADABLE` when there is none
 */
export function uploadOf(request: FastifyRequest): Readable {
  if (request.body instanceof Readable) return request.body;
  throw platformProblem('BODY_UNREADABLE', 'the request has no body');
}

function tooLarge(limit: number): Problem {
  return platformProblem('PAYLOAD_TOO_LARGE', `the upload is larger than ${limit} bytes`, { limit_bytes: limit });
}
