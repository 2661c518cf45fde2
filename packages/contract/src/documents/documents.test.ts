import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../format/tables.ts';
import { verifyBundle } from '../reading/verify-bundle.ts';
import { type SampleBundle, sampleBundle, sampleFact } from '../testing/index.ts';
import { contractDocuments } from './documents.ts';

const committed = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));

async function validator(name: string) {
  const ajv = new Ajv2020({ strict: true, strictTypes: false });
  addFormats.default(ajv, ['date-time']);
  return ajv.compile(await committed(name));
}

describe('the documents that other teams take', () => {
  test.each(contractDocuments().map((document) => [basename(document.url.pathname), document] as const))(
    '%s says what the code says (else: node packages/contract/src/documents/write.ts)',
    async (name, { url, content }) => {
      const text = await readFile(url, 'utf8');
      if (name.endsWith('.json')) expect(JSON.parse(text)).toEqual(JSON.parse(content));
      else expect(text).toBe(content);
    },
  );

  test('the ODCS document names every file and column with its type', async () => {
    const text = await readFile(new URL('../../odcs/prorata-finops-facts.yaml', import.meta.url), 'utf8');
    const names = [...text.matchAll(/^ {6}- name: "(.+)"$/gm)].map((match) => match[1]);
    expect(names).toEqual(TABLES.flatMap((table) => table.columns.map((column) => column.name)));
    expect([...text.matchAll(/physicalType: "DECIMAL\(38,18\)"/g)]).toHaveLength(5);
  });
});

describe('the schemas against a bundle', () => {
  let sample: SampleBundle;
  beforeAll(async () => {
    sample = await sampleBundle();
  });

  test('what a bundle says fits them', async () => {
    await using bundle = await verifyBundle(sample.bytes, sample.trust);
    expect((await validator('manifest'))(bundle.manifest)).toBe(true);
    const facts = await validator('facts');
    for await (const batch of bundle.factRows())
      for (const row of batch) expect(facts(row), JSON.stringify(facts.errors)).toBe(true);
    const others = { prices: await bundle.prices(), applications: await bundle.applications() };
    for (const [name, rows] of Object.entries(others)) {
      const fits = await validator(name);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(fits(row), JSON.stringify(fits.errors)).toBe(true);
    }
  });

  test.each([
    ['19 decimals', { cost_billed: '0.1234567890123456789' }],
    ['a number', { quantity: 1 }],
    ['an empty unit', { unit: '' }],
    ['a tab', { domain_id: 'a\tb' }],
    ['an environment that is none', { environment: 'PROD' }],
    ['a day', { period_month: '2025-07-01' }],
    ['a column too many', { note: 'x' }],
  ])('a fact with %s does not', async (_, change) => {
    const fits = await validator('facts');
    expect(fits({ ...sampleFact(), ...change })).toBe(false);
  });
});
