import { expect, it } from 'vitest';
import type { ReferencesThen } from '../api/types.ts';
import { changesBetween } from './reference-changes.ts';

const domain = { code: 'STORAGE', label: 'Storage', active: true, replaced_by: null };
const product = { ...domain, code: 'BLOCK', label: 'Block storage', domain: 'STORAGE', family: null, unit: 'GB' };
const version = (change: Partial<ReferencesThen>): ReferencesThen => ({
  version: '1',
  domains: [domain],
  families: [],
  products: [product],
  ...change,
});

it('names what came, what went and what is said otherwise, attribute by attribute', () => {
  const after = version({
    domains: [{ ...domain, label: 'Stockage' }],
    families: [{ ...domain, code: 'DISK', label: 'Disks', domain: 'STORAGE' }],
    products: [{ ...product, family: 'DISK', active: false, replaced_by: 'BLOCK2' }],
  });
  const changes = changesBetween(version({}), after);
  expect(
    changes.map(({ kind, code, what, before, after: now }) => [kind, code, what, before, now].join(' | ')),
  ).toEqual([
    'domain | STORAGE | label | Storage | Stockage',
    'family | DISK | added |  | Disks',
    'product | BLOCK | family |  | DISK',
    'product | BLOCK | active | true | false',
    'product | BLOCK | replaced_by |  | BLOCK2',
  ]);
  expect(changesBetween(after, version({})).map(({ what }) => what)).toContain('removed');
});

it('says nothing of two versions that say the same', () => {
  expect(changesBetween(version({}), version({ version: '2' }))).toEqual([]);
});
