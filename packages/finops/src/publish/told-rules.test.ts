import type { Tx } from '@prorata/platform';
import { describe, expect, it } from 'vitest';
import * as sql from './told-rules.sql.ts';
import { toldRules } from './told-rules.ts';

const filled = (rule: number, product_id: string) => ({
  code: `rule-${rule}`,
  version: 1,
  label: 'Shared',
  base: 'even',
  measure: null,
  driver: null,
  driver_month: null,
  product_id,
  environments: ['prod'],
  sources: [{ kind: 'POOL', code: 'network' }],
});

/** What is told where a month's lines say so. */
async function told(rows: readonly ReturnType<typeof filled>[]) {
  const tx: Pick<Tx, 'query'> = {
    query: async <Row>(statement: string) =>
      (statement === sql.FILLED_PRODUCTS ? rows : []) as readonly unknown[] as Row[],
  };
  return await toldRules(tx, ['', '', '2025-07-01']);
}

const many = (count: number, of: (index: number) => ReturnType<typeof filled>) =>
  Array.from({ length: count }, (_, index) => of(index));

describe('the rules of a month', () => {
  it('are told up to what the contract holds', async () => {
    expect(await told([])).toBeUndefined();
    expect(await told(many(1000, (index) => filled(index, 'TAX')))).toHaveLength(1000);
    expect((await told(many(1000, (index) => filled(1, `SHARED:${index}`))))?.[0]?.products).toHaveLength(1000);
  });

  it.each([
    ['more rules', many(1001, (index) => filled(index, 'TAX'))],
    ['names that are long in bytes', many(1000, (index) => filled(1, `SHARED:${index}:${'域'.repeat(240)}`))],
    ['a name that a manifest cannot hold', [filled(1, 'x'.repeat(257))]],
  ])('are left out beyond it, since no month may stay unpublished for them: %s', async (_name, rows) => {
    expect(await told(rows)).toBeUndefined();
  });
});
