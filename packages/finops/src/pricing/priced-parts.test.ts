import { formatDecimal, parseDecimal } from '@prorata/allocation';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { indirectValue } from './priced-parts.sql.ts';

let test: TestEntity;
beforeAll(async () => {
  test = await openTestEntity();
});
afterAll(async () => {
  await test.close();
});

const SHARES = 10n ** 12n;
/** Shares of one whole with 12 decimals, some of them 0. */
const shares = fc.array(fc.bigInt({ min: 0n, max: 10n ** 6n }), { minLength: 1, maxLength: 12 }).map((weights) => {
  const all = weights.reduce((sum, one) => sum + one, 0n);
  const parts = weights.map((one) => (all === 0n ? 0n : (one * SHARES) / all));
  const rest = SHARES - parts.reduce((sum, one) => sum + one, 0n);
  return parts.map((one, index) => formatDecimal(index === 0 ? one + rest : one, 12));
});
const price = fc.bigInt({ min: 0n, max: 10n ** 27n }).map((units) => formatDecimal(units, 18));

it('parts of a priced indirect product add up to its price, each within one unit of its share', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ shares, price }), { minLength: 20, maxLength: 20 }), async (products) => {
      const facts = products.flatMap(({ shares, price }, product) =>
        shares.map((quantity, application) => ({
          product_id: product,
          application_id: `a${application}`,
          quantity,
          price,
        })),
      );
      const rows = await test.database.admin<{ product: number; quantity: string; value: string }>(
        `SELECT product_id AS product, quantity::text AS quantity, (${indirectValue('f.price')})::text AS value
           FROM (SELECT *, '' AS domain_id, 'share' AS unit, 'n_a' AS environment, 'EUR' AS currency
                   FROM jsonb_to_recordset($1::jsonb)
                        AS f (product_id integer, application_id text, quantity numeric, price numeric)) AS f`,
        [JSON.stringify(facts)],
      );
      const sums = products.map(() => 0n);
      for (const { product, quantity, value } of rows) {
        const units = parseDecimal(value, 18);
        const near = parseDecimal(quantity, 12) * parseDecimal(products[product]?.price ?? '', 18);
        sums[product] = (sums[product] ?? 0n) + units;
        const away = units * 10n ** 12n - near;
        expect(away < 10n ** 12n && away > -(10n ** 12n)).toBe(true);
        if (near === 0n) expect(units).toBe(0n);
      }
      expect(sums).toEqual(products.map((one) => parseDecimal(one.price, 18)));
    }),
    { numRuns: 25 },
  );
});
