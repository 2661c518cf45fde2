import { describe, expect, it } from 'vitest';
import { heading, rowOf, type Stage } from '../stage.ts';

export function entityCases(stage: Stage): void {
  describe('the entities', () => {
    it('are ranked, and each has a page about itself that ends in the same total', async () => {
      const page = await stage.look('/entities');
      const ranking = page.getByRole('region', { name: 'Entities by cost in April 2025' });
      await ranking.getByRole('link', { name: 'Boreal North FR01' }).waitFor();
      const [rank, , cost, share, change] = await rowOf(page, 'Boreal North FR01');
      expect([rank, cost, share, change]).toEqual(['1', '€51,675.00', '60.0%', '+8.3%']);
      await ranking.getByRole('link', { name: /^Boreal North/ }).click();
      await heading(page, 'Boreal North').waitFor();
      await page.getByText('FR01 · France · EUR').waitFor();
      await page.getByText('Rank 1 of 2').waitFor();
      await expect.poll(() => page.getByText('Total of April 2025').locator('..').textContent()).toContain('€51,675');
      const domains = page.getByRole('region', { name: 'Domains in April 2025' });
      await expect.poll(() => domains.getByRole('row').last().textContent()).toBe('Total€51,675.00');
      // An application narrows the page; the way down keeps it.
      await page.getByRole('link', { name: 'Shop' }).click();
      await page.getByRole('button', { name: 'Remove Shop' }).waitFor();
      await domains.getByRole('link', { name: 'Databases' }).click();
      await page.getByRole('heading', { name: 'Products of Shop' }).waitFor();
    });

    it('say what is not in their address', async () => {
      const page = await stage.look('/entities/XX99');
      await page.getByText('The group has no entity “XX99”.').waitFor();
      await page.getByRole('link', { name: 'All entities' }).click();
      await heading(page, 'Entities').waitFor();
    });

    it('are as many bars as the reader wants, which the address remembers, and which a click opens', async () => {
      const page = await stage.look('/entities');
      const chart = page.getByRole('img', { name: 'Bar chart of 2 bars. Greatest: Boreal North, €51,675.' });
      await chart.locator('svg').waitFor();
      await page.getByText('20', { exact: true }).click();
      await expect.poll(() => new URL(page.url()).search).toBe('?top=20');
      const box = await chart.boundingBox();
      if (box === null) throw new Error('the chart is not drawn');
      await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.75);
      await heading(page, 'Boreal East').waitFor();
    });
  });

  describe('the domains', () => {
    it('have a page each, with who spends on them and which products', async () => {
      const page = await stage.look('/domains');
      const ranking = page.getByRole('region', { name: 'Domains by cost in April 2025' });
      await ranking.getByRole('link', { name: 'Databases' }).click();
      await heading(page, 'Databases').waitFor();
      await page.getByRole('region', { name: 'Products in April 2025' }).waitFor();
      expect(await rowOf(page, 'Relational database')).toEqual(['26,000', 'Hours', '€42,250.00', '83.3%', '−13.3%']);
      const entities = page.getByRole('region', { name: 'Entities in April 2025' });
      await expect.poll(() => entities.getByRole('row').last().textContent()).toBe('Total€50,700.00');
      await entities.getByRole('link', { name: /Boreal East/ }).click();
      await page.getByRole('heading', { name: 'Applications of Databases' }).waitFor();
    });
  });
}
