import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeMonth } from './closing/close.ts';
import { runMonth } from './facts/run-month.ts';
import { importFocus } from './import/import-focus.ts';
import { importRules } from './indirect/rules.ts';
import { importMeasured } from './measured/import-measured.ts';
import { importPrices } from './pricing/import-prices.ts';
import { importReferences } from './references/import-references.ts';
import { type FocusRow, focusCsv } from './testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from './testing/test-entity.ts';

const VM = 'Compute/Virtual Machines/Hours';
let test: TestEntity;
let number = 0;
beforeAll(async () => {
  test = await openTestEntity();
  for (const month of ['2025-06', '2025-07', '2025-08']) {
    await bill([
      { BillingPeriodStart: `${month}-01` },
      { BillingPeriodStart: `${month}-01`, Tags: '{"shared":"true"}' },
    ]);
    await runMonth(test.entity, month);
  }
  await closeMonth(test.entity, '2025-06');
});
afterAll(async () => {
  await test.close();
});

const bill = async (rows: readonly FocusRow[]) =>
  importFocus(test.entity, { path: await test.file(`bill-${++number}.csv`, focusCsv(rows)) });
const table = (...lines: string[]) => test.file(`table-${++number}.csv`, lines.join('\n'));
const prices = async (...lines: string[]) =>
  importPrices(test.entity, { path: await table('product,unit,unit_price', ...lines, ''), view: 'BAD' });
const measured = async (...lines: string[]) =>
  importMeasured(test.entity, {
    path: await table('month,application,product,quantity,environment,charge_month', ...lines),
  });
const references = async (...lines: string[]) =>
  importReferences(test.entity, { path: await table('kind,code,label,domain,unit', ...lines, '') });

/** Every row of every table of the entity but the traces that failed runs leave. */
async function everything(): Promise<string> {
  const tables = await test.database.admin<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'legal_entity_id'
      WHERE c.relkind = 'r' AND c.relnamespace = 'prorata'::regnamespace AND c.relname !~ '^(batch|audit|outbox|idempotency)'
      ORDER BY 1`,
  );
  const rows = tables.map(
    ({ name }) => `SELECT '${name}' AS name, md5(string_agg(t::text, '|' ORDER BY t::text)) AS md5 FROM ${name} t`,
  );
  return JSON.stringify(await test.database.admin(rows.join(' UNION ALL ')));
}

/** Until it is undone, writing to a table finds the disk of the database full. */
async function withoutRoom(name: string, work: () => Promise<unknown>): Promise<unknown> {
  await test.database.admin(`
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON ${name} EXECUTE FUNCTION no_room()`);
  try {
    return await work();
  } finally {
    await test.database.admin(`DROP TRIGGER no_room ON ${name}; DROP FUNCTION no_room()`);
  }
}

const LOOP = `schema: prorata.indirect-rules/1
rules:
  - { code: a, label: A, order: 1, from: { pools: [platform] }, by: { even: true }, to: { pools: { platform: "0.5" } } }
`;
const HUGE = '99999999999999999999';

const CASES: readonly (readonly [what: string, act: () => Promise<unknown>, refusal: object])[] = [
  ['a price twice', () => prices(`${VM},Hours,1`, `${VM},Hours,1`), { code: 'ROWS_REFUSED' }],
  ['a negative price', () => prices(`${VM},Hours,-1`), { code: 'ROWS_REFUSED' }],
  ['a price for a product without unit', () => prices(`${VM},,1`), { code: 'ROWS_REFUSED' }],
  ['a product without unit', () => references('product,SEAT,Seat,Compute,'), { code: 'REFERENCES_FILE_INVALID' }],
  [
    'two units for a product',
    () => references('product,SEAT,Seat,Compute,seat', 'product,SEAT,Seat,Compute,box'),
    { code: 'REFERENCES_FILE_INVALID' },
  ],
  ['another unit for a product that is there', () => prices(`${VM},Days,1`), { code: 'ROWS_REFUSED' }],
  ['a chain that loops', () => importRules(test.entity, LOOP, { publish: true }), { code: 'CHAIN_LOOPS' }],
  ['an unknown application', () => measured(`2025-07,Web Shpo,${VM},1,prod,`, ''), { code: 'ROWS_REFUSED' }],
  ['a month that is closed', () => runMonth(test.entity, '2025-06'), { code: 'PERIOD_CLOSED' }],
  ['a half-written table', () => measured(`2025-07,Web Shop,${VM},1,pr`), { code: 'CSV_MALFORMED' }],
  [
    'a half-written bill',
    async () => {
      const whole = focusCsv([{ BillingAccountId: 'HALF' }, { BillingAccountId: 'HALF' }]);
      return await importFocus(test.entity, { path: await test.file('half.csv', whole.slice(0, -30)) });
    },
    { code: 'CSV_MALFORMED' },
  ],
  [
    'a disk that is full while a bill is taken',
    () => withoutRoom('import_file', () => bill([{ BillingAccountId: 'FULL' }])),
    { code: 'DISK_FULL', status: 507 },
  ],
  [
    'a disk that is full while a month is run',
    () => withoutRoom('fact_consumption', () => runMonth(test.entity, '2025-07')),
    { code: 'DISK_FULL', status: 507 },
  ],
  [
    'costs that add up to more than an amount holds',
    () => bill([HUGE, HUGE].map((EffectiveCost) => ({ BillingAccountId: 'HUGE', EffectiveCost }))),
    { code: 'ROWS_REFUSED', detail: expect.stringContaining('a sum') },
  ],
];

it.each(CASES)('%s is refused by its name, and nothing changed', async (_what, act, refusal) => {
  const before = await everything();
  await expect(act()).rejects.toMatchObject(refusal);
  expect(await everything()).toBe(before);
});

it('quantities that are too large together are refused by the run, and its facts stay', async () => {
  const concerning = ['2025-06', '2025-05'].map((month) => `2025-08,Web Shop,${VM},${HUGE},prod,${month}`);
  await measured(...concerning, '');
  const before = await everything();
  await expect(runMonth(test.entity, '2025-08')).rejects.toMatchObject({ code: 'AMOUNT_TOO_LARGE' });
  expect(await everything()).toBe(before);
});
