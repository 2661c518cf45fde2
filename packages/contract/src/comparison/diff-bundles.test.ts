import { describe, expect, test } from 'vitest';
import type { FactRow } from '../format/rows.ts';
import { verifyBundle } from '../reading/verify-bundle.ts';
import { sampleBundle, sampleFact } from '../testing/index.ts';
import { diffBundles } from './diff-bundles.ts';

async function differences(before: readonly FactRow[], after: readonly FactRow[]) {
  const [one, other] = [await sampleBundle({ facts: before }), await sampleBundle({ facts: after })];
  await using left = await verifyBundle(one.bytes, one.trust);
  await using right = await verifyBundle(other.bytes, other.trust);
  const found = await Array.fromAsync(diffBundles(left, right));
  return found.map(({ change, grain, before: was, after: is }) => [
    change,
    grain.application_id,
    grain.family_id,
    was?.cost_billed,
    is?.cost_billed,
  ]);
}

describe('diffBundles', () => {
  test('lists what came, went and changed, in the order of the grain', async () => {
    const kept = sampleFact({ application_id: 'Kept' });
    const before = [sampleFact({ application_id: 'A' }), sampleFact({ application_id: 'B', family_id: null }), kept];
    const after = [
      sampleFact({ application_id: 'B', family_id: null, cost_billed: '13.500000000000000001' }),
      sampleFact({ application_id: 'B', family_id: 'x' }),
      { ...kept, cost_billed: '13.50' },
      sampleFact({ application_id: '\u{1f600}' }),
      sampleFact({ application_id: '\u{ff5e}' }),
    ];
    expect(await differences(before, after)).toEqual([
      ['removed', 'A', null, '13.5', undefined],
      ['changed', 'B', null, '13.5', '13.500000000000000001'],
      ['added', 'B', 'x', undefined, '13.5'],
      ['added', '\u{ff5e}', null, undefined, '13.5'],
      ['added', '\u{1f600}', null, undefined, '13.5'],
    ]);
  });

  test('none comes before every value', async () => {
    const [none, some] = [sampleFact({ family_id: null }), sampleFact({ family_id: 'x' })];
    expect((await differences([none], [some])).map(([change]) => change)).toEqual(['removed', 'added']);
    expect((await differences([some], [none])).map(([change]) => change)).toEqual(['added', 'removed']);
    expect(await differences([none, some], [some])).toHaveLength(1);
  });

  test('sorts as the bundle does where UTF-8 and UTF-16 disagree', async () => {
    const facts = ['\u{ff5e}', '\u{1f600}', 'a'].map((application_id) => sampleFact({ application_id }));
    expect(await differences(facts, facts)).toEqual([]);
    expect(await differences(facts.slice(1), facts)).toEqual([['added', '\u{ff5e}', null, undefined, '13.5']]);
    expect(await differences(facts, facts.slice(0, 1))).toHaveLength(2);
  });

  test('bundles of two months have nothing to compare', async () => {
    const july = await sampleBundle();
    const august = await sampleBundle({ manifest: { period_month: '2025-08' } });
    await using left = await verifyBundle(july.bytes, july.trust);
    await using right = await verifyBundle(august.bytes, august.trust);
    await expect(diffBundles(left, right).next()).rejects.toThrow(
      'FR01 2025-07 and FR01 2025-08 have nothing to compare',
    );
  });
});
