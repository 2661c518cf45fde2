import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';
import { rollUp, type TreeNode } from './tree.ts';

let test: TestService;
let company: Company;
let marketing: string;
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
  await makeAxis(company, 'CC', ['ALL', 'ALL>FR', 'FR>PARIS', 'FR>LYON', 'ALL>DE']);
  const shares = (...of: [string, string][]) => of.map(([dimension, weight]) => ({ dimension, weight }));
  const rule = await makeRule(company, 'SPLIT', {
    match: { accounts: ['606*', '613*', '471'] },
    axes: [{ axis: 'CC', method: 'fixed', shares: shares(['PARIS', '50'], ['LYON', '25'], ['DE', '25']) }],
  });
  const lines: [string, [string, string][]][] = [
    [
      '2026-01-10',
      [
        ['606100', '100.00'],
        ['613200', '300.00'],
      ],
    ],
    [
      '2026-02-10',
      [
        ['606100', '10.01'],
        ['623000', '55.00'],
      ],
    ],
    ['2026-02-11', [['471', '8.00']]],
    ['2026-01-11', [['701000', '-1000.00']]],
  ];
  for (const [date, entryLines] of lines) {
    const entry = await putEntry(test, company, { date, lines: entryLines });
    const answer = await company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rule });
    if (date === '2026-02-10') marketing = String(answer.body.id);
  }
});
afterAll(() => test.close());

const balance = (query: string) => company.ask('GET', `balance?axis=CC&${query}`);

describe('the analytic balance', () => {
  it('adds up by dimension and month over the tree', async () => {
    const answer = await balance('from=2026-01&to=2026-02');
    const rows = answer.body.rows as unknown as Record<string, string>[];
    expect(rows.map((row) => [row.dimension, row.depth, row.period_month, row.own, row.total])).toEqual([
      ['ALL', 0, '2026-01', '0.00', '400.00'],
      ['ALL', 0, '2026-02', '0.00', '18.01'],
      ['DE', 1, '2026-01', '100.00', '100.00'],
      ['DE', 1, '2026-02', '4.50', '4.50'],
      ['FR', 1, '2026-01', '0.00', '300.00'],
      ['FR', 1, '2026-02', '0.00', '13.51'],
      ['LYON', 2, '2026-01', '100.00', '100.00'],
      ['LYON', 2, '2026-02', '4.50', '4.50'],
      ['PARIS', 2, '2026-01', '200.00', '200.00'],
      ['PARIS', 2, '2026-02', '9.01', '9.01'],
    ]);
    const france = (await balance('from=2026-01&to=2026-01&dimension=FR')).body.rows as unknown as object[];
    expect(france).toMatchObject([{ dimension: 'FR' }, { dimension: 'LYON' }, { dimension: 'PARIS' }]);
  });

  it('ties to the ledger, with the unallocated difference by account', async () => {
    const { body } = await balance('from=2026-01&to=2026-02');
    const accounts = body.accounts as unknown as Record<string, string>[];
    expect(accounts.map((row) => [row.account, row.ledger, row.allocated, row.unallocated])).toEqual([
      ['471', '8.00', '8.00', '0.00'],
      ['606100', '110.01', '110.01', '0.00'],
      ['613200', '300.00', '300.00', '0.00'],
      ['623000', '55.00', '0.00', '55.00'],
      ['701000', '-1000.00', '0.00', '-1000.00'],
    ]);
    expect([body.ledger, body.allocated, body.unallocated]).toEqual(['-526.99', '418.01', '-945.00']);
    const [books] = await test.admin(
      `SELECT sum(debit - credit)::text AS ledger FROM gl_entry_line WHERE account ~ '^[67]|^471'`,
    );
    expect(books).toEqual({ ledger: '-526.99' });
  });

  it('comes as CSV for a spreadsheet, tree and accounts', async () => {
    const tree = await balance('from=2026-02&to=2026-02&format=csv');
    expect(tree.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(tree.text.split('\r\n').slice(0, 3)).toEqual([
      'axis,dimension,parent,depth,name,period_month,own,total,currency',
      'CC,ALL,,0,,2026-02,0.00,18.01,EUR',
      'CC,DE,ALL,1,,2026-02,4.50,4.50,EUR',
    ]);
    const accounts = await balance('from=2026-02&to=2026-02&format=csv&view=accounts');
    expect(accounts.text).toContain('623000,,55.00,0.00,55.00\r\n');
  });

  it('follows a reversal, in the month of the mirror', async () => {
    await company.ask('POST', `postings/${marketing}/reverse`, { date: '2026-03-01' });
    expect((await balance('from=2026-02&to=2026-02')).body.allocated).toBe('18.01');
    expect((await balance('from=2026-02&to=2026-03')).body.allocated).toBe('8.00');
    const { body } = await balance('from=2026-03&to=2026-03');
    expect([body.ledger, body.allocated, body.unallocated]).toEqual(['0.00', '-10.01', '10.01']);
  });

  it('refuses what is no axis or no range', async () => {
    expect((await company.ask('GET', 'balance?axis=NONE&from=2026-01&to=2026-02')).status).toBe(404);
    expect((await balance('from=2026-03&to=2026-01')).body.code).toBe('MONTH_INVALID');
    expect((await balance('from=2026-01&to=2026-01&dimension=NONE')).status).toBe(404);
  });
});

describe('a tree', () => {
  it('has at its roots the sum of everything, whatever its shape', () => {
    const shape = fc.array(fc.tuple(fc.nat(100), fc.bigInt({ min: -1000n, max: 1000n })), { maxLength: 20 });
    fc.assert(
      fc.property(shape, (given) => {
        const nodes = given.map(([parent], index): TreeNode => {
          const above = index === 0 || parent % 5 === 0 ? null : `n${parent % index}`;
          return { id: `n${index}`, parent_id: above, code: `C${index}`, name_source: null };
        });
        const amounts = new Map(given.map(([, amount], index) => [`n${index}`, new Map([['2026-01', amount]])]));
        const rows = rollUp(nodes, amounts);
        expect(rows.length).toBe(nodes.length);
        const roots = rows.filter((row) => row.depth === 0);
        const total = roots.reduce((sum, row) => sum + (row.total.get('2026-01') ?? 0n), 0n);
        expect(total).toBe(given.reduce((sum, [, amount]) => sum + amount, 0n));
      }),
    );
  });
});
