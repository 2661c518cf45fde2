import { describe, expect, it } from 'vitest';
import { rowOf, type Stage } from '../stage.ts';

export function overviewCases(stage: Stage): void {
  describe('the overview', () => {
    it('says how far to trust its figures', async () => {
      const page = await stage.look('/');
      const flags = page.getByRole('region', { name: 'Before you quote these figures' });
      await flags.getByText('Provisional rates: Jan 2025.').waitFor();
      await flags.getByText('Not all entities have published: Apr 2025 (GB03).').waitFor();
      await page.getByText('2 of 3').waitFor();
    });

    it('says how well its costs are known, with what each ratio is made of, and what a unit costs', async () => {
      const page = await stage.look('/?month=2025-03');
      await page.getByRole('table', { name: 'How well these costs are known, March 2025' }).waitFor();
      expect(await rowOf(page, 'Allocated to applications')).toEqual([
        '91.3%',
        '€90,750',
        '€99,375',
        'Cost without what no application bears, divided by the cost',
      ]);
      expect((await rowOf(page, 'Indirect share')).slice(0, 3)).toEqual(['2.3%', '€2,250', '€99,375']);
      // The entities enrolled long after: what they handed in of March 2025 is history, and was never due.
      expect((await rowOf(page, 'On time')).slice(0, 3)).toEqual(['n/a', '0', '0']);
      expect((await rowOf(page, 'Published')).slice(0, 3)).toEqual(['100.0%', '3', '3']);
      const units = page.getByRole('table', { name: 'Cost of one unit, March 2025' });
      const row = units.getByRole('row').filter({ hasText: 'Relational database' });
      const cells = await row.getByRole('cell').allInnerTexts();
      expect(cells.map((text) => text.replaceAll('\n', ' '))).toEqual([
        '€1.2500',
        '€0.7500 Boreal Isles',
        '€1.8000 Boreal North',
        '€48,750.00',
      ]);
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
      const page = await stage.look('/');
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
