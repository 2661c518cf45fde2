import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standingRun } from '../closing/standing-run.ts';
import { importDrivers, listDrivers } from '../drivers/import-drivers.ts';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { importPrices } from '../pricing/import-prices.ts';
import { reportFacts } from '../report/reports.ts';
import { units } from '../testing/by-hand.ts';
import { type FocusRow, focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { explainIndirect } from './explain.ts';
import { archiveRule, importRules, listRules, publishRule, showRule } from './rules.ts';
import { testRules } from './test-rules.ts';

const MONTH = '2025-07';
let test: TestEntity;
beforeAll(async () => {
  test = await openTestEntity();
  const mapping = join(test.dir, 'mapping.yaml');
  const pools = `  - { code: network, label: Network, match: [ { tag: pool, values: [network] } ] }
  - { code: desk, label: Desk, match: [ { tag: pool, values: [desk] } ] }
`;
  await writeFile(mapping, (await readFile(mapping, 'utf8')).replace('pools:\n', `pools:\n${pools}`));
  const row = (application: string, effective: string, tags: object = {}, more: FocusRow = {}): FocusRow => ({
    Tags: JSON.stringify({ application, environment: 'prod', ...tags }),
    EffectiveCost: effective,
    BilledCost: effective,
    ...more,
  });
  const storage = { ServiceCategory: 'Storage' };
  await importFocus(test.entity, {
    path: await test.file(
      'bill.csv',
      focusCsv([
        row('Web Shop', '60'),
        row('Search', '20'),
        row('Search', '20', { environment: 'dev' }, storage),
        row('Mail', '10', {}, storage),
        row('Spare', '7'),
        row('x', '100', { shared: 'true' }),
        row('x', '30', { pool: 'network' }),
        row('x', '12', { pool: 'network' }, { ChargeCategory: 'Tax' }),
        row('x', '9', { pool: 'desk', environment: 'dev' }, storage),
      ]),
    ),
  });
  await runMonth(test.entity, MONTH);
});
afterAll(async () => {
  await test.close();
});

const rules = (...some: string[]) =>
  `schema: prorata.indirect-rules/1\nrules:\n${some.map((one) => `  - ${one}\n`).join('')}`;
const rule = (code: string, order: number, says: string) =>
  `{ code: ${code}, label: ${code}, order: ${order}, ${says} }`;

/** Runs the month with these rules alone in force, and gives what each application bears, by product and environment. */
async function borne(...some: string[]): Promise<string[]> {
  for (const { code, status, version } of (await listRules(test.entity)).rows) {
    if (status === 'PUBLISHED') await archiveRule(test.entity, code, version);
  }
  await importRules(test.entity, rules(...some), { publish: true });
  await runMonth(test.entity, MONTH);
  const report = await reportFacts(test.entity, { month: MONTH, types: ['INDIRECT'], limit: 1000 });
  expect(report.conservation.equal).toBe(true);
  return report.rows.map((row) =>
    [row.application_id, row.product_id, row.environment, row.quantity, row.cost_effective].join(' '),
  );
}
const byDesk = rule('desk', 99, 'from: { pools: [desk] }, by: { even: true }, to: { applications: [Mail] }');

describe('rules', () => {
  it('weigh by the direct cost of chosen domains, and keep a tax on TAX', async () => {
    const some = await borne(
      byDesk,
      rule('net', 1, 'from: { pools: [network] }, by: { direct_cost: { domains: [Storage] } }'),
      rule(
        'shared',
        100,
        'from: { pools: ["*"] }, by: { direct_cost: { without_tax: true } }, to: { except: [spare] }',
      ),
    );
    expect(some).toEqual([
      'mail SHARED:network:Compute prod 0.333333333333 10',
      'mail SHARED:platform:Compute prod 0.090909090909 9.090909090909090909',
      'mail TAX prod 0.333333333333 4',
      'mail SHARED:desk:Storage non_prod 1 9',
      'search SHARED:network:Compute prod 0.666666666667 20',
      'search SHARED:platform:Compute prod 0.363636363636 36.363636363636363636',
      'search TAX prod 0.666666666667 8',
      'web shop SHARED:platform:Compute prod 0.545454545455 54.545454545454545455',
    ]);
    const untaxed = await reportFacts(test.entity, { month: MONTH, types: ['INDIRECT'], withoutTax: true });
    expect(untaxed.totals).toMatchObject([{ cost_effective: '139' }]);
  });

  it('weigh by drivers and coefficients, which are taken once and replaced when that is asked for', async () => {
    const file = (name: string, value: string) =>
      test.file(
        name,
        `Driver,MONTH,application,value\nHead Count,2025-07,web shop,3\nHead count,2025-07,SEARCH,${value}\nKey,2025-07,mail,0.4\nKey,2025-07,Search,0.5\n`,
      );
    const first = await importDrivers(test.entity, { path: await file('a.csv', '5') });
    expect(first).toMatchObject({
      imported: true,
      rows: 4,
      totals: [
        { driver: 'head count', period_month: MONTH, rows: 2, total: '8' },
        { driver: 'key', rows: 2, total: '0.9' },
      ],
    });
    expect(await importDrivers(test.entity, { path: await file('a2.csv', '5') })).toEqual({
      ...first,
      imported: false,
    });
    await expect(importDrivers(test.entity, { path: await file('b.csv', '1') })).rejects.toMatchObject({
      code: 'DRIVER_EXISTS',
    });
    const second = await importDrivers(test.entity, { path: await file('b.csv', '1'), replace: true });
    expect(second.replaced).toEqual(['a.csv']);
    expect((await listDrivers(test.entity, { driver: 'HEAD COUNT' })).rows).toMatchObject([
      { total: '4', file: 'b.csv' },
    ]);
    const some = await borne(
      byDesk,
      rule('heads', 1, 'from: { pools: [platform] }, by: { driver: Head Count }'),
      rule('keys', 2, 'from: { pools: [network] }, by: { coefficient: KEY }, to: { environment: n_a }'),
    );
    expect(some.filter((one) => one.includes('platform') || one.includes('network'))).toEqual([
      'mail SHARED:network:Compute n_a 0.444444444444 13.333333333333333333',
      'search SHARED:network:Compute n_a 0.555555555556 16.666666666666666667',
      'search SHARED:platform:Compute prod 0.25 25',
      'web shop SHARED:platform:Compute prod 0.75 75',
    ]);
    const run = await runMonth(test.entity, MONTH);
    expect(run.warnings).toContainEqual({
      code: 'COEFFICIENTS_NORMALISED',
      detail: expect.stringContaining('add up to 0.9, not to 1'),
    });
  });

  it('take direct facts away from what they were measured for', async () => {
    const some = await borne(
      rule('spare', 1, 'from: { facts: { applications: [Spare] } }, by: { fixed: { mail: "1", search: "3" } }'),
    );
    expect(some.filter((one) => one.includes('SPREAD'))).toEqual([
      'mail SPREAD:spare:Compute prod 0.25 1.75',
      'search SPREAD:spare:Compute prod 0.75 5.25',
    ]);
    const direct = await reportFacts(test.entity, { month: MONTH, applications: ['spare'] });
    const kept = await test.database.admin('SELECT rule_code, application_id FROM indirect_source');
    expect(kept).toEqual([{ rule_code: 'spare', application_id: 'spare' }]);
    // It is neither base nor target any more.
    expect(direct.rows).toEqual([]);
  });

  it('follow the environments of their base', async () => {
    const some = await borne(
      rule(
        'env',
        1,
        'from: { pools: [platform] }, by: { direct_cost: { applications: [search, mail] } }, to: { environment: as_base }',
      ),
    );
    expect(some.filter((one) => one.includes('platform'))).toEqual([
      'mail SHARED:platform:Compute prod 0.333333333333 20',
      'search SHARED:platform:Compute non_prod 1 40',
      'search SHARED:platform:Compute prod 0.666666666667 40',
    ]);
  });

  it('pass money from pool to pool, and say so', async () => {
    const some = await borne(
      rule('a', 1, 'from: { pools: [platform] }, by: { fixed: { search: "1" } }, to: { pools: { network: "0.25" } }'),
      rule('b', 2, 'from: { pools: [network] }, by: { fixed: { mail: "1" } }, to: { pools: { desk: "0.2" } }'),
      byDesk,
    );
    expect(some).toEqual([
      'mail SHARED:desk:Compute prod 1 11',
      'mail SHARED:network:Compute prod 1 44',
      'mail TAX prod 1 12',
      'mail SHARED:desk:Storage non_prod 1 9',
      'search SHARED:platform:Compute prod 1 75',
    ]);
    const parts = (await explainIndirect(test.entity, MONTH, 'Mail')).parts;
    const network = parts.find((part) => part.product_id === 'SHARED:network:Compute');
    expect(network?.words).toBe(
      'The pool network (Compute, prod, EUR) holds 44 EUR of effective cost. It passed 11 EUR to the pool desk. It received 25 EUR from the pool platform. Rule b, version 1. mail weighs what the rule says, 1 out of 1, which is 100 %; its part is 44 EUR.',
    );
  });

  it('solve a loop where all of them say how', async () => {
    const round = (loops: string) => [
      rule(
        'a',
        1,
        `from: { pools: [platform] }, by: { fixed: { search: "1" } }, to: { pools: { network: "0.5" } }, loops: ${loops}`,
      ),
      rule(
        'b',
        2,
        `from: { pools: [network] }, by: { fixed: { mail: "1" } }, to: { pools: { platform: "0.5" } }, loops: ${loops}`,
      ),
      byDesk,
    ];
    // 100 + x/2 = p, 30 + p/2 = n: p = 153.33…, n = 106.66…; half of each stays.
    const reciprocal = await borne(...round('reciprocal'));
    expect(reciprocal.filter((one) => one.includes('SHARED:platform') || one.includes('SHARED:network'))).toEqual([
      'mail SHARED:network:Compute prod 1 53.333333333333333333',
      'search SHARED:platform:Compute prod 1 76.666666666666666667',
    ]);
    // Emptied in order: what network would pass back stays with it.
    const stepDown = await borne(...round('step-down'));
    expect(stepDown.filter((one) => one.includes('SHARED:network'))).toEqual(['mail SHARED:network:Compute prod 1 80']);
    await expect(importRules(test.entity, rules(...round('refuse')))).rejects.toMatchObject({
      code: 'CHAIN_LOOPS',
      extensions: { loop: ['network', 'platform', 'network'] },
    });
  });

  it('apply in the months for which they are valid, the newest version of each', async () => {
    const said = (weight: string, valid: string) =>
      rule('v', 1, `${valid}, from: { pools: [platform] }, by: { fixed: { mail: "${weight}" } }`);
    const versions = async () => (await listRules(test.entity)).rows.filter((row) => row.code === 'v');
    await borne(said('1', 'valid_from: 2025-01'));
    await importRules(test.entity, rules(said('2', 'valid_from: 2025-08')), { publish: true });
    const july = await testRules(test.entity, MONTH);
    expect(july.rows.find((row) => row.rule_code === 'v')).toMatchObject({ rule_version: 1, total_weight: '1' });
    expect((await versions()).map((row) => [row.version, row.status])).toEqual([
      [1, 'PUBLISHED'],
      [2, 'PUBLISHED'],
    ]);
    // The same again is no new version, a change is the next one, and a draft is rewritten.
    const again = await importRules(test.entity, rules(said('2', 'valid_from: 2025-08')));
    expect(again.rows).toEqual([{ code: 'v', version: 2, status: 'PUBLISHED', change: 'UNCHANGED' }]);
    await importRules(test.entity, rules(said('3', 'valid_from: 2025-06')));
    const draft = await importRules(test.entity, rules(said('4', 'valid_from: 2025-06')));
    expect(draft.rows).toEqual([{ code: 'v', version: 3, status: 'DRAFT', change: 'REWRITTEN' }]);
    expect((await publishRule(test.entity, 'v')).status).toBe('PUBLISHED');
    await expect(publishRule(test.entity, 'v')).rejects.toMatchObject({ code: 'RULE_STATUS' });
    await expect(showRule(test.entity, 'nobody')).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' });
    const changed = test.database.admin(
      `UPDATE indirect_rule SET label = 'x' WHERE code = 'v' AND status = 'PUBLISHED'`,
    );
    await expect(changed).rejects.toThrow('is not changed');
    for (const { version } of await versions()) await archiveRule(test.entity, 'v', version);
  });

  it('are tried without changing anything', async () => {
    await borne(byDesk);
    const before = await reportFacts(test.entity, { month: MONTH, limit: 1000 });
    const tried = await testRules(
      test.entity,
      MONTH,
      rules(rule('t', 1, 'from: { pools: [platform] }, by: { fixed: { mail: "1" } }')),
    );
    expect(tried.rows.find((row) => row.rule_code === 't')).toMatchObject({ pool: 'platform', pool_effective: '100' });
    expect(tried.effects.reduce((sum, one) => sum + Number(one.difference), 0)).toBeCloseTo(0, 10);
    expect(tried.effects.find((one) => one.application === 'mail')?.difference).not.toBe('0');
    expect(await reportFacts(test.entity, { month: MONTH, limit: 1000 })).toEqual(before);
  });
});

describe('prices', () => {
  it('that rules spread by make the run outdated when they change, and others do not', async () => {
    const key = [test.entity.scope.tenantId, test.entity.scope.legalEntityId, `${MONTH}-01`] as const;
    const standing = () => test.entity.db.transaction(test.entity.scope, (tx) => standingRun(tx, key, test.dir));
    const price = async (unit_price: string) => {
      const path = await test.file(
        'prices.csv',
        `product,unit,unit_price\nCompute/Virtual Machines/Hours,Hours,${unit_price}\n`,
      );
      await importPrices(test.entity, { path, view: 'STANDARD', publish: true });
    };
    await borne(byDesk);
    await price('1');
    await expect(standing()).resolves.toMatchObject({ run_id: expect.any(String) });
    await borne(rule('cost', 1, 'from: { facts: { applications: [Spare] } }, by: { direct_cost: { measure: cost } }'));
    const spread = async () => {
      const { rows } = await reportFacts(test.entity, { month: MONTH, types: ['INDIRECT'], limit: 1000 });
      const some = rows.filter((row) => row.product_id === 'SPREAD:cost:Compute');
      return some.reduce((sum, row) => sum + Number(row.cost_standard), 0);
    };
    // Two hours at 1, measured for what is spread.
    expect(await spread()).toBeCloseTo(2, 12);
    await price('2');
    expect(await spread()).toBeCloseTo(2, 12);
    await expect(standing()).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
    await runMonth(test.entity, MONTH);
    expect(await spread()).toBeCloseTo(4, 12);
    await expect(standing()).resolves.toMatchObject({ run_id: expect.any(String) });
  });
});

describe('an explanation', () => {
  it('gives for every indirect fact the amounts that stand in the facts', async () => {
    await borne(
      byDesk,
      rule('net', 1, 'from: { pools: [network] }, by: { driver: head count }, to: { pools: { platform: "0.3" } }'),
      rule('env', 2, 'from: { pools: [platform] }, by: { direct_cost: {} }, to: { environment: as_base }'),
    );
    const { rows } = await reportFacts(test.entity, { month: MONTH, types: ['INDIRECT'], limit: 1000 });
    for (const application of new Set(rows.map((row) => row.application_id))) {
      const { parts } = await explainIndirect(test.entity, MONTH, application);
      const own = rows.filter((row) => row.application_id === application);
      for (const fact of own) {
        const of = parts.filter(
          (part) =>
            part.quantity !== null &&
            part.product_id === fact.product_id &&
            part.environment === fact.environment &&
            part.domain_id === fact.domain_id,
        );
        expect(of.map((part) => part.cost_effective)).toHaveLength(fact.product_id === 'TAX' ? of.length : 1);
        expect(of.reduce((sum, part) => sum + units(part.cost_effective ?? '0'), 0n)).toBe(
          units(fact.cost_effective ?? '0'),
        );
      }
    }
  });
});

describe('what is wrong is refused at its place', () => {
  const one = (says: string) => rules(rule('r', 1, says));
  const from = 'from: { pools: [platform] }';
  it.each([
    ['a: [', 'RULES_INVALID', ''],
    ['schema: prorata.indirect-rules/2\nrules: []', 'RULES_INVALID', '/schema'],
    [one(`${from}, by: { drivers: x }`), 'RULES_INVALID', '/rules/0/by'],
    [one(`${from}, by: { fixed: { a: 0.5 } }`), 'RULES_INVALID', '/rules/0/by'],
    [one(`${from}, by: { fixed: { a: "0" } }`), 'RULES_INVALID', '/rules/0/by/fixed'],
    [one(`${from}, by: { fixed: { a: "1", A: "2" } }`), 'RULES_INVALID', '/rules/0/by/fixed/A'],
    [one(`${from}, by: { fixed: { a: "40", b: "50" }, total: "100" }`), 'RULES_INVALID', '/rules/0/by/total'],
    [
      one(`${from}, by: { even: true }, to: { pools: { desk: "0.7", network: "0.4" } }`),
      'RULES_INVALID',
      '/rules/0/to/pools',
    ],
    [one(`${from}, by: { even: true }, to: { environment: as_base }`), 'RULES_INVALID', '/rules/0/to/environment'],
    [
      one(`${from}, by: { even: true }, to: { applications: [unallocated] }`),
      'RULES_INVALID',
      '/rules/0/to/applications',
    ],
    [one(`valid_from: 2025-05, valid_to: 2025-04, ${from}, by: { even: true }`), 'RULES_INVALID', '/rules/0/valid_to'],
    [one('from: { facts: {} }, by: { even: true }'), 'RULES_INVALID', '/rules/0/from'],
    [rules(rule('default', 1, `${from}, by: { even: true }`)), 'RULES_INVALID', '/rules/0/code'],
    [
      rules(rule('r', 1, `${from}, by: { even: true }`), rule('r', 2, `${from}, by: { even: true }`)),
      'RULES_INVALID',
      '/rules/1/code',
    ],
    [one('from: { pools: [nowhere] }, by: { even: true }'), 'POOL_UNKNOWN', ''],
    [
      rules(
        rule('b', 2, `${from}, by: { even: true }, to: { pools: { network: "0.1" } }`),
        rule('a', 1, 'from: { pools: [network] }, by: { even: true }'),
      ),
      'CHAIN_BACKWARDS',
      '',
    ],
    [rules(rule('b', 2, `${from}, by: { even: true }, to: { pools: { platform: "0.1" } }`)), 'CHAIN_LOOPS', ''],
  ])('%s', async (text, code, pointer) => {
    const before = await listRules(test.entity);
    const refusal = await importRules(test.entity, text).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code });
    const errors = (refusal as { extensions?: { errors?: { pointer: string }[] } }).extensions?.errors ?? [];
    if (pointer !== '') expect(errors.map((error) => error.pointer)).toContainEqual(expect.stringContaining(pointer));
    expect(await listRules(test.entity)).toEqual(before);
  });

  it.each([
    ['by: { driver: Cats }', 'DRIVER_WITHOUT_WEIGHTS'],
    ['by: { coefficient: key, total: "1" }', 'COEFFICIENTS_MISS_TOTAL'],
    ['by: { fixed: { nobody: "1" } }', 'TARGET_UNKNOWN'],
    ['by: { even: true }, fallback: Nobody', 'TARGET_UNKNOWN'],
  ])('at the run: %s', async (says, code) => {
    const before = await reportFacts(test.entity, { month: MONTH, limit: 1000 });
    await expect(testRules(test.entity, MONTH, one(`${from}, ${says}`))).rejects.toMatchObject({ code });
    expect(await reportFacts(test.entity, { month: MONTH, limit: 1000 })).toEqual(before);
  });

  it('goes to the fallback where a rule names one', async () => {
    const { rows } = await testRules(test.entity, MONTH, one(`${from}, by: { driver: Cats }, fallback: Mail`));
    expect(rows.find((row) => row.rule_code === 'r')).toMatchObject({ warning: 'NO_POSITIVE_WEIGHT' });
  });
});
