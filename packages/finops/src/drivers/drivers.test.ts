import { afterAll, beforeAll, expect, it } from 'vitest';
import { importReferences } from '../references/import-references.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { importDrivers, listDrivers } from './import-drivers.ts';

let test: TestEntity;
beforeAll(async () => {
  test = await openTestEntity();
  const path = await test.file('references.csv', 'kind,code,label\napplication,Web Shop,Web Shop\n');
  await importReferences(test.entity, { path });
});
afterAll(async () => {
  await test.close();
});

it('takes semicolons, a byte order mark and decimal commas, and the very bytes once', async () => {
  const path = await test.file(
    'good.csv',
    '\ufeffDRIVER;Month;application;value\r\nKm ²;2025-07;WEB  shop;1,000000000000000001\r\n',
  );
  const first = await importDrivers(test.entity, { path });
  expect(first).toMatchObject({ imported: true, totals: [{ driver: 'km ²', total: '1.000000000000000001' }] });
  expect(await importDrivers(test.entity, { path })).toEqual({ ...first, imported: false });
});

it.each([
  ['Web Shop,2025-13,1', 'month'],
  ['Web Shop,2025-07,-1', 'value'],
  ['Web Shop,2025-07,"1,5"', 'value'],
  ['Web Shop,2025-07,1e400', 'value'],
  ['Web Shpo,2025-07,1', 'application'],
  ['UNALLOCATED,2025-07,1', 'application'],
  [',2025-07,1', 'application'],
  ['Web Shop,2025-07,1\nd,web  shop,2025-07,2', 'application'],
])('in a driver file: %s', async (line, column) => {
  const path = await test.file('bad.csv', `driver,application,month,value\nd,${line}\n`);
  const refused = { code: 'ROWS_REFUSED', extensions: { violations: [{ column }] } };
  await expect(importDrivers(test.entity, { path })).rejects.toMatchObject(refused);
  expect((await listDrivers(test.entity, { driver: 'd' })).rows).toEqual([]);
});
