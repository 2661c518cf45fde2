import { join } from 'node:path';
import { writeFileWhole } from '@prorata/platform';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { importReferences } from '../references/import-references.ts';
import { listReferences } from '../references/list-references.ts';
import { reportFacts } from '../report/reports.ts';
import { type FocusRow, focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { compileMapping } from './apply.ts';
import { DEFAULT_MAPPING } from './default-mapping.ts';
import { parseMapping } from './document.ts';
import type { ChargeOrigin } from './rules.ts';

const withRules = (rules: string) => `${DEFAULT_MAPPING.replace('rules: []', '')}\nrules:\n${rules}`;
const placed = (rules: string) => compileMapping(parseMapping(withRules(rules)).document);
const origin = (more: Partial<ChargeOrigin> = {}): ChargeOrigin => ({
  tags: null,
  sub_account_id: null,
  sub_account_name: null,
  tax: false,
  ...more,
});

describe('rules', () => {
  it('decide in their order, each attribute by the first rule that sets it', () => {
    const place = placed(`
  - { code: one, match: { provider: [aws] }, set: { environment: prod } }
  - { code: two, match: { provider: ["A*S"] }, set: { environment: non_prod, application: Web Shop } }`);
    const verdict = place(origin({ provider: ' AWS ', tags: '{"application":"Other"}' }));
    expect(verdict).toMatchObject({ application: 'web shop', spelling: 'Web Shop', environment: 'prod' });
    expect(verdict.by).toEqual({ environment: 'one', application: 'two' });
    expect(verdict.matched).toEqual(['one', 'two']);
    expect(place(origin({ provider: 'Azure', tags: '{"application":"Other"}' }))).toMatchObject({
      application: 'other',
      by: { application: 'application.sources[0]' },
      matched: [],
    });
  });

  it.each([
    ['provider: [AWS], service_category: [Storage]', { provider: 'AWS', service_category: 'Compute' }, false],
    ['provider: [AWS], service_category: [Storage]', { provider: 'AWS', service_category: 'STORAGE' }, true],
    ['tags: { Team: [core] }', { tags: '{" team":"Core"}' }, true],
    ['tags: { team: [""] }', { tags: '{"other":"x"}' }, true],
    ['tags: { team: ["*"] }', {}, true],
    ['sub_account_name: ["*-sand*box-*"]', { sub_account_name: 'x-sand-my-box-1' }, true],
    ['sub_account_name: ["*-sand*box-*"]', { sub_account_name: 'x-box-sand-' }, false],
    [
      'charge_class: [Correction], charge_category: [Usage, Credit]',
      { charge_class: 'Correction', charge_category: 'Credit' },
      true,
    ],
  ])('match where all of %s holds', (match, charge, holds) => {
    const place = placed(`  - { code: r, match: { ${match} }, set: { pool: platform } }`);
    expect(place(origin(charge)).pool).toBe(holds ? 'platform' : undefined);
  });

  it('take a star for any text, as a plain reading of the pattern does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (shape, name) => {
        const place = placed(
          `  - { code: r, match: { provider: [${JSON.stringify(shape)}] }, set: { pool: platform } }`,
        );
        const plain = new RegExp(`^${shape.replaceAll('*', '.*')}$`);
        expect(place(origin({ provider: name })).pool === 'platform').toBe(plain.test(name));
      }),
    );
  });

  it.each([
    ['{ code: r, match: {}, set: { pool: platform } }', '/rules/0/match'],
    ['{ code: r, match: { provider: [] }, set: { pool: platform } }', '/rules/0/match/provider'],
    ['{ code: r, match: { providers: [x] }, set: { pool: platform } }', '/rules/0/match'],
    ['{ code: r, match: { provider: [x] }, set: {} }', '/rules/0/set'],
    ['{ code: r, match: { provider: [x] }, set: { pool: nobody } }', '/rules/0/set/pool'],
    ['{ code: r, match: { provider: [x] }, set: { application: unallocated } }', '/rules/0/set/application'],
    ['{ code: r, match: { provider: [x] }, set: { product: TAX } }', '/rules/0/set/product'],
    ['{ code: r, match: { provider: [x] }, set: { unit: GB } }', '/rules/0/set/unit'],
    ['{ code: r, match: { provider: [x] }, set: { environment: moon } }', '/rules/0/set/environment'],
  ])('are refused where they are wrong: %s', (rule, pointer) => {
    expect(() => parseMapping(withRules(`  - ${rule}`))).toThrow(
      expect.objectContaining({
        code: 'MAPPING_INVALID',
        extensions: { errors: expect.arrayContaining([expect.objectContaining({ pointer })]) },
      }),
    );
  });

  it('are refused where a code is used twice', () => {
    const rule = '  - { code: r, match: { provider: [x] }, set: { pool: platform } }\n';
    expect(() => parseMapping(withRules(rule + rule))).toThrow('/rules/1/code r is used twice');
  });
});

describe('a run by rules', () => {
  let test: TestEntity;
  beforeAll(async () => {
    test = await openTestEntity();
  });
  afterAll(() => test.close());

  const rows: readonly FocusRow[] = [
    { ProviderName: 'IBM', Tags: '', ServiceName: 'Host', ConsumedUnit: 'MSU', ConsumedQuantity: '4' },
    {
      ProviderName: 'IBM',
      Tags: '',
      ServiceName: 'Support',
      ConsumedUnit: '',
      ConsumedQuantity: '',
      ChargeCategory: 'Purchase',
    },
    {
      ProviderName: 'IBM',
      Tags: '',
      ServiceName: 'Host',
      ChargeCategory: 'Tax',
      ConsumedUnit: '',
      ConsumedQuantity: '',
    },
    {},
  ];
  const mapping = (rules: string) => writeFileWhole(join(test.dir, 'mapping.yaml'), withRules(rules));

  it('puts product, domain, family and unit where the rule says, and leaves a tax a tax', async () => {
    await importFocus(test.entity, { path: await test.file('bill.csv', focusCsv(rows)) });
    await mapping(`  - code: host
    match: { provider: [IBM] }
    set: { application: Core Banking, environment: prod, domain: Mainframe, family: z, product: MSU, unit: MSU }`);
    const run = await runMonth(test.entity, '2025-07');
    expect(run.totals).toMatchObject([{ cost_billed: '6', cost_effective: '5' }]);
    const { rows: facts } = await reportFacts(test.entity, { month: '2025-07' });
    expect(facts).toMatchObject([
      { application_id: 'core banking', domain_id: 'Mainframe', family_id: null, product_id: 'TAX', unit: 'none' },
      {
        application_id: 'core banking',
        domain_id: 'Mainframe',
        family_id: 'z',
        product_id: 'MSU',
        unit: 'MSU',
        quantity: '4',
        cost_billed: '3',
      },
      { application_id: 'web shop', domain_id: 'Compute', family_id: null },
    ]);
    const { rows: references } = await listReferences(test.entity, { kind: 'product' });
    expect(references.find((one) => one.code === 'MSU')).toMatchObject({
      domain: 'Mainframe',
      family: 'z',
      unit: 'MSU',
    });
  });

  it.each([
    ['two units', 'set: { product: HOST }', 'units MSU, none'],
    ['two domains', 'set: { domain: Mainframe }', 'domains Compute, Mainframe', ', service_name: [Virtual*]'],
  ])('refuses a product with %s, and changes nothing', async (_what, set, detail, also = '') => {
    const before = (await reportFacts(test.entity, { month: '2025-07' })).rows;
    const provider = also === '' ? 'IBM' : 'AWS';
    if (also !== '') await mapTwice();
    else await mapping(`  - { code: r, match: { provider: [${provider}]${also} }, ${set} }`);
    await expect(runMonth(test.entity, '2025-07')).rejects.toMatchObject({
      code: 'PRODUCT_AMBIGUOUS',
      detail: expect.stringContaining(detail),
    });
    expect((await reportFacts(test.entity, { month: '2025-07' })).rows).toEqual(before);
  });

  const mapTwice = async () => {
    await importFocus(test.entity, {
      path: await test.file('two.csv', focusCsv([{ BillingAccountId: 'B-2', ProviderName: 'Azure' }])),
    });
    await mapping('  - { code: r, match: { provider: [Azure] }, set: { domain: Mainframe } }');
  };

  it('follows an imported reference, which no bill and no rule overrules', async () => {
    const code = 'Compute/Virtual Machines/Hours';
    const text = `kind,code,label,domain,family,unit\ndomain,Open,Open,,,\nfamily,VM,VM,Open,,\nproduct,${code},VM,Open,VM,Hours\n`;
    await importReferences(test.entity, { path: await test.file('references.csv', text) });
    await expect(runMonth(test.entity, '2025-07')).rejects.toMatchObject({ code: 'PRODUCT_AMBIGUOUS' });
    await mapping(`  - { code: r, match: { provider: [IBM] }, set: { product: ${code}, application: IBM } }`);
    await expect(runMonth(test.entity, '2025-07')).rejects.toMatchObject({
      detail: expect.stringContaining('Hours, MSU'),
    });
    await mapping('  - { code: r, match: { provider: [IBM] }, set: { application: IBM } }');
    await runMonth(test.entity, '2025-07');
    const { rows: facts } = await reportFacts(test.entity, { month: '2025-07', applications: ['web shop'] });
    expect(facts).toMatchObject([{ domain_id: 'Open', family_id: 'VM', product_id: code, cost_billed: '3' }]);
  });
});
