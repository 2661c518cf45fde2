import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { scopeOf } from '@prorata/platform';
import { readFec } from '../src/fec/read-fec.ts';
import { importFec } from '../src/intake/import-fec.ts';
import { openBooks } from '../src/testing/books.ts';

interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: { readonly name: string; readonly value: number; readonly unit: string };
  readonly ratio?: number;
  readonly note?: string;
}

const ENTRIES = 50_000;
const LINES = ENTRIES * 2;
const HEADER =
  'JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\t' +
  'EcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n';

function* file(): Generator<string> {
  yield HEADER;
  for (let entry = 1; entry <= ENTRIES; entry += 1) {
    const day = `2025${String((entry % 12) + 1).padStart(2, '0')}15`;
    const start = `HA\tAchats\t${entry}\t${day}\t`;
    const text = `\tCompte\tF${entry % 900}\tFournisseur\tP${entry}\t${day}\tFacture ${entry}\t`;
    yield `${start}606100${text}${entry},25\t0,00\t\t\t${day}\t\t\r\n${start}401000${text}0,00\t${entry},25\t\t\t${day}\t\t\r\n`;
  }
}

/** The rows that the import leaves in the table of lines, as COPY takes them. */
async function* rows(tenant: string, entity: string): AsyncGenerator<string> {
  for (let entry = 1; entry <= ENTRIES; entry += 1) {
    const id = `01890000-0000-7000-8000-${String(entry).padStart(12, '0')}`;
    const month = `2025-${String((entry % 12) + 1).padStart(2, '0')}-01`;
    const text = `Compte\tF${entry % 900}\tFournisseur\tP${entry}\t${month}\tFacture ${entry}`;
    const start = `${tenant}\t${entity}\t${id}\t`;
    yield `${start}1\t${month}\tHA\tt\t606100\t${text}\t${entry}.25\t0\t\\N\t\\N\t1\n${start}2\t${month}\tHA\tt\t401000\t${text}\t0\t${entry}.25\t\\N\t\\N\t2\n`;
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** A FEC of 100 000 lines: read alone, and imported, against COPY of its lines alone into a table with the same indexes. */
export async function run(): Promise<BenchResult[]> {
  const dir = await mkdtemp(join(tmpdir(), 'prorata-fec-bench-'));
  const books = await openBooks();
  try {
    const path = join(dir, '732829320FEC20251231.txt');
    await pipeline(Readable.from(file()), createWriteStream(path));
    const context = await books.entity();
    await books.admin('CREATE TABLE bare_line (LIKE gl_entry_line INCLUDING ALL)');
    await books.admin('GRANT INSERT ON bare_line TO prorata_intake');
    const copied = await seconds(() =>
      books.db.transaction(
        scopeOf(context),
        (tx) => tx.copyFrom('COPY bare_line FROM STDIN', rows(context.tenantId, context.legalEntityId)),
        { role: 'intake' },
      ),
    );
    const read = await seconds(() => readFec(path));
    const imported = await seconds(() => importFec({ db: books.db, context }, [path]));
    const floor = { name: 'COPY of the lines into the same indexed table', value: LINES / copied, unit: 'lines/s' };
    return [
      { name: 'reading a FEC, entries decided', value: LINES / read, unit: 'lines/s' },
      { name: 'importing a FEC', value: LINES / imported, unit: 'lines/s', floor, ratio: copied / imported },
    ];
  } finally {
    await books.close();
    await rm(dir, { recursive: true, force: true });
  }
}
