import type { FactRow } from '@prorata/contract';
import { GROUP_VIEWS, MEASURED_FACTS } from '../src/consolidation/views.ts';
import { receive } from '../src/intake/receive.ts';
import { fact } from '../src/testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../src/testing/members.ts';
import { openTestGroup, type TestGroup } from '../src/testing/test-group.ts';
import { type BenchResult, median, milliseconds } from './figures.ts';
import { processorTime } from './processor-time.ts';

const MONTH = '2025-07';
const SIZES = [10, 100, 300] as const;
const FACTS = 2000;
const ROUNDS = 9;

/**
 * Intake of one entity's bundle of 2 000 facts in a month in which 10, 100 or 300 entities have published as many: the three groups stand
 * beside each other and take a revision in turn, so that whatever else the machine does meets all of them.
 */
export async function run(): Promise<BenchResult[]> {
  const groups = await Promise.all(SIZES.map(async (size) => await prepare(size)));
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const group of groups) group.took.push(await publish(group));
    }
    const [few, ...more] = groups.map(({ size, took }) => ({
      size,
      ms: median(took.map(({ ms }) => ms)),
      node: median(took.map(({ node }) => node)),
      database: median(took.map(({ database }) => database)),
    }));
    if (few === undefined) return [];
    return more.map(({ size, ms, node, database }) => ({
      name: `intake of a bundle of ${FACTS.toLocaleString('en')} facts among ${size} entities`,
      value: ms,
      unit: 'ms',
      floor: { name: `among ${few.size}`, value: few.ms, unit: 'ms' },
      ratio: few.ms / ms,
      note: `median of ${ROUNDS}; reach at 300: at least 0.87 (1.15 × the time). Processor time: node ${whole(node)} ms, database ${whole(
        database,
      )} ms; among ${few.size}: ${whole(few.node)} and ${whole(few.database)} ms`,
    }));
  } finally {
    for (const { test } of groups) await test.close();
  }
}

function whole(milliseconds: number): string {
  return milliseconds.toFixed(0);
}

/** Milliseconds by the clock, and of processor time. */
interface Took {
  readonly ms: number;
  readonly node: number;
  readonly database: number;
}

interface Measured {
  readonly size: number;
  readonly test: TestGroup;
  readonly member: Member;
  readonly took: Took[];
  head: { revision: number; digest: string | null };
}

async function prepare(size: number): Promise<Measured> {
  const test = await openTestGroup();
  const member = await enrolMember(test.group, 'FR01');
  await test.admin('SELECT ensure_fact_partition($1::date)', [`${MONTH}-01`]);
  await test.admin(
    `INSERT INTO fact_consumption_group
     SELECT $1, 'E' || e, $2::date, 'app-' || i % 80, 'Domain ' || (i / 80) % 19, NULL, 'product-' || i / 80, 'Hours', 'prod', 'DIRECT',
            'EUR', i, i * 0.01, i * 0.01, NULL
       FROM generate_series(1, $3::int - 1) AS e, generate_series(0, $4::int - 1) AS i`,
    [test.group.scope.tenantId, `${MONTH}-01`, size, FACTS],
  );
  for (const { name, definition } of GROUP_VIEWS) {
    await test.admin(`INSERT INTO ${name} WITH measured AS (${MEASURED_FACTS}) ${definition}`);
  }
  await test.admin('ANALYZE');
  const measured = { size, test, member, took: [], head: { revision: 0, digest: null } };
  await publish(measured);
  return measured;
}

/** Publishes the next revision of the entity's month, and answers how long its intake took. */
async function publish(of: Measured): Promise<Took> {
  const revision = of.head.revision + 1;
  const bundle = await bundleOf(of.test.group, of.member, {
    month: MONTH,
    revision,
    supersedes: of.head.digest,
    facts: Array.from({ length: FACTS }, (_, index): FactRow => {
      const [application, product] = [index % 80, Math.floor(index / 80)];
      return fact({
        application_id: `app-${application}`,
        product_id: `product-${product}`,
        cost_effective: `${index}.${revision}`,
      });
    }),
  });
  of.head = { revision, digest: bundle.manifestDigest };
  const before = await processorTime(of.test);
  const ms = await milliseconds(() => receive(of.test.group, { file: bundle.bytes }));
  const after = await processorTime(of.test);
  return { ms, node: after.node - before.node, database: after.database - before.database };
}
