import type { Tx } from '@prorata/platform';
import { expect, it } from 'vitest';
import type { PostingResult } from './result.ts';
import { storeAlone } from './store.ts';

it('stores an entry with more parts than a call takes arguments', () => {
  const dimensions = Array.from({ length: 10 }, (_, index) => `D${index}`);
  const parts = dimensions.map((dimension) => ({ dimensions: [dimension], amount: '0.10' }));
  const lines = Array.from({ length: 20_000 }, (_, index) => {
    return { line: index + 1, account: '641100', amount: '1.00', splits: [{ axes: ['CENTER'], parts }] };
  });
  const result: PostingResult = {
    schema: 'prorata.posting-result/1',
    rule: { id: 'r', rule_code: 'PAYROLL', version: 1, digest: '' },
    month: '2026-10',
    currency: 'EUR',
    scale: 2,
    amount: '20000.00',
    weights: [],
    drivers: {},
    lines,
    totals: {},
  };
  const posting = {
    id: 'p',
    country_code: 'FR',
    source_entry_id: 'e',
    allocation_rule_id: 'r',
    kind: 'ORIGINAL' as const,
  };
  const rest = { reverses: null, posting_date: '2026-10-31', currency: 'EUR', result, created_by: 'u' };
  const ids = { axisIds: new Map([['CENTER', 'a']]), dimensionIds: new Map([['CENTER', new Map([['D0', 'd']])]]) };
  let values: readonly unknown[] = [];
  const tx = { defer: (_sql: string, given: readonly unknown[]) => (values = given) } as unknown as Tx;
  storeAlone(tx, [{ owner: 'o', posting: { ...posting, ...rest }, ids, moment: new Date() }]);
  const columns = values.filter((value) => Array.isArray(value) && value.length === 200_000);
  expect(columns.length).toBe(7);
});
