import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FocusRow, focusCsv, sha256Of } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { importFocus } from './import-focus.ts';

let test: TestEntity;
let number = 0;
beforeAll(async () => {
  test = await openTestEntity();
});
afterAll(async () => {
  await test.close();
});
afterEach(() => {
  // Whatever happened, nothing of a customer's bill lies around.
  const work = join(test.dir, '.work');
  expect(existsSync(work) ? readdirSync(work) : []).toEqual([]);
});

const take = async (content: string | Uint8Array, options: { replace?: boolean; name?: string } = {}) =>
  await importFocus(test.entity, { path: await test.file(`bill-${++number}.csv`, content), ...options });

/** A bill of an account of its own, so that tests do not meet in one scope. */
const bill = (rows: readonly FocusRow[], lineEnd?: string) => {
  const account = `ACC-${++number}`;
  return focusCsv(
    rows.map((row) => ({ BillingAccountId: account, ...row })),
    lineEnd,
  );
};

const stored = async () => {
  const [row] = await test.database.admin<{
    files: string;
    scopes: string;
    rows: string;
    events: string;
    audit: string;
  }>(
    `SELECT (SELECT count(*) FROM import_file)::text AS files, (SELECT count(*) FROM import_scope)::text AS scopes,
            (SELECT count(*) FROM consumption)::text AS rows, (SELECT count(*) FROM outbox_event)::text AS events,
            (SELECT count(*) FROM audit_log)::text AS audit`,
  );
  return row;
};

describe('dialects', () => {
  it('takes null literals, blanks, carriage returns, quoted line ends and stray columns', async () => {
    const rows = [
      { ServiceName: 'NULL', Tags: '(null)', ConsumedUnit: ' null ', BilledCost: ' 1.5 ', Id: '7', x_Own: '8' },
      { ServiceName: 'A "quoted", name\r\nin two\t\\N lines', Tags: '' },
    ];
    const answer = await take(bill(rows, '\r\n'));
    expect(answer).toMatchObject({ rows: 2, kind: 'csv', totals: [{ billed_cost: '3', effective_cost: '2.5' }] });
    expect(answer.notices).toEqual([{ code: 'STRAY_COLUMNS', detail: expect.stringContaining('Id') }]);
    const kept = await test.database.admin<{ service_name: string | null; tags: string | null }>(
      'SELECT service_name, tags FROM consumption WHERE import_file_id = $1 ORDER BY service_name NULLS FIRST',
      [answer.import_id],
    );
    expect(kept).toEqual([
      { service_name: null, tags: null },
      { service_name: 'A "quoted", name\r\nin two\t\\N lines', tags: null },
    ]);
  });

  it('takes a byte order mark and timestamps with an offset, which can move the month', async () => {
    const rows = [
      { BillingPeriodStart: '2025-07-01T00:00:00.000+00:00' },
      { BillingPeriodStart: '2025-07-01T00:00:00.000+02:00' },
      { BillingPeriodStart: '2025-06-30 22:30:00.123-02:00' },
    ];
    const answer = await take(`\uFEFF${bill(rows)}`);
    expect(answer.scopes.map(({ period_month, rows: count }) => [period_month, count])).toEqual([
      ['2025-06', 1],
      ['2025-07', 2],
    ]);
    expect(answer.notices.map((notice) => notice.code)).toEqual(['BYTE_ORDER_MARK']);
  });

  it('takes minute precision, a blank between day and time, and bare days', async () => {
    const starts = ['2025-07-01T00:00Z', '2025-07-01 00:00:00', '2025-07-01', '2025-07-01T00:00:00Z'];
    const answer = await take(bill(starts.map((BillingPeriodStart) => ({ BillingPeriodStart }))));
    expect(answer.scopes).toMatchObject([{ period_month: '2025-07', rows: 4 }]);
  });

  it('groups timestamps with parts of a second by their month', async () => {
    const at = (time: string) => ({ ChargePeriodStart: `2025-07-${time}`, BillingAccountId: 'PARTS' });
    const { import_id } = await take(bill([at('01T00:00:00.000Z'), at('02T10:59:59.123456789Z'), at('31 23:00:00.5')]));
    const kept = await test.database.admin('SELECT 1 FROM consumption WHERE import_file_id = $1', [import_id]);
    expect(kept).toHaveLength(1);
  });

  it('finds out from the whole file which way round dates with slashes are', async () => {
    const us = await take(bill([{ BillingPeriodStart: '4/1/25', ChargePeriodStart: '4/17/25' }]));
    expect(us.scopes[0]?.period_month).toBe('2025-04');
    const eu = await take(bill([{ BillingPeriodStart: '01/04/2025', ChargePeriodStart: '17/04/2025' }]));
    expect(eu.scopes[0]?.period_month).toBe('2025-04');
  });

  it('expands scientific notation digit by digit and takes 18 decimals', async () => {
    const costs = ['2.5E-7', '1e3', '-1.5e+2', '0.000000000000000001', '12345678901234567890', '1E-18', '.5', '5.'];
    const answer = await take(bill(costs.map((cost) => ({ BilledCost: cost, EffectiveCost: '0' }))));
    expect(answer.totals[0]?.billed_cost).toBe('12345678901234568745.500000250000000002');
  });

  it('takes money with the sign of its currency and groups of three', async () => {
    const costs = ['$10,000.00 ', '-$1,234,567.5', '$12', '$-1.25'];
    const rows = costs.map((cost) => ({ BilledCost: cost, EffectiveCost: '0', BillingCurrency: 'USD' }));
    expect((await take(bill(rows))).totals).toMatchObject([{ currency: 'USD', billed_cost: '-1224556.75' }]);
  });

  it('takes zeros beyond the 18th decimal, which say nothing', async () => {
    const answer = await take(
      bill([{ BilledCost: '1.100000000000000000000000', EffectiveCost: '0.0000000000000000000000' }]),
    );
    expect(answer.totals[0]).toMatchObject({ billed_cost: '1.1', effective_cost: '0' });
  });

  it('takes gzip by its bytes, whatever it is called', async () => {
    const text = bill([{}, {}]);
    const answer = await take(gzipSync(text));
    expect(answer).toMatchObject({ kind: 'csv.gz', rows: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('takes Parquet: decimals, doubles, timestamps, and tags as a map or a text', async () => {
    const path = join(test.dir, 'bill.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT TIMESTAMPTZ '2025-07-01 00:00:00+00' AS "BillingPeriodStart", TIMESTAMP '2025-07-31 23:00:00' AS "ChargePeriodStart",
               'EUR' AS "BillingCurrency", 1.000000000000000001::DECIMAL(38,18) AS "BilledCost", 0.1::DOUBLE AS "EffectiveCost",
               'Usage' AS "ChargeCategory", 'AWS' AS "ProviderName", 'PQ-1' AS "BillingAccountId", 3::BIGINT AS "ConsumedQuantity",
               MAP {'application': 'Web Shop', 'environment': 'prod'} AS "Tags" FROM range(3)) TO '${path}' (FORMAT parquet)`,
    );
    const unset = join(test.dir, 'unset.parquet');
    await connection.run(
      `COPY (SELECT * REPLACE (TIMESTAMP '0001-01-01 00:00:00' AS "ChargePeriodStart") FROM '${path}') TO '${unset}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    await expect(importFocus(test.entity, { path: unset })).rejects.toMatchObject({
      code: 'ROWS_REFUSED',
      detail: expect.stringMatching(/3 unusable values.*ChargePeriodStart "0001-01-01/),
    });
    const answer = await importFocus(test.entity, { path });
    expect(answer).toMatchObject({ kind: 'parquet', rows: 3 });
    expect(answer.totals[0]).toMatchObject({ billed_cost: '3.000000000000000003', effective_cost: '0.3' });
    expect(answer.notices.map((notice) => notice.code)).toEqual(['FLOATING_POINT_SOURCE', 'SERVICE_CATEGORY_ABSENT']);
    const [kept] = await test.database.admin<{ tags: string; quantity: string }>(
      'SELECT tags, trim_scale(quantity)::text AS quantity FROM consumption WHERE import_file_id = $1',
      [answer.import_id],
    );
    expect(kept).toEqual({ tags: '{"application":"Web Shop","environment":"prod"}', quantity: '9' });
  });

  it('leaves out tags that differ from resource to resource, says so, and keeps all others', async () => {
    const tags = (index: number) => JSON.stringify({ application: `App ${index % 40}`, "Na'me": `host-${index}` });
    const rows = Array.from({ length: 52_000 }, (_, index) => ({ Tags: tags(index), BilledCost: '1' }));
    const answer = await take(bill([...rows, { Tags: `{"Na'me":"alone"}`, BilledCost: '1' }]));
    expect(answer).toMatchObject({ rows: 52_001, totals: [{ billed_cost: '52001' }] });
    expect(answer.notices).toEqual([{ code: 'TAGS_NOT_KEPT', detail: expect.stringMatching(/applic.*: Na'me$/) }]);
    const kept = await test.database.admin<{ rows: number; tags: string | null }>(
      'SELECT row_count::int AS rows, tags FROM consumption WHERE import_file_id = $1 ORDER BY tags NULLS FIRST',
      [answer.import_id],
    );
    expect(kept).toHaveLength(41);
    expect(kept[0]).toEqual({ rows: 1, tags: null });
    expect(kept[1]).toEqual({ rows: 1300, tags: '{"application":"App 0"}' });
  });

  it('takes a path that looks like a pattern as the path that it is', async () => {
    const path = await test.file('bill [1]*.csv', bill([{}]));
    expect((await importFocus(test.entity, { path })).file).toBe('bill [1]*.csv');
  });
});

describe('refusals leave nothing behind', () => {
  const one = (row: FocusRow) => () => bill([{}, row]);
  const cases: readonly [name: string, content: () => string | Uint8Array, code: string, detail: RegExp][] = [
    ['an empty file', () => '', 'EMPTY_FILE', /0 bytes/],
    ['a header without rows', () => bill([]), 'EMPTY_FILE', /no rows/],
    ['blanks', () => '  \n \n', 'EMPTY_FILE', /blanks/],
    ['a program', () => Buffer.from('\x7fELF\x00\x00'), 'FILE_UNREADABLE', /binary/],
    ['a workbook', () => Buffer.from('PK\x03\x04 and so on'), 'FILE_UNREADABLE', /ZIP/],
    ['UTF-16', () => Buffer.from(`\uFEFF${bill([{}])}`, 'utf16le'), 'FILE_UNREADABLE', /UTF-16/],
    ['Latin-1', () => Buffer.from(bill([{ ServiceName: 'Réseau' }]), 'latin1'), 'FILE_UNREADABLE', /UTF-8/],
    ['prose', () => 'Dear sirs,\nplease find attached', 'COLUMNS_MISSING', /BillingPeriodStart/],
    ['JSON', () => '{"a": 1}', 'COLUMNS_MISSING', /BilledCost/],
    ['a column twice', () => bill([{}]).replace('ServiceName', 'BilledCost'), 'COLUMNS_DUPLICATED', /BilledCost/],
    ['a line that is too short', () => `${bill([{}])}1,2,3\n`, 'CSV_MALFORMED', /line 3.*Found: 3/],
    ['an open quote', () => `${bill([{}])}"x`, 'CSV_MALFORMED', /line 3/],
    ['a cut gzip', () => gzipSync(bill([{}, {}])).subarray(0, 60), 'FILE_UNREADABLE', /gzip/],
    ['a cut Parquet', () => Buffer.from('PAR1 and nothing more'), 'FILE_UNREADABLE', /Parquet/],
    ['NaN', one({ BilledCost: 'NaN' }), 'ROWS_REFUSED', /row 2, BilledCost "NaN"/],
    ['Infinity', one({ EffectiveCost: 'Infinity' }), 'ROWS_REFUSED', /row 2, EffectiveCost "Infinity"/],
    ['1_000', one({ BilledCost: '1_000' }), 'ROWS_REFUSED', /"1_000"/],
    ['hexadecimal', one({ BilledCost: '0x10' }), 'ROWS_REFUSED', /"0x10"/],
    ['19 decimals', one({ BilledCost: '0.0000000000000000001' }), 'ROWS_REFUSED', /18 decimals/],
    ['19 decimals by exponent', one({ BilledCost: '1E-19' }), 'ROWS_REFUSED', /1E-19/],
    ['21 digits', one({ BilledCost: '123456789012345678901' }), 'ROWS_REFUSED', /20 digits/],
    ['a comma for a point', one({ BilledCost: '1,5' }), 'ROWS_REFUSED', /"1,5"/],
    ['the sign of another currency', one({ BilledCost: '$5.00' }), 'ROWS_REFUSED', /5\.00/],
    ['no cost', one({ EffectiveCost: '' }), 'ROWS_REFUSED', /a value is required/],
    ['a quantity in words', one({ ConsumedQuantity: 'many' }), 'ROWS_REFUSED', /ConsumedQuantity "many"/],
    ['an unknown currency', one({ BillingCurrency: 'EURO' }), 'ROWS_REFUSED', /ISO 4217/],
    ['an unknown charge category', one({ ChargeCategory: 'Fee' }), 'ROWS_REFUSED', /Usage, Purchase/],
    ['no account', one({ BillingAccountId: 'NULL' }), 'ROWS_REFUSED', /BillingAccountId/],
    [
      'a NUL, which no text of the database holds',
      () => bill([...Array(2000).fill({}), { SubAccountId: 'a\0b' }]),
      'ROWS_REFUSED',
      /NUL/,
    ],
    ['tags that are no object', one({ Tags: '["a"]' }), 'ROWS_REFUSED', /JSON object/],
    ['tags that are no JSON', one({ Tags: 'application=x' }), 'ROWS_REFUSED', /JSON object/],
    ['month 13', one({ BillingPeriodStart: '2025-13-01T00:00:00Z' }), 'ROWS_REFUSED', /BillingPeriodStart/],
    ['30 February', one({ ChargePeriodStart: '2025-02-30T00:00:00Z' }), 'ROWS_REFUSED', /ChargePeriodStart/],
    ['a time that was never set', one({ ChargePeriodStart: '0001-01-01T00:00:00Z' }), 'ROWS_REFUSED', /"0001-01-01/],
    ['the year 0', one({ ChargePeriodStart: '0000-12-31' }), 'ROWS_REFUSED', /ChargePeriodStart/],
    ['24:00', one({ ChargePeriodStart: '2025-02-03T24:00:00Z' }), 'ROWS_REFUSED', /ChargePeriodStart/],
    ['slashes that fit no way', one({ BillingPeriodStart: '4/2/25' }), 'DATES_AMBIGUOUS', /4\/2\/25/],
    [
      'slashes that fit both ways',
      () => bill([{ BillingPeriodStart: '1/1/25', ChargePeriodStart: '2/1/25' }]),
      'DATES_AMBIGUOUS',
      /two months/,
    ],
  ];

  it.each(cases)('%s', async (_name, content, code, detail) => {
    const before = await stored();
    const refusal = await take(content()).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code, detail: expect.stringMatching(detail) });
    expect(await stored()).toEqual(before);
  });

  it('names every missing column at once', async () => {
    const refusal = await take('BilledCost,Tags\n1,\n').catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      extensions: {
        missing: [
          'BillingPeriodStart',
          'BillingCurrency',
          'EffectiveCost',
          'ChargeCategory',
          'ProviderName',
          'BillingAccountId',
        ],
      },
    });
  });

  it('lists the first hundred bad values in the order of the file, and how many there are', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => ({ BilledCost: index % 2 === 0 ? 'x' : '1', Tags: '' }));
    const refusal = (await take(bill([...rows, { BillingCurrency: '??' }])).catch((error: unknown) => error)) as {
      extensions: { violations: { row: number; column: string; value: string }[]; violation_count: number };
    };
    expect(refusal.extensions.violation_count).toBe(76);
    expect(refusal.extensions.violations).toHaveLength(76);
    expect(refusal.extensions.violations[1]).toMatchObject({ row: 3, column: 'BilledCost', value: 'x' });
    expect(refusal.extensions.violations.at(-1)).toMatchObject({ row: 151, column: 'BillingCurrency', value: '??' });
  });

  it('a file that is not there, and a folder', async () => {
    await expect(importFocus(test.entity, { path: join(test.dir, 'none.csv') })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await expect(importFocus(test.entity, { path: test.dir })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('a gzip that expands without end', async () => {
    const bomb = await test.file('bomb.csv.gz', gzipSync(Buffer.alloc(96 * 1024 ** 2, 'a,')));
    await expect(importFocus(test.entity, { path: bomb })).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
    const limits = { bytes: 1024, ratio: 1000 };
    const large = await test.file('large.csv.gz', gzipSync(bill(Array.from({ length: 100 }, () => ({})))));
    await expect(importFocus(test.entity, { path: large, limits })).rejects.toMatchObject({
      code: 'ARCHIVE_TOO_LARGE',
    });
  });
});

describe('once and only once', () => {
  it('gives the first answer to the same bytes, under any name, and does nothing', async () => {
    const text = bill([{}]);
    const first = await take(text);
    expect(first.sha256).toBe(sha256Of(text));
    const before = await stored();
    const second = await take(text, { replace: true });
    expect(second).toEqual({ ...first, imported: false });
    expect(await stored()).toEqual(before);
  });

  it('takes the same bytes eight times at once as one', async () => {
    const path = await test.file('parallel.csv', bill([{}]));
    const answers = await Promise.all(Array.from({ length: 8 }, () => importFocus(test.entity, { path })));
    expect(answers.filter((answer) => answer.imported)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.import_id)).size).toBe(1);
  });

  it('refuses another file for a scope, and replaces only the scopes of the file that restates', async () => {
    const rows = (cost: string, months: readonly string[]) =>
      focusCsv(
        months.map((month) => ({ BillingAccountId: 'RESTATED', BilledCost: cost, BillingPeriodStart: `${month}-01` })),
      );
    const first = await take(rows('1', ['2025-01', '2025-02']), { name: 'first.csv' });
    const refusal = await take(rows('2', ['2025-02', '2025-03'])).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'SCOPE_EXISTS',
      extensions: {
        scopes: [
          {
            provider: 'AWS',
            billing_account: 'RESTATED',
            period_month: '2025-02',
            file: 'first.csv',
            import_id: first.import_id,
          },
        ],
      },
    });
    const second = await take(rows('2', ['2025-02', '2025-03']), { replace: true });
    expect(second.replaced).toEqual(['first.csv']);
    const standing = await test.database.admin(
      `SELECT to_char(period_month, 'YYYY-MM') AS month, trim_scale(sum(cost_billed))::text AS billed, count(*)::int AS rows
         FROM consumption WHERE billing_account = 'RESTATED' GROUP BY 1 ORDER BY 1`,
    );
    expect(standing).toEqual([
      { month: '2025-01', billed: '1', rows: 1 },
      { month: '2025-02', billed: '2', rows: 1 },
      { month: '2025-03', billed: '2', rows: 1 },
    ]);
    // The first file no longer stands as a whole: taking it again is another restatement, and has to be asked for.
    await expect(take(rows('1', ['2025-01', '2025-02']))).rejects.toMatchObject({ code: 'SCOPE_EXISTS' });
  });

  it('leaves an audit row and an event an import', async () => {
    const answer = await take(bill([{}]));
    const [event] = await test.database.admin<{ event: string; payload: { sha256: string } }>(
      'SELECT event, payload FROM outbox_event WHERE entity_id = $1',
      [answer.import_id],
    );
    expect(event).toMatchObject({ event: 'FINOPS.IMPORT.COMPLETED', payload: { sha256: answer.sha256 } });
    const audit = await test.database.admin('SELECT action FROM audit_log WHERE subject_id = $1', [answer.import_id]);
    expect(audit).toEqual([{ action: 'finops.import' }]);
  });
});
