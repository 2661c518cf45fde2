import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receive } from '../intake/receive.ts';
import { reportMonths } from '../reports/reports.ts';
import { fact, plantFacts } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { rebuildViews } from './rebuild.ts';
import { verifyViews } from './verify.ts';
import { ADDITIVE, GROUP_VIEWS } from './views.ts';

let test: TestGroup;
const members: Member[] = [];
beforeAll(async () => {
  test = await openTestGroup();
  for (let number = 1; number <= 8; number += 1) members.push(await enrolMember(test.group, `FR0${number}`));
});
afterAll(() => test.close());

const costs = ['1', '0.1', '12.345678901234567891', '-3.5', null] as const;
const anyFact = fc.record({
  application_id: fc.constantFrom('a', 'b'),
  domain_id: fc.constantFrom('Compute', 'Storage'),
  product_id: fc.constantFrom('VM', 'TAX', null),
  environment: fc.constantFrom('prod' as const, 'non_prod' as const),
  consumption_type: fc.constantFrom('DIRECT' as const, 'INDIRECT' as const),
  currency: fc.constantFrom('EUR', 'USD'),
  quantity: fc.constantFrom('1', '2.5'),
  cost_effective: fc.constantFrom(...costs),
  cost_standard: fc.constantFrom(...costs),
});

const DIRECT = { consumption_type: 'DIRECT' } as const;

/** Only one fact a grain, as a bundle has it. */
function distinct(rows: readonly Parameters<typeof fact>[0][]) {
  const grain = (row: ReturnType<typeof fact>) =>
    JSON.stringify({ ...row, quantity: 0, cost_effective: 0, cost_standard: 0 });
  return [...new Map(rows.map((row) => fact(row)).map((row) => [grain(row), row])).values()];
}

const COARSE = 'tenant_id, period_month, entity_id, domain_id, application_id, currency, consumption_type, is_tax';
const ADDED_UP = ADDITIVE.map((name) => `sum(${name})`).join(', ');
/** The view of products, which is no table, against the kept view of applications. */
const PRODUCTS_ADDED_UP = `
  WITH kept AS (SELECT ${COARSE}, ${ADDITIVE.join(', ')} FROM mv_group_application_month),
       fine AS (SELECT ${COARSE}, ${ADDED_UP} FROM mv_group_product_month GROUP BY ${COARSE})
  (SELECT * FROM kept EXCEPT ALL SELECT * FROM fine) UNION ALL (SELECT * FROM fine EXCEPT ALL SELECT * FROM kept)`;

describe('the views', () => {
  it('equal their definitions after any sequence of replaced slices', async () => {
    const step = fc.record({
      entity_id: fc.constantFrom('DE02', 'GB03'),
      period_month: fc.constantFrom('2024-01', '2024-02'),
      rows: fc.array(anyFact, { minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        for (const { rows, entity_id, period_month } of steps) {
          await plantFacts(test.group, distinct(rows.map((row) => ({ ...row, entity_id, period_month }))));
        }
        const { rows } = await verifyViews(test.group);
        expect(rows.filter((row) => row.view.startsWith('mv_') && row.missing + row.surplus > 0)).toEqual([]);
        expect(await test.admin(PRODUCTS_ADDED_UP)).toEqual([]);
      }),
      { numRuns: 15 },
    );
    await test.admin('DELETE FROM fact_consumption_group');
    await rebuildViews(test.group);
    expect(await verifyViews(test.group)).toMatchObject({ consistent: true });
  });

  it('equal their definitions where a bundle added itself up', async () => {
    const facts = distinct(fc.sample(anyFact, { numRuns: 60, seed: 1 }).map((row) => ({ ...row, ...DIRECT })));
    const { bytes } = await bundleOf(test.group, members[0] as Member, { month: '2025-06', facts });
    expect(await receive(test.group, { file: bytes })).toMatchObject({ rows: facts.length });
    expect(await verifyViews(test.group)).toMatchObject({ consistent: true });
    expect(await test.admin(PRODUCTS_ADDED_UP)).toEqual([]);
  });

  it('lose nothing when eight entities arrive in one month at once, twice', async () => {
    const month = '2025-07';
    const firsts = await Promise.all(members.map((member) => bundleOf(test.group, member, { month })));
    await Promise.all(firsts.map(({ bytes }) => receive(test.group, { file: bytes })));
    const seconds = await Promise.all(
      members.map((member, index) =>
        bundleOf(test.group, member, {
          month,
          revision: 2,
          supersedes: firsts[index]?.manifestDigest ?? null,
          facts: [fact({ cost_effective: `${index}.5` }), fact({ domain_id: 'Storage', cost_effective: '0.1' })],
        }),
      ),
    );
    const receipts = await Promise.all(seconds.map(({ bytes }) => receive(test.group, { file: bytes })));
    expect(receipts.map((receipt) => receipt.revision)).toEqual(Array(8).fill(2));
    const report = await reportMonths(test.group, { from: month, to: month });
    expect(report.rows.map((row) => [row.cost, row.fact_rows])).toEqual([['32.8', 16]]);
    expect((await verifyViews(test.group)).consistent).toBe(true);
  });

  it('take one of eight equal intakes at once, and answer the others with it', async () => {
    const { bytes } = await bundleOf(test.group, members[0] as Member, { month: '2025-08' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => receive(test.group, { file: bytes })));
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.received_at)).size).toBe(1);
  });
});

/** One row of a view, named by all that stands in it. */
async function someRow(view: string) {
  const names = await test.admin<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [view],
  );
  const columns = names.map(({ name }) => name);
  const [row] = await test.admin<Record<string, string | null>>(
    `SELECT ${columns.map((name) => `${name}::text AS ${name}`).join(', ')} FROM ${view} ORDER BY ${columns.join(', ')} LIMIT 1`,
  );
  const where = columns.map((name, index) => `${name} IS NOT DISTINCT FROM $${index + 1}`).join(' AND ');
  return { columns, where, values: columns.map((name) => row?.[name] ?? null) };
}

describe('verify and rebuild', () => {
  it.each(GROUP_VIEWS.map((view) => view.name))('find one changed row of %s, and repair it', async (view) => {
    const { where, values } = await someRow(view);
    await test.admin(`UPDATE ${view} SET cost = cost + 0.000000000000000001 WHERE ${where}`, values);
    const found = await verifyViews(test.group);
    expect(found.consistent).toBe(false);
    expect(found.rows.filter((row) => row.missing + row.surplus > 0)).toMatchObject([{ view, missing: 1, surplus: 1 }]);
    await rebuildViews(test.group);
    expect((await verifyViews(test.group)).consistent).toBe(true);
  });

  it.each(GROUP_VIEWS.map((view) => view.name))(
    'find a removed and an invented row of %s, and repair both',
    async (view) => {
      const { columns, where, values } = await someRow(view);
      await test.admin(`DELETE FROM ${view} WHERE ${where}`, values);
      const invented = values.map((value, index) =>
        columns[index] === 'currency' ? 'XXX' : columns[index] === 'period_month' ? '2031-01-01' : value,
      );
      await test.admin(
        `INSERT INTO ${view} (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
        invented,
      );
      const found = await verifyViews(test.group);
      expect(found.rows.filter((row) => row.missing + row.surplus > 0)).toMatchObject([
        { view, missing: 1, surplus: 1 },
      ]);
      await rebuildViews(test.group);
      expect((await verifyViews(test.group)).consistent).toBe(true);
    },
  );

  it('tell readers who keep an answer of each slice that changed, also where a rebuild is cut off behind it', async () => {
    const versions = async () =>
      new Map(
        (await test.admin<{ part: string; version: string }>('SELECT part, version FROM group_state')).map((row) => [
          row.part,
          row.version,
        ]),
      );
    const before = await versions();
    const cutOff = () => {
      throw new Error('cut off');
    };
    await expect(rebuildViews(test.group, { progress: cutOff })).rejects.toThrow('cut off');
    const changed = [...(await versions())].filter(([part, version]) => before.get(part) !== version);
    expect(changed).toHaveLength(1);
    await rebuildViews(test.group);
  });

  it('find facts that are not what their publisher signed', async () => {
    await test.admin(`UPDATE fact_consumption_group SET cost_effective = cost_effective + 1 WHERE entity_id = 'FR08'`);
    await rebuildViews(test.group);
    const found = await verifyViews(test.group);
    expect(found.rows.filter((row) => row.missing + row.surplus > 0).map((row) => row.view)).toEqual([
      'fact_consumption_group',
    ]);
    await test.admin(`UPDATE fact_consumption_group SET cost_effective = cost_effective - 1 WHERE entity_id = 'FR08'`);
    await rebuildViews(test.group);
  });
});
