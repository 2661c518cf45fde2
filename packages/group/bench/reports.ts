import { openIssuer, type Sql, uuidv7 } from '@prorata/platform';
import { buildGroupApp } from '../src/http/server.ts';
import type { GroupNode } from '../src/node/group-node.ts';
import { openTestGroup, type TestGroup } from '../src/testing/test-group.ts';
import { type BenchResult, milliseconds } from './figures.ts';
import { fillHistory } from './history.ts';

const ROUNDS = Number(process.env.PRORATA_BENCH_ROUNDS ?? 60);
const YEAR = 'from=2025-01&to=2025-12';
const MONTH = 'from=2025-07&to=2025-07';

/** What people look at first, over the whole HTTP stack without a network. */
const REQUESTS: readonly (readonly [string, string])[] = [
  ['month series', 'months'],
  ['ranking of entities, one month', `entities?${MONTH}`],
  ['domains, one year', `domains?${YEAR}`],
  ['matrix, one month', `matrix?${MONTH}`],
  ['drill-down to the applications of a domain, one year', `drilldown?entity=E0&domain=Domain%201&${YEAR}`],
  [
    'drill-down to the products of an application, one year',
    `drilldown?entity=E0&domain=Domain%201&application=app-7&${YEAR}`,
  ],
  ['comparison of entities, one month', `comparison?${MONTH}`],
  ['applications of all entities, one month', `applications?${MONTH}`],
  ['months by domain, three years', 'series?by=domain'],
  ['entities beside each other at the average price, one month', `comparison/entities?${MONTH}`],
  ['unit costs of entities, one month', `comparison/units?${MONTH}&limit=50`],
  ['bridge between two months', 'bridge?from_month=2025-06&to_month=2025-07'],
  ['KPI, one month', `kpi?${MONTH}`],
  ['entities of one environment, one year', `entities?environment=prod&${YEAR}`],
  ["domains in today's hierarchy, one month", `domains?hierarchy=today&${MONTH}`],
  [
    'products of an application in one environment, one year (from the facts)',
    `drilldown?entity=E0&domain=Domain%201&application=app-7&environment=prod&${YEAR}`,
  ],
  [
    'applications of a domain in one environment, one month (from the facts)',
    `drilldown?entity=E0&domain=Domain%201&environment=prod&${MONTH}`,
  ],
  ['a page of facts of one entity', `facts?entity=E0&${MONTH}&limit=200`],
  ['what a total is made of, one month', `explain/total?${MONTH}`],
  ['search', 'search?q=app-7'],
];

/** Reports with `PRORATA_BENCH_FACTS` facts behind them (1 000 000 unless told): the time that 95 of 100 answers stay below. */
export async function run(): Promise<BenchResult[]> {
  const facts = Number(process.env.PRORATA_BENCH_FACTS ?? 1_000_000);
  const test = await openTestGroup();
  try {
    await fillHistory(test, facts);
    return await measureReports(test, facts);
  } finally {
    await test.close();
  }
}

/** Makes the entities of the history known, and names what their facts mention. */
async function enrolHistory(test: TestGroup): Promise<void> {
  await test.admin(`INSERT INTO dim_entity (tenant_id, entity_id, legal_entity_id, label, country, currency, created_by)
    SELECT tenant_id, entity_id, gen_random_uuid(), entity_id, 'FR', 'EUR', gen_random_uuid()
      FROM (SELECT DISTINCT tenant_id, entity_id FROM mv_group_entity_month) AS publisher ON CONFLICT DO NOTHING`);
  for (const [table, code, view] of [
    ['dim_application_group', 'application_id', 'mv_group_application_month'],
    ['dim_product_group', 'product_id', 'mv_group_comparison_entities'],
  ]) {
    await test.admin(`INSERT INTO ${table} (tenant_id, entity_id, ${code}, label)
      SELECT DISTINCT tenant_id, entity_id, ${code}, initcap(${code}) FROM ${view} ON CONFLICT DO NOTHING`);
  }
  await test.admin('ANALYZE');
}

/** Each report over a history that `fillHistory` made, against its statements alone. */
export async function measureReports(test: TestGroup, facts: number): Promise<BenchResult[]> {
  await enrolHistory(test);
  const asked: Asked[] = [];
  const app = await buildGroupApp(listening(test.group, asked), { log: false, requestsPerMinute: false });
  const headers = { authorization: `Bearer ${await readerToken(test)}` };
  const results: BenchResult[] = [];
  for (const [what, path] of REQUESTS) {
    const ask = async () => {
      const { statusCode, body } = await app.inject({ url: `/api/group/${path}`, headers });
      if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${body}`);
    };
    asked.length = 0;
    await ask();
    const statements = [...asked];
    const [answers, floors]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      answers.push(await milliseconds(ask));
      floors.push(await milliseconds(() => replay(test.group, statements)));
    }
    const [answer, floor] = [p95(answers), p95(floors)];
    results.push({
      name: `${what}, ${facts.toLocaleString('en')} facts, p95`,
      value: answer,
      unit: 'ms',
      floor: { name: 'its reading statements through the driver', value: floor, unit: 'ms' },
      ratio: floor / answer,
      note: `${statements.length} statements; reach: 30 ms at 10 million facts, and a ratio of at least 0.33`,
    });
  }
  await app.close();
  return results;
}

function p95(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? Number.NaN;
}

/** A statement that a report sent. */
interface Asked {
  readonly sql: Sql;
  readonly values: readonly unknown[] | undefined;
}

/** The node, noting every statement that the consolidated role is asked for. */
function listening(group: GroupNode, asked: Asked[]): GroupNode {
  const transaction: GroupNode['db']['transaction'] = (scope, work, options) =>
    group.db.transaction(
      scope,
      (tx) => {
        if (options?.role !== 'reader') return work(tx);
        const query: typeof tx.query = (sql, values) => {
          asked.push({ sql, values });
          return tx.query(sql, values);
        };
        return work({ ...tx, query });
      },
      options,
    );
  return { ...group, db: { ...group.db, transaction } };
}

async function replay(group: GroupNode, statements: readonly Asked[]): Promise<void> {
  await group.db.transaction(
    group.scope,
    async (tx) => {
      for (const { sql, values } of statements) await tx.query(sql, values);
    },
    { role: 'reader', readOnly: true },
  );
}

async function readerToken(test: TestGroup): Promise<string> {
  const issuer = await openIssuer({ dir: test.group.dir, nodeId: test.group.config.node_id });
  return await issuer.issueToken({
    tenant_id: test.group.scope.tenantId,
    tenant_mode: 'POOLED',
    country_code: 'FR',
    locale: 'en',
    supported_locales: ['en'],
    billing_status: 'ACTIVE',
    enabled_modules: ['FINOPS_GROUP'],
    roles: ['group.reader'],
    user_id: uuidv7(),
    deployment: 'prod',
  });
}
