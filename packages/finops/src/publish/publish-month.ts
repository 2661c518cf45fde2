import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BundleRefused, bundleFileName, type Manifest, type PreparedBundle, prepareBundle } from '@prorata/contract';
import { auditHead, firstDayOf, type RequestContext, type Tx, writeFileWhole, writePath } from '@prorata/platform';
import { closedSince } from '../closing/guard.ts';
import { type StandingRun, standingRun } from '../closing/standing-run.ts';
import { withPrivateFolder } from '../import/source-file.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { loadMapping } from '../mapping/document.ts';
import { type EntityNode, signingKeyOf, workFolder } from '../node/entity.ts';
import { type Membership, membershipOf } from '../node/join.ts';
import { finopsProblem } from '../problems.ts';
import type { Progress } from '../progress.ts';
import { contentOf, type MonthKey } from './content.ts';
import { type PublicationRow, publicationFile, readPublication, sha256 } from './publications.ts';
import * as sql from './publish.sql.ts';
import { type PushOptions, type PushResult, pushPublication } from './push.ts';

export interface PublishOptions extends PushOptions {
  readonly progress?: Progress;
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
  /** A second place for the bundle. */
  readonly out?: string | undefined;
  /** Address of the group node to send it to. */
  readonly push?: string | undefined;
}

export interface PublishResult {
  readonly entity: string;
  readonly period_month: string;
  readonly revision: number;
  readonly supersedes: string | null;
  /** False where the facts are those of the revision that stands: nothing was written. */
  readonly created: boolean;
  readonly file: string;
  /** Where the bundle lies: `out` where that was asked for. */
  readonly path: string;
  readonly bytes: number;
  readonly manifest_sha256: string;
  readonly bundle_sha256: string;
  readonly totals: Manifest['totals'];
  readonly warnings: readonly { readonly code: string; readonly detail: string }[];
  readonly pushed: PushResult | null;
}

/**
 * Publishes a month: signs what the facts say as the next revision, keeps the bytes in the database, and then writes them as
 * `publications/FR01_2025-07_r1.zip`. Unchanged facts give the revision that stands. A kill at any moment leaves the
 * revision published or not; running it again writes the same file.
 *
 * @param month YYYY-MM
 * @throws Problem `NOT_JOINED`, `NO_RUN`, `RUN_OUTDATED`, `DOMAIN_UNMAPPED`, `MONTH_INVALID`, and those of pushing
 */
export async function publishMonth(
  entity: EntityNode,
  month: string,
  options: PublishOptions = {},
): Promise<PublishResult> {
  const period = firstDayOf(month);
  const context = options.context ?? entity.operator;
  const key: MonthKey = [entity.scope.tenantId, entity.scope.legalEntityId, period];
  const request = {
    action: 'finops.publish',
    method: 'POST',
    route: '/api/finops/publications',
    payload: { month },
    idempotencyKey: options.idempotencyKey,
  };
  options.progress?.({ step: 'publish', done: 0, total: 1 });
  const answer = await withPrivateFolder(workFolder(entity.dir), (folder) =>
    writePath<Sealed>(entity.db, context, request, async (tx, record) => {
      await tx.query(LOCK_ENTITY);
      const sealed = await sealMonth(tx, { entity, context, month, key, folder });
      if (sealed.created) {
        const { revision, manifest_sha256, supersedes } = sealed;
        const details = { period_month: month, revision, manifest_sha256, supersedes, totals: sealed.totals };
        record.audit({ subject: 'publication', subjectId: `${entity.entity.code}/${month}/${revision}`, details });
        record.emit({ event: 'FINOPS.PUBLICATION.CREATED', entity_id: sealed.run_id, payload: details });
      }
      return { status: sealed.created ? 201 : 200, body: sealed };
    }),
  );
  const sealed = answer.body;
  const publication = await readPublication(entity, month, sealed.revision);
  const kept = await publicationFile(entity, publication);
  if (options.out !== undefined) await writeFileWhole(options.out, publication.bundle);
  const pushed = options.push === undefined ? null : await pushPublication(entity, publication, options.push, options);
  options.progress?.({ step: 'publish', done: 1, total: 1 });
  const { run_id: _run, mapping_sha256, ...told } = sealed;
  return { ...told, warnings: await mappingWarnings(entity, mapping_sha256), path: options.out ?? kept, pushed };
}

type Sealed = Omit<PublishResult, 'path' | 'pushed' | 'warnings'> & {
  readonly run_id: string;
  readonly mapping_sha256: string;
};

interface Publishing {
  readonly entity: EntityNode;
  readonly context: RequestContext;
  readonly month: string;
  readonly key: MonthKey;
  readonly folder: string;
}

async function sealMonth(tx: Tx, publishing: Publishing): Promise<Sealed> {
  const { entity, key, folder } = publishing;
  const membership = await membershipOf(tx);
  if (membership === undefined) throw finopsProblem('NOT_JOINED', `${entity.entity.code} has no admission`);
  const run = await standingRun(tx, key);
  const head = (await tx.query<PublicationRow>(sql.HEAD_PUBLICATION, key))[0];
  // What was published of a closed month is all that there is to say of it until somebody reopens it.
  if (head !== undefined && (await closedBefore(tx, key, head))) {
    return sealedFrom(entity.entity.code, head, run, false);
  }
  const prepared = await prepare(tx, publishing, membership, folder);
  try {
    if (head !== undefined && head.content_sha256 === prepared.contentDigest) {
      return sealedFrom(entity.entity.code, head, run, false);
    }
    const row = await sealNext(tx, publishing, prepared, run, head);
    return sealedFrom(entity.entity.code, row, run, true);
  } finally {
    await prepared.close();
  }
}

/** Whether the month has been closed since before this publication, which then says CLOSED. */
async function closedBefore(tx: Tx, key: MonthKey, head: PublicationRow): Promise<boolean> {
  if (head.manifest.status !== 'CLOSED') return false;
  const closedAt = await closedSince(tx, key);
  return closedAt !== null && head.created_at >= closedAt;
}

async function prepare(
  tx: Tx,
  { entity, month, key }: Publishing,
  membership: Membership,
  folder: string,
): Promise<PreparedBundle> {
  const content = await contentOf(tx, entity, membership.statement, key, month, folder);
  try {
    return await prepareBundle(content);
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    throw finopsProblem('BUNDLE_REFUSED', error.message, { reason: error.code, violations: error.violations }, error);
  }
}

async function sealNext(
  tx: Tx,
  { entity, context, month, key, folder }: Publishing,
  prepared: PreparedBundle,
  run: StandingRun,
  head: PublicationRow | undefined,
): Promise<PublicationRow> {
  const revision = (head?.revision ?? 0) + 1;
  const supersedes = head?.manifest_sha256 ?? null;
  const checkpoint = await auditHead(tx, entity.scope.tenantId, entity.scope.legalEntityId);
  const file = bundleFileName({ entity: entity.entity.code, period_month: month, revision });
  const written = await prepared.seal({
    revision,
    supersedes,
    audit: { head_hash: checkpoint.head, count: Number(checkpoint.count) },
    signingKey: await signingKeyOf(entity.dir),
    out: join(folder, file),
  });
  const bundle = await readFile(written.path);
  await tx.execute(sql.INSERT_PUBLICATION, [
    ...key,
    revision,
    context.countryCode,
    run.run_id,
    JSON.stringify(written.manifest),
    written.manifestDigest,
    written.contentDigest,
    supersedes,
    file,
    sha256(bundle),
    bundle,
    context.userId,
  ]);
  const [row] = await tx.query<PublicationRow>(sql.HEAD_PUBLICATION, key);
  if (row === undefined) throw new Error(`the publication ${file} was stored and cannot be read`);
  return row;
}

function sealedFrom(entity: string, row: PublicationRow, run: StandingRun, created: boolean): Sealed {
  return {
    entity,
    period_month: row.period_month,
    revision: row.revision,
    supersedes: row.supersedes,
    created,
    file: row.file_name,
    bytes: row.bytes,
    manifest_sha256: row.manifest_sha256,
    bundle_sha256: row.bundle_sha256,
    totals: row.manifest.totals,
    run_id: run.run_id,
    mapping_sha256: run.mapping_sha256,
  };
}

/** A mapping that was edited after the run is no error, but whoever publishes wants to know. */
async function mappingWarnings(entity: EntityNode, ofRun: string): Promise<PublishResult['warnings']> {
  const current = await loadMapping(entity.dir).then(
    (mapping) => mapping.sha256,
    () => undefined,
  );
  if (current === ofRun) return [];
  return [{ code: 'MAPPING_CHANGED', detail: 'mapping.yaml was edited after the run that was published' }];
}
