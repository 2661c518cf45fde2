import { join } from 'node:path';
import {
  BundleRefused,
  bundleFileName,
  type Manifest,
  type PreparedBundle,
  type PublicJwk,
  prepareBundle,
  publicOf,
  type WrittenBundle,
} from '@prorata/contract';
import type { RequestContext, Tx } from '@prorata/platform';
import { closedSince } from '../closing/guard.ts';
import { type StandingRun, standingRun } from '../closing/standing-run.ts';
import { type EntityNode, signingKeyOf } from '../node/entity.ts';
import { type Membership, membershipOf } from '../node/join.ts';
import { finopsProblem } from '../problems.ts';
import { contentOf, type MonthKey } from './content.ts';
import type { PublicationRow } from './publications.ts';
import * as sql from './publish.sql.ts';

/** A month on its way to a bundle. */
export interface Publishing {
  readonly entity: EntityNode;
  readonly context: RequestContext;
  readonly month: string;
  readonly key: MonthKey;
  /** Private, removed by whoever made it. */
  readonly folder: string;
}

/** What a month would be published as. Whoever opened it closes `prepared`. */
export interface Draft {
  readonly run: StandingRun;
  /** The revision that stands; undefined before the first. */
  readonly head: PublicationRow | undefined;
  /** Null where the revision that stands says all of it: there is nothing to publish. */
  readonly prepared: PreparedBundle | null;
}

/**
 * Checks what a month says and compares it with the revision that stands.
 *
 * @throws Problem `NOT_JOINED`, `NO_RUN`, `RUN_OUTDATED`, `DOMAIN_UNMAPPED`, `BUNDLE_REFUSED`
 */
export async function openDraft(tx: Tx, publishing: Publishing): Promise<Draft> {
  const { entity, key } = publishing;
  const membership = await membershipOf(tx);
  if (membership === undefined) throw finopsProblem('NOT_JOINED', `${entity.entity.code} has no admission`);
  const run = await standingRun(tx, key, entity.dir);
  const [head] = await tx.query<PublicationRow>(sql.HEAD_PUBLICATION, key);
  // What was published of a closed month is all that there is to say of it until somebody reopens it.
  if (head !== undefined && (await closedBefore(tx, key, head))) return { run, head, prepared: null };
  const prepared = await prepare(tx, publishing, membership);
  if (head?.content_sha256 !== prepared.contentDigest) return { run, head, prepared };
  await prepared.close();
  return { run, head, prepared: null };
}

/** Whether the month has been closed since before this publication, which then says CLOSED. */
async function closedBefore(tx: Tx, key: MonthKey, head: PublicationRow): Promise<boolean> {
  if (head.manifest.status !== 'CLOSED') return false;
  const closedAt = await closedSince(tx, key);
  return closedAt !== null && head.created_at >= closedAt;
}

async function prepare(
  tx: Tx,
  { entity, month, key, folder }: Publishing,
  membership: Membership,
): Promise<PreparedBundle> {
  const content = await contentOf(tx, entity, membership.statement, key, month, folder);
  try {
    return await prepareBundle(content);
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    throw finopsProblem('BUNDLE_REFUSED', error.message, { reason: error.code, violations: error.violations }, error);
  }
}

/** A draft as a signed file in the private folder, not stored yet. */
export interface SealedDraft {
  readonly written: WrittenBundle;
  readonly revision: number;
  readonly supersedes: string | null;
  /** Public half of the key that signed. */
  readonly publicJwk: PublicJwk;
}

export type AuditCheckpoint = Manifest['audit'];

/** Signs a draft as the next revision, beside the head of the audit log at that moment. @throws RangeError for a draft that has nothing to publish */
export async function sealDraft(
  { entity, month, folder }: Publishing,
  draft: Draft,
  audit: AuditCheckpoint,
): Promise<SealedDraft> {
  const { head, prepared } = draft;
  if (prepared === null) throw new RangeError(`${month} has nothing to publish`);
  const revision = (head?.revision ?? 0) + 1;
  const supersedes = head?.manifest_sha256 ?? null;
  const signingKey = await signingKeyOf(entity.dir);
  const written = await prepared.seal({
    revision,
    supersedes,
    audit,
    signingKey,
    out: join(folder, bundleFileName({ entity: entity.entity.code, period_month: month, revision })),
  });
  return { written, revision, supersedes, publicJwk: publicOf(signingKey) };
}
