import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { exportFacts } from './export-facts.ts';
import { reportCoverage, reportFacts } from './reports.ts';

let test: TestEntity;
beforeAll(async () => {
  test = await openTestEntity();
  const path = await test.file('july.csv', focusCsv([{}, { Tags: '{"application":"-1+1"}', BilledCost: '-0.5' }]));
  await importFocus(test.entity, { path });
  await runMonth(test.entity, '2025-07');
  // Facts that differ in their family alone.
  await test.database.admin(
    `INSERT INTO fact_consumption
     SELECT f.tenant_id, f.legal_entity_id, f.run_id, f.period_month, 'twin, "one"', f.domain_id, family, f.product_id, f.unit,
            f.environment, f.consumption_type, f.currency, f.quantity, 0, 0, NULL
       FROM fact_consumption f, unnest(ARRAY['a', 'b', NULL]) AS family WHERE f.application_id = 'web shop'`,
  );
});
afterAll(() => test?.close());

describe('the facts of a month', () => {
  it('are paged one by one without losing or repeating one', async () => {
    const all = await reportFacts(test.entity, { month: '2025-07' });
    const seen: unknown[] = [];
    for (let after: string | undefined; ; ) {
      const page = await reportFacts(test.entity, { month: '2025-07', after, limit: 1 });
      seen.push(...page.rows);
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual(all.rows);
    expect(all.rows).toHaveLength(5);
  });

  it('are chosen by family and product as well', async () => {
    const one = await reportFacts(test.entity, { month: '2025-07', families: ['b'] });
    expect(one.rows).toMatchObject([{ application_id: 'twin, "one"', family_id: 'b' }]);
    const product = one.rows[0]?.product_id ?? '';
    expect((await reportFacts(test.entity, { month: '2025-07', products: [product] })).rows).toHaveLength(5);
    expect((await reportFacts(test.entity, { month: '2025-07', products: ['none'] })).totals).toEqual([]);
  });

  it('leave as CSV that a spreadsheet does not run', async () => {
    const path = join(test.dir, 'facts.csv');
    expect(await exportFacts(test.entity, { month: '2025-07' }, path)).toBe(5);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(6);
    expect(lines[1]).toMatch(/^2025-07,'-1\+1,Compute,.*,EUR,2,1\.25,-0\.5,$/);
    expect(lines.filter((line) => line.includes('"twin, ""one"""'))).toHaveLength(3);
    expect(await exportFacts(test.entity, { month: '2025-07', families: ['a'] }, path)).toBe(1);
    await expect(exportFacts(test.entity, { month: '2025-06' }, path)).rejects.toMatchObject({ code: 'NO_RUN' });
  });

  it('say what is priced, and that nothing is while no view values the month', async () => {
    expect((await reportCoverage(test.entity, '2025-07')).prices).toBeNull();
  });
});
