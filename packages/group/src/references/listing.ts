import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { currentVersion } from './references.ts';

interface Named {
  readonly code: string;
  readonly label: string;
  readonly active: boolean;
  readonly replaced_by?: string | null;
}

/** What entities are told of the references (decision 0065): each row as it stands in `version`. */
export interface ReferencesDocument {
  readonly version: string;
  readonly domains: readonly Named[];
  readonly families: readonly (Named & { readonly domain: string })[];
  readonly products: readonly (Named & {
    readonly domain: string;
    readonly family: string | null;
    readonly unit: string;
  })[];
}

export interface ReferenceVersion {
  readonly version: number;
  readonly source: string;
  readonly sha256: string;
  readonly published_at: string;
  readonly domains: number;
  readonly families: number;
  readonly products: number;
}

/**
 * The references that changed after a version, as they stand now, also ended ones; all of them where `since` is absent. A version that
 * does not exist yet changes nothing: whoever asks for it has been told by another group, and gets all.
 */
export async function referencesSince(group: GroupNode, since?: number): Promise<ReferencesDocument> {
  return await reading(group, async (tx) => {
    const version = await currentVersion(tx);
    const after = since === undefined || since > version ? 0 : since;
    const standing = (columns: string, table: string) =>
      tx.query(
        `SELECT code, label, active${columns} FROM ${table} WHERE valid_to IS NULL AND valid_from > $1 ORDER BY code`,
        [after],
      );
    return documentOf(version, standing);
  });
}

/**
 * The references as they stood in one version, for looking at history; with the successors of ended codes.
 *
 * @throws Problem `REFERENCE_VERSION_UNKNOWN`
 */
export async function referencesAt(group: GroupNode, version: number): Promise<ReferencesDocument> {
  return await reading(group, async (tx) => {
    if (version > (await currentVersion(tx))) {
      throw groupProblem('REFERENCE_VERSION_UNKNOWN', `there is no version ${version}`, { version });
    }
    const then = (columns: string, table: string) =>
      tx.query(
        `SELECT code, label, active, replaced_by${columns} FROM ${table}
          WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) ORDER BY code`,
        [version],
      );
    return documentOf(version, then);
  });
}

async function documentOf(
  version: number,
  rowsOf: (columns: string, table: string) => Promise<object[]>,
): Promise<ReferencesDocument> {
  return {
    version: String(version),
    domains: (await rowsOf('', 'ref_domain')) as ReferencesDocument['domains'],
    families: (await rowsOf(', domain_code AS domain', 'ref_family')) as ReferencesDocument['families'],
    products: (await rowsOf(
      ', domain_code AS domain, family_code AS family, unit',
      'ref_product',
    )) as ReferencesDocument['products'],
  };
}

/** Every version there was, the newest first, and how many codes of each kind were in use in it. */
export async function listReferenceVersions(group: GroupNode): Promise<ReferenceVersion[]> {
  const inUse = (table: string) =>
    `(SELECT count(*)::int FROM ${table} r WHERE r.active AND r.valid_from <= v.version AND (r.valid_to IS NULL OR r.valid_to > v.version))`;
  return await reading(group, (tx) =>
    tx.query(
      `SELECT v.version, v.source, v.sha256,
              to_char(v.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS published_at,
              ${inUse('ref_domain')} AS domains, ${inUse('ref_family')} AS families, ${inUse('ref_product')} AS products
         FROM reference_version v ORDER BY v.version DESC`,
    ),
  );
}

/** Where a code of the references stands today. */
export interface PlaceToday {
  readonly kind: 'domain' | 'family' | 'product';
  readonly code: string;
  /** Itself, or its successor. */
  readonly today_code: string;
  readonly label: string;
  readonly domain_code: string;
  readonly family_code: string | null;
}

/** Every code that is called otherwise, or belongs elsewhere, than when it was first published; all codes with `all`. */
export async function placesToday(group: GroupNode, input: { readonly all?: boolean } = {}): Promise<PlaceToday[]> {
  return await reading(group, (tx) =>
    tx.query(
      `SELECT t.kind, t.code, t.today_code, t.label, t.domain_code, t.family_code FROM ref_today t
        WHERE $1 OR t.code <> t.today_code OR EXISTS (
              SELECT 1 FROM (SELECT 'domain' AS kind, code, label, valid_from, NULL AS domain_code FROM ref_domain
                             UNION ALL SELECT 'family', code, label, valid_from, domain_code FROM ref_family
                             UNION ALL SELECT 'product', code, label, valid_from, domain_code FROM ref_product) AS r
               WHERE r.kind = t.kind AND r.code = t.code
                 AND (r.label <> t.label OR r.domain_code IS DISTINCT FROM t.domain_code AND t.kind <> 'domain'))
        ORDER BY t.kind, t.code`,
      [input.all ?? false],
    ),
  );
}

function reading<T>(group: GroupNode, work: (tx: Tx) => Promise<T>): Promise<T> {
  return group.db.transaction(group.scope, work, { role: 'reader', readOnly: true });
}
