import { crc32 } from 'node:zlib';
import { MANIFEST_FILE } from '../format/contract.ts';
import type { Manifest } from '../format/manifest.ts';
import { BundleRefused, type Findings, type Violation } from '../format/refusals.ts';
import type { JsonObject } from '../format/strict-json.ts';
import { TABLES, type Table } from '../format/tables.ts';
import { openPrivateFolder } from '../tables/private-folder.ts';
import { withinRange } from '../tables/range.ts';
import { Collected, grainFindings, schemaFindings } from '../tables/rules.ts';
import { totalFindings } from '../tables/totals.ts';
import { createTables, openWorkspace, type Workspace } from '../tables/workspace.ts';
import type { Envelope } from '../trust/statement.ts';
import { judgeKey, type ResolveKey } from '../trust/trusted-key.ts';
import { type Archive, openArchive, readEntry } from './archive.ts';
import { type ByteSource, openBytes } from './byte-source.ts';
import { checksumViolations, digestViolations, type ExtractedFiles, extractFiles } from './files.ts';
import { BUNDLE_LIMITS, type BundleLimits } from './limits.ts';
import {
  headViolations,
  isManifest,
  manifestViolations,
  openManifest,
  readHead,
  readManifestEnvelope,
} from './manifest-reader.ts';
import { loadParquet } from './parquet.ts';

/** All that is wrong with a bundle, at most VIOLATIONS_LISTED listed, `more` beyond them. */
export interface BundleCheck {
  /** Absent when the manifest could not be read; only as good as `signature` says. */
  readonly manifest?: Manifest;
  readonly signature: 'valid' | 'invalid' | 'not checked';
  readonly violations: readonly Violation[];
  readonly more: number;
}

export interface CheckOptions {
  /** Public keys to verify with (`readKeySet`); without them the signature is not checked. */
  readonly keys?: ResolveKey;
  readonly receivedAt?: string;
  readonly limits?: Partial<BundleLimits>;
  readonly temporaryFolder?: string;
}

/**
 * The conformance kit: names every violation that can be found without a database, with its place, where `verifyBundle`
 * stops at the first broken rule. A check goes on as far as what it needs could be read. Never throws for a bad bundle.
 */
export async function checkBundle(file: string | Uint8Array, options: CheckOptions = {}): Promise<BundleCheck> {
  const limits = { ...BUNDLE_LIMITS, ...options.limits };
  const findings = new Collected();
  const about: { manifest?: Manifest; signature: BundleCheck['signature'] } = { signature: 'not checked' };
  await collect(findings, async () => {
    const source = await openBytes(file);
    try {
      const archive = await openArchive(source, limits);
      const envelope = await readManifestEnvelope(source, archive);
      about.signature = await checkSignature(envelope, options, findings);
      const content = readHead(Buffer.from(envelope.payload, 'base64url'));
      findings.take(listed(await checkManifest(content, envelope, options)));
      if (!isManifest(content)) return;
      about.manifest = content;
      await checkContent(source, archive, content, options, limits, findings);
    } finally {
      await source.close();
    }
  });
  return { ...about, violations: findings.listed, more: findings.more };
}

async function checkSignature(
  envelope: Envelope,
  options: CheckOptions,
  findings: Collected,
): Promise<BundleCheck['signature']> {
  if (!options.keys) return 'not checked';
  const { keys, receivedAt = new Date().toISOString() } = options;
  let signature: BundleCheck['signature'] = 'invalid';
  await collect(findings, async () => {
    const key = judgeKey(envelope.kid, await keys(envelope.kid), receivedAt);
    await openManifest(envelope, key.publicJwk);
    signature = 'valid';
  });
  return signature;
}

async function checkManifest(
  content: ReturnType<typeof readHead>,
  envelope: Envelope,
  options: CheckOptions,
): Promise<Violation[]> {
  const key = await options.keys?.(envelope.kid);
  const expected = {
    receivedAt: options.receivedAt ?? new Date().toISOString(),
    ...(key ? { keyEntityCode: key.entityCode } : {}),
  };
  const manifest: JsonObject = content;
  return [...headViolations(content, expected), ...manifestViolations(manifest)];
}

async function checkContent(
  source: ByteSource,
  archive: Archive,
  manifest: Manifest,
  options: CheckOptions,
  limits: BundleLimits,
  findings: Collected,
): Promise<void> {
  const folder = await openPrivateFolder(options.temporaryFolder);
  try {
    const files = await extractFiles(source, archive, folder.path);
    findings.take(listed(digestViolations(files, manifest)));
    findings.take(listed(checksumViolations(archive, files, crc32(await readEntry(source, archive, MANIFEST_FILE)))));
    const workspace = await openWorkspace([folder.path], limits.workspace);
    try {
      const loaded = await loadTables(workspace, files, limits, findings);
      await collect(findings, async () =>
        findings.take(await withinRange('SCHEMA_VIOLATION', () => schemaFindings(workspace, manifest, loaded))),
      );
      findings.take(await grainFindings(workspace));
      if (loaded.length < TABLES.length) return;
      await collect(findings, async () =>
        findings.take(await withinRange('TOTALS_MISMATCH', () => totalFindings(workspace, manifest))),
      );
    } finally {
      workspace.close();
    }
  } finally {
    await folder.remove();
  }
}

async function loadTables(
  workspace: Workspace,
  files: ExtractedFiles,
  limits: BundleLimits,
  findings: Collected,
): Promise<readonly Table[]> {
  await createTables(workspace);
  const loaded: Table[] = [];
  for (const table of TABLES) {
    await collect(findings, async () => {
      const found = await loadParquet(workspace, table, files.get(table.file)?.path ?? '', limits);
      findings.take(found);
      if (found.listed.length === 0) loaded.push(table);
    });
  }
  return loaded;
}

// A refusal is a finding here; anything else is a failure of this machine and goes on up.
async function collect(findings: Collected, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    findings.take({ listed: error.violations, more: error.more });
  }
}

function listed(violations: readonly Violation[]): Findings {
  return { listed: violations, more: 0 };
}
