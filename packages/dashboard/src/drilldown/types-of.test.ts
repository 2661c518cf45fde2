import { expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

it('tells direct, indirect and both apart, by product and unit', () => {
  const row = { code: 'vm', unit: 'Hours', fact_rows: 5 };
  expect(typesOf(row, [])).toEqual(['DIRECT']);
  expect(typesOf(row, [{ code: 'vm', unit: 'GB', fact_rows: 5 }])).toEqual(['DIRECT']);
  expect(typesOf(row, [{ code: 'vm', unit: 'Hours', fact_rows: 2 }])).toEqual(['DIRECT', 'INDIRECT']);
  expect(typesOf(row, [{ code: 'vm', unit: 'Hours', fact_rows: 5 }])).toEqual(['INDIRECT']);
});
