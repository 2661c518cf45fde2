import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAmount, readAmount } from '../entry/amount.ts';
import { FEC_COLUMNS } from './columns.ts';
import { readFecDay } from './date-forms.ts';
import { fecEntries, readFec } from './read-fec.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prorata-fec-traps-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const H18 = FEC_COLUMNS.slice(0, 18);
let files = 0;

/** What a program changes of the way in which the law has a file; each file says the same sale. */
interface Form {
  readonly columns?: readonly string[];
  readonly separator?: string;
  readonly ending?: string;
  readonly header?: (name: string) => string;
  readonly day?: (year: string, month: string, day: string) => string;
  readonly noDay?: string;
  readonly amount?: (text: string) => string;
  readonly value?: (value: string, column: string) => string;
  readonly bytes?: (text: string) => Uint8Array;
  readonly name?: string;
}

const SALE = [
  { CompteNum: '411000', CompAuxNum: 'DUPONT', EcritureLib: 'Société "Dupont", 12% €', Debit: '1234567.80' },
  { CompteNum: '706000', Credit: '1028806.50' },
  { CompteNum: '445710', Credit: '205761.30' },
] as const;

function file(form: Form): Uint8Array {
  const { columns = H18, separator = '\t', ending = '\r\n', noDay = '' } = form;
  const day = form.day ?? ((year, month, date) => year + month + date);
  const amount = form.amount ?? ((text) => text.replace('.', ','));
  const value = form.value ?? ((text) => text);
  const rows = SALE.map((line) => {
    const credit = 'Credit' in line;
    const values: Record<string, string> = {
      JournalCode: 'VE',
      JournalLib: 'Ventes',
      EcritureNum: 'VE-2024/0001',
      EcritureDate: day('2024', '01', '31'),
      PieceRef: 'FA0001',
      PieceDate: day('2024', '01', '30'),
      EcritureLib: 'Facture',
      DateLet: noDay,
      ValidDate: day('2024', '02', '15'),
      ...line,
      Debit: amount(credit ? '0.00' : line.Debit),
      Credit: amount(credit ? line.Credit : '0.00'),
      Montant: amount(credit ? line.Credit : line.Debit),
      Sens: credit ? 'C' : 'D',
    };
    return columns.map((column) => value(values[column] ?? '', column)).join(separator);
  });
  const header = columns.map(form.header ?? ((name) => name)).join(separator);
  return (form.bytes ?? Buffer.from)([header, ...rows].map((line) => line + ending).join(''));
}

async function read(form: Form) {
  files += 1;
  const path = join(dir, form.name ?? `${files}-732829320FEC20241231.txt`);
  await writeFile(path, file(form));
  const reading = await readFec(path);
  return { reading, entries: await Array.fromAsync(fecEntries(reading)) };
}

const SIDES = H18.map((name) => (name === 'Debit' ? 'Montant' : name === 'Credit' ? 'Sens' : name));
const grouped = (mark: string, decimal: string) => (text: string) =>
  text.replace(/\B(?=(\d{3})+\.)/g, mark).replace(/\.(\d\d)$/, `${decimal}$1`);
const latin = (text: string) => Buffer.from(text.replaceAll('€', '\xa4'), 'latin1');

/** Each as a product is known, or likely, to write it. */
const FORMS: readonly [string, Form][] = [
  ['as the law has it', {}],
  ['22 columns of cash-basis books', { columns: FEC_COLUMNS, separator: '|' }],
  ['Montant and Sens in letters', { columns: SIDES }],
  ['Montant and Sens in words', { columns: SIDES, value: (v) => ({ D: 'Débit', C: 'CREDIT' })[v] ?? v }],
  ['Montant and Sens in signs', { columns: SIDES, value: (v) => ({ D: '+1', C: '-1' })[v] ?? v }],
  ['a decimal point', { amount: (text) => text }],
  ['groups parted by blanks', { amount: grouped(' ', ',') }],
  ['groups parted by narrow blanks', { amount: grouped('\u202f', ',') }],
  ['groups parted by points', { amount: grouped('.', ',') }],
  ['groups parted by commas', { amount: grouped(',', '.') }],
  ['groups parted by apostrophes', { amount: grouped("'", '.') }],
  ['amounts padded with zeros', { amount: (text) => text.replace('.', ',').padStart(18, '0') }],
  ['amounts padded with blanks', { amount: (text) => text.replace('.', ',').padStart(18) }],
  ['comma and point in one file', { value: (v, column) => (column === 'Credit' ? v.replace(',', '.') : v) }],
  ['days of ISO 8601', { day: (...parts) => parts.join('-') }],
  ['days with the hour of a database', { day: (...parts) => `${parts.join('-')} 00:00:00` }],
  ['days parted by slashes, the year first', { day: (...parts) => parts.join('/') }],
  ['days parted by slashes', { day: (year, month, day) => [day, month, year].join('/') }],
  ['days parted by points', { day: (year, month, day) => [day, month, year].join('.') }],
  ['days parted by dashes', { day: (year, month, day) => [day, month, year].join('-') }],
  ['days that are none, in zeros', { noDay: '00000000' }],
  ['days that are none, in marks', { noDay: '  /  /    ' }],
  ['a byte order mark', { bytes: (text) => Buffer.from(`\ufeff${text}`) }],
  ['ISO-8859-15', { bytes: latin }],
  ['windows-1252', { bytes: (text) => Buffer.from(text.replaceAll('€', '\x80'), 'latin1') }],
  ['UTF-16', { bytes: (text) => Buffer.from(`\ufeff${text}`, 'utf16le') }],
  ['CR', { ending: '\r' }],
  ['LF', { ending: '\n' }],
  ['trailing separators', { ending: '\t\t\r\n' }],
  ['a blank line between lines', { ending: '\r\n\r\n' }],
  ['blank lines and Ctrl-Z at the end', { bytes: (text) => Buffer.from(`${text}\r\n \t\r\n\u001a`) }],
  ['no end of the last line', { bytes: (text) => Buffer.from(text.trimEnd()) }],
  ['names in capitals', { header: (name) => name.toUpperCase() }],
  ['names in small letters, padded', { header: (name) => ` ${name.toLowerCase()} ` }],
  ['names with blanks and underscores', { header: (name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_') }],
  ['padded values', { value: (value) => `  ${value}  ` }],
  ['a name with more behind it', { name: '732829320FEC20241231_export(1).TXT' }],
];

describe('a FEC of another program', () => {
  it.each(FORMS)('says the same with %s', async (_name, form) => {
    const { reading, entries } = await read(form);
    expect(reading.refusedLines.items).toEqual([]);
    expect(reading.refusedEntries.items).toEqual([]);
    expect(entries.map(({ head }) => [head.journalCode, head.number, head.date, head.draft])).toEqual([
      ['VE', 'VE-2024/0001', '2024-01-31', false],
    ]);
    expect(
      entries[0]?.lines.map(({ account, debit, credit, label, documentDate, validatedOn, letteredOn }) => [
        ...[account, formatAmount(debit), formatAmount(credit)],
        ...[label, documentDate, validatedOn, letteredOn],
      ]),
    ).toEqual([
      ['411000', '1234567.8', '0', 'Société "Dupont", 12% €', '2024-01-30', '2024-02-15', ''],
      ['706000', '0', '1028806.5', 'Facture', '2024-01-30', '2024-02-15', ''],
      ['445710', '0', '205761.3', 'Facture', '2024-01-30', '2024-02-15', ''],
    ]);
  });

  it.each<[string, Form, object]>([
    [
      'two digits of a year',
      { day: (year, month, day) => `${day}/${month}/${year.slice(2)}` },
      { code: 'DATE_INVALID' },
    ],
    ['an hour that is not midnight', { day: (...parts) => `${parts.join('-')} 12:30:00` }, { code: 'DATE_INVALID' }],
    ['a currency behind amounts', { amount: (text) => `${text.replace('.', ',')} €` }, { code: 'AMOUNT_UNREADABLE' }],
    ['groups of two', { amount: (text) => text.replace('234567.', '23.45.67,') }, { code: 'AMOUNT_UNREADABLE' }],
    ['U+0000 in each value', { value: (value) => `${value}\u0000` }, { line: 2 }],
  ])('is refused line by line for %s', async (_name, form, refused) => {
    const { reading, entries } = await read(form);
    expect(entries).toEqual([]);
    expect(reading.refusedLines.items[0]).toMatchObject({ line: 2, ...refused });
    expect(reading.refusedEntries.items[0]).toMatchObject({ code: 'LINE_REFUSED' });
  });

  it.each<[string, Form, string]>([
    ['no bytes', { bytes: () => new Uint8Array() }, 'FEC_EMPTY'],
    ['a byte order mark only', { bytes: () => Buffer.from('\ufeff') }, 'FEC_EMPTY'],
    [
      'a column twice, in another case',
      { header: (name) => (name === 'PieceRef' ? 'COMPTENUM' : name) },
      'FEC_COLUMN_TWICE',
    ],
    ['days that may be months', { day: (year) => `03/04/${year}` }, 'FEC_DATES_AMBIGUOUS'],
    [
      'points that part groups here and decimals there',
      { amount: (text) => (text === '1234567.80' ? '1.234.567,80' : text.replace('1028806.50', '1.028')) },
      'FEC_DECIMALS_AMBIGUOUS',
    ],
    [
      'points that part groups or decimals, and nothing that says which',
      {
        amount: (text) =>
          text === '0.00' ? '' : text === '1234567.80' ? '1.500' : text === '205761.30' ? '250' : '1.250',
      },
      'FEC_DECIMALS_AMBIGUOUS',
    ],
  ])('is refused as a whole for %s', async (_name, form, code) => {
    await expect(read(form)).rejects.toMatchObject({ code });
  });
});

describe('a value', () => {
  it.each([
    ['(12,50)', '-12.5'],
    ['( 1 234.00 )', '-1234'],
    ['1.234.567', '1234567'],
    ["-1'234,5", '-1234.5'],
    ['12,50-', '-12.5'],
    ['(-12,50)', undefined],
    ['(12,50', undefined],
    ['1,234,56', undefined],
    ['12.34.567', undefined],
    ['0x10', undefined],
  ])('of the amount %s is %s', (text, amount) => {
    const { units } = readAmount(text);
    expect(units === undefined ? undefined : formatAmount(units)).toBe(amount);
  });

  it.each([
    ['29.02.2024', '2024-02-29'],
    ['2024-02-29T00:00:00Z', '2024-02-29'],
    ['29.02.2023', undefined],
    ['29/02-2024', undefined],
    ['2024-02-29T00:00:01', undefined],
    ['1900-02-29', undefined],
  ])('of the day %s is %s', (text, day) => {
    expect(readFecDay(text)).toBe(day);
  });
});
