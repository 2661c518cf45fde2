import { performance } from 'node:perf_hooks';
import { whatIf } from '../src/pricing/compare.ts';
import { revalueOpenMonths } from '../src/pricing/revalue.ts';
import { openTestEntity, type TestEntity } from '../src/testing/test-entity.ts';
import type { BenchResult } from './import.ts';

const FACTS = Number(process.env.PRORATA_BENCH_FACTS ?? 1_000_000);
const PRODUCTS = 50;
const ROUNDS = 3;
const MONTH = '2025-07';

/** A month of a million facts under another view, against the same SQL through the driver, and written as well as read. */
export async function run(): Promise<BenchResult[]> {
  const test = await openTestEntity();
  try {
    await prepare(test);
    const asked: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      floor.push(await timed(() => test.database.admin(SAME_SQL, scopeOf(test))));
      asked.push(await timed(() => whatIf(test.entity, { month: MONTH, view: 'BENCH@2' })));
    }
    const { tenantId, legalEntityId } = test.entity.scope;
    await test.database.admin(
      `INSERT INTO pricing_calendar VALUES ($1, $2, $3, 'FR', 'BENCH', 2, now(), gen_random_uuid())`,
      [tenantId, legalEntityId, `${MONTH}-01`],
    );
    const written = await timed(() =>
      test.entity.db.transaction(test.entity.scope, (tx) => revalueOpenMonths(tx, test.entity)),
    );
    const [best, least] = [Math.min(...asked), Math.min(...floor)];
    return [
      {
        name: `what-if of ${FACTS} facts under another view`,
        value: Math.round(best),
        unit: 'ms',
        floor: { name: 'the same SQL through the driver', value: Math.round(least), unit: 'ms' },
        ratio: Number((best / least).toFixed(2)),
        note: 'the answer also says what has no price, under both views',
      },
      {
        name: `valuing ${FACTS} facts of an open month anew`,
        value: Math.round(written),
        unit: 'ms',
        note: 'written, in one transaction',
      },
    ];
  } finally {
    await test.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const SAME_SQL = `
  SELECT f.product_id, f.currency, count(*), sum(f.cost_standard), sum(round(f.quantity * l.unit_price, 18))
    FROM fact_consumption f
    LEFT JOIN pricing_line l ON l.tenant_id = f.tenant_id AND l.legal_entity_id = f.legal_entity_id AND l.view_code = 'BENCH'
     AND l.view_version = 2 AND l.product_id = f.product_id AND l.unit = f.unit AND l.currency = f.currency
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3
   GROUP BY 1, 2`;

const scopeOf = ({ entity }: TestEntity) => [entity.scope.tenantId, entity.scope.legalEntityId, `${MONTH}-01`];

async function prepare({ database, entity }: TestEntity): Promise<void> {
  const { tenantId, legalEntityId } = entity.scope;
  const scope = [tenantId, legalEntityId];
  await database.admin(
    `INSERT INTO dim_domain (tenant_id, legal_entity_id, domain_id, country_code, name_i18n_key, created_by)
     VALUES ($1, $2, 'Compute', 'FR', 'x', gen_random_uuid())`,
    scope,
  );
  await database.admin(
    `INSERT INTO dim_product (tenant_id, legal_entity_id, product_id, unit, domain_id, country_code, name_i18n_key, created_by)
     SELECT $1, $2, 'P' || n, 'Hours', 'Compute', 'FR', 'x', gen_random_uuid() FROM generate_series(1, $3::integer) AS n`,
    [...scope, PRODUCTS],
  );
  for (const version of [1, 2]) {
    await database.admin(
      `INSERT INTO pricing_view (tenant_id, legal_entity_id, view_code, view_version, country_code, currency, content_sha256,
                                 source, created_by)
       VALUES ($1, $2, 'BENCH', $3, 'FR', 'EUR', repeat('0', 64), 'generated', gen_random_uuid())`,
      [...scope, version],
    );
    await database.admin(
      `INSERT INTO pricing_line
       SELECT $1, $2, 'BENCH', $3, 'P' || n, 'Hours', n * 0.0123456789 * $3::integer, 'EUR'
         FROM generate_series(1, $4::integer) AS n`,
      [...scope, version, PRODUCTS],
    );
  }
  await database.admin(
    `UPDATE pricing_view SET status = 'PUBLISHED', published_at = now() - view_version * interval '1 day'`,
  );
  await database.admin(
    `INSERT INTO fact_consumption (tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, product_id,
                                   unit, environment, consumption_type, currency, quantity, cost_effective, cost_billed)
     SELECT $1, $2, gen_random_uuid(), $3, 'A' || n / $4::integer, 'Compute', 'P' || 1 + n % $4::integer, 'Hours', 'prod',
            'DIRECT', 'EUR', n * 0.017, n * 0.0031, n * 0.0031
       FROM generate_series(0, $5::integer - 1) AS n`,
    [...scope, `${MONTH}-01`, PRODUCTS, FACTS],
  );
  await database.admin('INSERT INTO month_valuation VALUES ($1, $2, $3)', [...scope, `${MONTH}-01`]);
  await entity.db.transaction(entity.scope, (tx) => revalueOpenMonths(tx, entity));
  await database.admin('VACUUM ANALYZE fact_consumption');
}
