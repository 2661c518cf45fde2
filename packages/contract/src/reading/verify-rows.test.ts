import { beforeAll, describe, expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../format/decimal.ts';
import type { RefusalCode } from '../format/refusals.ts';
import { violation } from '../format/refusals.ts';
import type { Table } from '../format/tables.ts';
import {
  replaceEntry,
  resign,
  rewriteTable,
  type SampleBundle,
  sampleBundle,
  sampleFact,
  unpack,
  verdictOn,
} from '../testing/index.ts';
import type { BundleTrust } from './verify-bundle.ts';

let sample: SampleBundle;
beforeAll(async () => {
  sample = await sampleBundle();
});

async function refusal(bytes: Uint8Array, trust: Partial<BundleTrust> = {}) {
  const { refusal, left } = await verdictOn(bytes, { ...sample.trust, ...trust });
  expect(left).toEqual([]);
  return refusal;
}

/** A bundle whose entity signed other rows than the contract allows. */
async function signedRows(table: Table['name'], select: string): Promise<Buffer> {
  return resign(await rewriteTable(sample.bytes, table, select), sample.key);
}

describe('FILE_DIGEST_MISMATCH', () => {
  test.each(['facts.parquet', 'prices.parquet', 'applications.parquet', 'products.parquet'])(
    'one changed byte in %s',
    async (name) => {
      const content = (await unpack(sample.bytes)).find((entry) => entry.name === name)?.content ?? Buffer.alloc(0);
      const at = sample.bytes.indexOf(Buffer.from(content)) + Math.floor(content.length / 2);
      const bytes = Buffer.from(sample.bytes);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      const found = await refusal(bytes);
      expect(found?.violations).toMatchObject([{ code: 'FILE_DIGEST_MISMATCH', file: name }]);
    },
  );

  test('a size that is not the size', async () => {
    const forged = await resign(sample.bytes, sample.key, (manifest) => ({
      ...manifest,
      files: manifest.files.map((file) => ({ ...file, bytes: file.bytes + 1 })),
    }));
    expect((await refusal(forged))?.violations).toHaveLength(4);
  });
});

// Rows stand in the order of the grain: row 1 Billing EUR … row 6 UNALLOCATED.
describe('SCHEMA_VIOLATION names file, row, column and value', () => {
  test.each<[string, Table['name'], string, object]>([
    [
      'another month',
      'facts',
      "SELECT * REPLACE (DATE '2025-08-01' AS period_month) FROM facts",
      { row: 1, column: 'period_month', value: '2025-08-01' },
    ],
    [
      'a day in the month',
      'facts',
      "SELECT * REPLACE (DATE '2025-07-02' AS period_month) FROM facts",
      { row: 1, column: 'period_month', value: '2025-07-02' },
    ],
    [
      'another entity',
      'facts',
      "SELECT * REPLACE (if(rowid = 2, 'DE02', entity_id) AS entity_id) FROM facts",
      { row: 3, column: 'entity_id', value: 'DE02' },
    ],
    [
      'an environment that is none',
      'facts',
      "SELECT * REPLACE ('PROD' AS environment) FROM facts",
      { row: 1, column: 'environment', value: 'PROD' },
    ],
    [
      'a type that is none',
      'facts',
      "SELECT * REPLACE ('direct' AS consumption_type) FROM facts",
      { row: 1, column: 'consumption_type', value: 'direct' },
    ],
    [
      'a currency that is none',
      'facts',
      "SELECT * REPLACE ('€' AS currency) FROM facts",
      { row: 1, column: 'currency', value: '€' },
    ],
    [
      'an empty unit',
      'facts',
      "SELECT * REPLACE (if(rowid = 5, '', unit) AS unit) FROM facts",
      { row: 6, column: 'unit', value: '' },
    ],
    [
      'an absent domain',
      'facts',
      'SELECT * REPLACE (if(rowid = 1, NULL, domain_id) AS domain_id) FROM facts',
      { row: 2, column: 'domain_id', value: null },
    ],
    [
      'an absent quantity',
      'facts',
      'SELECT * REPLACE (if(rowid = 0, NULL, quantity) AS quantity) FROM facts',
      { row: 1, column: 'quantity', value: null },
    ],
    [
      'a control character',
      'facts',
      "SELECT * REPLACE (if(rowid = 3, 'a' || chr(9) || 'b', family_id) AS family_id) FROM facts",
      { row: 4, column: 'family_id', value: 'a\\u0009b' },
    ],
    [
      'a code of 257 characters',
      'facts',
      "SELECT * REPLACE (repeat('x', 257) AS domain_id) FROM facts",
      { row: 1, column: 'domain_id' },
    ],
    [
      'an application that is not listed',
      'applications',
      "SELECT * FROM applications WHERE application_id <> 'Payroll'",
      { file: 'facts.parquet', row: 4, column: 'application_id', value: 'Payroll' },
    ],
    [
      'a product that is not listed',
      'products',
      "SELECT * FROM products WHERE product_id <> 'VM'",
      { file: 'facts.parquet', row: 1, column: 'product_id', value: 'VM' },
    ],
    [
      'a price for another view',
      'prices',
      "SELECT * REPLACE ('OTHER' AS view_code) FROM prices",
      { row: 1, column: 'view_code', value: 'OTHER' },
    ],
    [
      'a price for another version',
      'prices',
      'SELECT * REPLACE (2::INTEGER AS view_version) FROM prices',
      { row: 1, column: 'view_version', value: '2' },
    ],
    [
      'an empty label',
      'applications',
      "SELECT * REPLACE ('' AS label) FROM applications",
      { row: 1, column: 'label', value: '' },
    ],
    [
      'shares that miss 1 by more than rounding',
      'facts',
      'SELECT * REPLACE (if(quantity = 0.333333333333, 0.333333333336, quantity)::DECIMAL(38,18) AS quantity) FROM facts',
      { row: 3, column: 'quantity', value: '1.000000000003000000' },
    ],
    [
      '19 decimals',
      'facts',
      'SELECT * REPLACE (0.1234567890123456789::DECIMAL(38,19) AS cost_billed) FROM facts',
      { row: null, column: 'cost_billed', value: 'DECIMAL(38,19)' },
    ],
    [
      'floats',
      'facts',
      'SELECT * REPLACE (1.5::DOUBLE AS cost_billed) FROM facts',
      { row: null, column: 'cost_billed', value: 'DOUBLE' },
    ],
    [
      'a month as text',
      'facts',
      "SELECT * REPLACE ('2025-07' AS period_month) FROM facts",
      { row: null, column: 'period_month', value: 'VARCHAR' },
    ],
    [
      'a missing column',
      'facts',
      'SELECT * EXCLUDE (cost_standard) FROM facts',
      { row: null, column: 'cost_standard', value: null },
    ],
    ['a column too many', 'facts', 'SELECT *, 1 AS note FROM facts', { row: null, column: 'note', value: 'INTEGER' }],
  ])('%s', async (_, table, select, place) => {
    const found = await refusal(await signedRows(table, select));
    expect(found?.violations[0]).toMatchObject({ code: 'SCHEMA_VIOLATION', file: `${table}.parquet`, ...place });
    expect(found?.next).toMatch('publish');
  });

  test('shares within rounding are taken', async () => {
    const rounded =
      'SELECT * REPLACE (if(quantity = 0.333333333333, 0.333333333335, quantity)::DECIMAL(38,18) AS quantity) FROM facts';
    expect(await refusal(await signedRows('facts', rounded))).toBeNull();
  });

  test('a signed file that is no Parquet, or one with a damaged footer', async () => {
    const text = await resign(
      await replaceEntry(sample.bytes, 'facts.parquet', Buffer.from('a,b\n1,2\n'.repeat(9))),
      sample.key,
    );
    expect((await refusal(text))?.code).toBe('SCHEMA_VIOLATION');
    const content = Buffer.from(
      (await unpack(sample.bytes)).find((entry) => entry.name === 'facts.parquet')?.content ?? [],
    );
    content.fill(0xff, content.length - 200, content.length - 100);
    const damaged = await resign(await replaceEntry(sample.bytes, 'facts.parquet', content), sample.key);
    expect((await refusal(damaged))?.code).toBe('SCHEMA_VIOLATION');
  });

  test('lists a thousand violations and counts the rest', async () => {
    const many = "SELECT f.* REPLACE ('x' || i AS application_id, '' AS unit) FROM facts f, range(500) r(i)";
    const found = await refusal(await signedRows('facts', many));
    expect(found?.violations).toHaveLength(1000);
    expect((found?.violations.length ?? 0) + (found?.more ?? 0)).toBe(3000 + 500 + 1);
  });
});

describe('GRAIN_DUPLICATE', () => {
  test('names the grain, the first row and the one that repeats it; none is a value', async () => {
    const found = await refusal(
      await signedRows(
        'facts',
        'FROM facts UNION ALL (SELECT * REPLACE (1::DECIMAL(38,18) AS cost_billed) FROM facts WHERE product_id IS NULL)',
      ),
    );
    expect(found?.violations).toMatchObject([
      { code: 'GRAIN_DUPLICATE', file: 'facts.parquet', row: 7, message: expect.stringMatching('the first is row 6') },
    ]);
    expect(found?.violations[0]?.value).toMatch('family_id=none, product_id=none, unit=none');
  });

  test('in the other files as well', async () => {
    expect((await refusal(await signedRows('products', 'FROM products UNION ALL FROM products')))?.code).toBe(
      'GRAIN_DUPLICATE',
    );
  });
});

describe('REFERENCE_UNKNOWN comes between GRAIN_DUPLICATE and TOTALS_MISMATCH', () => {
  const references: BundleTrust['references'] = ({ domains }) =>
    domains
      .filter((domain) => domain.domain_id === 'Storage')
      .map((domain) =>
        violation('REFERENCE_UNKNOWN', `${domain.rows} rows name a domain that is not published`, {
          value: domain.domain_id,
        }),
      );

  test.each<[RefusalCode, string]>([
    ['GRAIN_DUPLICATE', "FROM facts UNION ALL FROM facts WHERE domain_id = 'Compute'"],
    ['REFERENCE_UNKNOWN', 'FROM facts'],
  ])('%s', async (code, select) => {
    const wrongTotal = await resign(await rewriteTable(sample.bytes, 'facts', select), sample.key, (manifest) => ({
      ...manifest,
      totals: [],
    }));
    expect((await refusal(wrongTotal, { references }))?.code).toBe(code);
  });

  test('is told how many rows name what', async () => {
    let seen: unknown;
    const use: BundleTrust['references'] = ({ domains, products, manifest }) => {
      seen = {
        domains,
        products: products.map(({ product_id, rows }) => ({ product_id, rows })),
        month: manifest.period_month,
      };
      return [];
    };
    expect(await refusal(sample.bytes, { references: use })).toBeNull();
    expect(seen).toEqual({
      month: '2025-07',
      domains: [
        { domain_id: 'Compute', rows: 4 },
        { domain_id: 'Storage', rows: 2 },
      ],
      products: [
        { product_id: 'SHARED:disk:Storage', rows: 2 },
        { product_id: 'VM', rows: 3 },
      ],
    });
  });
});

describe('TOTALS_MISMATCH', () => {
  test.each<[string, (total: SampleBundle['manifest']['totals'][number]) => object]>([
    [
      'a cost off by 10⁻¹⁸',
      (total) => ({
        ...total,
        cost_billed: formatDecimal((parseDecimal(total.cost_billed ?? '0') ?? 0n) + 1n),
      }),
    ],
    ['a cost that is absent', (total) => ({ ...total, cost_effective: null })],
    ['rows that are not there', (total) => ({ ...total, rows: total.rows + 1 })],
    ['another currency', (total) => ({ ...total, currency: 'CHF' })],
  ])('%s', async (_, change) => {
    const forged = await resign(sample.bytes, sample.key, (manifest) => ({
      ...manifest,
      totals: manifest.totals.map((total, index) => (index === 0 ? change(total) : total)),
    }));
    expect((await refusal(forged))?.code).toBe('TOTALS_MISMATCH');
  });

  test('one row taken away and signed again', async () => {
    const found = await refusal(await signedRows('facts', 'FROM facts LIMIT 3'));
    expect(found?.code).toBe('SCHEMA_VIOLATION');
    const direct = await refusal(await signedRows('facts', "FROM facts WHERE currency <> 'USD'"));
    expect(direct?.code).toBe('TOTALS_MISMATCH');
    expect(direct?.violations.map((each) => each.message)).toContain('facts.parquet has 5 rows, the manifest says 6');
  });

  test('a total written with needless zeros is the same total', async () => {
    const padded = await resign(sample.bytes, sample.key, (manifest) => ({
      ...manifest,
      totals: manifest.totals.map((total) => ({
        ...total,
        cost_billed: `${Number(total.cost_billed) === 27 ? '27.00' : total.cost_billed}`,
      })),
    }));
    expect(await refusal(padded)).toBeNull();
  });

  test('sums beyond DECIMAL(38,18) are refused, not a crash', async () => {
    const facts = ['A', 'B', 'C'].map((application_id) =>
      sampleFact({ application_id, cost_billed: '9'.repeat(20), quantity: '9'.repeat(20) }),
    );
    await expect(sampleBundle({ facts })).rejects.toMatchObject({ code: 'TOTALS_MISMATCH' });
    const twoThirds = facts.slice(1).map((fact) => ({ ...fact, cost_billed: `6${'0'.repeat(19)}` }));
    await expect(sampleBundle({ facts: twoThirds })).rejects.toMatchObject({ code: 'TOTALS_MISMATCH' });
    const huge = 'SELECT * REPLACE (99999999999999999999::DECIMAL(38,18) AS cost_billed) FROM facts';
    expect((await refusal(await signedRows('facts', huge)))?.code).toBe('TOTALS_MISMATCH');
    const shares = 'SELECT * REPLACE (99999999999999999999::DECIMAL(38,18) AS quantity) FROM facts';
    expect((await refusal(await signedRows('facts', shares)))?.code).toBe('SCHEMA_VIOLATION');
  });
});
