import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAmount } from '../entry/amount.ts';
import { type FecFolder, fec, H18, openFecFolder, row, SALE } from '../testing/fec-text.ts';
import { FEC_COLUMNS } from './columns.ts';
import { readFec } from './read-fec.ts';

let folder: FecFolder;
beforeAll(async () => {
  folder = await openFecFolder();
});
afterAll(() => folder.close());

const SALE_READ = { entry: 'VE 1 2024-01-31', draft: false, lines: ['411000 120 0', '706000 0 100', '445710 0 20'] };

describe('the forms of a FEC', () => {
  it.each([
    ['TAB, CRLF', '\t', '\r\n'],
    ['|, LF', '|', '\n'],
    ['|, CR', '|', '\r'],
    ['TAB, CR CRLF', '\t', '\r\r\n'],
  ])('reads %s', async (_name, separator, ending) => {
    expect((await folder.read(fec(SALE, separator, ending))).entries).toEqual([SALE_READ]);
  });

  it('reads a last line that does not end, blank lines, and Ctrl-Z', async () => {
    const text = fec(SALE).trimEnd();
    expect((await folder.read(text)).entries).toEqual([SALE_READ]);
    expect((await folder.read(`\r\n${text}\r\n\r\n\t\t\t\r\n\u001a`)).entries).toEqual([SALE_READ]);
  });

  it('reads trailing separators, in the header, in the lines, or in both', async () => {
    const trailing = SALE.map((values) => [...values, '']);
    expect((await folder.read(fec(trailing))).entries).toEqual([SALE_READ]);
    expect((await folder.read(fec(trailing, '|', '\n', [...H18, '', '']))).entries).toEqual([SALE_READ]);
    expect((await folder.read(fec(SALE, '|', '\n', [...H18, '']))).entries).toEqual([SALE_READ]);
  });

  it('counts lines rightly where a chunk ends within CRLF, or within a letter', async () => {
    const chunk = 1 << 18;
    for (const [ending, at] of [
      ['\r\n', chunk - 1],
      ['é\r\n', chunk - 1],
    ] as const) {
      const start = fec(SALE);
      const next = row({ EcritureNum: '2', Debit: '1', EcritureLib: '@', Idevise: 'EUR' }).join('\t');
      // Blanks pad the line until its last letter, or its CR, is the last byte of the first chunk.
      const label = ' '.repeat(at - Buffer.byteLength(start) - Buffer.byteLength(next) + 1);
      const long = `${start}${next.replace('@', label)}${ending}`;
      expect(Buffer.from(long)[at]).toBe(Buffer.from(ending)[0]);
      const { reading } = await folder.read(`${long}${row({ EcritureNum: '2', Debit: 'x' }).join('\t')}\r\n`);
      expect(reading.refusedLines.items).toMatchObject([{ line: 6, value: 'x' }]);
      expect(reading.dialect).toMatchObject({ encoding: 'utf-8', line_endings: ['CRLF'] });
    }
  });

  it('reads padded values and headers in other spellings', async () => {
    const header = H18.map((name) =>
      ` ${name.replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase()} `.replace('DEBIT', 'Débit'),
    );
    const padded = SALE.map((values) => values.map((value) => `  ${value}\u00a0 `));
    expect((await folder.read(fec(padded, '|', '\n', header))).entries).toEqual([SALE_READ]);
  });

  it('reads amounts with a side: D and C, +1 and -1', async () => {
    const columns = H18.map((name) => (name === 'Debit' ? 'Montant' : name === 'Credit' ? 'Sens' : name));
    for (const [debit, credit] of [
      ['D', 'C'],
      ['+1', '-1'],
      ['d', 'c'],
    ] as const) {
      const rows = [
        row({ Montant: '120.00', Sens: debit }, columns),
        row({ CompteNum: '706000', Montant: '100', Sens: credit }, columns),
        row({ CompteNum: '445710', Montant: '20.0', Sens: credit }, columns),
      ];
      const { reading, entries } = await folder.read(fec(rows, '\t', '\n', columns));
      expect(entries).toEqual([SALE_READ]);
      expect(reading.dialect).toMatchObject({ amounts: 'AMOUNT_AND_SIDE', decimal_mark: 'POINT' });
    }
    const wrong = await folder.read(fec([row({ Montant: '1', Sens: 'X' }, columns)], '\t', '\n', columns));
    expect(wrong.reading.refusedLines.items).toMatchObject([
      { line: 2, code: 'SIDE_UNKNOWN', column: 'Sens', value: 'X' },
    ]);
  });

  it('reads the 22 columns of cash-basis books', async () => {
    const extra = { DateRglt: '20240201', ModeRglt: 'VIR', NatOp: 'Honoraires', IdClient: 'C7' };
    const rows = [row({ Debit: '5', ...extra }, FEC_COLUMNS), row({ Credit: '5', ...extra }, FEC_COLUMNS)];
    const { reading } = await folder.read(fec(rows, '|', '\n', FEC_COLUMNS));
    const [batch] = await Array.fromAsync(reading.acceptedLines());
    expect(reading.dialect.columns).toBe(22);
    expect(batch?.[0]?.line).toMatchObject({
      settledOn: '2024-02-01',
      settlementMode: 'VIR',
      operationNature: 'Honoraires',
      customerId: 'C7',
    });
  });

  it.each([
    ['utf-8', Buffer.from('Société œuvre €', 'utf8')],
    ['iso-8859-15', Buffer.from('Soci\xe9t\xe9 \xbduvre \xa4', 'latin1')],
    ['windows-1252', Buffer.from('Soci\xe9t\xe9 \x9cuvre \x80', 'latin1')],
  ])('tells %s from the bytes', async (encoding, label) => {
    const [before, after] = fec([row({ Debit: '1', EcritureLib: '@@' }), row({ Credit: '1' })]).split('@@');
    const { reading } = await folder.read(Buffer.concat([Buffer.from(before ?? ''), label, Buffer.from(after ?? '')]));
    const [batch] = await Array.fromAsync(reading.acceptedLines());
    expect(reading.dialect.encoding).toBe(encoding);
    expect(batch?.[0]?.line.label).toBe('Société œuvre €');
  });

  it('takes a byte order mark for what it is', async () => {
    expect((await folder.read(`\ufeff${fec(SALE)}`)).reading.dialect).toMatchObject({
      encoding: 'utf-8',
      byte_order_mark: true,
    });
    const utf16 = Buffer.from(`\ufeff${fec(SALE)}`, 'utf16le');
    const { reading, entries } = await folder.read(utf16);
    expect(reading.dialect).toMatchObject({ encoding: 'utf-16le', line_endings: ['CRLF'] });
    expect(entries).toEqual([SALE_READ]);
    const broken = Buffer.concat([Buffer.from('\ufeff'), Buffer.from([0xe9]), Buffer.from(fec(SALE))]);
    await expect(readFec(await folder.write(broken))).rejects.toMatchObject({ code: 'FEC_ENCODING_BROKEN' });
  });

  it('keeps foreign amounts, and takes no decimal away', async () => {
    const foreign = { Montantdevise: '-1 234,5', Idevise: 'USD' };
    const exact = [row({ Debit: '0,123456789012345678', ...foreign }), row({ Credit: '0,123456789012345678' })];
    const { reading, entries } = await folder.read(fec(exact));
    expect(entries[0]?.lines[0]).toBe('411000 0.123456789012345678 0');
    const [batch] = await Array.fromAsync(reading.acceptedLines());
    expect(formatAmount(batch?.[0]?.line.foreignAmount ?? 0n)).toBe('-1234.5');
    const fine = await folder.read(fec([row({ Debit: '0,1234567890123456789' })]));
    expect(fine.reading.refusedLines.items).toMatchObject([{ code: 'AMOUNT_TOO_FINE', column: 'Debit' }]);
  });

  it('keeps a negative amount on its side', async () => {
    const { entries } = await folder.read(
      fec([row({ Debit: '-12,00' }), row({ CompteNum: '706000', Credit: '12,00-' })]),
    );
    expect(entries[0]?.lines).toEqual(['411000 -12 0', '706000 0 -12']);
  });

  it('reports what a file name says', async () => {
    const good = await folder.read(fec(SALE), '732829320FEC20241231.txt');
    expect(good.reading.name).toEqual({ siren: '732829320', closing_date: '2024-12-31', remarks: [] });
    const early = await folder.read(fec(SALE), '732829321FEC20231231.txt');
    expect(early.reading.remarks).toEqual([
      'the SIREN 732829321 of the name has a wrong check digit',
      '1 entries are dated after the closing date 2023-12-31 of the name',
    ]);
    expect((await folder.read(fec(SALE), 'export.csv')).reading.name.siren).toBeNull();
  });

  it('reads days as JJ/MM/AAAA where the file proves it, and says so', async () => {
    const slashed = SALE.map((values) => values.map((value) => value.replace(/^(20\d\d)(\d\d)(\d\d)$/, '$3/$2/$1')));
    const { reading, entries } = await folder.read(fec(slashed));
    expect(entries).toEqual([SALE_READ]);
    expect(reading.remarks).toContain('dates stand as JJ/MM/AAAA; the law asks for AAAAMMJJ');
    const unproven = await folder.write(fec(slashed).replaceAll('31/01/2024', '03/04/2024'));
    await expect(readFec(unproven)).rejects.toMatchObject({ code: 'FEC_DATES_AMBIGUOUS', extensions: { line: 2 } });
  });

  it('says which columns it does not know, and reads the others wherever they stand', async () => {
    const header = ['Etablissement', ...[...H18].reverse()];
    const rows = SALE.map((values) => ['PARIS', ...[...values].reverse()]);
    const { reading, entries } = await folder.read(fec(rows, ';', '\n', header));
    expect(entries).toEqual([SALE_READ]);
    expect(reading.unknownColumns).toEqual(['Etablissement']);
  });

  it('reads values in double quotes where the header has them', async () => {
    const quoted = [H18, ...SALE].map((values) => values.map((value) => `"${value}"`).join('|')).join('\n');
    expect((await folder.read(quoted.replace('Facture', 'Facture ""A|B""'))).entries).toEqual([SALE_READ]);
  });
});

describe('entries of a FEC', () => {
  it('are drafts when a line has no ValidDate', async () => {
    const rows = [row({ Debit: '1' }), row({ Credit: '1', ValidDate: '' })];
    const posted = [
      row({ EcritureNum: '2', Debit: '1' }),
      row({ EcritureNum: '2', Credit: '1', ValidDate: '20240301' }),
    ];
    const { reading } = await folder.read(fec([...rows, ...posted]));
    expect(reading.entries.map(({ draft, validatedOn }) => [draft, validatedOn])).toEqual([
      [true, '2024-02-05'],
      [false, '2024-03-01'],
    ]);
  });

  it('are collected wherever their lines stand', async () => {
    const rows = [
      row({ Debit: '1' }),
      row({ EcritureNum: '2', Debit: '2' }),
      row({ CompteNum: '7', Credit: '1' }),
      row({ EcritureNum: '2', CompteNum: '7', Credit: '2' }),
    ];
    expect((await folder.read(fec(rows))).entries.map((entry) => entry.lines)).toEqual([
      ['411000 1 0', '7 0 1'],
      ['411000 2 0', '7 0 2'],
    ]);
  });

  it('are told apart by date where numbers start again each month', async () => {
    const rows = ['20240131', '20240228'].flatMap((date) => [
      row({ EcritureDate: date, Debit: '1' }),
      row({ EcritureDate: date, Credit: '1' }),
    ]);
    expect((await folder.read(fec(rows))).entries.map((entry) => entry.entry)).toEqual([
      'VE 1 2024-01-31',
      'VE 1 2024-02-28',
    ]);
  });

  it('are grouped by document until balanced where no line bears a number', async () => {
    const bare = { EcritureNum: '' };
    const rows = [
      row({ ...bare, Debit: '3' }),
      row({ ...bare, Credit: '1' }),
      row({ ...bare, PieceRef: 'F2', Debit: '7' }),
      row({ ...bare, Credit: '2' }),
      row({ ...bare, Debit: '5' }),
      row({ ...bare, Credit: '5' }),
      row({ ...bare, PieceRef: 'F2', Credit: '7' }),
      row({ ...bare, PieceRef: 'F3', Debit: '9' }),
    ];
    const { reading, entries } = await folder.read(fec(rows));
    expect(entries.map((entry) => [entry.entry, entry.lines.length])).toEqual([
      ['VE F1#1 2024-01-31', 3],
      ['VE F1#2 2024-01-31', 2],
      ['VE F2#1 2024-01-31', 2],
    ]);
    expect(reading.refusedEntries.items).toMatchObject([
      { number: 'F3#1', code: 'UNBALANCED_ENTRY', debit: '9', credit: '0' },
    ]);
  });

  it('without a number are refused where others bear one', async () => {
    const { reading, entries } = await folder.read(
      fec([...SALE, row({ EcritureNum: '', Debit: '1' }), row({ EcritureNum: '', Credit: '1' })]),
    );
    expect(entries).toEqual([SALE_READ]);
    expect(reading.refusedEntries.items).toMatchObject([{ code: 'NUMBER_MISSING', first_line: 5, lines: 2 }]);
  });
});
