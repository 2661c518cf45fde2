import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatDecimal } from '../format/decimal.ts';
import type { FactRow } from '../format/rows.ts';
import { CONSUMPTION_TYPES, ENVIRONMENTS, FACT_COLUMNS } from '../format/tables.ts';
import { verifyBundle } from '../reading/verify-bundle.ts';
import { applicationsOf, productsOf, sampleBundle, sampleFact, sampleFacts, sampleManifest } from '../testing/index.ts';
import { generateSigningKey } from '../trust/keys.ts';
import { prepareBundle, writeBundle } from './write-bundle.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prorata-writing-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const key = generateSigningKey();
const { revision, supersedes, audit, created_at: _, ...scope } = sampleManifest({ pricing_view: null });
const content = (facts: readonly FactRow[], of: Partial<typeof scope> = {}) => ({
  scope: { ...scope, ...of },
  facts: [facts],
  prices: [],
  applications: applicationsOf(facts),
  products: productsOf(facts),
  temporaryFolder: folder,
});

async function digestOf(facts: readonly FactRow[], of: Partial<typeof scope> = {}): Promise<string> {
  const prepared = await prepareBundle(content(facts, of));
  await prepared.close();
  return prepared.contentDigest;
}

describe('writeBundle', () => {
  test('removes what a killed writer left beside the archive, and nothing else', async () => {
    const killed = spawnSync(process.execPath, ['-e', '']).pid;
    for (const name of [`r1.zip.${killed}.partial`, `r2.zip.${killed}.partial`, `r1xzip.${killed}.partial`]) {
      await writeFile(join(folder, name), 'x');
    }
    const facts = sampleFacts();
    const rows = { facts: [facts], prices: [], applications: applicationsOf(facts), products: productsOf(facts) };
    const manifest = sampleManifest({ pricing_view: null });
    await writeBundle({ ...rows, manifest, signingKey: key.privateJwk, out: join(folder, 'r1.zip') });
    expect((await readdir(folder)).sort()).toEqual(['r1.zip', `r1xzip.${killed}.partial`, `r2.zip.${killed}.partial`]);
  });

  test('equal content gives equal bytes, in whatever order the rows come', async () => {
    const one = await sampleBundle({ key });
    const other = await sampleBundle({ key, facts: sampleFacts().reverse() });
    expect(other.bytes.equals(one.bytes)).toBe(true);
  });

  test('the archive appears complete or not at all, and no private folder stays', async () => {
    const out = join(folder, 'FR01_2025-07_r1.zip');
    const { temporaryFolder, scope: _, ...rows } = content(sampleFacts());
    const written = await writeBundle({
      ...rows,
      temporaryFolder,
      manifest: sampleManifest({ pricing_view: null }),
      signingKey: key.privateJwk,
      out,
    });
    expect(await readdir(folder)).toEqual(['FR01_2025-07_r1.zip']);
    expect(written.bytes).toBe((await readFile(out)).length);
    const gone = writeBundle({
      ...rows,
      temporaryFolder,
      manifest: sampleManifest(),
      signingKey: key.privateJwk,
      out: join(folder, 'no', 'such.zip'),
    });
    await expect(gone).rejects.toThrow('ENOENT');
    expect(await readdir(folder)).toEqual(['FR01_2025-07_r1.zip']);
  });

  test.each<[string, Partial<FactRow>, string, object]>([
    [
      '19 decimals',
      { cost_billed: '0.1234567890123456789' },
      'SCHEMA_VIOLATION',
      { column: 'cost_billed', value: '0.1234567890123456789' },
    ],
    ['a float', { quantity: 1.5 as unknown as string }, 'SCHEMA_VIOLATION', { column: 'quantity', value: '1.5' }],
    ['an exponent', { quantity: '1e3' }, 'SCHEMA_VIOLATION', { column: 'quantity' }],
    [
      'a month that is none',
      { period_month: '2025-13' },
      'SCHEMA_VIOLATION',
      { column: 'period_month', value: '2025-13' },
    ],
    ['another month', { period_month: '2025-08' }, 'SCHEMA_VIOLATION', { column: 'period_month' }],
    ['half a character', { domain_id: 'a\u{d800}' }, 'SCHEMA_VIOLATION', { column: 'domain_id' }],
    ['an unknown column', { note: 'x' } as Partial<FactRow>, 'SCHEMA_VIOLATION', { column: 'note' }],
    ['an absent unit', { unit: undefined as unknown as string }, 'SCHEMA_VIOLATION', { column: 'unit' }],
    ['a duplicate grain', {}, 'GRAIN_DUPLICATE', {}],
  ])('%s is refused with its row before anything is signed', async (_, change, code, place) => {
    const facts = [sampleFact(), sampleFact({ ...change })];
    const refused = prepareBundle(content(facts));
    await expect(refused).rejects.toMatchObject({ code, violations: [{ file: 'facts.parquet', row: 2, ...place }] });
    expect(await readdir(folder)).toEqual([]);
  });

  test('revision 2 without supersedes cannot be sealed', async () => {
    const prepared = await prepareBundle(content([sampleFact()]));
    const sealed = prepared.seal({
      revision: 2,
      supersedes: null,
      audit: null,
      signingKey: key.privateJwk,
      out: join(folder, 'x.zip'),
    });
    await expect(sealed).rejects.toThrow('names the digest of the manifest it replaces');
    await prepared.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test('a month without facts is a month', async () => {
    const empty = await sampleBundle({ facts: [] });
    await using bundle = await verifyBundle(empty.bytes, empty.trust);
    expect(bundle.rows).toBe(0);
    expect(bundle.manifest.totals).toEqual([]);
  });
});

describe('content digest', () => {
  test('is the same for the same content, whatever the order, the spelling of decimals and the revision', async () => {
    const spelled = sampleFacts().map((fact) => ({
      ...fact,
      quantity: fact.quantity === '10.5' ? '10.500' : fact.quantity,
    }));
    expect(await digestOf(spelled.reverse())).toBe(await digestOf(sampleFacts()));
    const later = await sampleBundle({
      manifest: { pricing_view: null, revision: 2, supersedes: 'a'.repeat(64), audit: null },
      key,
    });
    expect(later.contentDigest).toBe(await digestOf(sampleFacts()));
  });

  test('differs when a cost, the status, a reference version or an adjusted month differs', async () => {
    const digests = await Promise.all([
      digestOf(sampleFacts()),
      digestOf(
        sampleFacts().map((fact, index) => (index === 0 ? { ...fact, cost_billed: '13.500000000000000001' } : fact)),
      ),
      digestOf(sampleFacts().slice(1)),
      digestOf(sampleFacts(), { status: 'CLOSED' }),
      digestOf(sampleFacts(), { references: { domains: '2' } }),
      digestOf(sampleFacts(), { adjusts_month: '2025-06' }),
    ]);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

// What the text form has to escape is rare among random texts.
const awkward = fc.constantFrom('\\', '\\N', 'a\\tb\\', "it's", '"', ' ', '\u{1f600}');
const plain = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/\p{Cc}/u.test(text));
const code = fc.oneof({ weight: 3, arbitrary: plain }, awkward);
const decimal = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(formatDecimal);
const fact: fc.Arbitrary<FactRow> = fc.record({
  period_month: fc.constant('2025-07'),
  entity_id: fc.constant('FR01'),
  application_id: code,
  domain_id: code,
  family_id: fc.option(code),
  product_id: fc.option(code),
  unit: code,
  environment: fc.constantFrom(...ENVIRONMENTS),
  consumption_type: fc.constant(CONSUMPTION_TYPES[0]),
  currency: fc.constantFrom('EUR', 'USD'),
  quantity: decimal,
  cost_effective: fc.option(decimal),
  cost_billed: fc.option(decimal),
  cost_standard: fc.option(decimal),
});
const grain = (row: FactRow) =>
  FACT_COLUMNS.slice(0, 10)
    .map((name) => row[name as keyof FactRow])
    .join('\u0000');

test('a code that begins with a byte order mark comes out whole, beside the same code without one', async () => {
  const [plain, marked] = ['Compute', '\ufeffCompute'];
  const facts = [plain, marked].map((code) => sampleFact({ application_id: code, domain_id: code, product_id: code }));
  const sample = await sampleBundle({ facts, manifest: { pricing_view: null }, key });
  await using bundle = await verifyBundle(sample.bytes, sample.trust);
  const codes = [plain, marked];
  expect((await bundle.applications()).map(({ application_id }) => application_id)).toEqual(codes);
  expect((await bundle.products()).map(({ product_id }) => product_id)).toEqual(codes);
  expect((await bundle.domains()).map(({ domain_id }) => domain_id)).toEqual(codes);
});

test('what goes into a bundle comes out of it, exactly: any text, any decimal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fact, { selector: grain, maxLength: 20 }), async (facts) => {
      const sample = await sampleBundle({ facts, manifest: { pricing_view: null }, key });
      await using bundle = await verifyBundle(sample.bytes, sample.trust);
      const rows = (await Array.fromAsync(bundle.factRows())).flat();
      const sorted = (of: readonly FactRow[]) => of.map((row) => JSON.stringify(row, [...FACT_COLUMNS])).sort();
      expect(sorted(rows)).toEqual(sorted(facts));
      const lines = Buffer.concat(await Array.fromAsync(bundle.copyText()))
        .toString('utf8')
        .split('\n')
        .slice(0, -1);
      expect(lines.sort()).toEqual(facts.map(copyLine).sort());
    }),
    { numRuns: 25 },
  );
});

// PostgreSQL's COPY text format, written down a second time.
function copyLine(row: FactRow): string {
  return FACT_COLUMNS.map((name) => {
    const value = row[name as keyof FactRow];
    if (value === null) return '\\N';
    return name === 'period_month' ? `${value}-01` : value.replaceAll('\\', '\\\\');
  }).join('\t');
}
