import { describe, expect, it } from 'vitest';
import { heading, type Stage } from '../stage.ts';
import { barriersOf } from './places.ts';

/** Whatever the page once asked about paper is asked again all the time, as a page that is drawing does. */
const ASKED_WITHOUT_PAUSE = `{
  const matchMedia = window.matchMedia.bind(window);
  const { get } = Object.getOwnPropertyDescriptor(MediaQueryList.prototype, 'matches');
  const asked = new Set();
  window.matchMedia = (query) => {
    const list = matchMedia(query);
    if (query !== 'print') return list;
    return Object.defineProperty(list, 'matches', { get: () => get.call(asked.add(list) && list) });
  };
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    for (const list of asked) get.call(list);
    setTimeout(() => port2.postMessage(0), 0);
  };
  port2.postMessage(0);
}`;

export function findingCases(stage: Stage): void {
  describe('finding, keeping and printing', () => {
    it('finds an application by the keyboard alone, from anywhere, in French', async () => {
      const page = await stage.open('/publications?lang=fr');
      await heading(page, 'Publications').waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('shOp');
      const found = page.getByRole('listbox', { name: 'Rechercher' }).getByRole('option');
      await found.filter({ hasText: 'Boreal East' }).waitFor();
      await expect.poll(() => found.count()).toBe(3);
      await page.keyboard.press('ArrowDown');
      const chosen = await found.and(page.locator('[data-combobox-selected]')).textContent();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Retirer Shop' }).waitFor();
      expect(chosen).toContain((await page.getByRole('heading', { level: 1 }).textContent()) ?? '?');
    });

    it('finds entities and domains by any part of their names, and says when there is nothing', async () => {
      const page = await stage.open('/');
      const search = page.getByRole('combobox', { name: 'Search' });
      await search.fill('isles');
      await page.getByRole('option', { name: /Boreal Isles/ }).waitFor();
      await search.fill('no such thing');
      await page.getByText('Nothing is called “no such thing”.').waitFor();
      await search.fill('data');
      await page.getByRole('option', { name: 'Databases' }).click();
      await heading(page, 'Databases').waitFor();
    });

    it('keeps what is looked at under a name, brings it back whole, and shows it to others when it is shared', async () => {
      const page = await stage.open('/domains?month=2025-02&entity=FR01&type=DIRECT&environment=prod&cells=share', {
        ownSession: true,
      });
      await page.getByRole('button', { name: 'Remove Direct' }).waitFor();
      await page.getByRole('button', { name: 'Views', exact: true }).click();
      await page.getByLabel('Name of this view').fill('North in February');
      await page.getByLabel('Show it to everybody').check();
      await page.getByLabel('Name of this view').press('Enter');
      await page.getByRole('link', { name: 'North in February' }).waitFor();
      expect(await barriersOf(page)).toEqual([]);
      const address = page.url();
      expect(await page.evaluate('JSON.stringify({ ...localStorage })')).not.toContain('February');

      const other = await stage.open('/?lang=fr', { ownSession: true });
      await other.getByRole('button', { name: 'Vues', exact: true }).click();
      await other.getByRole('img', { name: 'Partagée par quelqu’un d’autre' }).waitFor();
      expect(await other.getByRole('button', { name: /Supprimer la vue/ }).count()).toBe(0);
      await other.getByRole('link', { name: 'North in February' }).click();
      await other.getByRole('button', { name: 'Retirer Production' }).waitFor();
      expect(other.url()).toBe(address);

      await page.getByRole('button', { name: 'Delete the view “North in February”' }).click();
      await page.getByText('Name what you look at now').waitFor();
    });

    it('prints a clean page: no controls, light, no wider than the sheet, and it says what it is about', async () => {
      const page = await stage.open('/?entity=FR01', { colorScheme: 'dark' });
      await page
        .getByRole('img', { name: /Column chart/ })
        .locator('svg')
        .waitFor();
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await page.setViewportSize({ width: 718, height: 1000 });
      await page.getByText('Month: April 2025 · Cost · EUR · Boreal North').waitFor();
      expect(await page.getByRole('navigation').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Filters' }).count()).toBe(0);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(718);
      const labels = page
        .getByRole('img', { name: /Column chart/ })
        .locator('text')
        .first();
      await expect.poll(() => labels.getAttribute('fill')).toBe('#66737e');
    });

    it('draws for the paper even while something asks whether it is paper', async () => {
      const page = await stage.open('/?entity=FR01', { colorScheme: 'dark' });
      await page.addInitScript(ASKED_WITHOUT_PAUSE);
      await page.reload();
      const drawn = page.getByRole('img', { name: /Column chart/ }).locator('text');
      await expect.poll(() => drawn.first().getAttribute('fill')).toBe('#a3afb9');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await expect.poll(() => drawn.first().getAttribute('fill')).toBe('#66737e');
    });
  });

  describe('what narrows the figures', () => {
    it('is the type, the environment and the classification, and stands in the address', async () => {
      const page = await stage.open('/?month=2025-03');
      await page.getByRole('button', { name: 'Filters' }).click();
      await page.getByLabel('Type of consumption').selectOption('INDIRECT');
      await page.getByText('€2,250', { exact: true }).first().waitFor();
      await page.getByLabel('Production', { exact: true }).check();
      await page.getByRole('button', { name: 'Remove Production' }).waitFor();
      expect(new URL(page.url()).search).toBe('?month=2025-03&type=INDIRECT&environment=prod');
      await page.getByLabel('Domains and families').selectOption('today');
      await page.getByRole('button', { name: 'Remove As classified today' }).waitFor();
      await page.getByRole('link', { name: /^Boreal North/ }).click();
      await page.getByRole('heading', { name: 'Domains of Boreal North' }).waitFor();
      await page.getByText('€1,080.00').first().waitFor();
      await page.getByRole('button', { name: 'Remove Indirect' }).click();
      await page.getByText('€47,700.00').first().waitFor();
    });

    it('adds up from the first month on, when asked to', async () => {
      const page = await stage.open('/?entity=DE02');
      await page.getByText('Running total', { exact: true }).click();
      await page.getByRole('img', { name: /Greatest: €121,900 in April 2025/ }).waitFor();
      expect(new URL(page.url()).search).toBe('?entity=DE02&running=true');
    });
  });
}
