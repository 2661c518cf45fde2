import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROWS = 1_000_000;
const TARGET = fileURLToPath(new URL('../testing/measured-target.ts', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prorata-measured-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A thousand applications, each with a thousand corrections of one month or another: no grain twice. */
function* lines() {
  yield 'month,application,product,quantity,environment,charge_month\n';
  for (let row = 0; row < ROWS; row++) {
    const [application, step] = [row % 1000, Math.floor(row / 1000)];
    const charged = `20${String(10 + Math.floor(step / 84)).padStart(2, '0')}-${String(1 + (Math.floor(step / 7) % 12)).padStart(2, '0')}`;
    yield `20${30 + (step % 7)}-01,App ${application},MIPS,0.5,prod,${charged}\n`;
  }
}

it('a million measurements are taken in the memory of a few batches', { timeout: 1_200_000 }, async () => {
  const path = join(folder, 'million.csv');
  await pipeline(Readable.from(lines()), createWriteStream(path));
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=320', TARGET, path]);
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({ rows: ROWS, totals: [{ rows: ROWS, quantity: '500000' }] });
  console.info(`measured: ${JSON.stringify(told)}`);
  expect(told.peakMiB).toBeLessThan(700);
});
