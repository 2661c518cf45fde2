import { expect, it } from 'vitest';
import { HEAT_STEPS } from '../theme/palette.ts';
import { arrange } from './grid.ts';

const amounts = [
  { entity: 'FR01', domain: 'Compute', cost: '10.00' },
  { entity: 'DE02', domain: 'Compute', cost: '90.00' },
  { entity: 'DE02', domain: 'Storage', cost: '30.00' },
  { entity: 'FR01', domain: 'Tax', cost: '-1.00' },
  { entity: 'FR01', domain: 'Network', cost: null },
];

it('puts the greatest entity and the greatest domain first, with a cell for every pair', () => {
  const { domains, entities } = arrange(amounts, 'cost');
  expect(domains.map(({ code, total }) => [code, total])).toEqual([
    ['Compute', '100.00'],
    ['Storage', '30.00'],
    ['Network', '0'],
    ['Tax', '-1.00'],
  ]);
  expect(entities.map(({ code, total }) => [code, total])).toEqual([
    ['DE02', '120.00'],
    ['FR01', '9.00'],
  ]);
  expect(entities[1]?.cells.map(({ cost }) => cost)).toEqual(['10.00', null, null, '-1.00']);
});

it('colours by amount, or by what the domain means to the entity', () => {
  const steps = (by: 'cost' | 'share') =>
    arrange(amounts, by).entities.map(({ cells }) => cells.map(({ step }) => step));
  expect(steps('cost')[0]?.[0]).toBe(HEAT_STEPS);
  expect(steps('cost')[1]?.[0]).toBeLessThan(HEAT_STEPS);
  expect(steps('share')[1]?.[0]).toBe(HEAT_STEPS);
  expect(steps('cost')[1]?.slice(1)).toEqual([0, 0, 0]);
});
