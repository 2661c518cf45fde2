import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import { reportEntities } from '../reports/reports.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { receive } from './receive.ts';

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
});
afterAll(() => test.close());

it('takes a bundle of several batches whole', async () => {
  // Three batches of text: the first goes on alone, the other two together.
  const wide = 'w'.repeat(240);
  const facts = Array.from({ length: 12_000 }, (_, index) =>
    fact({ application_id: `${wide}${index}`, family_id: wide, unit: wide, cost_effective: '0.25' }),
  );
  const { bytes } = await bundleOf(test.group, await enrolMember(test.group, 'FR01'), { facts });
  expect(await receive(test.group, { file: bytes })).toMatchObject({ rows: 12_000 });
  expect((await reportEntities(test.group)).total).toMatchObject({ cost: '3000', fact_rows: 12_000 });
  expect(await verifyViews(test.group)).toMatchObject({ consistent: true });
  expect(await test.admin('SELECT 1 FROM intake_staging')).toEqual([]);
}, 60_000);
