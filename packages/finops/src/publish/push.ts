import { publicOf, thumbprint } from '@prorata/contract';
import { audienceOf, signDelegatedToken } from '@prorata/platform';
import { type EntityNode, signingKeyOf } from '../node/entity.ts';
import { membershipOf } from '../node/join.ts';
import { finopsProblem } from '../problems.ts';
import type { Publication } from './publications.ts';

const PATIENCE_MS = 120_000;
const TOKEN_SECONDS = 120;

export interface PushResult {
  readonly url: string;
  readonly status: number;
  /** The group's report, as it came. */
  readonly answer: unknown;
}

export interface PushOptions {
  /** A token for the group node; one is signed with the entity's key otherwise. */
  readonly token?: string | undefined;
}

/**
 * Sends a bundle to the group node. Pushing the same revision again is safe: the group gives its first answer.
 *
 * @param base address of the group node, such as https://group.example
 * @throws Problem `PUSH_REFUSED` with the group's answer, `NOT_JOINED`
 */
export async function pushPublication(
  entity: EntityNode,
  publication: Publication,
  base: string,
  options: PushOptions = {},
): Promise<PushResult> {
  const { period_month, revision } = publication;
  const url = groupAddress(base, `api/group/publications/${entity.entity.code}/${period_month}/${revision}`);
  const token = options.token ?? (await ownToken(entity));
  const response = await fetch(url, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/zip' },
    body: new Uint8Array(publication.bundle),
    // A redirect could carry the token to somebody else.
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause: unknown) => {
    throw finopsProblem('PUSH_REFUSED', `${url.origin} does not answer`, { answer: null }, cause);
  });
  const text = await response.text();
  const answer = parsed(text);
  if (response.ok) return { url: url.href, status: response.status, answer };
  throw finopsProblem('PUSH_REFUSED', `${url.origin} answered ${response.status}${codeOf(answer)}`, { answer });
}

function groupAddress(base: string, path: string): URL {
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 2000);
  }
}

function codeOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || !('code' in answer)) return '';
  const detail = 'detail' in answer ? `: ${String(answer.detail)}` : '';
  return ` ${String(answer.code)}${detail}`;
}
