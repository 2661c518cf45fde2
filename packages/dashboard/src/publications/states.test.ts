import { expect, it } from 'vitest';
import type { CompletenessRow } from '../api/types.ts';
import { linesOf, stateOf } from './states.ts';

const months = ['2025-01', '2025-02'];

function row(of: Partial<CompletenessRow>): CompletenessRow {
  return {
    entity: 'FR01',
    label: 'France',
    period_month: '2025-01',
    revision: 1,
    status: 'OPEN',
    group_status: 'OPEN',
    received_at: null,
    fact_rows: 1,
    differs_revision: null,
    unmapped_products: 0,
    ...of,
  };
}

it('has a cell for every month of every entity and counts what is owed', () => {
  const rows = [
    row({}),
    row({ period_month: '2025-02', revision: null, status: 'MISSING' }),
    row({ entity: 'DE02', label: 'Germany', period_month: '2025-02', revision: 3 }),
    row({ entity: 'GB03', label: 'Britain', revision: null, status: 'INACTIVE' }),
  ];
  expect(linesOf(rows, months).map(({ entity, expected, published }) => [entity, published, expected])).toEqual([
    ['FR01', 1, 2],
    ['DE02', 1, 1],
    ['GB03', 0, 0],
  ]);
  expect(linesOf(rows, months)[1]?.cells.map((cell) => cell?.revision)).toEqual([undefined, 3]);
});

it('shows the lock of the group before what the entity said', () => {
  expect(stateOf(row({ status: 'OPEN' }))).toBe('open');
  expect(stateOf(row({ status: 'CLOSED' }))).toBe('closed');
  expect(stateOf(row({ status: 'OPEN', group_status: 'LOCKED' }))).toBe('locked');
  expect(stateOf(row({ status: 'MISSING', group_status: 'LOCKED' }))).toBe('missing');
});
