import { openIssuer, uuidv7 } from '@prorata/platform';
import { buildGroupApp } from '../src/http/server.ts';
import { openTestGroup, type TestGroup } from '../src/testing/test-group.ts';
import { type BenchResult, milliseconds } from './figures.ts';
import { fillHistory } from './history.ts';

const ROUNDS = 60;
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
];

/** Reports with `PRORATA_BENCH_FACTS` facts behind them (1 000 000 unless told): the time that 95 of 100 answers stay below. */
export async function run(): Promise<BenchResult[]> {
  const facts = Number(process.env.PRORATA_BENCH_FACTS ?? 1_000_000);
  const test = await openTestGroup();
  try {
    await fillHistory(test, facts);
    return await measure(test, facts);
  } finally {
    await test.close();
  }
}

async function measure(test: TestGroup, facts: number): Promise<BenchResult[]> {
  const app = await buildGroupApp(test.group, { log: false, requestsPerMinute: false });
  const headers = { authorization: `Bearer ${await readerToken(test)}` };
  const results: BenchResult[] = [];
  for (const [what, path] of REQUESTS) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const ask = async () => {
        const { statusCode, body } = await app.inject({ url: `/api/group/${path}`, headers });
        if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${body}`);
      };
      times.push(await milliseconds(ask));
    }
    const p95 = times.sort((a, b) => a - b)[Math.ceil(ROUNDS * 0.95) - 1] ?? Number.NaN;
    results.push({
      name: `${what}, ${facts.toLocaleString('en')} facts, p95`,
      value: p95,
      unit: 'ms',
      note: 'reach: 30 at 10 million facts',
    });
  }
  await app.close();
  return results;
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
