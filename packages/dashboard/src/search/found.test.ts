import { expect, it } from 'vitest';
import { foundOf, matching } from './found.ts';

const group = {
  entities: [
    { code: 'FR01', label: 'Boréal Nord', country: 'FR', currency: 'EUR' },
    { code: 'DE02', label: 'Nordlicht', country: 'DE', currency: 'EUR' },
  ],
  domains: [{ code: 'Databases', label: 'Databases' }],
};

it('finds by name or code, whatever the case and accents, what begins so first', () => {
  expect(matching(group, 'NORD').map(({ code }) => code)).toEqual(['DE02', 'FR01']);
  expect(matching(group, 'boreal').map(({ code }) => code)).toEqual(['FR01']);
  expect(matching(group, 'de0').map(({ kind, code }) => [kind, code])).toEqual([['entity', 'DE02']]);
  expect(matching(group, 'base').map(({ kind }) => kind)).toEqual(['domain']);
  expect(matching(group, ' ')).toEqual(matching(group, ''));
  expect(matching(group, '')).toEqual([]);
});

it('shows an application with its entity, and a product once', () => {
  const hits = [
    { kind: 'application' as const, code: 'crm', label: 'CRM', entity: 'FR01' },
    { kind: 'application' as const, code: 'crm', label: 'CRM', entity: 'DE02' },
    { kind: 'product' as const, code: 'vm', label: 'Virtual machine', entity: 'FR01' },
    { kind: 'product' as const, code: 'vm', label: 'Virtual machine', entity: 'DE02' },
  ];
  expect(foundOf(hits, (code) => `name of ${code}`)).toEqual([
    { kind: 'application', code: 'crm', label: 'CRM', entity: 'FR01', within: 'name of FR01' },
    { kind: 'application', code: 'crm', label: 'CRM', entity: 'DE02', within: 'name of DE02' },
    { kind: 'product', code: 'vm', label: 'Virtual machine' },
  ]);
});
