import { afterAll, beforeAll, expect, test } from 'vitest';
import { REFUSAL_CODES } from '../format/refusals.ts';
import { DAMAGES, damagedParquet, random, type SampleBundle, sampleBundle, verdictOn } from '../testing/index.ts';
import { verifyBundle } from './verify-bundle.ts';

const codes = new Map<string, number>();
let sample: SampleBundle;
beforeAll(async () => {
  sample = await sampleBundle();
  expect((await verdictOn(sample.bytes, sample.trust)).refusal).toBeNull();
});
afterAll(() => {
  console.log(JSON.stringify(Object.fromEntries([...codes].sort())));
});

test.each(DAMAGES)(
  '%s: none accepted, each with a code and a reason, nothing left behind',
  async (name, damage, times) => {
    for (let seed = 1; seed <= times; seed += 1) {
      const bytes = await damage(sample, random(seed));
      const { refusal, left } = await verdictOn(bytes, sample.trust);
      expect(left, `${name}, seed ${seed}`).toEqual([]);
      if (refusal === null) expect.fail(`${name}, seed ${seed}: accepted`);
      expect(REFUSAL_CODES).toContain(refusal.code);
      expect(refusal.violations[0]?.message.length).toBeGreaterThan(10);
      codes.set(refusal.code, (codes.get(refusal.code) ?? 0) + 1);
    }
  },
);

// Who holds the key may sign any valid Parquet: a byte changed where no reader looks is another spelling of the same rows,
// and one changed in a text or quantity is another statement, which the signature vouches for and whose costs still add up.
test('Parquet damaged inside and signed: refused, or a valid file whose costs are those of the manifest', async () => {
  let [same, other] = [0, 0];
  for (let seed = 1; seed <= 300; seed += 1) {
    const bytes = await damagedParquet(sample, random(seed));
    const { refusal, left } = await verdictOn(bytes, sample.trust);
    expect(left, `seed ${seed}`).toEqual([]);
    if (refusal === null) {
      await using bundle = await verifyBundle(bytes, sample.trust);
      if ((await bundle.contentDigest()) === sample.contentDigest) same += 1;
      else other += 1;
      expect(bundle.manifest.totals).toEqual(sample.manifest.totals);
    } else codes.set(refusal.code, (codes.get(refusal.code) ?? 0) + 1);
  }
  console.log(
    `of 300 Parquet files damaged inside: ${same} are spellings of the same rows, ${other} are other valid rows`,
  );
});
