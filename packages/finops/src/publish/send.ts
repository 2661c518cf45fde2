import { publicOf, thumbprint } from '@prorata/contract';
import { audienceOf, signDelegatedToken } from '@prorata/platform';
import { type EntityNode, signingKeyOf } from '../node/entity.ts';
import { membershipOf } from '../node/join.ts';
import { finopsProblem } from '../problems.ts';
import type { Publication } from './publications.ts';

const PATIENCE_MS = 120_000;
const TOKEN_SECONDS = 120;
/** What is kept of an answer. */
const LONGEST_ANSWER = 256 * 1024;

/** What one attempt came to. LATER: nobody answered, or the answer says nothing about the bundle. */
export interface Sent {
  readonly state: 'ACCEPTED' | 'REFUSED' | 'LATER';
  readonly url: string;
  /** Null where nobody answered. */
  readonly status: number | null;
  /** The group's report, as it came. */
  readonly answer: unknown;
  /** In words, for a problem's detail. */
  readonly said: string;
  /** The group asks not to be tried again before. */
  readonly retryAfterMs: number;
}

/** Answers that another attempt may change (RFC 9110): the server is busy, restarting or not reached. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends a bundle to the group node once. Sending the same revision again is safe: the group gives its first answer.
 *
 * @param base address of the group node, such as https://group.example
 * @param token for the group node; one is signed with the entity's key otherwise
 * @throws Problem `PUSH_REFUSED` for what is no http address, `NOT_JOINED`
 */
export async function sendPublication(
  entity: EntityNode,
  publication: Publication,
  base: string,
  token?: string,
  signal?: AbortSignal,
): Promise<Sent> {
  const { period_month, revision } = publication;
  const url = groupAddress(base, `api/group/publications/${entity.entity.code}/${period_month}/${revision}`);
  const bearer = token ?? (await ownToken(entity));
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(url, {
      method: 'PUT',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/zip' },
      body: new Uint8Array(publication.bundle),
      // A redirect could carry the token to somebody else.
      redirect: 'error',
      signal: signal === undefined ? patience : AbortSignal.any([patience, signal]),
    });
    const answer = parsed(await response.text());
    const { status } = response;
    const state = response.ok ? 'ACCEPTED' : PASSING.has(status) ? 'LATER' : 'REFUSED';
    const said = `${url.origin} answered ${status}${codeOf(answer)}`;
    return { state, url: url.href, status, answer, said, retryAfterMs: retryAfter(response.headers) };
  } catch (error) {
    signal?.throwIfAborted();
    const reason =
      error instanceof Error ? ` (${error.cause instanceof Error ? error.cause.message : error.message})` : '';
    const said = `${url.origin} does not answer${reason}`;
    return { state: 'LATER', url: url.href, status: null, answer: null, said, retryAfterMs: 0 };
  }
}

/** Seconds, as servers that limit rates say it; a date is left to the usual pace. */
function retryAfter(headers: Headers): number {
  const seconds = /^\d{1,5}$/.exec(headers.get('retry-after') ?? '')?.[0];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}

/** The address below a group node. @throws Problem `PUSH_REFUSED` */
export function groupAddress(base: string, path: string): URL {
  try {
    const url = new URL(path, base.endsWith('/') ? base : `${base}/`);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Said below, together with addresses of another kind.
  }
  throw finopsProblem('PUSH_REFUSED', `${JSON.stringify(base)} is no http address`, { answer: null });
}

/** A token that only the holder of the enrolled key can make, for the group of the admission only, and for two minutes. */
export async function ownToken(entity: EntityNode): Promise<string> {
  const membership = await entity.db.transaction(entity.scope, membershipOf, { readOnly: true });
  if (membership === undefined) throw finopsProblem('NOT_JOINED', 'the entity has no group to push to');
  const privateJwk = await signingKeyOf(entity.dir);
  return await signDelegatedToken({
    issuer: `entity:${entity.entity.code}`,
    audience: audienceOf(membership.group_kid),
    privateJwk: { ...privateJwk },
    kid: thumbprint(publicOf(privateJwk)),
    lifetimeSeconds: TOKEN_SECONDS,
  });
}

/** JSON where it is that, and nothing that a database cannot keep. */
function parsed(text: string): unknown {
  const kept = text.slice(0, LONGEST_ANSWER).replaceAll('\0', '\ufffd').replaceAll('\\u0000', '\\ufffd');
  try {
    return JSON.parse(kept);
  } catch {
    return kept.slice(0, 2000);
  }
}

function codeOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || !('code' in answer)) return '';
  const detail = 'detail' in answer ? `: ${String(answer.detail)}` : '';
  return ` ${String(answer.code)}${detail}`;
}
