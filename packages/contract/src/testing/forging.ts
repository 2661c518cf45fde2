import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { FlattenedSign, importJWK } from 'jose';
import yauzl from 'yauzl';
import { ZipFile } from 'yazl';
import { MANIFEST_FILE } from '../format/contract.ts';
import type { Manifest } from '../format/manifest.ts';
import { TABLES, type Table } from '../format/tables.ts';
import { openPrivateFolder } from '../tables/private-folder.ts';
import { createTables, openWorkspace, text } from '../tables/workspace.ts';
import type { SigningKey } from '../trust/keys.ts';
import { STATEMENT_TYPES, sign } from '../trust/statement.ts';

/** One entry of an archive to forge. */
export interface ForgedEntry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly compress?: boolean;
}

/** The entries of an archive, in its order. */
export async function unpack(bytes: Uint8Array): Promise<ForgedEntry[]> {
  const zip = await yauzl.fromBufferPromise(Buffer.from(bytes));
  const entries: ForgedEntry[] = [];
  for await (const entry of zip.eachEntry()) {
    entries.push({ name: entry.fileName, content: await buffer(await zip.openReadStreamPromise(entry)) });
  }
  return entries;
}

/** Packs entries as the writer does: stored, one fixed time, no extra fields. Any name and any order. */
export async function pack(entries: readonly ForgedEntry[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, content, compress = false } of entries) {
    zip.addBuffer(Buffer.from(content), name, {
      mtime: new Date(1980, 0, 1),
      mode: 0o100644,
      compress,
      forceDosTimestamp: true,
    });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** The archive with other content for one entry; nothing else changes, so digests and signature no longer fit. */
export async function replaceEntry(bytes: Uint8Array, name: string, content: Uint8Array): Promise<Buffer> {
  const entries = await unpack(bytes);
  return pack(entries.map((entry) => (entry.name === name ? { name, content } : entry)));
}

/** The manifest of an archive, unverified. */
export async function manifestOf(bytes: Uint8Array): Promise<Manifest> {
  const { payload } = JSON.parse(await entryText(bytes, MANIFEST_FILE)) as { payload: string };
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Manifest;
}

/**
 * Signs a changed manifest with `key`: a forgery by someone who holds a key. `change` gets the manifest with the
 * digests and sizes of the files as they are now, and answers anything: an object, or text that is no JSON at all.
 */
export async function resign(
  bytes: Uint8Array,
  key: SigningKey,
  change: (manifest: Manifest) => unknown = (manifest) => manifest,
): Promise<Buffer> {
  const current = new Map((await unpack(bytes)).map((entry) => [entry.name, entry.content]));
  const manifest = await manifestOf(bytes);
  const files = manifest.files.map((file) => {
    const content = current.get(file.name) ?? Buffer.alloc(0);
    return { ...file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  });
  const changed = change({ ...manifest, files });
  const payload = Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed));
  return replaceEntry(bytes, MANIFEST_FILE, Buffer.from(await sign(STATEMENT_TYPES.manifest, payload, key.privateJwk)));
}

/** Signs the manifest under another protected header, for example with `jwk` or `crit` in it. */
export async function resignWithHeader(
  bytes: Uint8Array,
  key: SigningKey,
  header: Readonly<Record<string, unknown>>,
): Promise<Buffer> {
  const { payload } = JSON.parse(await entryText(bytes, MANIFEST_FILE)) as { payload: string };
  const signer = new FlattenedSign(Buffer.from(payload, 'base64url'));
  signer.setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: STATEMENT_TYPES.manifest, ...header });
  const options = Array.isArray(header.crit)
    ? { crit: Object.fromEntries(header.crit.map((name) => [name, true])) }
    : {};
  const jws = await signer.sign(await importJWK({ ...key.privateJwk }, 'EdDSA'), options);
  return replaceEntry(bytes, MANIFEST_FILE, Buffer.from(JSON.stringify(jws)));
}

/**
 * Rewrites one Parquet file: `select` is a DuckDB query over the four tables (facts, prices, applications, products)
 * as they are. Digests and signature no longer fit; `resign` makes them fit again.
 */
export async function rewriteTable(bytes: Uint8Array, name: Table['name'], select: string): Promise<Buffer> {
  const folder = await openPrivateFolder();
  const workspace = await openWorkspace([folder.path]);
  try {
    await createTables(workspace);
    for (const entry of await unpack(bytes)) {
      const table = TABLES.find((each) => each.file === entry.name);
      if (!table) continue;
      const path = join(folder.path, entry.name);
      await writeFile(path, entry.content);
      await workspace.connection.run(`INSERT INTO ${table.name} SELECT * FROM read_parquet(${text(path)})`);
    }
    const out = join(folder.path, 'forged.parquet');
    await workspace.connection.run(`COPY (${select}) TO ${text(out)} (FORMAT parquet)`);
    return await replaceEntry(bytes, `${name}.parquet`, await readFile(out));
  } finally {
    workspace.close();
    await folder.remove();
  }
}

/** Text of one entry. */
export async function entryText(bytes: Uint8Array, name: string): Promise<string> {
  const found = (await unpack(bytes)).find((entry) => entry.name === name);
  if (!found) throw new Error(`The archive holds no ${name}`);
  return Buffer.from(found.content).toString('utf8');
}
