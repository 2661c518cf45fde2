import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMapping, UNALLOCATED } from './apply.ts';
import { DEFAULT_MAPPING } from './default-mapping.ts';
import { parseMapping } from './document.ts';
import { boundedCode, fold, tidy } from './fold.ts';
import { compileProducts, TAX } from './products.ts';
import type { ChargeOrigin } from './rules.ts';

const standard = compileMapping(parseMapping(DEFAULT_MAPPING).document);
const origin = (tags: object | null, more: Partial<ChargeOrigin> = {}): ChargeOrigin => ({
  tags: tags === null ? null : JSON.stringify(tags),
  sub_account_id: null,
  sub_account_name: null,
  tax: false,
  ...more,
});

describe('folding', () => {
  const blanks = fc.string({ unit: fc.constantFrom(' ', '\t', '\u00a0', '\n', '\u2003'), maxLength: 4 });

  it('forgets blanks around and between words, and case, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
        blanks,
        blanks,
        (words, before, between) => {
          const plain = words.join(' ');
          expect(fold(`${before}${words.join(` ${between}`)}${between}`)).toBe(fold(plain));
          expect(fold(fold(plain))).toBe(fold(plain));
          expect(tidy(tidy(plain))).toBe(tidy(plain));
        },
      ),
    );
    expect(fold('Web-Shop')).not.toBe(fold('Web Shop'));
    expect(fold('Wbe Shop')).not.toBe(fold('Web Shop'));
  });

  it('keeps codes apart when it shortens them', () => {
    const [one, other] = [`${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`];
    expect(boundedCode(one)).toHaveLength(256);
    expect(boundedCode(one)).not.toBe(boundedCode(other));
    expect(boundedCode('short')).toBe('short');
  });
});

describe('the default mapping', () => {
  it.each([
    [{ application: 'Web Shop', environment: 'prod' }, 'web shop', 'prod'],
    [{ ' application': ' WEB  SHOP ', Environment: 'Staging' }, 'web shop', 'non_prod'],
    [{ application: 'Web Shop' }, 'web shop', 'unknown'],
    [{ application: '', env: 'PRODUCTION' }, UNALLOCATED, 'prod'],
    [{ aplication: 'Web Shop' }, UNALLOCATED, 'unknown'],
    [{ application: 'unallocated' }, 'unallocated', 'unknown'],
    [{ application: 7, environment: null }, '7', 'unknown'],
    [null, UNALLOCATED, 'unknown'],
  ])('%j goes to %s in %s', (tags, application, environment) => {
    expect(standard(origin(tags))).toMatchObject({ application, environment });
  });

  it('gives a tax without environment none, and keeps one that is there', () => {
    expect(standard(origin(null, { tax: true })).environment).toBe('n_a');
    expect(standard(origin({ environment: 'prod' }, { tax: true })).environment).toBe('prod');
  });

  it('puts what is tagged shared into the pool', () => {
    expect(standard(origin({ application: 'Shared Platform', shared: ' TRUE' })).pool).toBe('platform');
    expect(standard(origin({ application: 'Shared Platform', shared: 'false' })).pool).toBeUndefined();
  });

  it('says which environment it does not know', () => {
    expect(standard(origin({ environment: ' Moon ' }))).toMatchObject({
      environment: 'unknown',
      unknownEnvironment: 'Moon',
    });
  });

  it('does not depend on the order of the tags', () => {
    const keys = fc.constantFrom('application', ' application', 'Application', 'APPLICATION ');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(keys, fc.string({ minLength: 1 })), { selector: ([key]) => key, minLength: 2 }),
        (pairs) => {
          const forward = standard(origin(Object.fromEntries(pairs)));
          const backward = standard(origin(Object.fromEntries([...pairs].reverse())));
          expect(backward).toEqual(forward);
        },
      ),
    );
  });
});

describe('rules', () => {
  const mapped = (yaml: string) => compileMapping(parseMapping(yaml).document);
  const rules = `
schema: prorata.mapping/1
tag_aliases: { aplication: application, "owner app": application }
application:
  sources: [ { tag: application }, { sub_account_name: { "Helios  Shop": Web Shop } }, { sub_account_id: { "42": Search } } ]
  aliases: { "webshop": Web Shop }
environment:
  sources: [ { sub_account_name: { "helios shop": production } } ]
  values: { prod: [production] }
pools: [ { code: net, label: Network, match: [ { sub_account_id: ["7"] }, { tag: shared, values: ["x"] } ] } ]
domains: { "AI and Machine Learning": AI }
`;

  it('take the first source that names something, and only the misspellings that they list', () => {
    const place = mapped(rules);
    expect(place(origin({ Aplication: 'WebShop' }))).toMatchObject({ application: 'web shop', spelling: 'Web Shop' });
    expect(place(origin({ applicaton: 'WebShop' })).application).toBe(UNALLOCATED);
    const named = { sub_account_name: 'HELIOS shop', sub_account_id: '42' };
    expect(place(origin(null, named))).toMatchObject({ application: 'web shop', environment: 'prod' });
    expect(place(origin(null, { sub_account_id: '42' }))).toMatchObject({
      application: 'search',
      environment: 'unknown',
    });
    expect(place(origin(null, { sub_account_id: '7' })).pool).toBe('net');
  });

  it('rename domains and keep the code of the product', () => {
    const product = compileProducts(parseMapping(rules).document);
    const service = {
      service_category: 'AI and Machine Learning',
      service_name: 'A/B',
      consumed_unit: 'GB/h',
      tax: false,
    };
    expect(product(service)).toEqual({
      product: 'AI and Machine Learning/A%2FB/GB/h',
      label: 'A/B (GB/h)',
      family: null,
      unit: 'GB/h',
      domain: 'AI',
    });
    expect(product({ ...service, tax: true })).toMatchObject({ product: TAX, unit: 'none', domain: 'AI' });
  });

  it('never give two different services one code', () => {
    const product = compileProducts(parseMapping(DEFAULT_MAPPING).document);
    const word = fc.string({ unit: fc.constantFrom('a', '/', '%', '2', 'F'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.tuple(word, word, word), fc.tuple(word, word, word), (one, other) => {
        const code = ([service_category, service_name, consumed_unit]: [string, string, string]) =>
          product({ service_category, service_name, consumed_unit, tax: false }).product;
        expect(code(one) === code(other)).toBe(one.join('\n') === other.join('\n'));
      }),
    );
  });
});

describe('a mapping file that is wrong', () => {
  it.each([
    ['schema: prorata.mapping/2', '/schema'],
    [DEFAULT_MAPPING.replace('prod: [prod,', 'prod: [dev,'), '/environment/values'],
    [DEFAULT_MAPPING.replace('tag_aliases: {}', 'tag_aliases: { "App ": a, app: b }'), '/tag_aliases/app'],
    [DEFAULT_MAPPING.replace('- tag: application', '- tags: application'), '/application/sources/0'],
    [DEFAULT_MAPPING.replace('code: platform', 'code: Platform'), '/pools/0/code'],
    [`${DEFAULT_MAPPING}\nextra: 1\n`, ''],
    ['a: [', ''],
    ['', ''],
  ])('is refused at the place', (yaml, pointer) => {
    let refusal: unknown;
    try {
      parseMapping(yaml);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'MAPPING_INVALID' });
    const { errors } = (refusal as { extensions: { errors: { pointer: string }[] } }).extensions;
    expect(errors.some((error) => error.pointer.startsWith(pointer))).toBe(true);
  });

  it('keeps its digest when only comments change', () => {
    const bare = DEFAULT_MAPPING.replaceAll(/^\s*#.*$/gm, '');
    expect(parseMapping(bare).sha256).toBe(parseMapping(DEFAULT_MAPPING).sha256);
    expect(parseMapping(DEFAULT_MAPPING.replace('tag: env\n', 'tag: stage\n')).sha256).not.toBe(
      parseMapping(bare).sha256,
    );
  });
});
