import { DuckDBInstance } from '@duckdb/node-api';

// Written by hand from looking at the bills, and nowhere near the mapping that it judges: value of the application tag,
// as spelt in the files, → code.
export const APPLICATIONS = `
  ('Billing Hub', 'billing hub'), ('BILLING HUB', 'billing hub'), ('Customer Portal', 'customer portal'),
  ('CUSTOMER PORTAL', 'customer portal'), ('Data Lake', 'data lake'), ('DATA LAKE', 'data lake'), ('ERP Core', 'erp core'),
  ('ERP CORE', 'erp core'), ('Fraud Engine', 'fraud engine'), ('FRAUD ENGINE', 'fraud engine'), ('HR Suite', 'hr suite'),
  ('HR SUITE', 'hr suite'), ('IoT Gateway', 'iot gateway'), ('IOT GATEWAY', 'iot gateway'), ('Mobile App', 'mobile app'),
  ('MOBILE APP', 'mobile app'), ('Order Engine', 'order engine'), ('ORDER ENGINE', 'order engine'),
  ('Payment Rail', 'payment rail'), ('PAYMENT RAIL', 'payment rail'), ('Risk Models', 'risk models'),
  ('RISK MODELS', 'risk models'), ('Search', 'search'), ('SEARCH', 'search'), ('Web Shop', 'web shop'),
  ('WEB SHOP', 'web shop'), ('Shared Platform', 'POOL'), ('SHARED PLATFORM', 'POOL')`;
export const ENVIRONMENTS = `('prod', 'prod'), ('dev', 'non_prod'), ('test', 'non_prod')`;

/** What the direct facts and the pool of one file must be, straight from its rows. */
const INDEPENDENT = `
  WITH bills AS (SELECT * FROM read_csv($file, all_varchar = true, header = true, nullstr = ['', 'NULL', '(null)'])),
  tagged AS (
    SELECT *, coalesce(Tags ->> '$.application', Tags ->> '$." application"') AS application_tag,
           Tags ->> '$.environment' AS environment_tag, Tags ->> '$.shared' AS shared_tag FROM bills)
  SELECT CASE WHEN shared_tag = 'true' THEN 'POOL' ELSE coalesce(a.code, 'UNALLOCATED') END AS application, ServiceCategory,
         coalesce(e.code, CASE WHEN ChargeCategory = 'Tax' THEN 'n_a' ELSE 'unknown' END) AS environment,
         sum(EffectiveCost::DECIMAL(38,18))::VARCHAR, sum(BilledCost::DECIMAL(38,18))::VARCHAR,
         (sum(CASE WHEN ChargeCategory = 'Tax' THEN 0 ELSE coalesce(ConsumedQuantity::DECIMAL(38,18), 0) END))::VARCHAR
    FROM tagged LEFT JOIN (VALUES ${APPLICATIONS}) AS a (tag, code) ON a.tag = application_tag
    LEFT JOIN (VALUES ${ENVIRONMENTS}) AS e (tag, code) ON e.tag = environment_tag
   GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

export type Grain = Map<string, { effective: bigint; billed: bigint; quantity: bigint }>;

export const units = (decimal: string) => {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(18, '0'));
  return decimal.startsWith('-') ? -value : value;
};

/** Direct facts and pool of one file by application, domain and environment. */
export async function independent(path: string): Promise<Grain> {
  const rows = await duckRows(INDEPENDENT.replace('$file', `'${path}'`));
  return new Map(
    rows.map(([application, domain, environment, effective = '0', billed = '0', quantity = '0']) => [
      `${application}|${domain}|${environment}`,
      { effective: units(effective), billed: units(billed), quantity: units(quantity) },
    ]),
  );
}

/** The indirect rule by its definition, on its own arithmetic: exact fractions, floors, then one unit each. */
export function spreadByHand(
  pool: bigint,
  weights: readonly (readonly [code: string, weight: bigint])[],
): Map<string, bigint> {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0n);
  const size = pool < 0n ? -pool : pool;
  const parts = weights.map(([code, weight]) => ({
    code,
    weight,
    part: (size * weight) / total,
    left: (size * weight) % total,
  }));
  let rest = size - parts.reduce((sum, { part }) => sum + part, 0n);
  const ranked = [...parts].sort((one, other) =>
    one.left !== other.left
      ? one.left > other.left
        ? -1
        : 1
      : one.weight !== other.weight
        ? one.weight > other.weight
          ? -1
          : 1
        : one.code < other.code
          ? -1
          : 1,
  );
  for (const winner of ranked) {
    if (rest === 0n) break;
    winner.part += 1n;
    rest -= 1n;
  }
  return new Map(parts.map(({ code, part }) => [code, pool < 0n ? -part : part]));
}

/** Rows of a statement over files, as DuckDB alone sees them. */
export async function duckRows(sql: string): Promise<string[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const rows = reader.getRowsJson() as string[][];
  connection.closeSync();
  instance.closeSync();
  return rows;
}
