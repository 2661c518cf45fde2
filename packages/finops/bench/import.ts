import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { generateBills } from './generated-bills.ts';

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
const ROUNDS = 3;
const TARGET = fileURLToPath(new URL('process/import-target.ts', import.meta.url));

interface Measured {
  readonly importMs: number;
  readonly runMs: number;
  readonly facts: number;
  readonly peakBytes: number;
}

/**
 * A bill of a million rows to monthly facts in the database, against DuckDB's own scan of the same file with types, a grouping of
 * six columns and tags extracted. Best of three rounds each, taking turns; the product runs in a process of its own.
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
  const measured: Measured[] = [];
  const exact: number[] = [];
  const guessed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    exact.push(await duckdbScan(path, kind === 'CSV' ? `read_csv('${path}', types = {${EXACT_TYPES}})` : undefined));
    if (kind === 'CSV') guessed.push(await duckdbScan(path, `read_csv('${path}')`));
    measured.push(await product(path));
  }
  const best = measured.reduce((one, other) =>
    one.importMs + one.runMs <= other.importMs + other.runMs ? one : other,
  );
  const floor = ROWS / (Math.min(...exact) / 1000);
  const rival = guessed.length === 0 ? undefined : ROWS / (Math.min(...guessed) / 1000);
  const rate = ROWS / ((best.importMs + best.runMs) / 1000);
  const peak = Math.max(...measured.map((one) => one.peakBytes));
  return [
    {
      name: `FOCUS import to monthly facts, ${ROWS} rows of ${kind}`,
      value: Math.round(rate),
      unit: 'rows/s',
      floor: {
        name: `DuckDB's scan of the same ${kind} into DECIMAL(38,18)`,
        value: Math.round(floor),
        unit: 'rows/s',
      },
      ratio: Number((rate / floor).toFixed(2)),
      note: `${rival === undefined ? '' : `${(rate / rival).toFixed(2)} of a scan into doubles; `}import ${Math.round(best.importMs)} ms, batch ${Math.round(best.runMs)} ms, ${best.facts} facts`,
    },
    {
      name: `memory of that import, ${kind}`,
      value: Math.round(peak / 1024 ** 2),
      unit: 'MiB',
      note: 'peak of the whole process; at most 1024 wanted',
    },
  ];
}

const AMOUNTS = ['BilledCost', 'EffectiveCost', 'ConsumedQuantity'];
const EXACT_TYPES = AMOUNTS.map((column) => `'${column}': 'DECIMAL(38,18)'`).join(', ');

/** @returns milliseconds */
async function duckdbScan(path: string, source = `read_parquet('${path}')`): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const started = performance.now();
  await connection.run(
    `CREATE TEMP TABLE scanned AS
     SELECT "ProviderName", "BillingAccountId", "ServiceCategory", "ServiceName", "Tags" ->> '$.application' AS application,
            "Tags" ->> '$.environment' AS environment, ${AMOUNTS.map((column) => `sum("${column}")`).join(', ')}
       FROM ${source} GROUP BY ALL`,
  );
  const took = performance.now() - started;
  connection.closeSync();
  instance.closeSync();
  return took;
}

async function product(path: string): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [TARGET, path]);
  return JSON.parse(stdout) as Measured;
}
