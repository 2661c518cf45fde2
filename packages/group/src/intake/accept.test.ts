import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import { reportEntities } from '../reports/reports.ts';
import { CLOSE_PARTITIONS } from '../scale/distribute.sql.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { receive } from './receive.ts';

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
});
afterAll(() => test.close());

it.each([
  { how: 'copied into the partition of its month', month: '2025-07', rows: 20, staged: false },
  // Three batches of text: the first goes on alone, the other two together.
  { how: 'staged by batches where facts are distributed', month: '2025-08', rows: 12_000, staged: true },
])(
  'takes a bundle whole, $how',
  async ({ month, rows, staged }) => {
    const isDistributed = process.env.CITUS_URL !== undefined;
    if (staged && !isDistributed) await test.admin(CLOSE_PARTITIONS);
    const member = await enrolMember(test.group, `FR${month.slice(5)}`);
    const wide = 'w'.repeat(240);
    const facts = Array.from({ length: rows }, (_, index) =>
      fact({ application_id: `${wide}${index}`, family_id: wide, unit: wide, cost_effective: '0.25' }),
    );
    const { bytes } = await bundleOf(test.group, member, { facts, month });
    expect(await receive(test.group, { file: bytes })).toMatchObject({ rows });
    const report = await reportEntities(test.group, { from: month });
    expect(report.total).toMatchObject({ cost: String(rows / 4), fact_rows: rows });
    expect(await verifyViews(test.group)).toMatchObject({ consistent: true });
    // What was staged is gone; the pages that it took are still there.
    const [stage] = await test.admin(
      `SELECT pg_relation_size('intake_staging') > 0 AS used, EXISTS (SELECT 1 FROM intake_staging) AS filled`,
    );
    expect(stage).toEqual({ used: staged && !isDistributed, filled: false });
  },
  60_000,
);
