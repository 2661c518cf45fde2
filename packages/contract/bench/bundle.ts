import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TABLES } from '../src/format/tables.ts';
import {
  generateSigningKey,
  type SigningKey,
  type VerifiedBundle,
  verifyBundle,
  type WrittenBundle,
  writeBundle,
} from '../src/index.ts';
import { createTables, grainOrder, openWorkspace, text, type Workspace } from '../src/tables/workspace.ts';
import { generatedDimensions, generatedFacts, sampleManifest, sampleTrust, unpack } from '../src/testing/index.ts';

/** One measured figure; `ratio` is value / floor, so above 1 where a larger value is better. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: { readonly name: string; readonly value: number; readonly unit: string };
  readonly ratio?: number;
  readonly note?: string;
}

const FACTS = 100_000;
const ROUNDS = 5;
const BATCHES = [...generatedFacts(FACTS)];
const DIMENSIONS = generatedDimensions(FACTS);

/**
 * Writing and verifying a bundle of 100 000 facts, against DuckDB doing the bare file work of the same rows in the same
 * run: no rules, no digests, no signature, no archive. Best of five rounds each, floor and product taking turns.
 */
export async function run(): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'prorata-bench-'));
  const key = generateSigningKey();
  try {
    const out = join(folder, 'bundle.zip');
    const times = {
      write: Infinity,
      verify: Infinity,
      copy: Infinity,
      parquet: Infinity,
      read: Infinity,
      text: Infinity,
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      times.write = Math.min(times.write, await timed(() => write(out, key)));
      times.verify = Math.min(times.verify, await timed(async () => (await verify(out, key)).close()));
      const bundle = await verify(out, key);
      times.copy = Math.min(times.copy, await timed(() => drain(bundle.copyText())));
      await bundle.close();
      const floor = await bareDuckdb(folder, out);
      times.parquet = Math.min(times.parquet, floor.parquet);
      times.read = Math.min(times.read, floor.read);
      times.text = Math.min(times.text, floor.text);
    }
    return [
      rate(
        'contract: write a bundle (rows in memory → rules, Parquet, digest, signature, ZIP)',
        times.write,
        'DuckDB: sort and write the same Parquet files',
        times.parquet,
      ),
      rate(
        'contract: verify a bundle (archive, signature, digests, every rule, totals)',
        times.verify,
        'DuckDB: read the same Parquet files into tables',
        times.read,
      ),
      rate(
        'contract: hand out the facts as COPY text',
        times.copy,
        'DuckDB: COPY the same rows to a CSV file',
        times.text,
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rate(name: string, ms: number, floorName: string, floorMs: number): BenchResult {
  const perSecond = (of: number) => Math.round((FACTS / of) * 1000);
  const [value, floor] = [perSecond(ms), perSecond(floorMs)];
  return {
    name,
    value,
    unit: 'facts/s',
    floor: { name: floorName, value: floor, unit: 'facts/s' },
    ratio: Number((value / floor).toFixed(3)),
    note: `${FACTS} facts, best of ${ROUNDS}: ${Math.round(ms)} ms against ${Math.round(floorMs)} ms`,
  };
}

function write(out: string, key: SigningKey): Promise<WrittenBundle> {
  const manifest = sampleManifest({ pricing_view: null });
  return writeBundle({
    manifest,
    facts: BATCHES,
    prices: [],
    ...DIMENSIONS,
    signingKey: key.privateJwk,
    out,
  });
}

function verify(out: string, key: SigningKey): Promise<VerifiedBundle> {
  return verifyBundle(out, sampleTrust(sampleManifest(), key));
}

async function bareDuckdb(folder: string, archive: string): Promise<{ read: number; parquet: number; text: number }> {
  for (const { name, content } of await unpack(await readFile(archive))) await writeFile(join(folder, name), content);
  const workspace = await openWorkspace([folder]);
  try {
    await createTables(workspace);
    const read = await timed(() =>
      each(
        workspace,
        (name) => `INSERT INTO ${name} SELECT * FROM read_parquet(${text(join(folder, `${name}.parquet`))})`,
      ),
    );
    const parquet = await timed(() =>
      each(
        workspace,
        (name, order) =>
          `COPY (SELECT * FROM ${name} ORDER BY ${order}) TO ${text(join(folder, `${name}.bare`))} (FORMAT parquet, COMPRESSION zstd)`,
      ),
    );
    const csv = await timed(() =>
      workspace.connection.run(`COPY facts TO ${text(join(folder, 'facts.csv'))} (FORMAT csv)`),
    );
    return { read, parquet, text: csv };
  } finally {
    workspace.close();
  }
}

async function each(workspace: Workspace, sql: (name: string, order: string) => string): Promise<void> {
  for (const table of TABLES) await workspace.connection.run(sql(table.name, grainOrder(table)));
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

if (import.meta.main) console.log(JSON.stringify(await run(), null, 2));
