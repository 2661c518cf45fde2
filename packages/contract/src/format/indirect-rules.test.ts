import { beforeAll, describe, expect, test } from 'vitest';
import { diffRules } from '../comparison/diff-rules.ts';
import { checkBundle } from '../reading/check-bundle.ts';
import { verifyBundle } from '../reading/verify-bundle.ts';
import { resign, type SampleBundle, sampleBundle, sampleRule, verdictOn } from '../testing/index.ts';
import { generateSigningKey } from '../trust/keys.ts';
import type { IndirectRule } from './indirect-rules.ts';
import type { Manifest } from './manifest.ts';

let told: SampleBundle;
let untold: SampleBundle;
const key = generateSigningKey();
beforeAll(async () => {
  told = await sampleBundle({ key, manifest: { indirect_rules: [sampleRule()] } });
  untold = await sampleBundle({ key });
});

const signedWith = (change: (manifest: Manifest) => unknown) => resign(told.bytes, key, change);
const withRules = (...rules: readonly unknown[]) => signedWith((manifest) => ({ ...manifest, indirect_rules: rules }));
const [product] = sampleRule().products;
const refusalOf = async (bytes: Uint8Array) => (await verdictOn(bytes, told.trust)).refusal;

describe('contract 1.1: indirect_rules', () => {
  test('a bundle tells its rules, and one that tells none is as good', async () => {
    await using bundle = await verifyBundle(told.bytes, told.trust);
    expect(bundle.manifest.contract.version).toBe('1.1.0');
    expect(bundle.manifest.indirect_rules).toEqual([sampleRule()]);
    await using other = await verifyBundle(untold.bytes, untold.trust);
    expect('indirect_rules' in other.manifest).toBe(false);
  });

  test('a bundle of contract 1.0 is taken as before, with rules it is not one', async () => {
    const old = (rules: object) =>
      signedWith(({ indirect_rules: _, ...manifest }) => ({
        ...manifest,
        contract: { ...manifest.contract, version: '1.0.0' },
        ...rules,
      }));
    await using bundle = await verifyBundle(await old({}), told.trust);
    expect(bundle.manifest.contract.version).toBe('1.0.0');
    const found = await refusalOf(await old({ indirect_rules: [sampleRule()] }));
    expect(found?.violations).toMatchObject([{ code: 'MANIFEST_UNREADABLE', column: '/indirect_rules' }]);
  });

  test.each<[string, readonly unknown[], string]>([
    ['a rule twice', [sampleRule(), sampleRule()], '/indirect_rules/1/code'],
    ['a driver without its code', [{ ...sampleRule(), driver: undefined }], '/indirect_rules/0/driver'],
    ['a driver without its month', [{ ...sampleRule(), driver_month: undefined }], '/indirect_rules/0/driver_month'],
    ['even shares with a driver', [{ ...sampleRule(), base: 'even' }], '/indirect_rules/0/driver'],
    ['a measure of a driver', [{ ...sampleRule(), measure: 'cost' }], '/indirect_rules/0/measure'],
    [
      'a currency twice',
      [sampleRule({ weights: [...sampleRule().weights, ...sampleRule().weights] })],
      '/indirect_rules/0/weights',
    ],
    ['a product twice', [{ ...sampleRule(), products: [product, product] }], '/indirect_rules/0/products'],
    [
      'an environment twice',
      [{ ...sampleRule(), products: [{ ...product, environments: ['prod', 'prod'] }] }],
      '/indirect_rules/0/products/0',
    ],
    ['version 0', [{ ...sampleRule(), version: 0 }], '/indirect_rules/0/version'],
    ['no product', [{ ...sampleRule(), products: [] }], '/indirect_rules/0/products'],
    ['a member too many', [{ ...sampleRule(), secret: 1 }], '/indirect_rules/0/secret'],
    [
      'rules beyond the bound',
      Array.from({ length: 1001 }, (_, n) => sampleRule({ code: `r${n}` })),
      '/indirect_rules',
    ],
  ])('%s makes the manifest unreadable, with the place', async (_, rules, column) => {
    const found = await refusalOf(await withRules(...rules));
    expect(found?.code).toBe('MANIFEST_UNREADABLE');
    expect(found?.violations.map((one) => one.column)).toContain(column);
  });

  test.each<[string, object]>([
    ['product', { product_id: 'VM' }],
    ['environment', { environments: ['prod', 'n_a'] }],
  ])('a %s without INDIRECT facts is refused, and the conformance kit says so too', async (_, change) => {
    const bytes = await withRules({ ...sampleRule(), products: [{ ...product, ...change }] });
    const place = { code: 'SCHEMA_VIOLATION', file: 'manifest.jws', column: '/indirect_rules/0/products/0' };
    expect((await refusalOf(bytes))?.violations).toMatchObject([place]);
    expect((await checkBundle(bytes)).violations).toMatchObject([place]);
  });

  test('the writer refuses what the reader would', async () => {
    const wrong = sampleRule({
      products: [{ product_id: 'VM', environments: ['prod'], sources: product?.sources ?? [] }],
    });
    await expect(sampleBundle({ manifest: { indirect_rules: [wrong] } })).rejects.toMatchObject({
      code: 'SCHEMA_VIOLATION',
    });
  });

  test('the content digest knows the rules, not their order; without rules it is that of contract 1.0', async () => {
    const other = sampleRule({ code: 'other' });
    const digest = async (...rules: IndirectRule[]) =>
      (await sampleBundle({ manifest: { indirect_rules: rules } })).contentDigest;
    const digests = await Promise.all([
      digest(sampleRule(), other),
      digest(sampleRule(), { ...other, version: 3 }),
      digest(sampleRule({ weights: [{ currency: 'EUR', total: '481' }] }), other),
      digest(sampleRule()),
      digest(),
    ]);
    expect(new Set([...digests, untold.contentDigest]).size).toBe(6);
    expect(await digest(other, sampleRule({ weights: [{ currency: 'EUR', total: '480.0' }] }))).toBe(digests[0]);
    // Of the same facts as contract 1.0 digested them.
    expect(untold.contentDigest).toBe('c6ac3e3e019f13630320ffefc0cfa90a1db84dbef4deec987f34ff1ae93227de');
    await using bundle = await verifyBundle(told.bytes, told.trust);
    expect(await bundle.contentDigest()).toBe(digests[3]);
  });
});

describe('diffRules', () => {
  const difference = (before: readonly IndirectRule[], after: readonly IndirectRule[]) =>
    diffRules({ indirect_rules: [...before] }, { indirect_rules: [...after] });

  test('names what came, went and changed, and the products that are filled otherwise', () => {
    const moved = sampleRule({ products: [{ product_id: 'X', environments: ['prod'], sources: [] }] });
    expect(difference([sampleRule()], [sampleRule()])).toEqual([]);
    expect(difference([sampleRule(), sampleRule({ code: 'a' })], [sampleRule({ version: 3 }), moved])).toMatchObject([
      { change: 'removed', code: 'a', after: null, products: ['SHARED:disk:Storage'] },
      { change: 'changed', code: 'disk', before: { version: 2 }, after: { version: 2 } },
    ]);
    expect(difference([sampleRule()], [sampleRule({ version: 3 })])).toMatchObject([
      { change: 'changed', code: 'disk', before: { version: 2 }, after: { version: 3 }, products: [] },
    ]);
    expect(difference([], [moved])).toMatchObject([{ change: 'added', before: null, products: ['X'] }]);
  });

  test('says nothing where one revision tells none', () => {
    expect(diffRules({}, { indirect_rules: [sampleRule()] })).toBeNull();
  });
});
