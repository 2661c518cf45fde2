import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fact, plantFacts } from '../testing/facts.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { reportChoices } from './choices.ts';
import { csvLine } from './csv.ts';
import { drilldown } from './drilldown.ts';
import { compareEntities } from './entity-comparison.ts';
import { explainTotal } from './explain-total.ts';
import { exportCsv, fetched } from './export.ts';
import { factsStatement, listFacts } from './facts.ts';
import { reportKpi } from './kpi.ts';
import { reportEntities, reportMonths } from './reports.ts';
import { search } from './search.ts';
import { reportSeries } from './series.ts';
import { reportUnitCosts } from './unit-costs.ts';

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
  await plantFacts(test.group, [fact()]);
  await plantFacts(test.group, [fact({ entity_id: 'DE02', cost_effective: '7' })]);
  // More than the buffers between a statement and its reader take, so that an export nobody reads stays open.
  await test.admin(`INSERT INTO prorata.fact_consumption_group
    SELECT tenant_id, entity_id, period_month, 'app-' || i, domain_id, NULL, product_id, unit, environment, consumption_type, currency, 1, 1, 1, NULL
      FROM prorata.fact_consumption_group, generate_series(1, 20000) AS i WHERE entity_id = 'FR01'`);
});
afterAll(() => test.close());

const facts = () =>
  exportCsv(test.group, ['entity', 'application', 'cost_effective'], async function* rows(tx) {
    const { sql, values } = await factsStatement(tx, test.group, {});
    yield* fetched(tx, sql, values);
  });

describe('an export', () => {
  it('gives every row once, as it stood when it began', async () => {
    const file = await facts();
    await test.admin(`DELETE FROM prorata.fact_consumption_group WHERE application_id = 'app-20000'`);
    const lines = (await file.toArray()).join('').trimEnd().split('\r\n');
    expect([lines.length, new Set(lines).size, lines[0]]).toEqual([
      20_003,
      20_003,
      'entity,application,cost_effective',
    ]);
  });

  it('is one of three, and gives its place back when its reader goes away', async () => {
    const open: Readable[] = [await facts(), await facts(), await facts()];
    await expect(facts()).rejects.toMatchObject({ code: 'EXPORTS_BUSY', status: 503 });
    for (const file of open) file.destroy();
    const next = await vi.waitFor(facts, { timeout: 20_000 });
    next.destroy();
  });

  it.each([
    ['its first rows', 1_000],
    ['its last rows', 20_000],
  ])('breaks off when nobody takes %s, and gives its place back', async (_rows, rowsAtOnce) => {
    const open = () =>
      exportCsv(
        test.group,
        ['entity', 'application'],
        (tx) =>
          fetched(
            tx,
            "SELECT 'FR01' AS entity, 'app-' || i AS application FROM generate_series(1, 20000) AS i",
            [],
            rowsAtOnce,
          ),
        20,
      );
    // One more than there are places.
    for (let reader = 1; reader <= 4; reader += 1) {
      const file = await vi.waitFor(open, { timeout: 20_000 });
      await expect.poll(() => file.destroyed).toBe(true);
    }
  });

  it.each([
    [['=1+1', '+1', '@a', '\tx', ' =1', '-a'], "'=1+1,'+1,'@a,'\tx,' =1,'-a\r\n"],
    [['-1.5', '1', 'a,b', 'say "x"', null, undefined, true], '-1.5,1,"a,b","say ""x""",,,true\r\n'],
  ])('writes %j safely', (values, line) => {
    expect(csvLine(values)).toBe(line);
  });
});

describe('reading within the walls of one entity', () => {
  it('shows that one alone, whatever is asked for', async () => {
    const walled = { ...test.group, scope: { ...test.group.scope, entityId: 'DE02' } };
    const own = await reportEntities(walled, {});
    expect([own.rows.map(({ entity, cost, share }) => [entity, cost, share]), own.total.cost]).toEqual([
      [['DE02', '7', '1.00000000']],
      '7',
    ]);
    expect((await reportMonths(walled, {})).total.cost).toBe('7');
    const others = [
      await reportSeries(walled, { by: 'domain', hierarchy: 'today' }),
      await compareEntities(walled),
      await reportUnitCosts(walled),
      await reportKpi(walled),
      await explainTotal(walled),
      await drilldown(walled),
    ];
    expect(others.map((report) => report.total.cost)).toEqual(others.map(() => '7'));
    expect((await listFacts(walled)).rows.map((row) => row.entity)).toEqual(['DE02']);
    expect((await search(walled, { q: 'FR01' })).rows).toEqual([]);
    expect((await reportChoices(walled)).entities.map(({ code }) => code)).toEqual(['DE02']);
    await expect(reportEntities(walled, { entity: ['FR01'] })).rejects.toMatchObject({ code: 'ENTITY_UNKNOWN' });
  });
});
