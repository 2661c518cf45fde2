import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Stage } from '../stage.ts';

export function explainCases(stage: Stage): void {
  describe('a figure explains itself', () => {
    it('says what an indirect amount is a share of', async () => {
      const page = await stage.look('/drilldown?entity=FR01&domain=Databases&application=Shop');
      await page.getByRole('link', { name: 'Where the amount of Backup comes from' }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByText('Share (weight)').waitFor();
      const text = await drawer.textContent();
      expect(text).toMatch(/Share \(weight\)100\.00%Spread in all€1,170\.00Spread over1 application/);
      expect(text).toMatch(/Digest of the signed manifest[0-9a-f]{64}/);
      expect(text).toMatch(
        /RuleBackup by head count backupVersion1Shared bydriverDriverhead count, April 2025All applications weigh480What is spreadpool backup/,
      );
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'detached' });
      expect(new URL(page.url()).searchParams.has('explain')).toBe(false);
    });

    it('says the rate and the local amount of a total, and leads to what changed since the last revision', async () => {
      const page = await stage.look('/?month=2025-01&explain=total');
      const drawer = page.getByRole('dialog', { name: 'Where this total comes from' });
      const isles = drawer.getByRole('row').filter({ hasText: 'Boreal Isles' });
      await isles.waitFor();
      expect((await isles.getByRole('cell').allInnerTexts()).slice(0, 3)).toEqual([
        '£13,250.00',
        expect.stringMatching(/^1\.25\s+set 1, provisional$/),
        '€16,562.50',
      ]);
      await drawer.getByText('+€1.00, from 1 publication that replaced another').waitFor();
      await drawer.getByRole('link', { name: 'Revision 2: what changed since 1' }).click();
      await page.getByText('1 fact differs').waitFor();
      await page.getByText('Backup by head count, version 1 → Backup by head count, version 2').waitFor();
    });

    it('says so where the bundle names no rule', async () => {
      const page = await stage.look(
        '/drilldown?entity=DE02&domain=Databases&application=Shop&explain=Backup&explain=share',
      );
      await page.getByRole('dialog').getByText('The bundle of the entity names no rule').waitFor();
    });

    it('explains in French too', async () => {
      const page = await stage.look(
        '/drilldown?entity=GB03&domain=Databases&application=Shop&month=2025-02&lang=fr&explain=Cache&explain=Hours',
      );
      const drawer = page.getByRole('dialog');
      await drawer.getByText('Taux vers EUR').waitFor();
      await expect.poll(() => drawer.textContent()).toMatch(/moyenne de 1 jour/);
    });
  });

  it('takes a table away as CSV, exact and in the order of the screen', async () => {
    const page = await stage.look('/?table=series');
    const button = page.getByRole('button', { name: 'Save “Cost by month” as CSV' });
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    expect(download.suggestedFilename()).toBe('cost-by-month.csv');
    const text = await readFile(await download.path(), 'utf8');
    expect(text.split('\r\n')[0]).toMatch(/^\uFEFFMonth,Total \(EUR\),/);
    expect(text).toMatch(/\r\n2025-03,99375(\.0+)?,/);
  });
}
