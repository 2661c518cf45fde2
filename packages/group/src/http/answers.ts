import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { RequestContext } from '@prorata/platform';
import { reachOf } from '../access/reach.ts';
import type { GroupNode } from '../node/group-node.ts';
import { stateVersion } from '../reports/state.ts';

/** The node as the caller may read it. @throws Problem `READER_NOT_GRANTED` */
export const nodeFor = reachOf;

/** Of a request, whatever its schema. */
interface Asked {
  readonly query: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly context: RequestContext;
}

/** Of a reply, whatever its schema: what makes an answer. */
interface Reply {
  code(status: number): Reply;
  header(name: string, value: string): Reply;
  type(contentType: string): Reply;
  send(payload?: unknown): Reply;
}

/** What a report answers with, in either form. */
export interface Forms {
  /** Of the file that a browser saves, without its ending. */
  readonly name: string;
  json(node: GroupNode): Promise<object>;
  csv(node: GroupNode): Promise<Readable>;
}

/**
 * Answers in the form asked for, with the state of the group as ETag; 304 to who has that state already (RFC 9110, 13.1.2), which
 * costs one look at a few counters.
 */
export async function answer(request: Asked, reply: Reply, group: GroupNode, forms: Forms): Promise<unknown> {
  const form = formOf(request);
  const node = await nodeFor(group, request.context);
  if (await isHeld(request, reply, node, form)) return reply.code(304).send();
  if (form === 'json') return reply.type('application/json').send(await forms.json(node));
  const file = await forms.csv(node);
  reply.header('content-disposition', `attachment; filename="${forms.name}.csv"`);
  return reply.type('text/csv; charset=utf-8').send(file);
}

/** The same for a route whose only form is JSON, before its handler. @throws Problem `READER_NOT_GRANTED` */
export function unlessHeld(group: GroupNode) {
  return async (request: Asked, reply: Reply): Promise<unknown> => {
    const held = await isHeld(request, reply, await nodeFor(group, request.context), 'json');
    return held ? reply.code(304).send() : undefined;
  };
}

/** Names the state on the answer; true where the caller holds an answer of this state. */
async function isHeld(request: Asked, reply: Reply, node: GroupNode, form: 'json' | 'csv'): Promise<boolean> {
  const tag = await tagOf(node, form);
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  reply.header('vary', 'accept, authorization, cookie');
  return holds(request.headers['if-none-match'], tag);
}

/** `format` of the address first; else what the caller accepts, JSON unless only CSV is named. */
function formOf(request: Asked): 'json' | 'csv' {
  const { format } = request.query as { format?: 'json' | 'csv' };
  if (format !== undefined) return format;
  const accepted = (request.headers.accept ?? '').split(',').map((one) => one.split(';', 1)[0]?.trim().toLowerCase());
  return accepted.includes('text/csv') && !accepted.includes('application/json') ? 'csv' : 'json';
}

/** One day more, and figures that depend on what is due may be others; so may what another caller may see. */
async function tagOf(node: GroupNode, form: 'json' | 'csv'): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  const seen = [node.config.node_id, await stateVersion(node), day, form, node.scope.entityId ?? ''].join('/');
  return `"${createHash('sha256').update(seen).digest('base64url').slice(0, 22)}"`;
}

function holds(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
