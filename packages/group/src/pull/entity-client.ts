import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as wait } from 'node:timers/promises';
import { audienceOf, signDelegatedToken } from '@prorata/platform';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';

const Sequence = Type.String({ pattern: '^[0-9]{1,19}$' });
/** What the group reads of GET /api/finops/publications; members that it does not know are left alone. */
const Listing = Type.Object({
  rows: Type.Array(
    Type.Object({
      period_month: Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' }),
      revision: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      manifest_sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      sequence: Sequence,
    }),
    { maxItems: 1000 },
  ),
  next: Sequence,
});
export type PublicationPage = Static<typeof Listing>;
export type Published = PublicationPage['rows'][number];

/** What an entity's node is told. */
export interface PullAnswer extends Pick<Published, 'period_month' | 'revision' | 'manifest_sha256'> {
  readonly outcome: 'ACCEPTED' | 'REFUSED';
  /** The receipt, or the report of the refusal. */
  readonly report: object | null;
}

/** What an entity's node made of answers: taken, not offered by its software, too many at once, or refused and why. */
export type Heard = 'TAKEN' | 'NOT_OFFERED' | 'TOO_LONG' | { readonly refused: string };

const check = Compile(Listing);
const MOST_BYTES = 16 * 1024 ** 2;
const PAGE = 200;
const PATIENCE_MS = 60_000;
const BUNDLE_PATIENCE_MS = 15 * 60_000;
const TOKEN_SECONDS = 120;
const LONGEST_PAUSE_MS = 30_000;
/** Answers that another attempt may change (RFC 9110): the server is busy, restarting or not reached. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface Patience {
  /** How often it is tried while nobody answers; 4 times unless told. */
  readonly attempts?: number;
  /** Before the second attempt, doubled before each further one; 500 ms unless told. */
  readonly pauseMs?: number;
  readonly signal?: AbortSignal;
}

/** Talks to one entity's node in the group's name. */
export interface EntityClient {
  /** What was published after a point, oldest first. @throws Problem `PULL_FAILED` */
  publications(since: string): Promise<PublicationPage>;
  /** The bytes of one revision. @throws Problem `PULL_FAILED` */
  bundle(of: Pick<Published, 'period_month' | 'revision'>): Promise<Readable>;
  /** Says what became of bundles. @throws Problem `PULL_FAILED` where another attempt may do better */
  tell(answers: readonly PullAnswer[]): Promise<Heard>;
}

/**
 * A client that signs each request with the group's key, as the entity knows it from its admission: the token is for this entity alone
 * and for two minutes (decision 0143).
 */
export function entityClient(
  group: GroupNode,
  source: { readonly entity: string; readonly url: string },
  patience: Patience = {},
): EntityClient {
  const ask = (path: string, patienceMs: number) => asked(group, source, { path, patienceMs }, patience);
  return {
    async publications(since) {
      const response = await ask(`api/finops/publications?since=${since}&limit=${PAGE}`, PATIENCE_MS);
      const value = parsed(await boundedText(response, source.url));
      if (check.Check(value)) return value;
      const [fault] = check.Errors(value);
      const place = `${fault?.instancePath || '/'} ${fault?.message ?? 'is no JSON'}`;
      throw groupProblem('PULL_FAILED', `${source.url} answered something else than publications: ${place}`);
    },
    async bundle({ period_month, revision }) {
      const path = `api/finops/publications/${period_month}/${revision}/bundle`;
      const { body } = await ask(path, BUNDLE_PATIENCE_MS);
      const stream = body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
      // A connection may break off before anybody reads: without a listener that would end the process.
      return stream.on('error', () => {});
    },
    async tell(answers) {
      const question = { path: 'api/finops/publications/answers', patienceMs: PATIENCE_MS, body: { answers } };
      const response = await asked(group, source, question, patience);
      const text = await boundedText(response, source.url);
      if (response.ok) return 'TAKEN';
      if (NOT_OFFERED.has(response.status)) return 'NOT_OFFERED';
      if (response.status === 413) return 'TOO_LONG';
      return { refused: `${source.url} answered ${response.status}${codeOf(text)}` };
    },
  };
}

interface Question {
  readonly path: string;
  readonly patienceMs: number;
  /** Sent as JSON. A node that refuses it for good has not failed: what is asked of it otherwise still goes on. */
  readonly body?: object;
}

/** Software that follows the contract need not take answers. */
const NOT_OFFERED: ReadonlySet<number> = new Set([404, 405, 501]);

async function asked(
  group: GroupNode,
  source: { readonly entity: string; readonly url: string },
  question: Question,
  { attempts = 4, pauseMs = 500, signal }: Patience,
): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const sent = await once(group, source, question, signal);
    if (sent.response !== undefined) return sent.response;
    signal?.throwIfAborted();
    if (!sent.passing || attempt >= attempts) {
      const times = attempt === 1 ? '' : `, ${attempt} times`;
      throw groupProblem('PULL_FAILED', `${source.url} ${sent.said}${times}`, { entity: source.entity });
    }
    const pause = pauseMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
    await wait(Math.min(Math.max(pause, sent.retryAfterMs), LONGEST_PAUSE_MS), undefined, signal ? { signal } : {});
  }
}

interface Sent {
  readonly response?: Response;
  readonly passing: boolean;
  readonly said: string;
  readonly retryAfterMs: number;
}

async function once(
  group: GroupNode,
  { entity, url }: { readonly entity: string; readonly url: string },
  { path, patienceMs, body }: Question,
  signal: AbortSignal | undefined,
): Promise<Sent> {
  const token = await signDelegatedToken({
    issuer: `group:${group.config.tenant.code}`,
    audience: audienceOf(`entity:${entity}`),
    privateJwk: { ...group.signingKey.privateJwk },
    kid: group.signingKey.kid,
    lifetimeSeconds: TOKEN_SECONDS,
  });
  const patience = AbortSignal.timeout(patienceMs);
  try {
    const response = await fetch(new URL(path, url.endsWith('/') ? url : `${url}/`), {
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      // A redirect could carry the token to somebody else.
      redirect: 'error',
      signal: signal === undefined ? patience : AbortSignal.any([patience, signal]),
    });
    const isHeard = response.ok || (body !== undefined && !PASSING.has(response.status));
    if (isHeard) return { response, passing: false, said: '', retryAfterMs: 0 };
    const seconds = /^\d{1,5}$/.exec(response.headers.get('retry-after') ?? '')?.[0] ?? '0';
    const said = `answered ${response.status}${codeOf(await boundedText(response, url).catch(() => ''))}`;
    return { passing: PASSING.has(response.status), said, retryAfterMs: Number(seconds) * 1000 };
  } catch (error) {
    const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
    return { passing: true, said: `does not answer (${reason})`, retryAfterMs: 0 };
  }
}

async function boundedText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new RangeError('the answer is longer than 16 MiB');
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw groupProblem('PULL_FAILED', `${url} stopped answering: ${reason}`, {}, error);
  }
  return text + decoder.decode();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(text: string): string {
  const answer = parsed(text);
  if (typeof answer !== 'object' || answer === null || !('code' in answer)) return '';
  return ` ${String(answer.code).slice(0, 100)}`;
}
