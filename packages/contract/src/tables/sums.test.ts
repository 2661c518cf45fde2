import { expect, test } from 'vitest';
import { verifyBundle } from '../reading/verify-bundle.ts';
import { decodeArray, sampleBundle, sampleFact } from '../testing/index.ts';

test('facts add up exactly, and a cost that is missing is told from one of 0', async () => {
  const fact = (application_id: string, of: Parameters<typeof sampleFact>[0]) =>
    sampleFact({ application_id, product_id: null, family_id: null, quantity: '1', cost_billed: null, ...of });
  const facts = [
    fact('a', { environment: 'prod', cost_effective: '0.000000000000000001', cost_standard: '7' }),
    fact('a', { environment: 'non_prod', cost_effective: '12345678901234567890', cost_standard: null }),
    fact('b', { environment: 'prod', cost_effective: null, cost_standard: '-0.5' }),
    fact('b', { environment: 'non_prod', cost_effective: null, cost_standard: null }),
    fact('b', { environment: 'n_a', product_id: 'TAX', cost_effective: '0', cost_standard: null }),
  ];
  const sample = await sampleBundle({ facts, prices: [], manifest: { pricing_view: null } });
  await using bundle = await verifyBundle(sample.bytes, sample.trust);
  const [sums, ...more] = await Array.fromAsync(bundle.sums(['application_id', 'is_tax']));
  expect(more).toEqual([]);
  expect(Object.fromEntries([...(sums ?? [])].map(([column, array]) => [column, decodeArray(array)]))).toEqual({
    application_id: ['a', 'b', 'b'],
    is_tax: [false, false, true],
    rows: [2, 2, 1],
    valued_rows: [2, 1, 1],
    cost_effective_rows: [2, 0, 1],
    cost_billed_rows: [0, 0, 0],
    cost_standard_rows: [1, 1, 0],
    quantity: ['2', '2', '1'],
    cost: ['12345678901234567890.000000000000000001', '-0.5', '0'],
    cost_effective: ['12345678901234567890.000000000000000001', '0', '0'],
    cost_billed: ['0', '0', '0'],
    cost_standard: ['7', '-0.5', '0'],
  });
  await expect(Array.fromAsync(bundle.sums(['quantity']))).rejects.toThrow('no column of the grain');
});

test('a sum beyond the decimals of the contract refuses the bundle, even where the total is none', async () => {
  const most = '99999999999999999999';
  const facts = ['a', 'b'].flatMap((application_id) => [
    sampleFact({ application_id, environment: 'non_prod', cost_effective: `-${most}` }),
    sampleFact({ application_id, environment: 'prod', cost_effective: most }),
  ]);
  const sample = await sampleBundle({ facts });
  await using bundle = await verifyBundle(sample.bytes, sample.trust);
  await expect(Array.fromAsync(bundle.sums(['environment']))).rejects.toMatchObject({
    violations: [{ code: 'TOTALS_MISMATCH' }],
  });
});
