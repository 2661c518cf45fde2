import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';

/** Best of the rounds, in milliseconds. */
export interface Scans {
  /** DuckDB finds the types itself (of amounts: doubles in CSV, what the file says in Parquet) and groups as the import does. */
  readonly own: number;
  readonly ownCpuMs: number;
  /** Rivals that do less, or do it more exactly, by name. */
  readonly others: Readonly<Record<string, number>>;
}

const EXACTLY = 'a scan in the same groups into DECIMAL(38,18)';
const AMOUNTS = ['BilledCost', 'EffectiveCost', 'ConsumedQuantity'];
const EXACT = AMOUNTS.map((column) => `'${column}': 'DECIMAL(38,18)'`).join(', ');
const TAGS = ['application', 'environment', 'cost_center', 'shared'].map((key) => `"Tags" ->> '$.${key}' AS ${key}`);
const SIX = ['ProviderName', 'BillingAccountId', 'ServiceCategory', 'ServiceName', ...TAGS.slice(0, 2)];
/** What an import keeps apart, of the columns that the file has; of the tags their values, which are fewer than their texts. */
const SAME = [
  ...[
    'ProviderName',
    'BillingAccountId',
    'BillingPeriodStart',
    'BillingCurrency',
    'ChargeCategory',
    'ChargeClass',
    'RegionId',
  ],
  ...['SubAccountId', 'SubAccountName', 'ServiceCategory', 'ServiceName', 'ConsumedUnit'],
  `date_trunc('month', "ChargePeriodStart") AS charge_month`,
  ...TAGS,
];

const [, , path = '', rounds = '1'] = process.argv;
const csv = path.endsWith('.csv');
const plain = csv ? `read_csv('${path}')` : `read_parquet('${path}')`;
const typed = `read_csv('${path}', types = {${EXACT}})`;
const kinds: Readonly<Record<string, string>> = {
  own: grouped(SAME, plain),
  'a scan by six columns': grouped(SIX, plain),
  ...(csv ? { [EXACTLY]: grouped(SAME, typed) } : {}),
};
const best: Record<string, { readonly ms: number; readonly cpuMs: number }> = {};
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, sql] of Object.entries(kinds)) {
    // Reading text into the wide type takes ten times as long, whatever the round.
    if (name === EXACTLY && (round > 0 || rounds === '1')) continue;
    const took = await scan(sql);
    const before = best[name];
    if (before === undefined || took.ms < before.ms) best[name] = took;
  }
}
const { own, ...others } = best;
const scans: Scans = {
  own: own?.ms ?? Number.NaN,
  ownCpuMs: own?.cpuMs ?? Number.NaN,
  others: Object.fromEntries(Object.entries(others).map(([name, { ms }]) => [name, ms])),
};
process.stdout.write(JSON.stringify(scans));

function grouped(columns: readonly string[], source: string): string {
  return `SELECT ${columns.join(', ')}, count(*), ${AMOUNTS.map((column) => `sum("${column}")`).join(', ')}
    FROM ${source} GROUP BY ALL`;
}

async function scan(sql: string): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await connection.run(`CREATE TEMP TABLE scanned AS ${sql}`);
  const [ms, used] = [performance.now() - started, process.cpuUsage(cpu)];
  connection.closeSync();
  instance.closeSync();
  return { ms, cpuMs: (used.user + used.system) / 1000 };
}
