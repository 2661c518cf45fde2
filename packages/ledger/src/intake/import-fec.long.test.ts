import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LINES = 500_000;
const ENTRIES = LINES / 4;
const child = fileURLToPath(new URL('../testing/measured-import.ts', import.meta.url));
const HEADER =
  'JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\t' +
  'EcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prorata-fec-long-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const cents = (value: number) => `${Math.trunc(value / 100)},${String(value % 100).padStart(2, '0')}`;

/** Line `part` (0 to 3) of entry `entry`: net, VAT, discount, and the sum of them on the other side. */
function line(entry: number, part: number): string {
  const net = 1_000 + ((entry * 7919) % 900_000);
  const amounts = [net, 200, 33, net + 233];
  const day = `2024${String((entry % 12) + 1).padStart(2, '0')}${String((entry % 28) + 1).padStart(2, '0')}`;
  const amount = cents(amounts[part] ?? 0);
  const sides = part === 3 ? `${amount}\t0,00` : `0,00\t${amount}`;
  const account = ['706000', '445710', '709000', '411000'][part];
  return `VE\tVentes\t${entry + 1}\t${day}\t${account}\tLibellé du compte\tC${entry % 5000}\tClient\tF${entry}\t${day}\tFacture ${entry}\t${sides}\t\t\t${day}\t\t\r\n`;
}

function* byEntry(): Generator<string> {
  yield HEADER;
  for (let entry = 0; entry < ENTRIES; entry += 1) for (let part = 0; part < 4; part += 1) yield line(entry, part);
}

/** As a file sorted by account has them: every entry is open from the first quarter to the last. */
function* byAccount(): Generator<string> {
  yield HEADER;
  for (let part = 0; part < 4; part += 1) for (let entry = 0; entry < ENTRIES; entry += 1) yield line(entry, part);
}

interface Measured {
  readonly summary: { readonly entries: number; readonly lines: number; readonly totals: { readonly debit: string } };
  readonly refused: readonly number[];
  readonly kept: { readonly lines: number; readonly debit: string; readonly credit: string };
  readonly seconds: number;
  readonly before_mib: number;
  readonly most_mib: number;
}

describe('a ledger of 500 000 lines', () => {
  it.each([
    ['sorted by entry', byEntry],
    ['sorted by account', byAccount],
  ])('%s comes in whole, and takes less than 384 MiB more than the process had', async (name, lines) => {
    const path = join(dir, `${name}.txt`);
    await pipeline(Readable.from(lines()), createWriteStream(path));
    const { stdout } = await promisify(execFile)(process.execPath, [child, path], { maxBuffer: 1 << 24 });
    const measured = JSON.parse(stdout) as Measured;
    let debit = 0;
    for (let entry = 0; entry < ENTRIES; entry += 1) debit += 1_000 + ((entry * 7919) % 900_000) + 233;
    const total = `${Math.trunc(debit / 100)}.${String(debit % 100).padStart(2, '0')}`.replace(/\.?0+$/, '');
    expect(measured.summary).toMatchObject({ entries: ENTRIES, lines: LINES, totals: { debit: total } });
    expect(measured.refused).toEqual([0, 0]);
    expect(measured.kept.lines).toBe(LINES);
    expect(measured.kept.debit).toBe(measured.kept.credit);
    console.log(
      `${name}: ${measured.seconds.toFixed(1)} s, at most ${measured.most_mib.toFixed(0)} MiB, ${measured.before_mib.toFixed(0)} before`,
    );
    expect(measured.most_mib - measured.before_mib).toBeLessThan(384);
  });
});
