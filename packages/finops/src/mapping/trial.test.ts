import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { importReferences } from '../references/import-references.ts';
import { listImports, reportCoverage } from '../report/reports.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { DEFAULT_MAPPING } from './default-mapping.ts';
import { acceptSuggestions, putMapping } from './edit.ts';
import { nearest, nearness } from './near.ts';
import { suggestMappings } from './suggest.ts';
import { testMapping } from './trial.ts';
import { mappingDiff, mappingHistory, mappingVersion } from './versions.ts';

describe('near spellings', () => {
  it.each([
    ['web-shop', 'Web Shop', 0],
    ['aplication', 'application', 1],
    ['Dtaa Lake', 'Data Lake', 1],
    ['Fruad Engin', 'Fraud Engine', 2],
    ['prodution', 'production', 1],
    ['app 1', 'app 2', undefined],
    ['shop 2024', 'shop 2025', undefined],
    ['dev', 'dec', undefined],
    ['search', 'serve', undefined],
    ['--', '..', undefined],
  ])('%s and %s', (one, other, apart) => {
    expect(nearness(one, other)).toBe(apart);
  });

  it('are as near one way as the other, and never far', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 10 });
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(nearness(one, other)).toBe(nearness(other, one));
        expect(nearness(one, other) ?? 0).toBeLessThanOrEqual(2);
      }),
    );
    expect(nearest('serch', ['search', 'sera', 'Search '])).toBe('Search ');
  });
});

let test: TestEntity;
let bill = '';
beforeAll(async () => {
  test = await openTestEntity();
  const tags = (value: object) => ({ Tags: JSON.stringify(value) });
  bill = await test.file(
    'july.csv',
    focusCsv([
      { ...tags({ application: 'Web Shop', environment: 'prod' }), EffectiveCost: '10' },
      { ...tags({ application: 'Web Shop', environment: 'prodution' }), EffectiveCost: '2' },
      { ...tags({ application: 'Wbe Shop', environment: 'prod' }), EffectiveCost: '3' },
      { ...tags({ application: 'Core Bnaking' }), EffectiveCost: '1' },
      { ...tags({ aplication: 'Web Shop', environment: 'prod' }), EffectiveCost: '4' },
      { ...tags({ shared: 'true' }), EffectiveCost: '20' },
      { ...tags({}), ProviderName: 'IBM', EffectiveCost: '40', BilledCost: '41' },
      { ...tags({}), ChargeCategory: 'Tax', EffectiveCost: '-20', ServiceName: '' },
    ]),
  );
});
afterAll(() => test.close());

const RULES = `${DEFAULT_MAPPING.replace('rules: []', '')}
rules:
  # the mainframe is nobody's tag
  - { code: host, match: { provider: [IBM] }, set: { application: Core Banking } }
  - { code: late, match: { provider: ["I*"] }, set: { application: Nobody } }
  - { code: idle, match: { provider: [Oracle] }, set: { pool: platform } }
`;

describe('trying a mapping', () => {
  it('says of a bill what each line catches, what nothing does, and the allocated share, and stores nothing', async () => {
    const trial = await testMapping(test.entity, { file: bill });
    expect(trial.rows).toMatchObject([
      { rule: 'application.sources[0]', kind: 'SOURCE', rows: 4, cost_effective: '16', currency: 'EUR' },
      { rule: 'environment.sources[0]', rows: 3, cost_effective: '17' },
      { rule: 'environment.sources[1]', rows: 0, currency: null },
      { rule: 'pools.platform', kind: 'POOL', rows: 1, cost_effective: '20' },
    ]);
    expect(trial.summary).toEqual([
      {
        currency: 'EUR',
        rows: 8,
        cost_effective: '60',
        cost_billed: '51.5',
        allocated_effective: '36',
        allocated_share: '0.600000',
      },
    ]);
    expect(trial.uncaught).toMatchObject([
      { provider: 'IBM', cost_effective: '40', cost_billed: '41', tags: null },
      { charge_category: 'Tax', cost_effective: '-20' },
      { tags: '{"aplication":"Web Shop","environment":"prod"}', cost_effective: '4' },
    ]);
    expect((await listImports(test.entity)).rows).toEqual([]);
  });

  it('says the same of the month that the bill becomes, and what a run then does', async () => {
    await importFocus(test.entity, { path: bill });
    await putMapping(test.entity, RULES);
    const trial = await testMapping(test.entity, { month: '2025-07' });
    expect(trial.rows.slice(0, 3)).toMatchObject([
      { rule: 'host', kind: 'RULE', decides: ['application'], rows: 1, matched_rows: 1, cost_effective: '40' },
      { rule: 'late', rows: 0, matched_rows: 1, currency: null },
      { rule: 'idle', rows: 0, matched_rows: 0 },
    ]);
    expect({ ...trial, on: '' }).toEqual({ ...(await testMapping(test.entity, { file: bill })), on: '' });
    await runMonth(test.entity, '2025-07');
    const coverage = await reportCoverage(test.entity, '2025-07');
    expect(coverage.summary[0]).toMatchObject({
      mapped_effective: trial.summary[0]?.allocated_effective,
      cost_effective: '60',
    });
  });
});

describe('suggestions', () => {
  it('name what is nearly known, the dearest first, and change nothing', async () => {
    const references = 'kind,code,label\napplication,core banking,Core Banking\n';
    await importReferences(test.entity, { path: await test.file('references.csv', references) });
    const before = await readFile(join(test.dir, 'mapping.yaml'), 'utf8');
    const { rows } = await suggestMappings(test.entity, { month: '2025-07' });
    expect(
      rows.map(({ number, kind, found, meant, distance, money }) => [
        number,
        kind,
        found,
        meant,
        distance,
        money[0]?.cost_effective,
      ]),
    ).toEqual([
      [1, 'TAG_KEY', 'aplication', 'application', 1, '4'],
      [2, 'APPLICATION', 'wbe shop', 'Web Shop', 1, '3'],
      [3, 'ENVIRONMENT', 'prodution', 'production', 1, '2'],
      [4, 'APPLICATION', 'core bnaking', 'Core Banking', 1, '1'],
    ]);
    const again = await suggestMappings(test.entity, { file: bill });
    expect(again.rows).toEqual(rows);
    expect(await readFile(join(test.dir, 'mapping.yaml'), 'utf8')).toBe(before);
  });

  it('become aliases where a person says so, and leave the comments of the file', async () => {
    const { rows } = await suggestMappings(test.entity, { month: '2025-07' });
    await expect(acceptSuggestions(test.entity, { month: '2025-07' }, ['99'])).rejects.toMatchObject({
      code: 'SUGGESTION_NOT_FOUND',
    });
    const accepted = await acceptSuggestions(test.entity, { month: '2025-07' }, ['1', rows[1]?.id ?? '', '3', '4']);
    expect(accepted).toMatchObject({
      changed: true,
      rows: [{ number: 1 }, { number: 2 }, { number: 3 }, { number: 4 }],
    });
    const text = await readFile(join(test.dir, 'mapping.yaml'), 'utf8');
    for (const line of ["# the mainframe is nobody's tag", '# Other spellings of tag keys', 'wbe shop: Web Shop']) {
      expect(text).toContain(line);
    }
    expect((await suggestMappings(test.entity, { month: '2025-07' })).rows).toEqual([]);
    const trial = await testMapping(test.entity, { month: '2025-07' });
    expect(trial.summary[0]).toMatchObject({ allocated_effective: '80' });
  });
});

describe('versions', () => {
  it('keep each mapping that was written or used, and say what changed', async () => {
    await runMonth(test.entity, '2025-07');
    const { rows } = await mappingHistory(test.entity);
    expect(rows.map(({ version, source }) => [version, source])).toEqual([
      [3, 'COMMAND'],
      [2, 'COMMAND'],
      [1, 'COMMAND'],
    ]);
    expect((await mappingVersion(test.entity, 1)).text).toBe(DEFAULT_MAPPING);
    const diff = await mappingDiff(test.entity, 1, 2);
    expect(diff.rows.filter(({ sign }) => sign === '-')).toEqual([{ sign: '-', text: 'rules: []' }]);
    expect(diff.rows.map((row) => row.text).join('\n')).toContain('code: host');
    expect((await mappingDiff(test.entity, 3)).rows).toEqual([]);
    await expect(mappingVersion(test.entity, 9)).rejects.toMatchObject({ code: 'MAPPING_VERSION_NOT_FOUND' });
  });

  it('are not written over one that somebody else has changed, nor with a fault', async () => {
    const [standing] = (await mappingHistory(test.entity)).rows;
    await expect(putMapping(test.entity, DEFAULT_MAPPING, { ifSha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'MAPPING_CHANGED_MEANWHILE',
    });
    await expect(putMapping(test.entity, 'schema: x')).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
    const back = await putMapping(test.entity, DEFAULT_MAPPING, { ifSha256: standing?.sha256 });
    expect(back).toMatchObject({ version: 4, changed: true });
    expect(await putMapping(test.entity, DEFAULT_MAPPING)).toMatchObject({ version: 4, changed: false });
  });
});
