import {
  diffBundles,
  type FactDifference,
  type Manifest,
  type PublicJwk,
  thumbprint,
  verifyBundle,
  type WrittenBundle,
} from '@prorata/contract';
import { firstDayOf, type RequestContext, type Tx } from '@prorata/platform';
import { withPrivateFolder } from '../import/source-file.ts';
import { type EntityNode, workFolder } from '../node/entity.ts';
import { type UnmappedReference, unmappedReferences } from '../references/list-references.ts';
import { openDraft, type Publishing, sealDraft } from './draft.ts';
import { type PublicationRow, readPublication } from './publications.ts';

/** Differences that are listed; all of them are counted. */
const LISTED = 1000;

export interface PublicationPreview {
  readonly entity: string;
  readonly period_month: string;
  /** The revision that publishing would make, or the one that stands where nothing changed. */
  readonly revision: number;
  readonly supersedes: string | null;
  /** Publishing would write nothing. */
  readonly unchanged: boolean;
  readonly status: 'OPEN' | 'CLOSED';
  /** Of the revision that stands; null before the first. */
  readonly totals_before: Manifest['totals'] | null;
  readonly totals_after: Manifest['totals'];
  readonly changes: { readonly added: number; readonly removed: number; readonly changed: number };
  /** Fact by fact in the order of the grain, the first 1 000. */
  readonly differences: readonly FactDifference[];
  /** What the group would count as unmapped; domains among them would refuse the bundle. */
  readonly unmapped: readonly UnmappedReference[];
}

/**
 * What publishing a month would change against the revision that stands, without publishing it: the bundle is made, signed into a
 * private folder, verified as the group verifies it, compared, and thrown away.
 *
 * @param month YYYY-MM
 * @throws Problem as `publishMonth`
 */
export async function previewPublication(
  entity: EntityNode,
  month: string,
  context: RequestContext = entity.operator,
): Promise<PublicationPreview> {
  const key = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)] as const;
  const preview = await withPrivateFolder(workFolder(entity.dir), (folder) =>
    entity.db.transaction(entity.scope, (tx) => compared(tx, { entity, context, month, key, folder }), {
      readOnly: true,
    }),
  );
  const { rows } = await unmappedReferences(entity, month);
  return { ...preview, unmapped: rows };
}

async function compared(tx: Tx, publishing: Publishing): Promise<Omit<PublicationPreview, 'unmapped'>> {
  const { entity, month } = publishing;
  const draft = await openDraft(tx, publishing);
  const named = { entity: entity.entity.code, period_month: month };
  const before = draft.head?.manifest.totals ?? null;
  try {
    if (draft.prepared === null && draft.head !== undefined) {
      return { ...named, ...standing(draft.head), totals_before: before, ...NOTHING };
    }
    const { written, revision, supersedes, publicJwk } = await sealDraft(publishing, draft, NO_AUDIT);
    const found = await differences(publishing, draft.head, written, publicJwk);
    const { totals, status } = written.manifest;
    return {
      ...named,
      revision,
      supersedes,
      unchanged: false,
      status,
      totals_before: before,
      totals_after: totals,
      ...found,
    };
  } finally {
    await draft.prepared?.close();
  }
}

/** What is thrown away needs no place in the audit log. */
const NO_AUDIT = { head_hash: '0'.repeat(64), count: 0 };

const NOTHING = { changes: { added: 0, removed: 0, changed: 0 }, differences: [] };

function standing({ revision, supersedes, manifest }: PublicationRow) {
  return { revision, supersedes, unchanged: true, status: manifest.status, totals_after: manifest.totals };
}

async function differences(
  publishing: Publishing,
  head: PublicationRow | undefined,
  written: WrittenBundle,
  publicJwk: PublicJwk,
): Promise<Pick<PublicationPreview, 'changes' | 'differences'>> {
  await using after = await verified(publishing, written.path, publicJwk, written.manifest);
  if (head === undefined) return { changes: { ...NOTHING.changes, added: after.rows }, differences: [] };
  const { bundle, public_jwk } = await readPublication(publishing.entity, publishing.month, head.revision);
  await using before = await verified(publishing, bundle, public_jwk, head.manifest);
  const changes = { added: 0, removed: 0, changed: 0 };
  const listed: FactDifference[] = [];
  for await (const difference of diffBundles(before, after)) {
    changes[difference.change] += 1;
    if (listed.length < LISTED) listed.push(difference);
  }
  return { changes, differences: listed };
}

/** Read as the group reads it, with the key that signed it. */
async function verified(
  { entity, folder }: Publishing,
  file: string | Uint8Array,
  publicJwk: PublicJwk,
  manifest: Manifest,
) {
  const kid = thumbprint(publicJwk);
  return await verifyBundle(file, {
    resolveKey: (asked) => (asked === kid ? { publicJwk, entityCode: entity.entity.code } : null),
    tenantId: manifest.tenant.id,
    deployment: manifest.deployment,
    receivedAt: manifest.created_at,
    temporaryFolder: folder,
  });
}
