import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DISCREPANCIES, IN_ORDER, PLANTED_CONFIG } from '../testing/planted.ts';
import { expectPlanted, expectToAddUp } from '../testing/planted-check.ts';
import { plantedEntity } from '../testing/planted-entity.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { sumOf, textOf, unitsOf } from './amounts.ts';
import { type TieOutReport, tieOut } from './tie-out.ts';

let test: TestEntity;
let root: string;
beforeAll(async () => {
  test = await openTestEntity();
  root = await mkdtemp(join(tmpdir(), 'prorata-tie-out-'));
});
afterAll(async () => {
  await test?.close();
  await rm(root, { recursive: true, force: true });
});

const amountOf = (report: TieOutReport, code: string, currency = 'EUR') =>
  report.rows.find((row) => row.code === code && row.currency === currency)?.amount;

describe('the tie-out of a month', () => {
  it('finds nothing where all is in order, however the books write it', async () => {
    const entity = await plantedEntity(test.database, root, IN_ORDER);
    const report = await tieOut(entity, '2025-07');
    expect(report.differences).toEqual([]);
    expect(new Set(report.invoices.map((invoice) => invoice.state))).toEqual(new Set(['MATCHED']));
    expectToAddUp(report);
    expect(amountOf(report, 'NOT_CHOSEN')).toBe('800');
    expect(amountOf(report, 'COMMITMENTS_BOUGHT')).toBe('3000');
    expect(amountOf(report, 'INVOICES', 'USD')).toBe('5000');
    expect(report.notices).toEqual([]);

    // Without rates an invoice is converted as it was booked.
    await writeFile(join(entity.dir, 'tie-out.yaml'), PLANTED_CONFIG.replace(/^rates: .*$/m, 'rates: {}'));
    const unrated = await tieOut(entity, '2025-07');
    expect(unrated.differences).toEqual([]);
    expect(unrated.config_sha256).not.toBe(report.config_sha256);
    await writeFile(join(entity.dir, 'tie-out.yaml'), 'schema: prorata.tie-out/1');
    await expect(tieOut(entity, '2025-07')).rejects.toMatchObject({ code: 'TIE_OUT_INVALID' });
    await expect(tieOut(entity, '2025-06')).rejects.toMatchObject({ code: 'TIE_OUT_INVALID' });
    await rm(join(entity.dir, 'tie-out.yaml'));
    await expect(tieOut(entity, '2025-06')).rejects.toMatchObject({ code: 'NO_RUN' });
    await expect(tieOut(entity, '2025-13')).rejects.toMatchObject({ code: 'MONTH_INVALID' });
  });

  it('lists exactly what was planted, each with its amount', async () => {
    const plants = [...IN_ORDER, ...DISCREPANCIES];
    const entity = await plantedEntity(test.database, root, plants);
    const report = await tieOut(entity, '2025-07');
    expectPlanted(report, plants);
    expect(new Set(report.differences.map(({ cause }) => cause)).size).toBeGreaterThanOrEqual(20);
    // The balance, by hand: every line of July on 6135, 651 and 486 that is no draft.
    const entries = plants.flatMap((plant) => plant.entries).filter(({ date }) => date < '2025-08');
    const lines = entries.filter(({ draft }) => draft !== true).flatMap((entry) => entry.lines);
    const chosen = lines.filter(({ account }) => /^(6135|651|486)/.test(account));
    expect(amountOf(report, 'BALANCE')).toBe(
      textOf(sumOf(chosen, ({ amount }) => unitsOf(amount.replace('-', '')) * (amount.startsWith('-') ? -1n : 1n))),
    );
    const doubled = report.differences.filter(({ cause }) => cause === 'DOUBLED');
    expect(doubled.find(({ invoices }) => invoices[0]?.id === 'AWS-2006')).toMatchObject({
      rule: 'aws',
      bill_amount: '139.2',
      ledger_amount: '278.4',
      matched_by: 'INVOICE_ID',
      ambiguous: false,
      entries: [
        { journal: 'HA', amount: '139.2' },
        { journal: 'HA', amount: '139.2' },
      ],
    });
    // Found by its amount only: said so.
    expect(doubled.find(({ invoices }) => invoices[0]?.id === 'AWS-2106')).toMatchObject({
      matched_by: 'AMOUNT',
      ambiguous: true,
    });
    expect(report.differences.find(({ cause }) => cause === 'OTHER_ACCOUNT')).toMatchObject({ found: '606400' });
    const french = await tieOut(entity, '2025-07', 'fr');
    expect(french.differences.map(({ label }) => label)).toContain('Comptabilisé deux fois');
    // What July says of August, August says of July.
    const [late] = report.differences.filter(
      ({ cause, difference }) => cause === 'OTHER_MONTH' && difference.startsWith('-'),
    );
    expect(late).toMatchObject({ invoices: [{ id: 'AWS-2004', month: '2025-07' }], entries: [{ month: '2025-08' }] });
  });

  it('lists exactly the planted ones of any choice of them', async () => {
    const choice = fc.subarray([...DISCREPANCIES]).map((plants) => [...IN_ORDER.slice(0, 1), ...plants]);
    await fc.assert(
      fc.asyncProperty(choice, async (plants) => {
        expectPlanted(await tieOut(await plantedEntity(test.database, root, plants), '2025-07'), plants);
      }),
      { numRuns: 2 },
    );
  });
});
