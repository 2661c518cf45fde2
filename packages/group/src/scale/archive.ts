import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstDayOf, type RequestContext } from '@prorata/platform';
import { storeEvidence } from '../intake/accept.ts';
import { publicationBundle } from '../intake/publications.ts';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import * as sql from './archive.sql.ts';
import { archiveFolder, type FileDigest, readArchived, writeArchived } from './archive-file.ts';

interface Bundle {
  readonly entity: string;
  readonly legal_entity_id: string;
  readonly month: string;
  readonly revision: number;
  readonly path: string | null;
  readonly sha256: string | null;
  readonly bytes: string | null;
}

export interface Moved {
  readonly bundles: number;
  readonly bytes: number;
}

/**
 * Moves the bundles of locked months from the database into the node's folder `archive`, one transaction each: a kill leaves each in
 * one of the two places, and running again goes on. Reading a publication finds it in either. Bundles of months that still take
 * revisions stay. `archive/index.json` lists every file with its SHA-256, for whoever checks without the database.
 *
 * @param until the last month to move, `YYYY-MM`
 */
export async function archiveBundles(
  group: GroupNode,
  { until }: { readonly until: string },
  options: { context?: RequestContext } = {},
): Promise<Moved> {
  const context = options.context ?? operatorContext(group);
  let moved = { bundles: 0, bytes: 0 };
  for (const bundle of await list(group, until, false)) {
    const { entity, month, revision } = bundle;
    const path = `${month}/${entity}_${month}_r${revision}.zip`;
    const file = await writeArchived(group.dir, path, await publicationBundle(group, bundle));
    await change(group, context, bundle, 'archive', { path, ...file }, async (tx, place) => {
      await tx.execute(sql.ENTER, [...place, path, file.sha256, file.bytes, context.userId]);
      await tx.execute(sql.REMOVE_PARTS, place);
    });
    moved = { bundles: moved.bundles + 1, bytes: moved.bytes + file.bytes };
  }
  await writeIndex(group);
  return moved;
}

/**
 * Takes archived bundles back into the database; their files stay where they are. A file that is not what was archived is refused.
 *
 * @throws Problem `ARCHIVE_DAMAGED`
 */
export async function restoreBundles(
  group: GroupNode,
  { until }: { readonly until: string },
  options: { context?: RequestContext } = {},
): Promise<Moved> {
  const context = options.context ?? operatorContext(group);
  let moved = { bundles: 0, bytes: 0 };
  for (const bundle of await list(group, until, true)) {
    const file = { path: bundle.path ?? '', sha256: bundle.sha256 ?? '', bytes: Number(bundle.bytes) };
    // Only for its check: the bytes are read again, part by part, as an intake does.
    (await readArchived(group.dir, file)).destroy();
    const slice = { tenantId: group.scope.tenantId, entityId: bundle.entity, month: firstDayOf(bundle.month) };
    await change(group, context, bundle, 'restore', file, async (tx, place) => {
      await storeEvidence(tx, slice, bundle.revision, join(archiveFolder(group.dir), file.path));
      await tx.execute(sql.LEAVE, place);
    });
    moved = { bundles: moved.bundles + 1, bytes: moved.bytes + file.bytes };
  }
  await writeIndex(group);
  return moved;
}

async function list(group: GroupNode, until: string, archived: boolean): Promise<Bundle[]> {
  return await group.db.transaction(group.scope, (tx) => tx.query<Bundle>(sql.BUNDLES, [firstDayOf(until), archived]), {
    role: 'reader',
    readOnly: true,
  });
}

type Work = Parameters<typeof recorded<void>>[3];
type Tx = Parameters<Work>[0];

async function change(
  group: GroupNode,
  context: RequestContext,
  bundle: Bundle,
  what: 'archive' | 'restore',
  file: FileDigest & { readonly path: string },
  work: (tx: Tx, place: readonly unknown[]) => Promise<void>,
): Promise<void> {
  const { entity, month, revision } = bundle;
  const asEntity = { ...context, legalEntityId: bundle.legal_entity_id, entityCode: entity };
  const payload = { entity, month, revision, ...file };
  const asked = { action: `group.bundle.${what}`, payload, role: 'intake' } as const;
  await recorded(group, asEntity, asked, async (tx, record) => {
    await work(tx, [group.scope.tenantId, entity, firstDayOf(month), revision]);
    record.audit({ subject: 'publication_bundle', subjectId: `${entity}/${month}/r${revision}`, details: payload });
  });
}

async function writeIndex(group: GroupNode): Promise<void> {
  const rows = await group.db.transaction(group.scope, (tx) => tx.query(sql.INDEX), { role: 'reader', readOnly: true });
  if (rows.length === 0) return;
  const path = join(archiveFolder(group.dir), 'index.json');
  await writeFile(path, `${JSON.stringify({ schema: 'prorata.archive/1', files: rows }, null, 1)}\n`, { mode: 0o600 });
}
