import { DuckDBInstance } from '@duckdb/node-api';

/** A bill of many rows as CSV and as Parquet: the same rows, each with amounts of its own, tags on nine of ten. */
export async function generateBills(rows: number, csv: string, parquet: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`COPY (${select(rows, 'typed')}) TO '${parquet}' (FORMAT parquet, COMPRESSION zstd)`);
  await connection.run(`COPY (${select(rows, 'text')}) TO '${csv}' (FORMAT csv, HEADER)`);
  connection.closeSync();
  instance.closeSync();
}

function select(rows: number, kind: 'text' | 'typed'): string {
  const amount = (factor: number, divisor: number) =>
    `CAST(CAST((i * ${factor} % 1000003) AS DECIMAL(18,10)) / ${divisor} + 0.0123456789 AS DECIMAL(18,10))`;
  const decimal = (sql: string) => (kind === 'typed' ? `CAST(${sql} AS DECIMAL(38,18))` : sql);
  const time = (sql: string) =>
    kind === 'typed' ? `CAST(${sql} AS TIMESTAMPTZ)` : `strftime(${sql}, '%Y-%m-%dT%H:%M:%SZ')`;
  const hour = `(TIMESTAMP '2025-07-01' + INTERVAL (i % 744) HOUR)`;
  return `SELECT NULL AS "AvailabilityZone", ${decimal(amount(7919, 1000))} AS "BilledCost", 'ACC-' || (i % 3) AS "BillingAccountId",
    'Account of the group' AS "BillingAccountName", 'EUR' AS "BillingCurrency",
    ${time(`TIMESTAMP '2025-08-01'`)} AS "BillingPeriodEnd", ${time(`TIMESTAMP '2025-07-01'`)} AS "BillingPeriodStart",
    CASE WHEN i % 50 = 0 THEN 'Tax' WHEN i % 97 = 0 THEN 'Credit' ELSE 'Usage' END AS "ChargeCategory", NULL AS "ChargeClass",
    'A description of the charge, which is rather long, number ' || i AS "ChargeDescription", 'Usage-Based' AS "ChargeFrequency",
    ${time(`${hour} + INTERVAL 1 HOUR`)} AS "ChargePeriodEnd", ${time(hour)} AS "ChargePeriodStart",
    ${decimal(amount(31, 7))} AS "ConsumedQuantity", ['GB', 'Hrs', 'Requests'][i % 3 + 1] AS "ConsumedUnit",
    ${decimal(amount(17, 1000))} AS "ContractedCost", ${decimal(amount(6007, 1000))} AS "EffectiveCost",
    'Invoice issuer' AS "InvoiceIssuerName", ${decimal(amount(13, 1000))} AS "ListCost", 'Standard' AS "PricingCategory",
    'AWS' AS "ProviderName", 'AWS' AS "PublisherName", 'eu-west-1' AS "RegionId", 'Ireland' AS "RegionName",
    'arn:aws:ec2:eu-west-1:123456789012:instance/i-' || (i * 104729 % 1000003) AS "ResourceId",
    ['Compute', 'Storage', 'Networking', 'Databases'][i % 4 + 1] AS "ServiceCategory", 'Service ' || (i % 12) AS "ServiceName",
    'SKU' || (i % 500) AS "SkuId", 'SKUP' || (i % 500) AS "SkuPriceId", 'sub-' || (i % 10) AS "SubAccountId",
    'Sub ' || (i % 10) AS "SubAccountName",
    CASE WHEN i % 10 = 0 THEN NULL ELSE '{"application":"App ' || (i // 7 % 40) || '","environment":"' ||
      ['prod', 'dev', 'test'][i // 11 % 3 + 1] || '","cost_center":"cc-' || (i // 7 % 40) || '"' ||
      CASE WHEN i % 13 = 0 THEN ',"shared":"true"}' ELSE '}' END END AS "Tags"
    FROM range(${rows}) AS t(i)`;
}
