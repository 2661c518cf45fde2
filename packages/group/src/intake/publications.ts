import { Readable } from 'node:stream';
import {
  BUNDLE_LIMITS,
  type BundleTrust,
  diffBundles,
  diffRules,
  type FactDifference,
  type RuleDifference,
  type VerifiedBundle,
  verifyBundle,
} from '@prorata/contract';
import { firstDayOf, monthOf, type Tx } from '@prorata/platform';
import { findKey } from '../enrolment/keys.ts';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { type FileDigest, readArchived } from '../scale/archive-file.ts';
import type { Coverage } from './coverage.ts';
import { bundleSlot } from './slots.ts';
import { spool } from './spool.ts';

/** One accepted bundle, current or superseded. */
export interface PublicationEntry {
  readonly entity: string;
  readonly period_month: string;
  readonly revision: number;
  readonly status: 'ACCEPTED' | 'SUPERSEDED';
  /** OPEN or CLOSED, as the entity said. */
  readonly period_state: 'OPEN' | 'CLOSED';
  readonly manifest_digest: string;
  readonly kid: string;
  readonly rows: number;
  readonly totals: {
    readonly consumption_type: string;
    readonly currency: string;
    readonly rows: number;
    readonly cost_effective: string | null;
    readonly cost_billed: string | null;
    readonly cost_standard: string | null;
  }[];
  readonly coverage: Coverage;
  /** A later one that was refused because the month is locked: the entity differs from the group. Null where none was, and if superseded. */
  readonly differs_revision: number | null;
  /** The earlier month that it carries corrections of; null where it carries none. */
  readonly adjusts_month: string | null;
  readonly received_at: string;
}

export interface PublicationsInput {
  readonly from?: string;
  readonly to?: string;
  readonly entity?: readonly string[];
  /** Superseded ones as well. */
  readonly all_revisions?: boolean;
}

/** Whose rows are read: the consolidated profile's, or one publisher's own. */
export interface Reader {
  readonly entity?: string;
}

const COLUMNS = `
  entity_id AS entity, period_month, revision, status, period_state, manifest_digest, kid, fact_rows::text AS rows, totals, coverage,
  (SELECT max(r.revision) FROM intake_refusal r
    WHERE r.code = 'PERIOD_LOCKED' AND r.period_month = publication.period_month AND r.signed_entity = publication.entity_id
      AND r.revision > publication.revision AND publication.status = 'ACCEPTED') AS differs_revision,
  to_char(adjusts_month, 'YYYY-MM') AS adjusts_month,
  to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at`;

/** Accepted bundles by entity, month and revision. A publisher sees its own, whatever it asks for. */
export async function listPublications(
  group: GroupNode,
  input: PublicationsInput = {},
  reader: Reader = {},
): Promise<PublicationEntry[]> {
  const values = [
    input.from === undefined ? null : firstDayOf(input.from),
    input.to === undefined ? null : firstDayOf(input.to),
    input.entity === undefined || input.entity.length === 0 ? null : input.entity,
    input.all_revisions ?? false,
  ];
  const rows = await readAs(group, reader, (tx) =>
    tx.query<StoredEntry>(
      `SELECT ${COLUMNS} FROM publication
        WHERE ($1::date IS NULL OR period_month >= $1) AND ($2::date IS NULL OR period_month <= $2)
          AND ($3::text[] IS NULL OR entity_id = ANY($3)) AND ($4 OR status = 'ACCEPTED')
        ORDER BY entity_id, period_month, revision`,
      values,
    ),
  );
  return rows.map(entryOf);
}

/** Every revision of one entity and month. @throws Problem `PUBLICATION_NOT_FOUND` when there is none */
export async function publicationHistory(
  group: GroupNode,
  of: { readonly entity: string; readonly month: string },
  reader: Reader = {},
): Promise<PublicationEntry[]> {
  const rows = await listPublications(
    group,
    { from: of.month, to: of.month, entity: [of.entity], all_revisions: true },
    reader,
  );
  if (rows.length === 0)
    throw groupProblem('PUBLICATION_NOT_FOUND', `${of.entity} has published nothing for ${of.month}`);
  return rows;
}

export interface PublicationOf {
  readonly entity: string;
  readonly month: string;
  readonly revision: number;
}

/**
 * The bytes of a bundle as it was received, current or superseded, read part by part.
 *
 * @throws Problem `PUBLICATION_NOT_FOUND`
 */
export async function publicationBundle(group: GroupNode, of: PublicationOf, reader: Reader = {}): Promise<Readable> {
  const part = async (number: number): Promise<Uint8Array | undefined> => {
    const [row] = await readAs(group, reader, (tx) =>
      tx.query<{ bytes: Uint8Array }>(
        'SELECT bytes FROM publication_bundle WHERE entity_id = $1 AND period_month = $2 AND revision = $3 AND part = $4',
        [of.entity, firstDayOf(of.month), of.revision, number],
      ),
    );
    return row?.bytes;
  };
  const first = await part(0);
  if (first === undefined) {
    const [archived] = await readAs(group, reader, (tx) =>
      tx.query<FileDigest & { path: string }>(
        'SELECT path, sha256, bytes FROM bundle_archive WHERE entity_id = $1 AND period_month = $2 AND revision = $3',
        [of.entity, firstDayOf(of.month), of.revision],
      ),
    );
    if (archived !== undefined) return await readArchived(group.dir, archived);
    const { entity, month, revision } = of;
    const detail = `there is no revision ${revision} of ${entity} ${month}`;
    throw groupProblem('PUBLICATION_NOT_FOUND', detail, { entity, month, revision });
  }
  async function* parts(): AsyncGenerator<Uint8Array> {
    let number = 0;
    for (let bytes: Uint8Array | undefined = first; bytes !== undefined; bytes = await part(number)) {
      yield bytes;
      number += 1;
    }
  }
  return Readable.from(parts());
}

export interface PublicationDifference {
  readonly entity: string;
  readonly period_month: string;
  readonly from: number;
  readonly to: number;
  readonly rows: FactDifference[];
  /** Differences beyond `limit`, which are counted and not listed. */
  readonly more: number;
  /** Indirect rules that are told otherwise; null where one of the two revisions tells none. */
  readonly rules: RuleDifference[] | null;
}

/**
 * What changed between two revisions, fact by fact, out of the bundles as they were received; their signatures are checked again.
 *
 * @throws Problem `PUBLICATION_NOT_FOUND`
 */
export async function publicationDifference(
  group: GroupNode,
  of: {
    readonly entity: string;
    readonly month: string;
    readonly from: number;
    readonly to: number;
    readonly limit?: number;
  },
  reader: Reader = {},
): Promise<PublicationDifference> {
  return await bundleSlot(async () => {
    await using before = await reopenBundle(group, { ...of, revision: of.from }, reader);
    await using later = await reopenBundle(group, { ...of, revision: of.to }, reader);
    const rows: FactDifference[] = [];
    let more = 0;
    for await (const difference of diffBundles(before.bundle, later.bundle)) {
      if (rows.length < (of.limit ?? 1000)) rows.push(difference);
      else more += 1;
    }
    const rules = diffRules(before.bundle.manifest, later.bundle.manifest);
    return { entity: of.entity, period_month: of.month, from: of.from, to: of.to, rows, more, rules };
  });
}

/** Stored evidence, open. Close it, always. */
export interface Reopened extends AsyncDisposable {
  readonly bundle: VerifiedBundle;
}

/** Opens stored evidence. Judged at the time when it was received: a key that was revoked later vouched for it then. */
export async function reopenBundle(group: GroupNode, of: PublicationOf, reader: Reader = {}): Promise<Reopened> {
  const entry = (await publicationHistory(group, of, reader)).find((one) => one.revision === of.revision);
  const bytes = await publicationBundle(group, of, reader);
  const spooled = await spool(group.dir, bytes, BUNDLE_LIMITS.archiveBytes);
  const trust: BundleTrust = {
    resolveKey: (kid) => findKey(group, kid),
    tenantId: group.scope.tenantId,
    entityCode: of.entity,
    deployment: group.config.deployment,
    temporaryFolder: spooled.folder,
    ...(entry === undefined ? {} : { receivedAt: entry.received_at }),
  };
  try {
    const bundle = await verifyBundle(spooled.path, trust);
    return {
      bundle,
      async [Symbol.asyncDispose]() {
        await bundle.close();
        await spooled.remove();
      },
    };
  } catch (error) {
    await spooled.remove();
    throw error;
  }
}

type StoredEntry = Omit<PublicationEntry, 'rows'> & { readonly rows: string };

function entryOf(row: StoredEntry): PublicationEntry {
  return { ...row, period_month: monthOf(row.period_month), rows: Number(row.rows) };
}

/** The consolidated role for whoever may see all, else the application role inside the walls of one entity. */
async function readAs<T>(group: GroupNode, reader: Reader, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (reader.entity === undefined)
    return await group.db.transaction(group.scope, work, { role: 'reader', readOnly: true });
  return await group.db.transaction({ ...group.scope, entityId: reader.entity }, work, { role: 'app', readOnly: true });
}
