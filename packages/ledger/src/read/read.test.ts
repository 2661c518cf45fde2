import { randomUUID } from 'node:crypto';
import { scopeOf } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntryStatus, WholeEntry } from '../entry/entry.ts';
import { incomingEntries } from '../events/apply.ts';
import { mergeEntries, ownerOf } from '../intake/merge.ts';
import { DEFAULT_LEDGER_CONFIG, ledgerConfig, setLedgerConfig } from '../periods/config.ts';
import { periodState, recordPeriod, requireOpenPeriod } from '../periods/periods.ts';
import { type Books, openBooks } from '../testing/books.ts';
import { accountRange } from './accounts.ts';
import { balance } from './balance.ts';
import { entriesOfMonth, entry, requireEntry } from './entries.ts';

type Company = Awaited<ReturnType<Books['entity']>>;

let books: Books;
let one: Company;
beforeAll(async () => {
  books = await openBooks();
  one = await books.entity();
  await merge(one, BOOKS);
});
afterAll(() => books?.close());

/** `journal number date status account debit account credit`: an entry of two lines a row. */
const BOOKS = `
  AN  1 2026-01-01 POSTED   512000 1000.00 101000 1000.00
  HA  1 2026-01-10 POSTED   613200  800.10 401000  800.10
  HA  2 2026-01-10 POSTED   606100   20.00 401000   20.00
  HA  3 2026-01-31 DRAFT    606100   99.00 401000   99.00
  VE  1 2026-01-31 POSTED   411000  500.00 706000  500.00
  VE  2 2026-01-31 REVERSED 411000   70.00 706000   70.00
  VE  3 2026-02-01 POSTED   706000   70.00 411000   70.00
  CLO 1 2026-02-28 POSTED   120000  820.10 613200  820.10`;

function entriesOf(table: string): WholeEntry[] {
  return table
    .trim()
    .split('\n')
    .map((row) => {
      const [
        journalCode = '',
        number = '',
        accountingDate = '',
        status,
        left = '',
        debit = '',
        right = '',
        credit = '',
      ] = row.trim().split(/ +/);
      return {
        id: randomUUID(),
        journalCode,
        number,
        accountingDate,
        status: status as EntryStatus,
        currency: 'EUR',
        lines: [
          { lineNo: 1, account: left, accountLabel: `Compte ${left}`, debit, credit: '0' },
          { lineNo: 2, account: right, debit: '0', credit, foreignAmount: '-1.5', foreignCurrency: 'USD' },
        ],
      };
    });
}

async function merge(context: Company, table: string): Promise<WholeEntry[]> {
  const entries = entriesOf(table);
  const owner = ownerOf(context);
  await books.db.transaction(
    scopeOf(context),
    (tx) => mergeEntries(tx, owner, { origin: 'API', ...incomingEntries(entries) }),
    { role: 'intake' },
  );
  return entries;
}

const names = (entries: readonly { journalCode: string; number: string }[]) =>
  entries.map((found) => `${found.journalCode} ${found.number}`);

describe('entries', () => {
  it('are read with their lines, by their own legal entity only', async () => {
    const [written] = await merge(one, 'OD 77 2026-05-04 POSTED 613200 1.10 401000 1.10');
    const id = written?.id ?? '';
    const found = await books.as(one, (tx) => requireEntry(tx, id));
    expect(found).toMatchObject({
      id,
      origin: 'API',
      month: '2026-05',
      status: 'POSTED',
      kind: 'ORDINARY',
      debit: '1.10',
      lines: [
        { lineNo: 1, account: '613200', debit: '1.10', credit: '0' },
        { lineNo: 2, account: '401000', credit: '1.10', foreignAmount: '-1.5', foreignCurrency: 'USD' },
      ],
    });
    const sister = await books.entity(one.tenantId);
    expect(await books.as(sister, (tx) => entry(tx, id))).toBeUndefined();
    await expect(books.as(sister, (tx) => requireEntry(tx, id))).rejects.toMatchObject({ code: 'ENTRY_NOT_FOUND' });
  });

  const list = (filter: Parameters<typeof entriesOfMonth>[2], month = '2026-01') =>
    books.as(one, async (tx) => names(await Array.fromAsync(entriesOfMonth(tx, month, filter))));

  it('of a month come by date; posted and ordinary ones unless told', async () => {
    expect((await list({})).sort()).toEqual(['HA 1', 'HA 2', 'VE 1']);
    expect(await list({ statuses: ['DRAFT'] })).toEqual(['HA 3']);
    expect(await list({ kinds: ['OPENING'] })).toEqual(['AN 1']);
    expect(await list({ journals: ['VE'], statuses: ['POSTED', 'REVERSED'] })).toHaveLength(2);
    expect(await list({ accounts: ['606', '70'] })).toHaveLength(2);
    expect(await list({ kinds: ['CLOSING'] }, '2026-02')).toEqual(['CLO 1']);
    await expect(list({}, '2026-13')).rejects.toMatchObject({ code: 'MONTH_INVALID' });
  });

  it('come in pages that neither repeat nor lose one, and from where somebody stopped', async () => {
    const all = await list({ statuses: ['DRAFT', 'POSTED', 'REVERSED'], kinds: ['ORDINARY', 'OPENING'] });
    expect(all).toHaveLength(6);
    for (const pageSize of [1, 2, 5, 6]) {
      const again = await list({ statuses: ['DRAFT', 'POSTED', 'REVERSED'], kinds: ['ORDINARY', 'OPENING'], pageSize });
      expect(again).toEqual(all);
    }
    const rest = await books.as(one, async (tx) => {
      const [first] = await Array.fromAsync(entriesOfMonth(tx, '2026-01', { kinds: ['ORDINARY'] }));
      if (first === undefined) throw new Error('no entry');
      return names(await Array.fromAsync(entriesOfMonth(tx, '2026-01', { after: first })));
    });
    expect(rest).toHaveLength(2);
  });
});

describe('the balance', () => {
  const of = (query: Parameters<typeof balance>[1]) =>
    books.as(one, async (tx) =>
      (await balance(tx, query)).map((row) => `${row.account} ${row.debit} ${row.credit} ${row.balance}`),
    );

  it('adds posted lines by account: drafts, opening and closing left out, a reversal against what it reverses', async () => {
    expect(await of({ from: '2026-01', to: '2026-02' })).toEqual([
      '606100 20 0 20',
      '613200 800.1 0 800.1',
      '706000 70 570 -500',
    ]);
    expect(await of({ from: '2026-02', to: '2026-02' })).toEqual(['706000 70 0 70']);
  });

  it('takes other accounts and other kinds where told', async () => {
    expect(
      await of({ from: '2026-01', to: '2026-01', accounts: ['512', '606'], kinds: ['OPENING', 'ORDINARY'] }),
    ).toEqual(['512000 1000 0 1000', '606100 20 0 20']);
    const everything = await of({
      from: '2026-01',
      to: '2026-02',
      accounts: [],
      kinds: ['OPENING', 'ORDINARY', 'CLOSING'],
    });
    const sum = everything.reduce((total, row) => total + Math.round(Number(row.split(' ').at(-1)) * 100), 0);
    expect(sum).toBe(0);
    await expect(of({ from: '2026-02', to: '2026-01' })).rejects.toMatchObject({ code: 'MONTH_INVALID' });
  });
});

describe('the configuration', () => {
  it('is the default until the legal entity says otherwise, and is applied when entries are read', async () => {
    const company = await books.entity();
    await merge(company, 'AN 1 2026-01-01 POSTED 6 5 401 5\nXX 1 2026-01-01 POSTED 6 7 401 7');
    const sum = () =>
      books.as(company, async (tx) => (await balance(tx, { from: '2026-01', to: '2026-01' })).map((row) => row.debit));
    expect(await books.as(company, ledgerConfig)).toEqual(DEFAULT_LEDGER_CONFIG);
    expect(await sum()).toEqual(['7']);
    const config = { opening_journals: ['xx'], closing_journals: [], default_accounts: ['6', '40'] };
    expect(await setLedgerConfig(books.db, company, config)).toEqual(config);
    expect(await books.as(company, ledgerConfig)).toEqual(config);
    expect(await sum()).toEqual(['0', '5']);
    const [audit] = await books.admin('SELECT action FROM audit_log WHERE legal_entity_id = $1', [
      company.legalEntityId,
    ]);
    expect(audit).toEqual({ action: 'ledger.configure' });
  });

  it.each([
    ['/opening_journals/0', { opening_journals: [' A'], closing_journals: [], default_accounts: ['6'] }],
    ['/opening_journals/1', { opening_journals: ['A', 'A'], closing_journals: [], default_accounts: ['6'] }],
    ['/closing_journals/0', { opening_journals: ['A'], closing_journals: ['A'], default_accounts: ['6'] }],
    ['/default_accounts', { opening_journals: [], closing_journals: [], default_accounts: [] }],
  ])('is refused at %s', async (pointer, config) => {
    const refused = setLedgerConfig(books.db, one, config);
    await expect(refused).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      extensions: { errors: [expect.objectContaining({ pointer })] },
    });
  });
});

describe('periods', () => {
  it('are open until the general ledger locks them, each legal entity for itself', async () => {
    const company = await books.entity();
    const sister = await books.entity(company.tenantId);
    const change = {
      month: '2026-01',
      state: 'LOCKED' as const,
      sequence: '1',
      changedAt: '2026-02-01T00:00:00Z',
      eventId: 'e1',
    };
    const write = (what: Parameters<typeof recordPeriod>[2]) =>
      books.db.transaction(scopeOf(company), (tx) => recordPeriod(tx, company, what), { role: 'intake' });
    expect(await write(change)).toBe(true);
    expect(await write(change)).toBe(false);
    await expect(books.as(company, (tx) => requireOpenPeriod(tx, '2026-01'))).rejects.toMatchObject({
      code: 'PERIOD_LOCKED',
      status: 409,
    });
    await books.as(company, (tx) => requireOpenPeriod(tx, '2026-02'));
    expect(await books.as(sister, (tx) => periodState(tx, '2026-01'))).toBe('OPEN');
    expect(
      await write({ ...change, state: 'OPEN', sequence: '2', changedAt: '2026-01-31T00:00:00Z', eventId: 'e0' }),
    ).toBe(true);
    await books.as(company, (tx) => requireOpenPeriod(tx, '2026-01'));
  });
});

describe('accounts that begin with a prefix', () => {
  it('are a range without gaps', () => {
    expect(accountRange('6')).toEqual({ from: '6', below: '7' });
    expect(accountRange('69')).toEqual({ from: '69', below: '6:' });
    expect(accountRange('6~')).toEqual({ from: '6~', below: '6\u007f' });
    expect(accountRange('')).toEqual({ from: '', below: null });
  });
});
