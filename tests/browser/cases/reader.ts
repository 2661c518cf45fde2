import { describe, expect, it } from 'vitest';
import { heading, type Stage } from '../stage.ts';

export function readerCases(stage: Stage): void {
  describe('the reader', () => {
    it('reads French by a switch that is remembered', async () => {
      const page = await stage.open('/drilldown?entity=FR01');
      await page.getByText('FR', { exact: true }).click();
      await heading(page, 'Exploration').waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('fr');
      expect(await page.title()).toBe('Exploration · Prorata');
      await page.getByText('51 675,00 €'.replaceAll(' ', '\u202f').replace('\u202f€', '\u00a0€')).first().waitFor();
      await page.goto('/');
      await heading(page, 'Vue d’ensemble').waitFor();
    });

    it('starts in the language of the browser', async () => {
      await heading(await stage.open('/', { locale: 'fr-CA' }), 'Vue d’ensemble').waitFor();
    });

    it('arrives at the heading of each page, and can skip the navigation', async () => {
      const page = await stage.open('/');
      await heading(page, 'Overview').waitFor();
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
      await page.getByRole('link', { name: 'Publications' }).click();
      await heading(page, 'Publications').waitFor();
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Publications');
    });

    it('has a menu on a phone', async () => {
      const page = await stage.open('/', { viewport: { width: 390, height: 844 } });
      await page.getByRole('button', { name: 'Open menu' }).click();
      await page.getByRole('link', { name: 'Domains' }).click();
      await page.getByRole('link', { name: /Boreal North, Databases/ }).waitFor();
    });

    it('is told that the node does not answer, and can try again', async () => {
      const page = await stage.open('/domains', { ownSession: true });
      await page.getByRole('link', { name: /Boreal North, Databases/ }).waitFor();
      await page.context().setOffline(true);
      await page.getByRole('button', { name: 'Previous month' }).click();
      await page.getByRole('alert').getByText('The group node does not answer.').first().waitFor();
      await page.context().setOffline(false);
      await page.getByRole('button', { name: 'Try again' }).first().click();
      await page.getByRole('link', { name: 'Boreal North, Databases: €28,080. Drill down' }).waitFor();
    });

    it('sorts a table by its headings', async () => {
      const page = await stage.open('/');
      const table = page.getByRole('table', { name: /^Entities by cost/ });
      const names = table.getByRole('rowheader').getByRole('link');
      await names.first().waitFor();
      expect(await names.allTextContents()).toEqual(['Boreal NorthFR01', 'Boreal EastDE02']);
      await table.getByRole('button', { name: 'Entity' }).click();
      expect(await names.allTextContents()).toEqual(['Boreal EastDE02', 'Boreal NorthFR01']);
      expect(await table.getByRole('columnheader', { name: 'Entity' }).getAttribute('aria-sort')).toBe('ascending');
    });

    it('is told that an address leads nowhere', async () => {
      await heading(await stage.open('/nowhere'), 'No such page').waitFor();
    });
  });
}
