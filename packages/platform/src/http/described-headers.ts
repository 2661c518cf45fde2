import { REPLAYED_HEADER } from './errors.ts';

/** What the configuration of a route says about the headers that it takes and gives. */
export interface HeaderConfig {
  readonly idempotency?: 'required';
  readonly version?: 'answered' | 'matched';
}

const KEY = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description: 'The same key with the same request is answered as the first time, and has no second effect',
};
const IF_MATCH = { type: 'string', description: 'The ETag that was read; 412 where it is no longer so' };
const IF_NONE_MATCH = {
  type: 'string',
  description: 'The ETag of an answer at hand; 304 without a body where it holds',
};
const ETAG = { type: 'string', description: 'The version of what is shown' };
const REPLAYED = { type: 'string', enum: ['true'], description: 'Only where the answer is that of an earlier request' };

/** The headers that a request may bear, as a schema beside the route's own; undefined where there are none. */
export function requestHeaders(own: unknown, { idempotency, version }: HeaderConfig, writes: boolean) {
  const { properties, required = [] } = (own ?? {}) as { properties?: object; required?: readonly string[] };
  const more = {
    ...(writes ? { 'Idempotency-Key': KEY } : {}),
    ...(version === 'matched' ? { 'If-Match': IF_MATCH } : {}),
    ...(version === 'answered' ? { 'If-None-Match': IF_NONE_MATCH } : {}),
  };
  if (Object.keys(more).length === 0) return own;
  const needed = idempotency === 'required' ? ['Idempotency-Key'] : [];
  return { type: 'object', properties: { ...properties, ...more }, required: [...required, ...needed] };
}

/** A route's own answers with the headers that they bear, and the one to whoever has the version already. */
export function answersWithHeaders(own: unknown, { version }: HeaderConfig, writes: boolean): Record<string, unknown> {
  const headers = {
    ...(version === 'answered' ? { ETag: ETAG } : {}),
    ...(writes ? { [REPLAYED_HEADER]: REPLAYED } : {}),
  };
  const bears = (status: string) => status.startsWith('2') && Object.keys(headers).length > 0;
  const answers = Object.entries((own ?? {}) as Readonly<Record<string, object>>).map(([status, schema]) => {
    return [status, bears(status) ? { ...schema, headers } : schema];
  });
  const unchanged = version === 'answered' ? { 304: { type: 'null', description: 'It is as it was' } } : {};
  return { ...Object.fromEntries(answers), ...unchanged };
}
