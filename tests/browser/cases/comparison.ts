import { describe, expect, it } from 'vitest';
import { heading, rowOf, type Stage } from '../stage.ts';

export function comparisonCases(stage: Stage): void {
  describe('comparing entities', () => {
    it('puts two beside each other, with direct and indirect, and how far each is from the average', async () => {
      const page = await stage.look('/comparison?table=entities');
      await page.getByRole('table', { name: /Side by side, April 2025/ }).waitFor();
      expect(await rowOf(page, 'Boreal North FR01')).toEqual([
        '€51,675.00',
        '€50,505.00',
        '€1,170.00',
        '60.0%',
        '+20.0%',
        '+8.3%',
        'n/a',
      ]);
    });

    it('shows what each pays for the same unit', async () => {
      const page = await stage.look('/comparison');
      const table = page.getByRole('table', { name: /Cost of one unit/ });
      await table.waitFor();
      const row = table.getByRole('row').filter({ hasText: 'Relational database' });
      expect((await row.getByRole('cell').allInnerTexts()).map((text) => text.split('\n'))).toEqual([
        ['€1.6250'],
        ['€1.9500', '+20.0%'],
        ['€1.3000', '−20.0%'],
      ]);
      const href = await page.getByRole('link', { name: /Save “Cost of one unit.*as CSV/ }).getAttribute('href');
      const file = await page.request.get(href ?? '');
      expect(file.headers()['content-type']).toMatch(/^text\/csv/);
      expect(await file.text()).toContain('Relational database');
    });

    it('values all at the prices of one, and keeps that in the address', async () => {
      const page = await stage.look('/comparison?table=prices');
      await page.getByLabel('Reference prices').selectOption({ label: 'Prices of Boreal East' });
      const table = page.getByRole('table', { name: /At the same prices/ });
      await table.getByText('€15,340.00').waitFor();
      const row = table.getByRole('row').filter({ hasText: 'Boreal North' });
      expect(await row.getByRole('cell').allInnerTexts()).toEqual(['€46,020.00', '€30,680.00', '€15,340.00', '89.1%']);
      expect(new URL(page.url()).searchParams.get('reference')).toBe('DE02');
    });

    it('walks from one month to the next: price, indirect, tax, and not a cent left over', async () => {
      const page = await stage.look('/comparison');
      const chart = page.getByRole('img', { name: /^Waterfall/ });
      await chart.locator('svg').waitFor();
      expect(await chart.getAttribute('aria-label')).toBe(
        'Waterfall from March 2025, €79,500, to April 2025, €86,125. ' +
          'Price €5,900; Not measured −€25; Indirect €150; Tax €600',
      );
      await page.getByText('Two entities', { exact: true }).click();
      await page.getByRole('img', { name: /^Waterfall from Boreal North, €51,675, to Boreal East, €34,450/ }).waitFor();
      expect(new URL(page.url()).searchParams.get('bridge')).toBe('entities');
    });

    it('is French in French', async () => {
      const page = await stage.look('/comparison?lang=fr');
      await heading(page, 'Comparaison').waitFor();
      await page.getByRole('img', { name: /^Cascade entre mars 2025/ }).waitFor();
      await page.getByRole('table', { name: /Coût d’une unité, avril 2025/ }).waitFor();
    });
  });
}
