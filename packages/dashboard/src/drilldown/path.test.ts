import { expect, it } from 'vitest';
import { levelOf, pathOf, stepInto, stepsOf, waysDown } from './path.ts';

it('takes one step for each single code, in the order of the levels', () => {
  expect(pathOf({})).toEqual({});
  expect(pathOf({ entity: ['FR01'] })).toEqual({ entity: 'FR01' });
  expect(pathOf({ entity: ['FR01'], domain: ['Compute'], application: ['crm'] })).toEqual({
    entity: 'FR01',
    domain: 'Compute',
    application: 'crm',
  });
});

it('takes no step over a gap or a choice of several', () => {
  expect(pathOf({ domain: ['Compute'] })).toEqual({});
  expect(pathOf({ entity: ['FR01', 'DE02'], domain: ['Compute'] })).toEqual({});
  expect(pathOf({ entity: ['FR01'], application: ['crm'] })).toEqual({ entity: 'FR01' });
});

it('knows the level under each path, and the way back up', () => {
  const path = pathOf({ entity: ['FR01'], domain: ['Compute'], application: ['crm'] });
  expect(waysDown(path).map(levelOf)).toEqual(['entity', 'domain', 'application', 'product']);
  expect(stepsOf(path, 1)).toEqual({ entity: ['FR01'], domain: [], application: [] });
});

it('drops what a filter left over below the step', () => {
  expect(stepInto({}, 'entity', 'FR01')).toEqual({ entity: ['FR01'], domain: [], application: [] });
  expect(stepInto({ entity: 'FR01' }, 'domain', 'Compute')).toEqual({
    entity: ['FR01'],
    domain: ['Compute'],
    application: [],
  });
});
