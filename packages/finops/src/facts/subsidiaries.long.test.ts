import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFocus } from '../import/import-focus.ts';
import { shortest } from '../import/scan.ts';
import { reportCoverage, reportFacts } from '../report/reports.ts';
import { type Grain, independent, spreadByHand, units } from '../testing/by-hand.ts';
import { ENTITIES, FOCUS, filesOf, hasShared, knownTotals, SHARED_MISSING } from '../testing/shared.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { runMonth } from './run-month.ts';

function sumBy(facts: Awaited<ReturnType<typeof reportFacts>>['rows'], type: string): Grain {
  const sums: Grain = new Map();
  for (const fact of facts) {
    if (fact.consumption_type !== type) continue;
    const key = `${fact.application_id}|${fact.domain_id}|${fact.environment}`;
    const sum = sums.get(key) ?? { effective: 0n, billed: 0n, quantity: 0n };
    sum.effective += units(fact.cost_effective ?? '0');
    sum.billed += units(fact.cost_billed ?? '0');
    sum.quantity += units(fact.quantity);
    sums.set(key, sum);
  }
  return sums;
}

describe.skipIf(!hasShared).each(ENTITIES)(
  `bills of %s (needs the shared bills: ${hasShared || SHARED_MISSING})`,
  (code) => {
    let test: TestEntity;
    const known = hasShared ? new Map(knownTotals().map((total) => [total.file, total])) : new Map();

    beforeAll(async () => {
      test = await openTestEntity(code);
    });
    afterAll(async () => {
      await test.close();
    });

    async function check(file: { name: string; path: string; month: string }): Promise<void> {
      const total = known.get(`subsidiaries/${code}/${file.name}`);
      const run = await runMonth(test.entity, file.month);
      const money = {
        currency: total.currency,
        cost_effective: shortest(total.effective),
        cost_billed: shortest(total.billed),
      };
      expect(run.totals).toEqual([expect.objectContaining(money)]);
      // Before the indirect rule: what stands on the applications and what stands in the pool make the same total.
      const coverage = await reportCoverage(test.entity, file.month);
      expect(coverage.summary[0]).toMatchObject(money);

      const report = await reportFacts(test.entity, { month: file.month, limit: 100_000 });
      expect(report.conservation.equal).toBe(true);
      const expected = await independent(file.path);
      const direct = [...expected].filter(([key]) => !key.startsWith('POOL|'));
      expect(sumBy(report.rows, 'DIRECT')).toEqual(new Map(direct));

      const weights = new Map<string, bigint>();
      for (const [key, { effective }] of direct) {
        const application = key.split('|')[0] ?? '';
        if (application !== 'UNALLOCATED') weights.set(application, (weights.get(application) ?? 0n) + effective);
      }
      const positive = [...weights].filter(([, weight]) => weight > 0n);
      const indirect: Grain = new Map();
      for (const [key, pool] of expected) {
        if (!key.startsWith('POOL|')) continue;
        const effective = spreadByHand(pool.effective, positive);
        const billed = spreadByHand(pool.billed, positive);
        const share = spreadByHand(10n ** 12n, positive);
        for (const [application] of positive) {
          indirect.set(key.replace('POOL', application), {
            effective: effective.get(application) ?? 0n,
            billed: billed.get(application) ?? 0n,
            quantity: (share.get(application) ?? 0n) * 10n ** 6n,
          });
        }
      }
      expect(sumBy(report.rows, 'INDIRECT')).toEqual(indirect);
    }

    it('are taken exactly, month by month, and so are the facts', { timeout: 120_000 }, async ({ skip }) => {
      skip(!hasShared, SHARED_MISSING);
      const files = filesOf(code).filter((file) => !file.name.includes('restated'));
      expect(files).toHaveLength(12);
      for (const file of files) {
        const total = known.get(`subsidiaries/${code}/${file.name}`);
        const imported = await importFocus(test.entity, { path: file.path });
        expect(imported).toMatchObject({ rows: total.rows, imported: true });
        expect(imported.totals).toEqual([
          {
            currency: total.currency,
            rows: total.rows,
            billed_cost: shortest(total.billed),
            effective_cost: shortest(total.effective),
          },
        ]);
        await check(file);
      }
    });

    it('are restated for a month, which replaces that month only', async ({ skip }) => {
      skip(!hasShared, SHARED_MISSING);
      const restated = filesOf(code).find((file) => file.name.includes('restated'));
      if (restated === undefined) throw new Error(`${FOCUS} has no restated file of ${code}`);
      await expect(importFocus(test.entity, { path: restated.path })).rejects.toMatchObject({ code: 'SCOPE_EXISTS' });
      const answer = await importFocus(test.entity, { path: restated.path, replace: true });
      expect(answer.replaced).toHaveLength(1);
      await check(restated);
      const july = filesOf(code).find((file) => file.month === '2025-07');
      if (july !== undefined) await check(july);
      // The first bill is a file of its own again: its scope stands in the restated one.
      const first = join(FOCUS, 'subsidiaries', code, answer.replaced[0] ?? '');
      await expect(importFocus(test.entity, { path: first })).rejects.toMatchObject({ code: 'SCOPE_EXISTS' });
    });
  },
);
