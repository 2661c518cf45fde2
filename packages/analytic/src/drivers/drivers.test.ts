import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv, writeCsv } from '../service/csv.ts';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';
import { importDriverRows } from './values.ts';

let test: TestService;
let company: Company;
let axis: Awaited<ReturnType<typeof makeAxis>>;
let driver: string;
let rule: string;
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
  axis = await makeAxis(company, 'DEPARTMENT', ['HR', 'IT', 'OPS']);
  const made = await company.ask('POST', 'drivers', { code: 'HEADCOUNT', axis_id: axis.id });
  driver = `drivers/${made.body.id}`;
  rule = await makeRule(company, 'BY_HEADS', {
    axes: [{ axis: 'DEPARTMENT', method: 'driver', driver: 'HEADCOUNT', dimensions: 'all' }],
  });
});
afterAll(() => test.close());

const run = async (date: string, amount: string) => {
  const entry = await putEntry(test, company, { date, lines: [['641000', amount]] });
  return await company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rule });
};

describe('drivers', () => {
  it('weigh the dimensions of their axis month by month, and postings keep the weights that they used', async () => {
    const values = [
      { dimension: 'HR', weight: '1' },
      { dimension: 'IT', weight: '2.5' },
      { dimension: 'OPS', weight: '6.5' },
    ];
    const put = await company.ask('PUT', `${driver}/values/2026-01`, { values });
    expect(put.body).toMatchObject({ driver: 'HEADCOUNT', months: ['2026-01'], values: 3 });
    const first = await run('2026-01-15', '1000.00');
    expect(first.body.result?.totals).toEqual({ DEPARTMENT: { HR: '100.00', IT: '250.00', OPS: '650.00' } });
    expect(first.body.result?.drivers).toEqual({ HEADCOUNT: { HR: '1', IT: '2.5', OPS: '6.5' } });
    await company.ask('PUT', `${driver}/values/2026-01`, { values: [{ dimension: 'IT', weight: '1' }] });
    expect((await run('2026-01-16', '10.00')).body.result?.totals).toEqual({
      DEPARTMENT: { HR: '0.00', IT: '10.00', OPS: '0.00' },
    });
    const explained = await company.ask('GET', `postings/${first.body.id}/explain?lang=en`);
    expect(explained.body.lines).toContain('  IT: 250.00 = weight 2.5 of 10, exact');
    const seen = await company.ask('GET', `${driver}/values?from=2026-01&to=2026-01`);
    expect(seen.body.rows).toEqual([{ month: '2026-01', dimension: 'IT', weight: '1' }]);
  });

  it('without weights in the month refuse the run, naming driver and month', async () => {
    const none = await run('2026-02-15', '1.00');
    expect([none.status, none.body.code, none.body.reason]).toEqual([409, 'DRIVER_UNUSABLE', 'DRIVER_MISSING']);
    expect(none.body.detail).toContain('2026-02');
    await company.ask('PUT', `${driver}/values/2026-02`, { values: [{ dimension: 'HR', weight: '0' }] });
    expect((await run('2026-02-15', '1.00')).body.reason).toBe('DRIVER_ZERO');
  });

  it('are read from CSV, all lines or none, every fault with its line', async () => {
    const good = '\ufeffmonth;dimension;weight\r\n2026-03;HR;1\r\n2026-04;"IT";2.25\r\n';
    const put = await company.ask('PUT', `${driver}/values`, good);
    expect(put.body).toMatchObject({ months: ['2026-03', '2026-04'], values: 2 });
    const bad = 'month,dimension,weight\n2026-03,HR,5\n2026-13,HR,1\n2026-03,IT,1e3\n';
    const refused = await company.ask('PUT', `${driver}/values`, bad);
    expect([refused.status, refused.body.code]).toEqual([400, 'CSV_INVALID']);
    expect(refused.body.errors).toMatchObject([{ line: 3 }, { line: 4 }]);
    for (const text of [
      'month,dimension,weight\n',
      'month,dimension\n2026-03,HR\n',
      'month,dimension,weight\n2026-03,NOBODY,1\n',
      'month,dimension,weight\n2026-03,HR,1\n2026-03,HR,2\n',
      'month,dimension,weight\n2026-03,HR\n',
      'month,dimension,weight\n2026-03,"HR,1\n',
    ]) {
      expect((await company.ask('PUT', `${driver}/values`, text)).body.code).toBe('CSV_INVALID');
    }
    const seen = await company.ask('GET', `${driver}/values?from=2026-03&to=2026-03`);
    expect(seen.body.rows).toEqual([{ month: '2026-03', dimension: 'HR', weight: '1' }]);
  });

  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('are read with decimal commas from a file with %s, which cannot mean anything else', async (_name, mark) => {
    const text = ['month;dimension;weight', '2026-07;HR;1,50', '2026-07;IT;2.25'].join('\r\n').replaceAll(';', mark);
    const put = await company.ask('PUT', `${driver}/values`, text);
    expect(put.body.totals).toEqual([{ month: '2026-07', values: 2, total: '3.75' }]);
    const grouped = await company.ask('PUT', `${driver}/values`, text.replace('1,50', '1,500,5'));
    expect(grouped.body.code).toBe('CSV_INVALID');
  });

  it('are replaced only where they are still those that the sender read, if he says which', async () => {
    const { id } = (await company.ask('POST', 'drivers', { code: 'READ_FIRST', axis_id: axis.id })).body;
    const own = `drivers/${id}/values`;
    const seen = await company.ask('GET', own);
    const match = { headers: { 'if-match': String(seen.headers.etag) } };
    const weights = (weight: string) => ({ values: [{ dimension: 'HR', weight }] });
    expect((await company.ask('PUT', `${own}/2026-01`, weights('1'), match)).status).toBe(200);
    const late = await company.ask('PUT', `${own}/2026-01`, weights('2'), match);
    const lateFile = await company.ask('PUT', own, 'month,dimension,weight\n2026-01,HR,3\n', match);
    expect([late, lateFile].map(({ status, body }) => [status, body.code])).toEqual([
      [412, 'CHANGED_MEANWHILE'],
      [412, 'CHANGED_MEANWHILE'],
    ]);
    expect((await company.ask('GET', own)).body.rows).toEqual([{ month: '2026-01', dimension: 'HR', weight: '1' }]);
  });

  it('are imported by the command line from one file for several drivers', async () => {
    await company.ask('POST', 'drivers', { code: 'AREA', axis_id: axis.id });
    const caller = { context: company.context, method: 'IMPORT', route: 'analytic/drivers' };
    const rows = [
      { line: 1, driver: 'HEADCOUNT', month: '2026-06', dimension: 'HR', weight: '3.0' },
      { line: 2, driver: 'AREA', month: '2026-06', axis: axis.code, dimension: 'IT', weight: '120.50' },
    ];
    const { body } = await importDriverRows(test.node, caller, rows);
    expect(body).toMatchObject({
      rows: 2,
      drivers: [
        { driver: 'AREA', changed: true, totals: [{ month: '2026-06', values: 1, total: '120.5' }] },
        { driver: 'HEADCOUNT', changed: true },
      ],
    });
    const events = () => test.admin("SELECT 1 FROM outbox_event WHERE event = 'ANALYTIC.DRIVER.VALUES_CHANGED'");
    const before = (await events()).length;
    const again = await importDriverRows(test.node, caller, rows.toReversed());
    expect(again.body.drivers).toMatchObject([{ changed: false }, { changed: false }]);
    expect((await events()).length).toBe(before);
    const wrong = [
      { line: 3, driver: 'NOBODY', month: '2026-06', dimension: 'HR', weight: '1' },
      { line: 4, driver: 'AREA', month: '2026-06', axis: 'ELSEWHERE', dimension: 'IT', weight: '1' },
    ];
    await expect(importDriverRows(test.node, caller, [...rows, ...wrong])).rejects.toMatchObject({
      code: 'CSV_INVALID',
      extensions: { errors: [{ line: 3 }, { line: 4 }] },
    });
  });

  it('belong to one axis, in a rule too', async () => {
    const small = await company.ask('POST', 'drivers', { code: 'headcount', axis_id: axis.id });
    expect([small.status, small.body.code]).toEqual([409, 'CODE_TAKEN']);
    const none = await company.ask('PUT', `${driver}/values/2031-01`, { values: [] });
    expect(none.body).toMatchObject({ values: 0, changed: false });
    await makeAxis(company, 'OTHER', ['X']);
    const answer = await company.ask('POST', 'allocation-rules', {
      rule_code: 'ODD',
      rule: {
        schema: 'prorata.allocation-rule/1',
        axes: [{ axis: 'OTHER', method: 'driver', driver: 'HEADCOUNT', dimensions: 'all' }],
      },
    });
    expect([answer.status, answer.body.errors?.[0 as never]]).toMatchObject([422, { pointer: '/axes/0/driver' }]);
  });
});

describe('CSV', () => {
  it('reads what it writes', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ' ', '"', ',', ';', '\n', '0', '.', 'é'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
        const text = writeCsv(['a', 'b'], rows);
        const trimmed = rows.map((row) => row.map((value) => value.trim()));
        expect(readCsv(text, ['a', 'b']).map((record) => record.values)).toEqual(trimmed);
      }),
    );
  });

  it('disarms what a spreadsheet would take for a formula, and leaves negative amounts alone', () => {
    expect(writeCsv(['a'], [['=1+1'], [' =1+1'], ['-cmd'], ['-12.50'], ["-2+3+cmd|' /C calc'!A0"]])).toBe(
      "a\r\n'=1+1\r\n' =1+1\r\n'-cmd\r\n-12.50\r\n'-2+3+cmd|' /C calc'!A0\r\n",
    );
  });
});
