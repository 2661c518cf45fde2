import { setTimeout as wait } from 'node:timers/promises';
import { enqueueJob, firstDayOf, type RequestContext, writePath } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { type Publication, readPublication } from './publications.ts';
import * as sql from './publish.sql.ts';
import { type Sent, sendPublication } from './send.ts';

export interface PushResult {
  readonly url: string;
  readonly status: number;
  /** The group's report, as it came. */
  readonly answer: unknown;
}

export interface PushOptions {
  /** A token for the group node; one is signed with the entity's key otherwise. */
  readonly token?: string | undefined;
  readonly context?: RequestContext;
  /** How often it is tried while nobody answers; 4 times unless told. */
  readonly attempts?: number | undefined;
  /** Before the second attempt, doubled before each further one; 500 ms unless told. */
  readonly pauseMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** False for a worker, whose queue tries again by itself; otherwise a worker takes over what nobody answered. */
  readonly handOver?: boolean;
}

export const PUSH_JOB = 'finops.push';
/** Days of a group that is down: each failure doubles the pause. */
export const JOB_ATTEMPTS = 20;
/** Whoever pushes at the shell is done by then, or was killed. */
const HAND_OVER_MS = 120_000;

const ATTEMPTS = 4;
const PAUSE_MS = 500;
/** A group that asks for more patience gets it from a later command or job, not from one that somebody waits for. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Sends a bundle to the group node, again after a pause while it does not answer, and keeps each outcome: what the group said, or
 * that the publication waits. Sending the same revision again is safe: the group gives its first answer.
 *
 * @param base address of the group node, such as https://group.example
 * @throws Problem `PUSH_REFUSED` with the group's answer, `PUSH_UNANSWERED` when it may be tried again, `NOT_JOINED`
 */
export async function pushPublication(
  entity: EntityNode,
  publication: Publication,
  base: string,
  options: PushOptions = {},
): Promise<PushResult> {
  const { attempts = ATTEMPTS, pauseMs = PAUSE_MS, token, signal } = options;
  for (let attempt = 1; ; attempt++) {
    const sent = await sendPublication(entity, publication, base, token, signal);
    await record(entity, publication, base, sent, options);
    if (sent.state === 'ACCEPTED') return { url: sent.url, status: sent.status ?? 200, answer: sent.answer };
    if (sent.state === 'REFUSED') throw finopsProblem('PUSH_REFUSED', sent.said, { answer: sent.answer });
    if (attempt >= attempts || sent.retryAfterMs > LONGEST_PAUSE_MS) {
      const times = attempt === 1 ? '' : `, ${attempt} times`;
      throw finopsProblem('PUSH_UNANSWERED', `${sent.said}${times}`, { answer: sent.answer, status: sent.status });
    }
    const pause = Math.max(sent.retryAfterMs, pauseMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2));
    await wait(Math.min(pause, LONGEST_PAUSE_MS), undefined, signal === undefined ? {} : { signal });
  }
}

async function record(
  entity: EntityNode,
  { period_month, revision }: Publication,
  base: string,
  { state, status, answer, said }: Sent,
  { context = entity.operator, handOver = true }: PushOptions,
): Promise<void> {
  const { tenantId, legalEntityId } = entity.scope;
  const stored = state === 'LATER' ? 'WAITING' : state;
  const payload = { period_month, revision, url: base, state: stored, status };
  const request = { action: 'finops.push', method: 'POST', route: 'publication_push', payload };
  await writePath(entity.db, context, request, async (tx, record) => {
    const key = [tenantId, legalEntityId, firstDayOf(period_month), revision];
    const told = answer === null ? null : JSON.stringify(answer);
    await tx.execute(sql.RECORD_PUSH, [...key, base, context.countryCode, stored, status, told, context.userId]);
    const subjectId = `${entity.entity.code}/${period_month}/${revision}`;
    record.audit({ subject: 'publication_push', subjectId, details: { ...payload, said } });
    if (stored === 'WAITING') {
      if (!handOver) return { status: 200, body: null };
      // In this transaction: a kill after it leaves a worker that goes on.
      const jobKey = `push-waiting:${period_month}/${revision}:${base}`;
      const runAt = new Date(Date.now() + HAND_OVER_MS);
      const job = { month: period_month, revision, url: base };
      await enqueueJob(tx, context, PUSH_JOB, job, { jobKey, runAt, maxAttempts: JOB_ATTEMPTS });
    } else {
      const event = stored === 'ACCEPTED' ? 'FINOPS.PUBLICATION.ACCEPTED' : 'FINOPS.PUBLICATION.REFUSED';
      record.emit({ event, entity_id: entity.entity.id, payload: { period_month, revision, url: base, status } });
    }
    return { status: 200, body: null };
  });
}

export interface ResumedPush {
  readonly period_month: string;
  readonly revision: number;
  readonly url: string;
  readonly state: 'ACCEPTED' | 'REFUSED' | 'WAITING';
  /** What the group said, or why it still waits. */
  readonly detail: string;
}

/** Sends again what got no answer, oldest month first; each outcome is told, and one does not stop the others. */
export async function resumePushes(entity: EntityNode, options: PushOptions = {}): Promise<ResumedPush[]> {
  const { tenantId, legalEntityId } = entity.scope;
  const waiting = await entity.db.transaction(
    entity.scope,
    (tx) => tx.query<{ month: string; revision: number; url: string }>(sql.WAITING_PUSHES, [tenantId, legalEntityId]),
    { readOnly: true },
  );
  const told: ResumedPush[] = [];
  for (const { month, revision, url } of waiting) {
    const named = { period_month: month, revision, url };
    try {
      const { status } = await pushPublication(entity, await readPublication(entity, month, revision), url, options);
      told.push({ ...named, state: 'ACCEPTED', detail: String(status) });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'PUSH_REFUSED' && code !== 'PUSH_UNANSWERED') throw error;
      const detail = error instanceof Error && 'detail' in error ? String(error.detail) : '';
      told.push({ ...named, state: code === 'PUSH_REFUSED' ? 'REFUSED' : 'WAITING', detail });
    }
  }
  return told;
}
