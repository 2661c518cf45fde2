import type { Sql } from '@prorata/platform';
import { buildGroupApp } from '../src/http/server.ts';
import type { GroupNode } from '../src/node/group-node.ts';
import { readerToken } from '../src/testing/reader-token.ts';
import type { TestGroup } from '../src/testing/test-group.ts';
import { type BenchResult, median, milliseconds } from './figures.ts';
import { openHistory } from './history.ts';
import { processorTime } from './processor-time.ts';

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

/**
 * Reports with `PRORATA_BENCH_FACTS` facts behind them (1 000 000 unless told): the time that 95 of 100 answers stay below, each computed
 * anew. The floor: the statements that such an answer sends, one after the other through the driver.
 */
export async function run(): Promise<BenchResult[]> {
  const facts = Number(process.env.PRORATA_BENCH_FACTS ?? 1_000_000);
  const test = await openHistory(facts);
  try {
    return await measureReports(test, facts);
  } finally {
    await test.close();
  }
}

async function measureReports(test: TestGroup, facts: number): Promise<BenchResult[]> {
  const asked: Asked[] = [];
  const app = await buildGroupApp(listening(test.group, asked), { log: false, requestsPerMinute: false });
  const headers = { authorization: `Bearer ${await readerToken(test)}` };
  const results: BenchResult[] = [];
  for (const [what, path] of REQUESTS.filter(([name]) => name.includes(process.env.PRORATA_BENCH_REPORT ?? ''))) {
    const ask = async () => {
      const { statusCode, body } = await app.inject({ url: `/api/group/${path}`, headers });
      if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${body}`);
    };
    const first = await milliseconds(ask);
    // The second one looks up no labels, months and rates any more: what each further one asks for.
    asked.length = 0;
    await ask();
    const statements = [...asked];
    const [answers, floors]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      answers.push(await milliseconds(ask));
      floors.push(await milliseconds(() => replay(test.group, statements)));
    }
    const before = await processorTime(test);
    for (let round = 0; round < ROUNDS; round += 1) await ask();
    const after = await processorTime(test);
    const [node, database] = [after.node - before.node, after.database - before.database].map((time) => time / ROUNDS);
    const [answer, floor] = [p95(answers), p95(floors)];
    results.push({
      name: `${what}, ${facts.toLocaleString('en')} facts, p95`,
      value: answer,
      unit: 'ms',
      floor: { name: 'its reading statements through the driver', value: floor, unit: 'ms' },
      ratio: floor / answer,
      note:
        `${statements.length} statements; half of the answers within ${median(answers).toFixed(1)} ms (statements ` +
        `${median(floors).toFixed(1)}), the first took ${first.toFixed(0)}; of processor ${node?.toFixed(1)} ms here and ` +
        `${database?.toFixed(1)} in the database; reach: 30 ms at 10 million facts, ratio at least 0.33`,
    });
  }
  await app.close();
  return results;
}

function p95(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? Number.NaN;
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
