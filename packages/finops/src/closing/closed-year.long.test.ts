import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { joinGroup } from '../node/join.ts';
import { saveActualView } from '../pricing/actual.ts';
import { importPrices } from '../pricing/import-prices.ts';
import { publishView, showView } from '../pricing/views.ts';
import { publishMonth } from '../publish/publish-month.ts';
import { reportCoverage, reportFacts } from '../report/reports.ts';
import { units } from '../testing/by-hand.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { ENTITIES, filesOf, hasShared, SHARED_MISSING } from '../testing/shared.ts';
import { openTestEntity, type TestEntity, testGroup } from '../testing/test-entity.ts';
import { adjustMonth } from './adjust.ts';
import { closeMonth } from './close.ts';
import { listPeriods } from './periods.ts';

const MONTHS = Array.from({ length: 12 }, (_, index) => `2025-${String(index + 1).padStart(2, '0')}`);
const OPEN = '2025-12';
const CLOSED = MONTHS.slice(0, 11);
const LATE = ['2025-02', '2025-09'];

describe.skipIf(!hasShared).each(ENTITIES)(
  `a closed year of %s (needs the shared bills: ${hasShared || SHARED_MISSING})`,
  (code) => {
    let test: TestEntity;
    const before = new Map<string, string>();
    beforeAll(async () => {
      test = await openTestEntity(code, filesCurrency(code));
      await joinGroup(test.entity, await testGroup().admit(test.entity));
    });
    afterAll(async () => {
      await test.close();
    });

    async function said(month: string): Promise<string> {
      const facts = await reportFacts(test.entity, { month, limit: 100_000 });
      const { revision, bundle_sha256 } = await publishMonth(test.entity, month);
      const coverage = await reportCoverage(test.entity, month);
      return JSON.stringify([facts, coverage.rows, coverage.summary, revision, bundle_sha256]);
    }
    const effective = async (month: string) => {
      const { conservation } = await reportFacts(test.entity, { month });
      expect(conservation.equal).toBe(true);
      return conservation.facts.reduce((sum, total) => sum + units(total.cost_effective), 0n);
    };

    it('is frozen with the prices of January', { timeout: 600_000 }, async () => {
      const files = filesOf(code).filter((file) => !file.name.includes('restated'));
      for (const file of files) await importFocus(test.entity, { path: file.path });
      await runMonth(test.entity, '2025-01');
      await saveActualView(test.entity, { month: '2025-01', view: 'JANUARY' });
      await publishView(test.entity, 'JANUARY');
      for (const month of MONTHS) await runMonth(test.entity, month);
      for (const month of CLOSED) {
        expect((await closeMonth(test.entity, month)).frozen).toMatchObject({ view: 'JANUARY@1' });
        before.set(month, await said(month));
      }
    });

    it('stays byte for byte when prices, rules and bills change', { timeout: 600_000 }, async () => {
      const { rows } = await showView(test.entity, 'JANUARY');
      const doubled = rows.map((row) => `"${row.product.replaceAll('"', '""')}","${row.unit}",7`);
      const path = await test.file('doubled.csv', ['product,unit,unit_price', ...doubled, ''].join('\n'));
      expect((await importPrices(test.entity, { path, view: 'JANUARY', publish: true })).revalued).toEqual([OPEN]);
      const mapping = join(test.dir, 'mapping.yaml');
      const text = await readFile(mapping, 'utf8');
      await writeFile(mapping, text.replace('aliases: {}', 'aliases: { "web shop": Moved, "erp core": Moved }'));
      for (const file of filesOf(code).filter((one) => one.name.includes('restated'))) {
        await importFocus(test.entity, { path: file.path, replace: true });
      }
      for (const month of LATE) await importFocus(test.entity, { path: await lateBill(month) });
      for (const month of CLOSED) expect(await said(month), month).toBe(before.get(month));
    });

    it('is corrected in December, to the last decimal', { timeout: 600_000 }, async () => {
      const december = await effective(OPEN);
      const waiting = (await listPeriods(test.entity)).rows.filter((row) => row.waiting.length > 0);
      expect(waiting.map((row) => row.period_month)).toEqual(expect.arrayContaining(LATE));
      let expected = 0n;
      let booked = 0n;
      for (const { period_month: month, waiting: scopes } of waiting) {
        for (const scope of scopes) {
          expected += units(scope.cost_effective ?? '0');
          const standing = await test.database.admin<{ cost: string }>(
            `SELECT cost_effective::text AS cost FROM import_scope
              WHERE provider = $1 AND billing_account = $2 AND period_month = $3 AND currency = $4 AND late IS NULL
                AND superseded_by IS NULL`,
            [scope.source, scope.billing_account, `${month}-01`, scope.currency],
          );
          for (const { cost } of standing) expected -= units(cost);
        }
        const done = await adjustMonth(test.entity, month);
        expect(done.period_month).toBe(OPEN);
        for (const total of done.adjustments.flatMap((one) => one.totals)) booked += units(total.cost_effective);
      }
      expect(booked).toBe(expected);
      await runMonth(test.entity, OPEN);
      expect(await effective(OPEN)).toBe(december + expected);
      for (const month of CLOSED) expect(await said(month), month).toBe(before.get(month));
    });

    async function lateBill(month: string): Promise<string> {
      const rows = ['Web Shop', 'Newcomer'].map((application) => ({
        BillingAccountId: 'LATE',
        BillingPeriodStart: `${month}-01`,
        BillingCurrency: filesCurrency(code),
        EffectiveCost: '12.345678901234567',
        Tags: JSON.stringify({ application, environment: 'prod' }),
      }));
      return await test.file(`late-${month}.csv`, focusCsv(rows));
    }
  },
);

function filesCurrency(code: string): string {
  return { FR01: 'EUR', DE02: 'EUR', GB03: 'GBP', US04: 'USD', CH05: 'CHF' }[code] ?? 'EUR';
}
