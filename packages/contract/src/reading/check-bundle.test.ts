import { beforeAll, describe, expect, test } from 'vitest';
import { replaceEntry, resign, rewriteTable, type SampleBundle, sampleBundle, unpack } from '../testing/index.ts';
import { generateSigningKey } from '../trust/keys.ts';
import { checkBundle } from './check-bundle.ts';

let sample: SampleBundle;
beforeAll(async () => {
  sample = await sampleBundle();
});

describe('checkBundle', () => {
  test('finds nothing in a valid bundle and says whether the signature was checked', async () => {
    expect(await checkBundle(sample.bytes)).toMatchObject({
      signature: 'not checked',
      violations: [],
      more: 0,
      manifest: sample.manifest,
    });
    expect(await checkBundle(sample.bytes, { keys: sample.trust.resolveKey })).toMatchObject({
      signature: 'valid',
      violations: [],
    });
  });

  test('names everything that is wrong at once', async () => {
    const facts = await rewriteTable(
      sample.bytes,
      'facts',
      "SELECT * REPLACE (if(rowid = 0, 'PROD', environment) AS environment, if(rowid = 1, '', unit) AS unit) FROM facts UNION ALL FROM facts WHERE product_id IS NULL",
    );
    const products = await rewriteTable(facts, 'products', 'SELECT *, 1 AS note FROM products');
    const forged = await resign(products, generateSigningKey(), (manifest) => ({
      ...manifest,
      files: manifest.files.map((file) =>
        file.name === 'prices.parquet' ? { ...file, sha256: '0'.repeat(64) } : file,
      ),
    }));
    const found = await checkBundle(forged, { keys: sample.trust.resolveKey });
    expect(found.signature).toBe('invalid');
    const places = found.violations.map(({ code, file, row, column }) => ({ code, file, row, column }));
    expect(places).toEqual([
      { code: 'KEY_UNKNOWN', file: null, row: null, column: null },
      { code: 'FILE_DIGEST_MISMATCH', file: 'prices.parquet', row: null, column: null },
      { code: 'SCHEMA_VIOLATION', file: 'products.parquet', row: null, column: 'note' },
      { code: 'SCHEMA_VIOLATION', file: 'facts.parquet', row: 2, column: 'unit' },
      { code: 'SCHEMA_VIOLATION', file: 'facts.parquet', row: 1, column: 'environment' },
      { code: 'GRAIN_DUPLICATE', file: 'facts.parquet', row: 7, column: null },
    ]);
  });

  test('compares totals when every file could be read', async () => {
    const forged = await resign(sample.bytes, sample.key, (manifest) => ({ ...manifest, totals: [] }));
    const found = await checkBundle(forged, { keys: sample.trust.resolveKey });
    expect(found.violations.map((each) => each.code)).toEqual(Array(3).fill('TOTALS_MISMATCH'));
  });

  test('lists every fault of a manifest', async () => {
    const forged = await resign(sample.bytes, sample.key, (manifest) => ({
      ...manifest,
      revision: 0,
      period_month: '2025-00',
      note: 1,
    }));
    const found = await checkBundle(forged);
    expect(found.violations.map((each) => each.column).sort()).toEqual(['/note', '/period_month', '/revision']);
    expect(found.manifest).toBeUndefined();
  });

  test.each([
    ['not a ZIP', async () => Buffer.from('hello'), 'ARCHIVE_REFUSED'],
    ['no manifest to read', () => replaceEntry(sample.bytes, 'manifest.jws', Buffer.from('{}')), 'MANIFEST_UNREADABLE'],
    [
      'an empty Parquet',
      async () => resign(await replaceEntry(sample.bytes, 'facts.parquet', Buffer.alloc(0)), sample.key),
      'SCHEMA_VIOLATION',
    ],
    [
      'a changed byte',
      async () =>
        replaceEntry(sample.bytes, 'facts.parquet', (await unpack(sample.bytes))[2]?.content ?? Buffer.alloc(0)),
      'FILE_DIGEST_MISMATCH',
    ],
  ])('%s is a finding and not an error', async (_, bytes, code) => {
    expect((await checkBundle(await bytes())).violations[0]?.code).toBe(code);
  });
});
