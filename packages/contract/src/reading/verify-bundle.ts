import { crc32 } from 'node:zlib';
import { type AcceptedVersion, type Deployment, MANIFEST_FILE } from '../format/contract.ts';
import type { Manifest } from '../format/manifest.ts';
import { type Findings, refuse, refuseWhenFound, type Violation } from '../format/refusals.ts';
import { TABLES } from '../format/tables.ts';
import { openPrivateFolder } from '../tables/private-folder.ts';
import { withinRange } from '../tables/range.ts';
import { grainFindings, schemaFindings } from '../tables/rules.ts';
import { rowCounts, totalFindings } from '../tables/totals.ts';
import { createTables, openWorkspace, type Workspace } from '../tables/workspace.ts';
import { judgeKey, type ResolveKey } from '../trust/trusted-key.ts';
import { type Archive, openArchive, readEntry } from './archive.ts';
import { type ByteSource, openBytes } from './byte-source.ts';
import { checksumViolations, digestViolations, extractFiles } from './files.ts';
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
import { domainsOf, productsOf, type ReferenceUse, type VerifiedBundle, verifiedBundle } from './verified-bundle.ts';

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
  let workspace: Workspace | undefined;
  const close = async () => {
    workspace?.close();
    workspace = undefined;
    await folder.remove();
  };
  try {
    const files = await extractFiles(source, archive, folder.path);
    refuseWhenFound(only(digestViolations(files, signed.manifest)));
    const checksum = crc32(await readEntry(source, archive, MANIFEST_FILE));
    refuseWhenFound(only(checksumViolations(archive, files, checksum)));
    workspace = await openWorkspace([folder.path], limits.workspace);
    await createTables(workspace);
    for (const table of TABLES) {
      refuseWhenFound(await loadParquet(workspace, table, files.get(table.file)?.path ?? '', limits));
    }
    await verifyRows(workspace, signed.manifest, trust);
    const rows = (await rowCounts(workspace))['facts.parquet'];
    return verifiedBundle(workspace, { ...signed, rows }, close);
  } catch (error) {
    await close();
    throw error;
  }
}

// SCHEMA_VIOLATION … TOTALS_MISMATCH.
async function verifyRows(workspace: Workspace, manifest: Manifest, trust: BundleTrust): Promise<void> {
  refuseWhenFound(await withinRange('SCHEMA_VIOLATION', () => schemaFindings(workspace, manifest)));
  refuseWhenFound(await grainFindings(workspace));
  if (trust.references) {
    const use = { manifest, domains: await domainsOf(workspace), products: await productsOf(workspace) };
    refuseWhenFound(only(await trust.references(use)));
  }
  refuseWhenFound(await withinRange('TOTALS_MISMATCH', () => totalFindings(workspace, manifest)));
}

function only(listed: readonly Violation[]): Findings {
  return { listed, more: 0 };
}
