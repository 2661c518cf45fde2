/** Name of the data contract between an entity and the group; stands in every manifest, enrolment and admission. */
export const CONTRACT_NAME = 'prorata.finops-facts';

/** Semantic version of the contract that this package writes. A change of the minor version may add, never change. */
export const CONTRACT_VERSION = '1.1.0';

/** The manifest: a JWS in flattened JSON serialization. */
export const MANIFEST_FILE = 'manifest.jws';

/** The Parquet files, in the order in which they stand in the archive and in `manifest.files`. */
export const TABLE_FILES = ['facts.parquet', 'prices.parquet', 'applications.parquet', 'products.parquet'] as const;

export type TableFile = (typeof TABLE_FILES)[number];

/** Every name that an archive holds, once each and nothing else. */
export const BUNDLE_FILES = [MANIFEST_FILE, ...TABLE_FILES] as const;

export type BundleFile = (typeof BUNDLE_FILES)[number];

/** Whether a node is for real figures or for trials; the two never mix. */
export type Deployment = 'prod' | 'test';

/** A contract version that the group takes, as `major.minor`, and until when (a UTC time; absent = no end). */
export interface AcceptedVersion {
  readonly version: string;
  readonly until?: string;
}

/** What a group accepts unless it says otherwise: every version that this package reads. 1.1 added `indirect_rules`. */
export const ACCEPTED_VERSIONS: readonly AcceptedVersion[] = [{ version: '1.0' }, { version: '1.1' }];

/** Name of the archive of one entity, month and revision, for example `FR01_2025-07_r1.zip`. */
export function bundleFileName(of: { entity: string; period_month: string; revision: number }): string {
  return `${of.entity.replaceAll(/[^A-Za-z0-9.-]/g, '-')}_${of.period_month}_r${of.revision}.zip`;
}

/** The contract's name as a URN (RFC 8141), whose namespace may hold no dot. */
export const CONTRACT_URN = `urn:${CONTRACT_NAME.replaceAll('.', ':')}`;
