import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Manifest } from '@prorata/contract';
import { auditHead, firstDayOf, type RequestContext, type Tx, writeFileWhole, writePath } from '@prorata/platform';
import type { StandingRun } from '../closing/standing-run.ts';
import { withPrivateFolder } from '../import/source-file.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { loadMapping } from '../mapping/document.ts';
import { type EntityNode, workFolder } from '../node/entity.ts';
import type { Progress } from '../progress.ts';
import type { MonthKey } from './content.ts';
import { type Draft, openDraft, type Publishing, sealDraft } from './draft.ts';
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
  const warnings = [...(await mappingWarnings(entity, mapping_sha256)), ...untoldRules(publication.manifest)];
  return { ...told, warnings, path: options.out ?? kept, pushed };
}

type Sealed = Omit<PublishResult, 'path' | 'pushed' | 'warnings'> & {
  readonly run_id: string;
  readonly mapping_sha256: string;
};

async function sealMonth(tx: Tx, publishing: Publishing): Promise<Sealed> {
  const code = publishing.entity.entity.code;
  const draft = await openDraft(tx, publishing);
  try {
    if (draft.head !== undefined && draft.prepared === null) return sealedFrom(code, draft.head, draft.run, false);
    return sealedFrom(code, await storeNext(tx, publishing, draft), draft.run, true);
  } finally {
    await draft.prepared?.close();
  }
}

async function storeNext(tx: Tx, publishing: Publishing, draft: Draft): Promise<PublicationRow> {
  const { context, key, entity } = publishing;
  const checkpoint = await auditHead(tx, entity.scope.tenantId, entity.scope.legalEntityId);
  const audit = { head_hash: checkpoint.head, count: Number(checkpoint.count) };
  const { written, revision, supersedes, publicJwk } = await sealDraft(publishing, draft, audit);
  const bundle = await readFile(written.path);
  await tx.execute(sql.INSERT_PUBLICATION, [
    ...key,
    revision,
    context.countryCode,
    draft.run.run_id,
    JSON.stringify(written.manifest),
    written.manifestDigest,
    written.contentDigest,
    supersedes,
    basename(written.path),
    sha256(bundle),
    bundle,
    JSON.stringify(publicJwk),
    context.userId,
  ]);
  const [row] = await tx.query<PublicationRow>(sql.HEAD_PUBLICATION, key);
  if (row === undefined) throw new Error(`the publication ${basename(written.path)} was stored and cannot be read`);
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

/** The group explains indirect amounts by what the bundle tells. */
function untoldRules({ totals, indirect_rules }: Manifest): PublishResult['warnings'] {
  const indirect = totals.some((total) => total.consumption_type === 'INDIRECT');
  if (!indirect || indirect_rules !== undefined) return [];
  const detail =
    'the bundle does not tell the rules behind its indirect amounts: it is older than contract 1.1, or they are too many';
  return [{ code: 'INDIRECT_RULES_UNTOLD', detail }];
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
