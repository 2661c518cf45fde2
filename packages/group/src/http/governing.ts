import type { Readable } from 'node:stream';
import { platformProblem, type RequestContext } from '@prorata/platform';
import type { TSchema } from 'typebox';
import { GROUP_MODULE } from '../node/group-node.ts';
import { ProblemAnswer } from './reports.schema.ts';

/** Whoever governs the group; the whole tenant is changed, so no token of one entity is asked for. */
export const ADMINS = { roles: ['group.admin'], module: GROUP_MODULE, legalEntity: 'none' as const };

/** A file of governance: references of a large group have some ten thousand lines. */
const MOST_BYTES = 32 * 1024 ** 2;
export const FILES = { ...ADMINS, upload: { maxBytes: MOST_BYTES, types: ['text/csv', 'application/octet-stream'] } };
/** What an OpenAPI document says of such a body. */
export const FILE_TYPES = ['text/csv', 'application/octet-stream'];

/** The words of a route and its answers. */
export function described<const Answer extends TSchema>(
  tag: string,
  operationId: string,
  summary: string,
  answer: Answer,
) {
  return { tags: [tag], operationId, summary, response: { 200: answer, '4xx': ProblemAnswer } };
}

/** Who acts, and under which key a repetition gets the first answer. */
export function acting(request: { readonly context: RequestContext; readonly idempotencyKey: string | undefined }) {
  return { context: request.context, idempotencyKey: request.idempotencyKey };
}

/** A text file that was sent. @throws Problem `BODY_UNREADABLE` for what is not UTF-8 */
export async function textOf(upload: Readable): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    let text = '';
    for await (const chunk of upload) text += decoder.decode(chunk as Uint8Array, { stream: true });
    return text + decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw platformProblem('BODY_UNREADABLE', 'the file is not text in UTF-8', {}, error);
  }
}
