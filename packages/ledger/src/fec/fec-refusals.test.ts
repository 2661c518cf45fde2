import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FecFolder, fec, H18, openFecFolder, row, SALE } from '../testing/fec-text.ts';
import { readFec } from './read-fec.ts';

let folder: FecFolder;
beforeAll(async () => {
  folder = await openFecFolder();
});
afterAll(() => folder.close());

describe('refusals', () => {
  it.each([
    [
      'a day that is none',
      { EcritureDate: '20240230' },
      { code: 'DATE_INVALID', column: 'EcritureDate', value: '20240230' },
    ],
    [
      'a day in a month that nobody can ask for',
      { EcritureDate: '22000101' },
      { code: 'DATE_INVALID', value: '22000101' },
    ],
    ['a day in another order', { PieceDate: '01/31/2024' }, { code: 'DATE_INVALID', column: 'PieceDate' }],
    ['words for an amount', { Debit: 'douze' }, { code: 'AMOUNT_UNREADABLE', column: 'Debit', value: 'douze' }],
    ['an exponent', { Debit: '1e3' }, { code: 'AMOUNT_UNREADABLE', column: 'Debit' }],
    ['two decimal marks', { Debit: '1.23,456' }, { code: 'AMOUNT_UNREADABLE', column: 'Debit' }],
    ['both sides', { Debit: '1', Credit: '1' }, { code: 'BOTH_SIDES', value: '1 / 1' }],
    ['no account', { CompteNum: ' ' }, { code: 'VALUE_MISSING', column: 'CompteNum' }],
    ['no journal', { JournalCode: '' }, { code: 'VALUE_MISSING', column: 'JournalCode' }],
    ['a column too many', { EcritureLib: 'A\tB' }, { code: 'COLUMN_COUNT' }],
    ['U+0000', { EcritureLib: 'A\u0000B' }, { code: 'TEXT_INVALID' }],
  ])('name %s with its line, and take the whole entry out', async (_name, values, refused) => {
    const rows = [row(), row({ CompteNum: '512', Debit: '8' }), row({ CompteNum: '706', Credit: '8' })];
    rows.splice(1, 0, row({ ...values }));
    const other = [row({ EcritureNum: '2', Debit: '1' }), row({ EcritureNum: '2', Credit: '1' })];
    const { reading, entries } = await folder.read(fec([...rows, ...other]));
    expect(reading.refusedLines.items[0]).toMatchObject({ line: 3, ...refused });
    if (!('JournalCode' in values)) expect(entries.map((entry) => entry.entry)).toEqual(['VE 2 2024-01-31']);
    expect(reading.refusedEntries.items.map((entry) => entry.code)).toContain('LINE_REFUSED');
  });

  it('name the value at fault where the header and the lines end with a separator', async () => {
    const rows = [row({ Debit: '5,0O' }), row({ Credit: '5' })].map((values) => [...values, '']);
    const { reading } = await folder.read(fec(rows, '\t', '\r\n', [...H18, '']));
    expect(reading.refusedLines.items).toMatchObject([{ line: 2, code: 'AMOUNT_UNREADABLE', value: '5,0O' }]);
  });

  it('name an entry out of balance, with both sums', async () => {
    const { reading } = await folder.read(fec([row({ Debit: '100,00' }), row({ Credit: '99,99' })]));
    expect(reading.refusedEntries.items).toEqual([
      expect.objectContaining({
        number: '1',
        first_line: 2,
        lines: 2,
        code: 'UNBALANCED_ENTRY',
        debit: '100',
        credit: '99.99',
      }),
    ]);
  });

  it('name an entry whose dates differ', async () => {
    const { reading } = await folder.read(fec([row({ Debit: '1' }), row({ Credit: '1', EcritureDate: '20240201' })]));
    expect(reading.refusedEntries.items.map((entry) => entry.code)).toEqual(['DATES_DIFFER', 'DATES_DIFFER']);
  });

  it('count what they do not list', async () => {
    const bad = Array.from({ length: 30 }, () => row({ Debit: 'x' }));
    const reading = await readFec(await folder.write(fec(bad)), { mostRefusals: 10 });
    expect(reading.refusedLines.count).toBe(30);
    expect(reading.refusedLines.items).toHaveLength(10);
  });

  it.each([
    ['no bytes', '', 'FEC_EMPTY'],
    ['blank lines only', '\r\n\t\r\n', 'FEC_EMPTY'],
    ['a header only', fec([]), 'FEC_EMPTY'],
    ['no header', fec(SALE).split('\r\n').slice(1).join('\r\n'), 'FEC_HEADER_UNKNOWN'],
    [
      'no amounts',
      fec(
        SALE,
        '\t',
        '\n',
        H18.map((name) => (name === 'Credit' ? 'Other' : name)),
      ),
      'FEC_COLUMNS_MISSING',
    ],
    [
      'a column twice',
      fec(
        SALE,
        '\t',
        '\n',
        H18.map((name) => (name === 'PieceRef' ? 'CompteNum' : name)),
      ),
      'FEC_COLUMN_TWICE',
    ],
    [
      'thousands that may be decimals',
      fec([row({ Debit: '1,234' }), row({ Credit: '1234.00' })]),
      'FEC_DECIMALS_AMBIGUOUS',
    ],
    ['one endless line', `${fec(SALE)}${'x'.repeat(3_000_000)}`, 'FEC_LINE_TOO_LONG'],
  ])('of a file with %s', async (_name, content, code) => {
    await expect(readFec(await folder.write(content))).rejects.toMatchObject({ code });
  });

  it('of a file that is not there, or changes while it is read', async () => {
    await expect(readFec(join(folder.dir, 'none.txt'))).rejects.toMatchObject({ code: 'FEC_NOT_FOUND' });
    await expect(readFec(folder.dir)).rejects.toMatchObject({ code: 'FEC_NOT_FOUND' });
    const path = await folder.write(fec(SALE));
    const reading = await readFec(path);
    await writeFile(path, `${fec(SALE)}${row().join('\t')}\r\n`);
    await expect(Array.fromAsync(reading.acceptedLines())).rejects.toMatchObject({ code: 'FEC_CHANGED' });
  });
});
