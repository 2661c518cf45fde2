import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { withPrivateFolder } from '../import/source-file.ts';
import { deactivateReference } from '../references/change-reference.ts';
import { importReferences } from '../references/import-references.ts';
import { reportFacts } from '../report/reports.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { importMeasured, type MeasuredInput } from './import-measured.ts';
import { listMeasured, reportCorrections } from './measured-reports.ts';

let test: TestEntity;
let number = 0;
beforeAll(async () => {
  test = await openTestEntity();
  const references = `kind,code,label,domain,unit
domain,Mainframe,Mainframe,,
domain,Licences,Licences,,
product,MIPS,MIPS,Mainframe,MIPS-hour
product,SEAT,Seat,Licences,seat
product,OLD,Old,Licences,seat
application,Core Banking,Core Banking,,
application,HR Suite,HR Suite,,
`;
  await importReferences(test.entity, { path: await test.file('references.csv', references) });
  await deactivateReference(test.entity, { kind: 'product', code: 'OLD' }, '2025-05');
});
afterAll(() => test.close());

const HEAD = 'month,application,product,quantity,environment';
const take = async (content: string | Uint8Array, more: Omit<MeasuredInput, 'path'> = {}) => {
  number += 1;
  return await importMeasured(test.entity, { path: await test.file(`m${number}.csv`, content), ...more });
};
const stored = async () => {
  const [row] = await test.database.admin<Record<string, string>>(
    `SELECT (SELECT count(*) FROM measured_file)::text AS files, (SELECT count(*) FROM measured_scope)::text AS scopes,
            (SELECT count(*) FROM measured_consumption)::text AS rows, (SELECT count(*) FROM outbox_event)::text AS events`,
  );
  return row;
};

describe('measured consumption', () => {
  const july = `${HEAD}\n2025-07,Core BANKING,MIPS,12.000000000000000001,prod\n2025-07,hr suite,MIPS,3,Staging\n2025-07,UNALLOCATED,SEAT,5,\n`;

  it('is taken once, with control totals a product and unit', async () => {
    const first = await take(july, { source: 'mainframe' });
    expect(first).toMatchObject({
      imported: true,
      rows: 3,
      months: ['2025-07'],
      totals: [
        { product_id: 'MIPS', unit: 'MIPS-hour', rows: 2, quantity: '15.000000000000000001' },
        { product_id: 'SEAT', unit: 'seat', rows: 1, quantity: '5' },
      ],
    });
    const { imported: _first, ...told } = first;
    expect(await take(july, { source: 'mainframe' })).toEqual({ ...told, imported: false });
    expect((await listMeasured(test.entity)).rows).toHaveLength(1);
  });

  it('becomes direct facts without money, which alone are enough for a run', async () => {
    const run = await runMonth(test.entity, '2025-07');
    expect(run.steps.find((step) => step.step === 'MEASURED')).toMatchObject({ rows_in: 3, rows_out: 3, warnings: [] });
    const { rows } = await reportFacts(test.entity, { month: '2025-07' });
    expect(rows).toMatchObject([
      { application_id: 'UNALLOCATED', domain_id: 'Licences', quantity: '5', unit: 'seat', environment: 'unknown' },
      { application_id: 'core banking', quantity: '12.000000000000000001', cost_effective: null, currency: 'EUR' },
      { application_id: 'hr suite', product_id: 'MIPS', environment: 'non_prod', consumption_type: 'DIRECT' },
    ]);
  });

  it('stands a source and month in one file, and is replaced only where that is asked for', async () => {
    const other = `${HEAD}\n2025-07,hr suite,SEAT,9,n_a\n`;
    await expect(take(other, { source: 'mainframe' })).rejects.toMatchObject({
      code: 'SCOPE_EXISTS',
      detail: expect.stringContaining('--source'),
      extensions: { scopes: [{ source: 'mainframe', period_month: '2025-07' }] },
    });
    await take(other, { source: 'licence desk' });
    expect(await take(other, { source: 'mainframe', replace: true })).toMatchObject({ replaced: ['m1.csv'] });
    const again = await take(july, { source: 'mainframe', replace: true });
    expect(again).toMatchObject({ imported: true, rows: 3 });
    const run = await runMonth(test.entity, '2025-07');
    expect(run.facts).toBe(4);
    const scopes = (await listMeasured(test.entity)).rows.map((row) => row.scopes[0]?.superseded_by ?? 'stands');
    expect(scopes.filter((scope) => scope === 'stands')).toHaveLength(2);
  });

  it('adds to the facts of a bill that names the same product, and says so', async () => {
    await importFocus(test.entity, {
      path: await test.file('bill.csv', focusCsv([{ BillingPeriodStart: '2025-06-01' }])),
    });
    await runMonth(test.entity, '2025-06');
    const row = '2025-06,web shop,Compute/Virtual Machines/Hours,0.5,prod';
    await take(`${HEAD},unit\n${row},Hours\n`);
    const run = await runMonth(test.entity, '2025-06');
    expect(run.warnings).toMatchObject([{ code: 'MEASURED_AND_BILLED' }]);
    const { rows } = await reportFacts(test.entity, { month: '2025-06' });
    expect(rows).toMatchObject([{ quantity: '2.5', cost_effective: '1.25' }]);
  });

  it('takes gzip, Parquet, a byte order mark, names in any case, and semicolons with a decimal comma', async () => {
    const excel =
      '\uFEFFMonth;Application;PRODUCT;Quantity;Environment;Notes\r\n2025-01;HR Suite;SEAT;1234,5;prod;x\r\n';
    expect(await take(gzipSync(excel), { source: 'a' })).toMatchObject({
      kind: 'csv.gz',
      totals: [{ quantity: '1234.5' }],
      notices: [{ code: 'STRAY_COLUMNS' }, { code: 'SEMICOLON_DIALECT' }, { code: 'BYTE_ORDER_MARK' }],
    });
    const path = join(test.dir, 'measured.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT '2025-01' AS "Month", 'HR Suite' AS "Application", 'SEAT' AS "Product", 0.1::DOUBLE AS "Quantity",
               NULL::VARCHAR AS "Environment") TO '${path}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    expect(await importMeasured(test.entity, { path, source: 'b' })).toMatchObject({
      kind: 'parquet',
      totals: [{ quantity: '0.1' }],
      notices: [{ code: 'FLOATING_POINT_SOURCE' }],
    });
  });
});

describe('corrections', () => {
  it('stay in the month in which they are issued, and are told by the month that they concern', async () => {
    const rows = '2025-08,hr suite,SEAT,-2,prod,2025-07\n2025-08,hr suite,SEAT,7,prod,\n';
    expect(await take(`${HEAD},charge_month\n${rows}`)).toMatchObject({
      totals: [{ quantity: '5' }],
      notices: [{ code: 'CORRECTIONS' }],
    });
    const bill = [
      { ChargeClass: 'Correction', ChargePeriodStart: '2025-06-30', BilledCost: '-1.5', EffectiveCost: '-1.25' },
      {},
    ].map((row) => ({ BillingPeriodStart: '2025-08-01', ...row }));
    await importFocus(test.entity, { path: await test.file('august.csv', focusCsv(bill)) });
    const august = await reportCorrections(test.entity, '2025-08');
    expect(august.rows).toMatchObject([
      { charge_month: '2025-06', origin: 'BILL', source: 'AWS', rows: 1, cost_effective: '-1.25', cost_billed: '-1.5' },
      { charge_month: '2025-07', origin: 'MEASURED', product_id: 'SEAT', unit: 'seat', quantity: '-2' },
    ]);
    expect((await reportCorrections(test.entity, '2025-07')).rows).toEqual([]);
    const concerning = await reportCorrections(test.entity, '2025-07', 'CONCERNING');
    expect(concerning.rows).toMatchObject([{ period_month: '2025-08', quantity: '-2' }]);
    await runMonth(test.entity, '2025-08');
    const facts = await reportFacts(test.entity, { month: '2025-08', applications: ['hr suite'] });
    expect(facts.rows).toMatchObject([{ quantity: '5' }]);
  });
});

describe('a file that is wrong leaves nothing and says where', () => {
  const row = (change: Partial<Record<string, string>> = {}) => {
    const plain = { month: '2025-02', application: 'hr suite', product: 'SEAT', quantity: '1', environment: 'prod' };
    return Object.values({ ...plain, ...change }).join(',');
  };

  it.each([
    ['an unknown application', row({ application: 'HR Suit' }), 'application', 'did you mean "hr suite"?'],
    ['an unknown product', row({ product: 'SEATS' }), 'product', 'did you mean "SEAT"?'],
    ['a product that has ended', row({ month: '2025-06', product: 'OLD' }), 'product', 'to 2025-05'],
    ['the product of taxes', row({ product: 'TAX' }), 'product', 'reserved'],
    ['a month that is none', row({ month: '02/2025' }), 'month', 'YYYY-MM'],
    ['a quantity that is none', row({ quantity: 'ten' }), 'quantity', 'not an exact decimal'],
    ['a quantity with a sign between thousands', row({ quantity: '"1,000"' }), 'quantity', 'thousands'],
    ['a quantity with 19 decimals', row({ quantity: '0.0000000000000000001' }), 'quantity', '18 decimals'],
    ['a quantity below zero', row({ quantity: '-1' }), 'quantity', 'only a correction'],
    ['no quantity', row({ quantity: '' }), 'quantity', 'required'],
    ['an environment of another world', row({ environment: 'moon' }), 'environment', 'mapping.yaml'],
    ['another unit', `${row()},box`, 'unit', 'measured in seat'],
    ['a currency that is none', `${row()},,ZZZ`, 'currency', 'ISO 4217'],
    ['a correction of the future', `${row()},,,2025-03`, 'charge_month', 'after the month'],
    ['a row twice', `${row()}\n${row({ application: 'HR  SUITE', quantity: '2' })}`, 'product', 'stand in row 1'],
  ])('%s', async (_what, lines, column, message) => {
    const before = await stored();
    const columns = `${HEAD},unit,currency,charge_month`;
    const filled = lines
      .split('\n')
      .map((line) => line + ','.repeat(7 - line.replace(/"[^"]*"/g, '').split(',').length + 1));
    await expect(take(`${columns}\n${filled.join('\n')}\n`, { source: 'wrong' })).rejects.toMatchObject({
      code: 'ROWS_REFUSED',
      extensions: { violation_count: 1, violations: [{ column, message: expect.stringContaining(message) }] },
    });
    expect(await stored()).toEqual(before);
  });

  it.each([
    ['half-written', `${HEAD}\n2025-02,hr suite,SEAT,1`, 'CSV_MALFORMED'],
    ['half-written inside a quote', `${HEAD}\n2025-02,"hr sui`, 'CSV_MALFORMED'],
    ['with a column too few', 'month,application,product,quantity\n2025-02,hr suite,SEAT,1\n', 'COLUMNS_MISSING'],
    ['with a column twice', `${HEAD},Quantity\n2025-02,hr suite,SEAT,1,prod,1\n`, 'COLUMNS_DUPLICATED'],
    ['without rows', `${HEAD}\n`, 'EMPTY_FILE'],
    ['that is a workbook', 'PK\u0003\u0004', 'FILE_UNREADABLE'],
    [
      'with points between thousands',
      `${HEAD.replaceAll(',', ';')}\n2025-02;hr suite;SEAT;1.234;prod\n`,
      'ROWS_REFUSED',
    ],
  ])('a file %s', async (_what, content, code) => {
    const before = await stored();
    await expect(take(content)).rejects.toMatchObject({ code });
    expect(await stored()).toEqual(before);
  });

  it('and a full disk, of the node or of the database, is called by its name', async () => {
    const full = withPrivateFolder(join(test.dir, '.work'), () => writeFile('/dev/full', 'x'));
    await expect(full).rejects.toMatchObject({ code: 'DISK_FULL', status: 507 });
    await test.database.admin(`
      CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON measured_consumption EXECUTE FUNCTION full_disk()`);
    const before = await stored();
    await expect(take(`${HEAD}\n2025-02,hr suite,SEAT,1,prod\n`)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await stored()).toEqual(before);
    await test.database.admin('DROP TRIGGER full_disk ON measured_consumption; DROP FUNCTION full_disk()');
    expect(await take(`${HEAD}\n2025-02,hr suite,SEAT,1,prod\n`)).toMatchObject({ imported: true });
  });
});
