import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatAmount } from '../entry/amount.ts';
import { FEC_COLUMNS } from '../fec/columns.ts';
import { fecEntries, readFec } from '../fec/read-fec.ts';

/** The 18 columns of books on accrual basis. */
export const H18 = FEC_COLUMNS.slice(0, 18);

type Values = Readonly<Partial<Record<string, string>>>;

/** A line of 18 columns; what is not given stands as an ordinary posted sale would have it. */
export function row(values: Values = {}, columns: readonly string[] = H18): string[] {
  const ordinary: Values = {
    JournalCode: 'VE',
    JournalLib: 'Ventes',
    EcritureNum: '1',
    EcritureDate: '20240131',
    CompteNum: '411000',
    CompteLib: 'Clients',
    PieceRef: 'F1',
    PieceDate: '20240131',
    EcritureLib: 'Facture',
    Debit: '0,00',
    Credit: '0,00',
    ValidDate: '20240205',
  };
  return columns.map((column) => values[column] ?? ordinary[column] ?? '');
}

/** The text of a file with such a header and lines. */
export function fec(
  rows: readonly (readonly string[])[],
  separator = '\t',
  ending = '\r\n',
  header: readonly string[] = H18,
) {
  return [header, ...rows].map((values) => values.join(separator) + ending).join('');
}

/** A sale of 120.00, tax included. */
export const SALE = [
  row({ Debit: '120,00' }),
  row({ CompteNum: '706000', Credit: '100,00' }),
  row({ CompteNum: '445710', Credit: '20,00' }),
];

export type FecFolder = Awaited<ReturnType<typeof openFecFolder>>;

/** A folder for files of a test, under names of their own unless told. */
export async function openFecFolder() {
  const dir = await mkdtemp(join(tmpdir(), 'prorata-fec-'));
  let files = 0;
  async function write(content: string | Uint8Array, name?: string): Promise<string> {
    files += 1;
    const path = join(dir, name ?? `${files}-732829320FEC20241231.txt`);
    await writeFile(path, content);
    return path;
  }
  /** What reading tells of such a file, and its entries in short. */
  async function read(content: string | Uint8Array, name?: string) {
    const reading = await readFec(await write(content, name));
    const entries = [];
    for await (const { head, lines } of fecEntries(reading)) {
      entries.push({
        entry: `${head.journalCode} ${head.number} ${head.date}`,
        draft: head.draft,
        lines: lines.map((line) => `${line.account} ${formatAmount(line.debit)} ${formatAmount(line.credit)}`),
      });
    }
    return { reading, entries };
  }
  return { dir, write, read, close: () => rm(dir, { recursive: true, force: true }) };
}
