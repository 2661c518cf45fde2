import { expect, it } from 'vitest';
import { monthsBetween } from '../format/months.ts';
import { resolve } from './choice.ts';

const available = { months: monthsBetween('2024-06', '2025-12'), currency: 'EUR', currencies: ['EUR', 'CHF'] };

it('shows the newest twelve months and is about the newest one', () => {
  expect(resolve({}, available)).toMatchObject({
    from: '2025-01',
    to: '2025-12',
    month: '2025-12',
    currency: 'EUR',
    measure: 'cost',
    withoutTax: false,
    entity: [],
  });
  expect(resolve({}, { ...available, months: ['2025-03', '2025-04'] })).toMatchObject({
    from: '2025-03',
    to: '2025-04',
  });
});

it('keeps the month inside the range', () => {
  expect(resolve({ month: '2025-03' }, available)?.month).toBe('2025-03');
  expect(resolve({ month: '2024-07' }, available)).toMatchObject({ from: '2024-07', to: '2025-12', month: '2024-07' });
  expect(resolve({ month: '2027-01' }, available)?.month).toBe('2025-12');
  expect(resolve({ from: '2024-07', to: '2024-09', month: '2025-01' }, available)?.month).toBe('2024-09');
});

it('puts a range right that is the wrong way round or beyond the facts', () => {
  expect(resolve({ from: '2025-09', to: '2025-03' }, available)).toMatchObject({ from: '2025-03', to: '2025-03' });
  expect(resolve({ from: '2026-02' }, available)).toMatchObject({ from: '2026-02', to: '2026-02', month: '2026-02' });
});

it('has nothing to say about an empty group', () => {
  expect(resolve({}, { ...available, months: [] })).toBeUndefined();
});
