import { describe, expect, it } from 'vitest';
import { rowOf, type Stage } from '../stage.ts';

export function overviewCases(stage: Stage): void {
  describe('the overview', () => {
    it('says how far to trust its figures', async () => {
      const page = await stage.open('/');
      const flags = page.getByRole('region', { name: 'Before you quote these figures' });
      await flags.getByText('Provisional rates: Jan 2025.').waitFor();
      await flags.getByText('Not all entities have published: Apr 2025 (GB03).').waitFor();
      await page.getByText('2 of 3').waitFor();
    });

    it('keeps what the reader chose in the address, through a reload and for whoever gets the link', async () => {
      const page = await stage.open('/');
      await page.getByLabel('Month', { exact: true }).selectOption('2025-02');
      await page.getByText('Total of February 2025').waitFor();
      await page.getByRole('switch', { name: 'Without tax' }).check({ force: true });
      await page.getByRole('button', { name: 'Filters' }).click();
      await page.getByRole('combobox', { name: 'Entities' }).fill('DE02');
      await page.getByRole('option', { name: /DE02/ }).click();
      const total = page.getByText('€26,510', { exact: true }).first();
      await total.waitFor();
      expect(new URL(page.url()).search).toBe('?month=2025-02&without_tax=true&entity=DE02');
      await page.reload();
      await total.waitFor();
      const other = await stage.open(page.url());
      await other.getByText('€26,510', { exact: true }).first().waitFor();
    });

    it('selects a month by a click on its column, and says the same as a table', async () => {
      const page = await stage.open('/');
      const chart = page.getByRole('img', { name: /Column chart of the cost of 4 months/ });
      await chart.locator('svg').waitFor();
      const box = await chart.boundingBox();
      if (box === null) throw new Error('the chart is not drawn');
      await page.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.7);
      await page.getByText('Total of February 2025').waitFor();
      await page.getByText('Table', { exact: true }).click();
      await page.getByRole('button', { name: 'Show March 2025' }).click();
      await page.getByText('Total of March 2025').waitFor();
      expect((await rowOf(page, 'Show March 2025'))[0]).toBe('€99,375');
    });
  });
}
