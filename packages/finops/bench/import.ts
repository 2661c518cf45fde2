import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateBills } from './generated-bills.ts';
import type { Scans } from './process/duckdb-scans.ts';
import type { Measured } from './process/import-target.ts';

/** One measured figure; `ratio` is value / floor, so above 1 where a larger value is better. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: { readonly name: string; readonly value: number; readonly unit: string };
  readonly ratio?: number;
  readonly note?: string;
}

const ROWS = Number(process.env.PRORATA_BENCH_ROWS ?? 1_000_000);
/** Small files show what noise there is; large ones take their time. */
const ROUNDS = ROWS > 2_000_000 ? 1 : 3;
const PRODUCT = fileURLToPath(new URL('process/import-target.ts', import.meta.url));
const SCANS = fileURLToPath(new URL('process/duckdb-scans.ts', import.meta.url));

/**
 * A bill of a million rows to monthly facts in the database, against what DuckDB alone takes to scan the same file with types and
 * group it in the same way. Each side runs the rounds one after the other in a process of its own, and its best round counts.
 */
export async function run(): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'prorata-bench-'));
  try {
    const [csv, parquet] = [join(folder, 'bill.csv'), join(folder, 'bill.parquet')];
    await generateBills(ROWS, csv, parquet);
    return [...(await compare('CSV', csv)), ...(await compare('Parquet', parquet))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(kind: 'CSV' | 'Parquet', path: string): Promise<BenchResult[]> {
  const scans = JSON.parse(await output(SCANS, path)) as Scans;
  const measured = JSON.parse(await output(PRODUCT, path)) as readonly Measured[];
  const best = measured.reduce((one, other) =>
    one.importMs + one.runMs <= other.importMs + other.runMs ? one : other,
  );
  const took = best.importMs + best.runMs;
  const rate = (milliseconds: number) => Math.round(ROWS / (milliseconds / 1000));
  const others = Object.entries(scans.others).map(([name, ms]) => `${(ms / took).toFixed(2)} of ${name}`);
  return [
    {
      name: `FOCUS import to monthly facts, ${ROWS} rows of ${kind}`,
      value: rate(took),
      unit: 'rows/s',
      floor: {
        name: `DuckDB's own typed scan of the ${kind} in the same groups`,
        value: rate(scans.own),
        unit: 'rows/s',
      },
      ratio: Number((scans.own / took).toFixed(2)),
      note:
        `import ${Math.round(best.importMs)} ms, batch ${Math.round(best.runMs)} ms, ${best.facts} facts; processor time of the ` +
        `product's process ${Math.round(best.cpuMs)} ms, of the scan ${Math.round(scans.ownCpuMs)} ms; ${others.join('; ')}`,
    },
    {
      name: `memory of that import, ${kind}`,
      value: Math.round(Math.max(...measured.map((one) => one.peakBytes)) / 1024 ** 2),
      unit: 'MiB',
      note: 'peak of the whole process; at most 1024 wanted',
    },
  ];
}

async function output(target: string, path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [target, path, String(ROUNDS)]);
  return stdout;
}
