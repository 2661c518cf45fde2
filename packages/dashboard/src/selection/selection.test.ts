import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  changed,
  ENVIRONMENTS,
  MEASURES,
  parseSearch,
  readSelection,
  type Selection,
  stringifySearch,
  TOPS,
  TYPES,
} from './selection.ts';

const month = fc.constantFrom('2024-12', '2025-01', '2025-12');
const someCodes = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 });
const selection: fc.Arbitrary<Selection> = fc.record(
  {
    from: month,
    to: month,
    month,
    currency: fc.constantFrom('EUR', 'CHF'),
    measure: fc.constantFrom(...MEASURES.filter((measure) => measure !== 'cost')),
    without_tax: fc.constant(true as const),
    entity: someCodes,
    domain: someCodes,
    family: someCodes,
    product: someCodes,
    application: someCodes,
    type: fc.constantFrom(...TYPES),
    environment: fc.subarray([...ENVIRONMENTS], { minLength: 1, maxLength: ENVIRONMENTS.length - 1 }),
    hierarchy: fc.constant('today' as const),
    stack: fc.constant('entity' as const),
    running: fc.constant(true as const),
    top: fc.constantFrom(...TOPS.filter((top) => top !== '10')),
    cells: fc.constant('share' as const),
    table: someCodes,
    at: fc.constant('FR01/2025-06'),
    lang: fc.constantFrom('en' as const, 'fr' as const),
  },
  { requiredKeys: [] },
);

it('comes back whole from the address, whatever the codes contain', () => {
  fc.assert(
    fc.property(selection, (before) => {
      expect(readSelection(parseSearch(stringifySearch({ ...before })))).toEqual(before);
    }),
  );
});

it('is readable in the address', () => {
  expect(stringifySearch({ entity: ['FR01', 'DE02'], month: '2025-03', without_tax: true })).toBe(
    '?entity=FR01&entity=DE02&month=2025-03&without_tax=true',
  );
  expect(stringifySearch({})).toBe('');
});

it('falls back to the default where the address is malformed', () => {
  expect(
    readSelection(
      parseSearch(
        '?from=2025-13&currency=euro&measure=cost&lang=de&without_tax=0&entity=&stack=x&month=x&type=BOTH&environment=moon&top=10&running=1&hierarchy=reported',
      ),
    ),
  ).toEqual({});
  expect(readSelection({ entity: [{}, 'FR01', 'FR01', 5] })).toEqual({ entity: ['FR01'] });
});

it('leaves the address when it goes back to the default', () => {
  const before = { entity: ['FR01'], month: '2025-03', nonsense: 'x', from: '2025-13' };
  expect(changed(before, { entity: [], month: undefined })).toEqual({});
  expect(changed(before, { domain: ['Compute'] })).toEqual({
    entity: ['FR01'],
    month: '2025-03',
    domain: ['Compute'],
  });
});
