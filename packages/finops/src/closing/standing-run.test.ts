import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importDrivers } from '../drivers/import-drivers.ts';
import type { InputKind } from '../facts/inputs.ts';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { archiveRule, importRules } from '../indirect/rules.ts';
import { importMeasured } from '../measured/import-measured.ts';
import { importReferences } from '../references/import-references.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { adjustMonth } from './adjust.ts';
import { closeMonth } from './close.ts';
import { standingRun } from './standing-run.ts';

const MONTH = '2025-07';
const VM = 'Compute/Virtual Machines/Hours';
let test: TestEntity;
let number = 0;
beforeAll(async () => {
  test = await openTestEntity();
  await bill('2025-06', 'ACC');
  await bill(MONTH, 'ACC');
  await runMonth(test.entity, '2025-06');
  await closeMonth(test.entity, '2025-06');
});
afterAll(async () => {
  await test.close();
});

async function bill(month: string, account: string) {
  const rows = [
    { BillingPeriodStart: `${month}-01`, BillingAccountId: account },
    { BillingPeriodStart: `${month}-01`, BillingAccountId: account, Tags: '{"shared":"true"}' },
  ];
  await importFocus(test.entity, { path: await test.file(`bill-${++number}.csv`, focusCsv(rows)) });
}
const table = (...lines: string[]) => test.file(`table-${++number}.csv`, `${lines.join('\n')}\n`);
const measure = async (quantity: string) => {
  const path = await table(
    'month,application,product,quantity,environment',
    `${MONTH},Web Shop,${VM},${quantity},prod`,
  );
  await importMeasured(test.entity, { path, replace: true });
};
const weigh = async (value: string) => {
  const path = await table('driver,month,application,value', `heads,${MONTH},Web Shop,${value}`);
  await importDrivers(test.entity, { path, replace: true });
};
const rule = (weight: string) => `schema: prorata.indirect-rules/1
rules: [ { code: keys, label: Keys, order: 1, from: { pools: [platform] }, by: { fixed: { web shop: "${weight}" } } } ]
`;
const map = async (from: string, to: string) => {
  const path = join(test.dir, 'mapping.yaml');
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
};
const standing = () => {
  const key = [test.entity.scope.tenantId, test.entity.scope.legalEntityId, `${MONTH}-01`] as const;
  return test.entity.db.transaction(test.entity.scope, (tx) => standingRun(tx, key, test.dir));
};

type Change = readonly [what: string, kind: InputKind, change: () => Promise<unknown>];
const FIRST: readonly Change[] = [
  ['a bill', 'BILLS', () => bill(MONTH, 'MORE')],
  ['a measurement', 'MEASUREMENTS', () => measure('1')],
  ['a driver', 'DRIVERS', () => weigh('1')],
  ['a rule published', 'RULES', () => importRules(test.entity, rule('1'), { publish: true })],
  ['an edited mapping', 'MAPPING', () => map('aliases: {}', 'aliases: { search: Finder }')],
];
const THEN: readonly Change[] = [
  ['a measurement replaced', 'MEASUREMENTS', () => measure('2')],
  ['a driver replaced', 'DRIVERS', () => weigh('2')],
  ['the next version of a rule', 'RULES', () => importRules(test.entity, rule('2'), { publish: true })],
  [
    'a product that a person moved',
    'PRODUCTS',
    async () =>
      importReferences(test.entity, {
        path: await table(
          'kind,code,label,unit,domain,family',
          'domain,Other,Other,,,',
          `product,${VM},VM,Hours,Other,`,
        ),
      }),
  ],
  [
    'a correction that it is to carry',
    'CORRECTIONS',
    async () => {
      await bill('2025-06', 'LATE');
      await adjustMonth(test.entity, '2025-06');
    },
  ],
];

it.each([
  ['first', FIRST],
  ['then', THEN],
])('a run is left behind by whatever it was computed from, and says by what (%s)', async (_when, changes) => {
  await runMonth(test.entity, MONTH);
  await expect(standing()).resolves.toMatchObject({ run_id: expect.any(String) });
  const changed: InputKind[] = [];
  for (const [what, kind, change] of changes) {
    await change();
    changed.push(kind);
    const outdated = { code: 'RUN_OUTDATED', extensions: { changed: changed.toSorted() } };
    await expect(standing(), what).rejects.toMatchObject(outdated);
  }
  await expect(closeMonth(test.entity, MONTH)).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
});

it('a rule archived is one more change, while drafts, comments in the mapping and rules of other months are none', async () => {
  await runMonth(test.entity, MONTH);
  await importRules(test.entity, rule('3'));
  const later = rule('4').replace('code: keys', 'code: later').replace('order: 1', 'order: 2, valid_from: 2025-08');
  await importRules(test.entity, later, { publish: true });
  await map('schema:', '# A comment.\nschema:');
  await expect(standing()).resolves.toMatchObject({ run_id: expect.any(String) });
  await archiveRule(test.entity, 'keys', 2);
  await expect(standing()).rejects.toMatchObject({ code: 'RUN_OUTDATED', extensions: { changed: ['RULES'] } });
});
