import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTRACT_NAME, CONTRACT_VERSION } from '../format/contract.ts';
import {
  inconsistency,
  type Manifest,
  type ManifestDraft,
  type ManifestFile,
  ManifestSchema,
  type ManifestTotal,
} from '../format/manifest.ts';
import { refuseWhenFound } from '../format/refusals.ts';
import type { ApplicationRow, FactRow, PriceRow, ProductRow } from '../format/rows.ts';
import { APPLICATIONS, FACTS, PRICES, PRODUCTS, TABLES, type Table } from '../format/tables.ts';
import { shape } from '../format/validation.ts';
import { BUNDLE_LIMITS } from '../reading/limits.ts';
import { type ContentScope, contentDigest } from '../tables/content-digest.ts';
import { listTexts } from '../tables/listed-texts.ts';
import { openPrivateFolder } from '../tables/private-folder.ts';
import { withinRange } from '../tables/range.ts';
import { grainFindings, schemaFindings } from '../tables/rules.ts';
import { rowCounts, totalsOf } from '../tables/totals.ts';
import {
  createTables,
  grainOrder,
  openWorkspace,
  text,
  type Workspace,
  type WorkspaceLimits,
} from '../tables/workspace.ts';
import type { PrivateJwk } from '../trust/keys.ts';
import { STATEMENT_TYPES, sign } from '../trust/statement.ts';
import { writeArchive } from './archive-writer.ts';
import { loadRows, type RowBatches } from './load-rows.ts';

const manifestShape = shape(ManifestSchema);

/** The rows of one entity and month and what is said about them. */
export interface BundleContent {
  readonly scope: ContentScope;
  readonly facts: RowBatches<FactRow>;
  readonly prices: readonly PriceRow[];
  readonly applications: readonly ApplicationRow[];
  readonly products: readonly ProductRow[];
  /** Where the private folder is made; default: the system's temporary folder. */
  readonly temporaryFolder?: string;
  readonly limits?: WorkspaceLimits;
}

/** What a seal adds: everything in a manifest that is not content. `out`: path of the archive to write. */
export interface Seal extends Pick<Manifest, 'revision' | 'supersedes' | 'audit'> {
  readonly created_at?: string;
  readonly generator?: Manifest['generator'];
  readonly signingKey: PrivateJwk;
  readonly out: string;
}

/** Checked content, written as Parquet in a private folder, before it has a revision. Close it, always. */
export interface PreparedBundle {
  /** Equal to the digest of another bundle when both say the same: then there is nothing to publish. */
  readonly contentDigest: string;
  readonly totals: readonly ManifestTotal[];
  readonly files: readonly ManifestFile[];
  /** Signs and packs the content as one revision. */
  seal(seal: Seal): Promise<WrittenBundle>;
  close(): Promise<void>;
}

/** `manifestDigest`: SHA-256 (hex) of the manifest's payload, what the next revision names in `supersedes`. */
export interface WrittenBundle {
  readonly path: string;
  readonly manifest: Manifest;
  readonly manifestDigest: string;
  readonly contentDigest: string;
  readonly bytes: number;
}

/**
 * Takes the rows in, applies the very rules that intake applies, and writes the Parquet files.
 * Throws BundleRefused (SCHEMA_VIOLATION, GRAIN_DUPLICATE) with every violation; then nothing is left behind.
 */
export async function prepareBundle(content: BundleContent): Promise<PreparedBundle> {
  const folder = await openPrivateFolder(content.temporaryFolder);
  try {
    const workspace = await openWorkspace([folder.path], content.limits);
    try {
      return { ...(await prepareIn(workspace, folder.path, content)), close: folder.remove };
    } finally {
      workspace.close();
    }
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Writes a signed bundle in one go; see `prepareBundle` for deciding first whether there is something to publish. */
export async function writeBundle(
  of: Omit<BundleContent, 'scope'> & { manifest: ManifestDraft; signingKey: PrivateJwk; out: string },
): Promise<WrittenBundle> {
  const { manifest, signingKey, out, ...rows } = of;
  const { revision, supersedes, audit, created_at, generator, ...scope } = manifest;
  const prepared = await prepareBundle({ ...rows, scope });
  try {
    return await prepared.seal({
      revision,
      supersedes,
      audit,
      signingKey,
      out,
      ...(created_at === undefined ? {} : { created_at }),
      ...(generator === undefined ? {} : { generator }),
    });
  } finally {
    await prepared.close();
  }
}

async function prepareIn(
  workspace: Workspace,
  folder: string,
  content: BundleContent,
): Promise<Omit<PreparedBundle, 'close'>> {
  const { scope } = content;
  await createTables(workspace);
  await loadRows(workspace, FACTS, content.facts);
  await loadRows(workspace, PRICES, [content.prices]);
  await loadRows(workspace, APPLICATIONS, [content.applications]);
  await loadRows(workspace, PRODUCTS, [content.products]);
  const texts = await listTexts(workspace);
  refuseWhenFound(await withinRange('SCHEMA_VIOLATION', () => schemaFindings(workspace, scope, TABLES, texts)));
  refuseWhenFound(await grainFindings(workspace));
  const totals = await withinRange('TOTALS_MISMATCH', () => totalsOf(workspace));
  const counts = await rowCounts(workspace);
  const files: ManifestFile[] = [];
  for (const table of TABLES) {
    const path = join(folder, table.file);
    await writeParquet(workspace, table, path);
    files.push({ name: table.file, ...(await digestOf(path)), rows: counts[table.file] });
  }
  const digest = await contentDigest(workspace, scope);
  const seal = (of: Seal) => sealContent(folder, { scope, totals, files, contentDigest: digest }, of);
  return { contentDigest: digest, totals, files, seal };
}

// Sorted by grain: equal rows give equal bytes, and neighbouring rows compress well.
async function writeParquet(workspace: Workspace, table: Table, path: string): Promise<void> {
  await workspace.connection.run(
    `COPY (SELECT * FROM ${table.name} ORDER BY ${grainOrder(table)}) TO ${text(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
  );
}

async function digestOf(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return { sha256: hash.digest('hex'), bytes: (await stat(path)).size };
}

async function sealContent(
  folder: string,
  content: { scope: ContentScope; totals: ManifestTotal[]; files: ManifestFile[]; contentDigest: string },
  seal: Seal,
): Promise<WrittenBundle> {
  const manifest: Manifest = {
    contract: { name: CONTRACT_NAME, version: CONTRACT_VERSION },
    ...content.scope,
    revision: seal.revision,
    supersedes: seal.supersedes,
    created_at: seal.created_at ?? new Date().toISOString(),
    generator: seal.generator ?? { name: 'prorata', version: CONTRACT_VERSION },
    files: content.files,
    totals: content.totals,
    audit: seal.audit,
  };
  const [fault] = manifestShape.faults(manifest);
  if (fault) throw new TypeError(`The manifest does not fit the contract: ${fault.message}`);
  const broken = inconsistency(manifest);
  if (broken) throw new TypeError(`The manifest does not fit the contract: ${broken.message}`);
  const payload = Buffer.from(JSON.stringify(manifest));
  const statement = await sign(STATEMENT_TYPES.manifest, payload, seal.signingKey);
  if (Buffer.byteLength(statement) > BUNDLE_LIMITS.manifestBytes) {
    throw new RangeError(`The manifest has ${payload.length} bytes, more than any reader takes`);
  }
  await writeArchive(folder, statement, seal.out);
  return {
    path: seal.out,
    manifest,
    manifestDigest: createHash('sha256').update(payload).digest('hex'),
    contentDigest: content.contentDigest,
    bytes: (await stat(seal.out)).size,
  };
}
