import { describe, expect, test } from 'vitest';
import { decodeArray, generatedFacts, sampleBundle } from '../testing/index.ts';
import { verifyBundle } from './verify-bundle.ts';

describe('verifyBundle', () => {
  test('takes a sample bundle and hands out what it says', async () => {
    const sample = await sampleBundle();
    await using bundle = await verifyBundle(sample.bytes, sample.trust);
    expect(bundle.manifest).toEqual(sample.manifest);
    expect(bundle.manifestDigest).toBe(sample.manifestDigest);
    expect(await bundle.contentDigest()).toBe(sample.contentDigest);
    let text = '';
    for await (const chunk of bundle.copyText({ prefix: ['t', 'p'] })) text += Buffer.from(chunk).toString();
    expect(text).toMatchInlineSnapshot(`
      "t	p	2025-07-01	FR01	Billing	Compute	\\N	VM	Hours	prod	DIRECT	EUR	10.5	12.345678901234567891	13.5	10.5
      t	p	2025-07-01	FR01	Billing	Compute	Virtual	VM	Hours	prod	DIRECT	USD	10.5	\\N	0.000000000000000001	10.5
      t	p	2025-07-01	FR01	Billing	Storage	\\N	SHARED:disk:Storage	share	prod	INDIRECT	EUR	0.333333333333	1	13.5	\\N
      t	p	2025-07-01	FR01	Payroll	Compute	\\N	VM	Hours	non_prod	DIRECT	EUR	10.5	12.345678901234567891	13.5	\\N
      t	p	2025-07-01	FR01	Payroll	Storage	\\N	SHARED:disk:Storage	share	prod	INDIRECT	EUR	0.666666666667	2	13.5	\\N
      t	p	2025-07-01	FR01	UNALLOCATED	Compute	\\N	\\N	none	n_a	DIRECT	EUR	10.5	-3.25	13.5	10.5
      "
    `);
    expect(await bundle.domains()).toMatchInlineSnapshot(`
      [
        {
          "domain_id": "Compute",
          "rows": 4,
        },
        {
          "domain_id": "Storage",
          "rows": 2,
        },
      ]
    `);
    expect((await Array.fromAsync(bundle.factRows())).flat()).toHaveLength(6);
    expect(await bundle.prices()).toHaveLength(2);
  });

  test('readings go on beside each other, and each is whole', async () => {
    const rows = [...generatedFacts(5000, { entity_id: 'FR01' })].flat();
    const sample = await sampleBundle({ facts: rows, prices: [], manifest: { pricing_view: null } });
    await using bundle = await verifyBundle(sample.bytes, sample.trust);
    const alone = await Array.fromAsync(bundle.copyBinary());
    const copy = bundle.copyBinary()[Symbol.asyncIterator]();
    const first = [await copy.next(), await copy.next()];
    const [sums, applications, text] = await Promise.all([
      Array.fromAsync(bundle.sums(['application_id'])),
      bundle.applications(),
      Array.fromAsync(bundle.copyText({ order: 'file' })),
    ]);
    const chunks: Uint8Array[] = first.flatMap(({ value }) => (value === undefined ? [] : [value]));
    for (let next = await copy.next(); next.done !== true; next = await copy.next()) chunks.push(next.value);
    expect(alone.length).toBeGreaterThan(4);
    expect(Buffer.concat(chunks).equals(Buffer.concat(alone))).toBe(true);
    expect(decodeArray(sums[0]?.get('application_id') ?? new Uint8Array())).toHaveLength(applications.length);
    expect(Buffer.concat(text).toString().split('\n')).toHaveLength(rows.length + 1);
  });
});
