import { expect, it } from 'vitest';
import { changeOf, costsByCurrency } from './revisions.ts';

const total = { rows: 1, cost_standard: null };

it('adds direct and indirect totals by currency, and keeps what no fact carries apart from zero', () => {
  expect(
    costsByCurrency([
      { ...total, consumption_type: 'DIRECT', currency: 'EUR', cost_effective: '10.10', cost_billed: '12' },
      { ...total, consumption_type: 'INDIRECT', currency: 'EUR', cost_effective: '0.9', cost_billed: null },
      { ...total, consumption_type: 'DIRECT', currency: 'CHF', cost_effective: null, cost_billed: '0' },
    ]),
  ).toEqual([
    { currency: 'CHF', effective: null, billed: '0' },
    { currency: 'EUR', effective: '11.00', billed: '12' },
  ]);
});

it('tells by how much a fact changed, came or went', () => {
  const measures = { quantity: '1', cost_billed: null, cost_standard: '7' };
  const before = { ...measures, cost_effective: '10.5' };
  expect(changeOf({ before, after: { ...before, cost_effective: '11' } })).toBe('0.5');
  expect(changeOf({ before, after: null })).toBe('-10.5');
  expect(changeOf({ before: null, after: { ...measures, cost_effective: null } })).toBe('7');
});
