import { describe, expect, it } from 'vitest';
import { heading, type Stage } from '../stage.ts';

export function governanceCases(stage: Stage): void {
  describe('governance', () => {
    it('locks a month with a reason, and reopens it, for whoever governs', async () => {
      const page = await stage.open('/governance', { roles: ['group.admin'] });
      await page.getByRole('button', { name: 'Lock April 2025' }).click();
      const dialog = page.getByRole('dialog', { name: 'Lock April 2025' });
      await dialog.getByText(/Not closed by .*Boreal Isles/).waitFor();
      expect(await dialog.getByRole('button', { name: 'Lock' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Reason').fill('The board meets tomorrow');
      await dialog.getByRole('button', { name: 'Lock' }).click();
      const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'April 2025' }) });
      await row.getByText('The board meets tomorrow').waitFor();
      await row.getByRole('button', { name: 'Reopen April 2025' }).click();
      const again = page.getByRole('dialog', { name: 'Reopen April 2025' });
      await again.getByLabel('Reason').fill('Boreal Isles is still to come');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Lock April 2025' }).waitFor();
    });

    it('lets a reader read and change nothing', async () => {
      const page = await stage.open('/governance?lang=fr');
      await heading(page, 'Gouvernance').waitFor();
      await page.getByRole('rowheader', { name: 'avril 2025' }).waitFor();
      expect(await page.getByRole('button', { name: /Verrouiller/ }).count()).toBe(0);
      await page.getByText('Taux', { exact: true }).click();
      await page.getByRole('table', { name: 'Taux vers EUR par mois' }).getByText('provisoire').waitFor();
      await page.getByText('Entités', { exact: true }).last().click();
      await page.getByRole('table', { name: 'Discipline' }).getByText('Boreal Isles').waitFor();
    });

    it('shows a hundred thousand rows by those that are seen', async () => {
      const page = await stage.open('/');
      // The node's own answer, with as many products as a large group may have.
      await page.route('**/api/group/references', async (route) => {
        const answer = await route.fetch();
        const product = { label: 'One of many', active: true, domain: 'COMPUTE', family: null, unit: 'Hours' };
        const products = Array.from({ length: 100_000 }, (_, index) => ({ ...product, code: `P${index + 1}` }));
        await route.fulfill({ response: answer, json: { ...(await answer.json()), products } });
      });
      await page.goto('/governance?tab=references');
      const table = page.getByRole('table', { name: 'Products of the group' });
      await table.getByText('P1', { exact: true }).waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe('100001');
      expect(await table.getByRole('row').count()).toBeLessThan(100);
      const region = page.getByRole('region', { name: 'Products of the group' }).last();
      await region.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await table.getByText('P100000', { exact: true }).waitFor();
    });
  });
}
