import { crc32 } from 'node:zlib';
import { type AcceptedVersion, type Deployment, MANIFEST_FILE } from '../format/contract.ts';
import type { Manifest } from '../format/manifest.ts';
import { type Findings, refuse, refuseWhenFound, type Violation } from '../format/refusals.ts';
import { FACTS, TABLES, type Table } from '../format/tables.ts';
import { listTexts } from '../tables/listed-texts.ts';
import { openPrivateFolder, type PrivateFolder } from '../tables/private-folder.ts';
import { withinRange } from '../tables/range.ts';
import { grainFindings, schemaFindings } from '../tables/rules.ts';
import { rowCounts, totalFindings } from '../tables/totals.ts';
import { besideEachOther, createTables, openWorkspace, type Workspace } from '../tables/workspace.ts';
import { judgeKey, type ResolveKey } from '../trust/trusted-key.ts';
import { type Archive, openArchive, readEntry } from './archive.ts';
import { type ByteSource, openBytes } from './byte-source.ts';
import { checksumViolations, digestViolations, type ExtractedFiles, extractFiles } from './files.ts';
import { BUNDLE_LIMITS, type BundleLimits } from './limits.ts';
import {
  headViolations,
  isManifest,
  manifestDigestOf,
  manifestViolations,
  openManifest,
  readHead,
  readManifestEnvelope,
} from './manifest-reader.ts';
import { loadParquet } from './parquet.ts';
import {
  domainsOf,
  productsOf,
  type ReferenceUse,
  type VerifiedBundle,
  type VerifiedRows,
  verifiedBundle,
} from './verified-bundle.ts';

/** Whom and what the receiver believes. */
export interface BundleTrust {
  readonly resolveKey: ResolveKey;
  readonly tenantId: string;
  /** Code of the entity that the transport names (token, watched folder); absent where nothing but the key says. */
  readonly entityCode?: string;
  readonly deployment: Deployment;
  /** Recorded time of receipt (RFC 3339), at which keys and versions are judged; default now. */
  readonly receivedAt?: string;
  readonly acceptedVersions?: readonly AcceptedVersion[];
  readonly limits?: Partial<BundleLimits>;
  /** Where the private folder is made; default: the system's temporary folder. */
  readonly temporaryFolder?: string;
  /** Judges what the facts name against the group's references: REFERENCE_UNKNOWN violations, or none. */
  readonly references?: (use: ReferenceUse) => Promise<readonly Violation[]> | readonly Violation[];
}

/**
 * Verifies a bundle, from a path or from bytes, in the order of the contract, up to TOTALS_MISMATCH.
 * Throws BundleRefused with every violation of the first rule that is broken; nothing is left behind then. Close the
 * answer, always: it holds a private folder.
 */
export async function verifyBundle(file: string | Uint8Array, trust: BundleTrust): Promise<VerifiedBundle> {
  const limits = { ...BUNDLE_LIMITS, ...trust.limits };
  const source = await openBytes(file);
  try {
    const archive = await openArchive(source, limits);
    const signed = await verifyManifest(source, archive, trust);
    return await verifyContent(source, archive, signed, trust, limits);
  } finally {
    await source.close();
  }
}

interface SignedManifest {
  readonly manifest: Manifest;
  readonly manifestDigest: string;
  readonly kid: string;
}

// MANIFEST_UNREADABLE … CONTRACT_VERSION_UNSUPPORTED.
async function verifyManifest(source: ByteSource, archive: Archive, trust: BundleTrust): Promise<SignedManifest> {
  const receivedAt = trust.receivedAt ?? new Date().toISOString();
  const envelope = await readManifestEnvelope(source, archive);
  const key = judgeKey(envelope.kid, await trust.resolveKey(envelope.kid), receivedAt);
  const payload = await openManifest(envelope, key.publicJwk);
  const content = readHead(payload);
  const expected = {
    tenantId: trust.tenantId,
    keyEntityCode: key.entityCode,
    ...(key.legalEntityId === undefined ? {} : { keyLegalEntityId: key.legalEntityId }),
    deployment: trust.deployment,
    receivedAt,
    ...(trust.entityCode === undefined ? {} : { entityCode: trust.entityCode }),
    ...(trust.acceptedVersions === undefined ? {} : { acceptedVersions: trust.acceptedVersions }),
  };
  for (const first of headViolations(content, expected).slice(0, 1)) refuseWhenFound(only([first]));
  refuseWhenFound(only(manifestViolations(content)));
  if (!isManifest(content)) return refuse('MANIFEST_UNREADABLE', 'The manifest does not fit its schema');
  return { manifest: content, manifestDigest: manifestDigestOf(payload), kid: envelope.kid };
}

async function verifyContent(
  source: ByteSource,
  archive: Archive,
  signed: SignedManifest,
  trust: BundleTrust,
  limits: BundleLimits,
): Promise<VerifiedBundle> {
  const folder = await openPrivateFolder(trust.temporaryFolder);
  // It takes a while, and none of this thread.
  const opening = openWorkspace([folder.path], limits.workspace);
  opening.catch(() => {});
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeAll(opening, folder);
    return closed;
  };
  try {
    const files = await extractFiles(source, archive, folder.path);
    refuseWhenFound(only(digestViolations(files, signed.manifest)));
    const checksum = crc32(await readEntry(source, archive, MANIFEST_FILE));
    refuseWhenFound(only(checksumViolations(archive, files, checksum)));
    const workspace = await opening;
    await createTables(workspace);
    await loadTables(workspace, files, limits);
    return verifiedBundle(workspace, { ...signed, ...(await verifyRows(workspace, signed.manifest, trust)) }, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(opening: Promise<Workspace>, folder: PrivateFolder): Promise<void> {
  const [opened] = await Promise.allSettled([opening]);
  if (opened.status === 'fulfilled') opened.value.close();
  await folder.remove();
}

/** The facts, and beside them the small tables; what is wrong with the first one is told first. */
async function loadTables(workspace: Workspace, files: ExtractedFiles, limits: BundleLimits): Promise<void> {
  const load = async (by: Workspace, tables: readonly Table[]) => {
    for (const table of tables) {
      refuseWhenFound(await loadParquet(by, table, files.get(table.file)?.path ?? '', limits));
    }
  };
  const small = TABLES.filter((table) => table !== FACTS);
  await besideEachOther(
    workspace,
    (one) => load(one, [FACTS]),
    (other) => load(other, small),
  );
}

// SCHEMA_VIOLATION … TOTALS_MISMATCH. What looks at every row goes on beside what looks at the texts, and is judged after it.
async function verifyRows(workspace: Workspace, manifest: Manifest, trust: BundleTrust): Promise<VerifiedRows> {
  const [{ texts, use }, { rows, grain, totals }] = await besideEachOther(
    workspace,
    async (one) => {
      const texts = await listTexts(one);
      refuseWhenFound(await withinRange('SCHEMA_VIOLATION', () => schemaFindings(one, manifest, TABLES, texts)));
      return { texts, use: { manifest, domains: await domainsOf(one, texts), products: await productsOf(one, texts) } };
    },
    async (other) => {
      const rows = (await rowCounts(other))[FACTS.file];
      const grain = await grainFindings(other);
      const [totals] = await Promise.allSettled([withinRange('TOTALS_MISMATCH', () => totalFindings(other, manifest))]);
      return { rows, grain, totals };
    },
  );
  refuseWhenFound(grain);
  if (trust.references) refuseWhenFound(only(await trust.references(use)));
  if (totals.status === 'rejected') throw totals.reason;
  refuseWhenFound(totals.value);
  return { rows, texts, use };
}

function only(listed: readonly Violation[]): Findings {
  return { listed, more: 0 };
}
