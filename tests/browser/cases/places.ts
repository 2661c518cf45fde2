import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { keepScreenshot } from '../screenshots.ts';
import type { Stage } from '../stage.ts';
import type { VisitOptions } from '../visit.ts';

/** A page in a state worth looking at. */
export interface Place {
  /** Names the screenshot too. */
  readonly name: string;
  readonly path: string;
  readonly ready: (page: Page) => Locator;
  readonly options?: VisitOptions;
}

export const PLACES: readonly Place[] = [
  {
    name: 'sign-in',
    path: '/sign-in',
    ready: (page) => page.getByLabel('One-time code or access token'),
    options: { roles: false },
  },
  {
    name: 'overview',
    path: '/?stack=entity&lang=fr',
    ready: (page) => page.getByRole('img', { name: /Histogramme/ }).locator('svg'),
  },
  {
    name: 'entities',
    path: '/entities',
    ready: (page) => page.getByRole('img', { name: /Bar chart of 2 bars/ }).locator('svg'),
  },
  {
    name: 'entity',
    path: '/entities/FR01?running=true',
    ready: (page) => page.getByRole('img', { name: /Column chart/ }).locator('svg'),
  },
  { name: 'domains', path: '/domains', ready: (page) => page.getByRole('link', { name: /Boreal North, Databases/ }) },
  {
    name: 'domain',
    path: '/domains/Databases?lang=fr',
    ready: (page) => page.getByRole('img', { name: /Histogramme/ }).locator('svg'),
  },
  {
    name: 'drilldown',
    path: '/drilldown?entity=FR01',
    ready: (page) => page.getByRole('img', { name: /Treemap/ }).locator('svg'),
  },
  {
    name: 'drilldown-products',
    path: '/drilldown?entity=FR01&domain=Databases&application=Shop',
    ready: (page) => page.getByText('Indirect').first(),
  },
  {
    name: 'publications',
    path: '/publications',
    ready: (page) => page.getByText('11 of 12 publications are in'),
  },
  {
    name: 'publication',
    path: '/publications?at=FR01/2025-01',
    ready: (page) => page.getByText('1 fact differs'),
  },
  {
    name: 'comparison',
    path: '/comparison',
    ready: (page) => page.getByRole('img', { name: /^Waterfall/ }).locator('svg'),
  },
  {
    name: 'comparison-tables',
    path: '/comparison?table=entities&table=prices&table=bridge&bridge=entities&lang=fr',
    ready: (page) => page.getByRole('table', { name: /pourquoi le coût diffère/ }),
  },
  {
    name: 'governance',
    path: '/governance',
    ready: (page) => page.getByRole('button', { name: 'Lock April 2025' }),
    options: { roles: ['group.admin'] },
  },
  {
    name: 'governance-entities',
    path: '/governance?tab=entities&lang=fr',
    ready: (page) => page.getByRole('table', { name: 'Discipline' }),
  },
  {
    name: 'governance-rates',
    path: '/governance?tab=rates',
    ready: (page) => page.getByRole('table', { name: /Rates to EUR/ }),
  },
  {
    name: 'governance-references',
    path: '/governance?tab=references',
    ready: (page) => page.getByRole('button', { name: 'Import references' }),
    options: { roles: ['group.admin'] },
  },
  {
    name: 'governance-contract',
    path: '/governance?tab=contract&lang=fr',
    ready: (page) => page.getByRole('button', { name: 'Modifier la prise des envois' }),
    options: { roles: ['group.admin'] },
  },
  {
    name: 'explanation',
    path: '/?month=2025-01&explain=total',
    ready: (page) => page.getByRole('dialog').getByRole('table'),
  },
  { name: 'problem', path: '/?problem', ready: (page) => page.getByRole('alert'), options: { roles: ['nobody'] } },
];

/** What axe finds, with the markup that it finds it in. */
export async function barriersOf(page: Page): Promise<string[]> {
  // Without a second tab to put the results of frames together: these pages have none.
  // Only violations are listed with their elements: what passes is as long as the page. Styles are the pages' own, none to be fetched.
  const options = { resultTypes: ['violations' as const], preload: false };
  await calm(page);
  const { violations } = await new AxeBuilder({ page }).options(options).setLegacyMode().analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Waits for what is on its way from one look to another: a label has no colour of its own while the page turns dark. */
async function calm(page: Page): Promise<void> {
  const moving = `document.getAnimations().filter(
    (one) => one.playState === 'running' && one.effect.getComputedTiming().endTime < Infinity).length`;
  await expect.poll(() => page.evaluate(moving)).toBe(0);
}

/** One visit a page: what axe finds by day. Its variants (`page-variant`), and each by night and on a phone, are `places.long.test.ts`. */
export function placeCases(stage: Stage): void {
  describe('each page', () => {
    it.each(PLACES.filter(({ name }) => !name.includes('-')))('$name has no barrier that axe knows', async (place) => {
      const { path, options } = place;
      const page = options?.roles === false ? await stage.open(path, options) : await stage.look(path, options);
      await place.ready(page).waitFor();
      expect(await barriersOf(page)).toEqual([]);
    });
  });
}

/** One visit a place looks at it by day, by night and on a phone, and keeps a picture. */
export function wholePlaceCases(stage: Stage): void {
  describe('each page, light, dark and on a phone', () => {
    it.each(PLACES)('$name has no barrier that axe knows, and nothing wider than a phone', async (place) => {
      const page = await stage.open(place.path, place.options);
      await place.ready(page).waitFor();
      await keepScreenshot(page, place.name);
      expect(await barriersOf(page), 'light').toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('[data-mantine-color-scheme="dark"]').waitFor();
      expect(await barriersOf(page), 'dark').toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      await place.ready(page).waitFor({ state: 'attached' });
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    });
  });
}
