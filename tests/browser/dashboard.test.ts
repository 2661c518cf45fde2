import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { sampleBundle } from '@prorata/contract/testing';
import { receive } from '@prorata/group';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { CLIENT, clientTypes } from './client-types.ts';
import { openSampleNode, PAGES, type SampleNode } from './sample-node.ts';
import { tabTo, type Visit, type VisitOptions, visit } from './visit.ts';

let node: SampleNode;
let browser: Browser;
let closeBrowser: () => Promise<void>;
const visits: Visit[] = [];

beforeAll(async () => {
  const [opened, sample] = await Promise.all([openBrowser(), openSampleNode()]);
  browser = opened.browser;
  closeBrowser = opened.close;
  node = sample;
});
afterEach(async () => {
  const complaints = visits.flatMap((one) => one.complaints);
  await Promise.all(visits.splice(0).map((one) => one.close()));
  expect(complaints).toEqual([]);
});
afterAll(async () => {
  await closeBrowser?.();
  await node?.close();
});

async function open(path: string, options: VisitOptions = {}): Promise<Page> {
  const opened = await visit(browser, node, options);
  visits.push(opened);
  await opened.page.goto(path);
  return opened.page;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 });

/** The name of the row, and what stands in its cells. */
async function rowOf(page: Page, name: string): Promise<string[]> {
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  return await row.getByRole('cell').allInnerTexts();
}

describe('signing in', () => {
  it('takes a token through the page, keeps it out of reach of scripts, and goes where the reader wanted to go', async () => {
    const page = await open('/drilldown?entity=DE02', { roles: false });
    await heading(page, 'Sign in').waitFor();
    await page.getByLabel('One-time code or access token').fill(await node.token());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: /Domains of Boreal East/ }).waitFor();
    const cookies = await page.context().cookies();
    expect(cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, 'Strict']]);
    expect(
      await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])'),
    ).not.toMatch(/eyJ/);
  });

  it('works at once by a link, which is good once', async () => {
    const link = node.link();
    const page = await open(link, { roles: false });
    await heading(page, 'Overview').waitFor();
    await page.goto(link);
    await heading(page, 'Overview').waitFor();
    const again = await open(link, { roles: false });
    await again.getByRole('alert').getByText('SIGN_IN_REFUSED').waitFor();
  });

  it('ends: the figures are gone, the session is closed at the node, and the next page asks again', async () => {
    const page = await open('/', { ownSession: true });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Sign in').waitFor();
    expect(await page.getByText('Boreal North').count()).toBe(0);
    expect((await page.request.get('/session')).status()).toBe(401);
    await page.goto('/matrix');
    await heading(page, 'Sign in').waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toBe('/matrix');
  });

  it('ends by itself: the reader is told, signs in again, and goes on where the work was', async () => {
    const page = await open('/matrix', { ownSession: true });
    await page.getByRole('link', { name: /Boreal North, Databases/ }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Previous month' }).click();
    await page.getByText('Your session has ended.').waitFor();
    await page.getByLabel('One-time code or access token').fill(await node.token());
    await page.keyboard.press('Enter');
    await page.getByText('Where each entity spends, in March 2025').waitFor();
  });

  it('shows the problem of whoever may not read the group', async () => {
    const page = await open('/', { roles: ['nobody'] });
    const alert = page.getByRole('alert');
    await alert.getByText('FORBIDDEN').waitFor();
    expect(await alert.textContent()).toMatch(/What to do:.*Reference [0-9a-f-]{36}/);
  });
});

describe('which entity costs most, and which product of which application is why', () => {
  it('is found in five clicks, with one total on the way down', async () => {
    const page = await open('/');
    await page.getByRole('link', { name: /^Boreal North/ }).click();
    await page.getByRole('link', { name: 'Databases' }).click();
    await page.getByRole('link', { name: 'Shop' }).click();
    await page.getByRole('heading', { name: /Products of Shop/ }).waitFor();
    await page.getByText('Indirect').first().waitFor();
    expect(await rowOf(page, 'Relational database')).toEqual([
      '10,000',
      'Hours',
      'Direct',
      '€19,500.00',
      '79.4%',
      '+8.3%',
    ]);
    expect(await rowOf(page, 'Backup')).toEqual(['1', 'share', 'Indirect', '€1,170.00', '4.8%', '+8.3%']);
    expect((await rowOf(page, 'Total')).filter((text) => text !== '')).toEqual(['€24,570.00']);
    const steps = page.getByRole('navigation', { name: 'Where you are' }).getByRole('listitem');
    expect((await steps.allInnerTexts()).map((text) => text.split('\n').filter((line) => line !== ''))).toEqual([
      ['Group · Boreal', '€86,125.00'],
      ['Boreal North', '€51,675.00 · 60.0%'],
      ['Databases', '€30,420.00 · 35.3%'],
      ['Shop', '€24,570.00 · 28.5%'],
    ]);
  });

  it('is found without a mouse', async () => {
    const page = await open('/');
    for (const [name, title] of [
      [/^Boreal North/, 'Domains of Boreal North'],
      ['Databases', 'Applications of Databases'],
      ['Shop', 'Products of Shop'],
    ] as const) {
      await tabTo(page, 'link', name);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: title }).waitFor();
    }
  });

  it('is found from the heat map too, and the way back up is one click', async () => {
    const page = await open('/matrix');
    await page.getByRole('link', { name: 'Boreal North, Databases: €30,420. Drill down' }).click();
    await page.getByRole('heading', { name: 'Applications of Databases' }).waitFor();
    await page.getByRole('link', { name: 'Group · Boreal' }).click();
    await page.getByRole('heading', { name: 'Entities of Boreal' }).waitFor();
    expect((await rowOf(page, 'Total')).filter((text) => text !== '')).toEqual(['€86,125.00']);
  });
});

describe('the overview', () => {
  it('says how far to trust its figures', async () => {
    const page = await open('/');
    const flags = page.getByRole('region', { name: 'Before you quote these figures' });
    await flags.getByText('Provisional rates: Jan 2025.').waitFor();
    await flags.getByText('Not all entities have published: Apr 2025 (GB03).').waitFor();
    await page.getByText('2 of 3').waitFor();
  });

  it('keeps what the reader chose in the address, through a reload and for whoever gets the link', async () => {
    const page = await open('/');
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
    const other = await open(page.url());
    await other.getByText('€26,510', { exact: true }).first().waitFor();
  });

  it('selects a month by a click on its column, and says the same as a table', async () => {
    const page = await open('/');
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

describe('completeness', () => {
  it('shows what is missing, and the difference of two revisions', async () => {
    const page = await open('/completeness');
    await page.getByText('11 of 12 publications are in').waitFor();
    expect(await page.getByText('Boreal Isles, April 2025: not published').count()).toBe(1);
    await page.getByRole('link', { name: 'Boreal North, January 2025: rev. 2, Closed' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('heading', { name: /Revision 2/ }).waitFor();
    await drawer.getByText('1 fact differs').waitFor();
    expect(await drawer.getByRole('row').last().textContent()).toMatch(/Cache.*Changed€3,000\.00€3,001\.00€1\.00$/);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('');
  });
});

describe('a bundle that was refused', () => {
  it('is listed with its reason', async () => {
    const { bytes } = await sampleBundle();
    await expect(receive(node.group, { file: bytes, name: 'stranger.zip' })).rejects.toMatchObject({
      code: 'KEY_UNKNOWN',
    });
    const page = await open('/completeness');
    const refused = page.getByRole('region', { name: 'Bundles that were refused' });
    expect(await refused.getByRole('row').last().textContent()).toMatch(/stranger\.zip.*KEY_UNKNOWN/);
  });
});

describe('the reader', () => {
  it('reads French by a switch that is remembered', async () => {
    const page = await open('/drilldown?entity=FR01');
    await page.getByText('FR', { exact: true }).click();
    await heading(page, 'Exploration').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await page.title()).toBe('Exploration · Prorata');
    await page.getByText('51 675,00 €'.replaceAll(' ', '\u202f').replace('\u202f€', '\u00a0€')).first().waitFor();
    await page.goto('/');
    await heading(page, 'Vue d’ensemble').waitFor();
  });

  it('starts in the language of the browser', async () => {
    await heading(await open('/', { locale: 'fr-CA' }), 'Vue d’ensemble').waitFor();
  });

  it('arrives at the heading of each page, and can skip the navigation', async () => {
    const page = await open('/');
    await heading(page, 'Overview').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.getByRole('link', { name: 'Completeness' }).click();
    await heading(page, 'Completeness').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Completeness');
  });

  it('has a menu on a phone, and nothing wider than the screen', async () => {
    const page = await open('/', { viewport: { width: 390, height: 844 } });
    await page.getByRole('button', { name: 'Open menu' }).click();
    await page.getByRole('link', { name: 'Entities × domains' }).click();
    await page.getByRole('link', { name: /Boreal North, Databases/ }).waitFor();
    for (const path of ['/', '/matrix', '/drilldown?entity=FR01', '/completeness']) {
      await page.goto(path);
      await page.getByRole('table').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(390);
    }
  });

  it('is told that the node does not answer, and can try again', async () => {
    const page = await open('/matrix');
    await page.getByRole('link', { name: /Boreal North, Databases/ }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Previous month' }).click();
    await page.getByRole('alert').getByText('The group node does not answer.').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Boreal North, Databases: €28,080. Drill down' }).waitFor();
  });

  it('sorts a table by its headings', async () => {
    const page = await open('/');
    const names = page.getByRole('table').getByRole('rowheader').getByRole('link');
    await names.first().waitFor();
    expect(await names.allTextContents()).toEqual(['Boreal NorthFR01', 'Boreal EastDE02']);
    await page.getByRole('button', { name: 'Entity' }).click();
    expect(await names.allTextContents()).toEqual(['Boreal EastDE02', 'Boreal NorthFR01']);
    expect(await page.getByRole('columnheader', { name: 'Entity' }).getAttribute('aria-sort')).toBe('ascending');
  });

  it('is told that an address leads nowhere', async () => {
    await heading(await open('/nowhere'), 'No such page').waitFor();
  });
});

describe.each(['light', 'dark'] as const)('in the %s scheme', (colorScheme) => {
  interface Place {
    readonly path: string;
    readonly ready: (page: Page) => Locator;
    readonly options?: VisitOptions;
  }
  const places: readonly Place[] = [
    { path: '/sign-in', ready: (page) => page.getByLabel('One-time code or access token'), options: { roles: false } },
    { path: '/?stack=entity&lang=fr', ready: (page) => page.getByRole('img', { name: /Histogramme/ }).locator('svg') },
    { path: '/matrix', ready: (page) => page.getByRole('link', { name: /Boreal North, Databases/ }) },
    { path: '/drilldown?entity=FR01', ready: (page) => page.getByRole('img', { name: /Treemap/ }).locator('svg') },
    {
      path: '/drilldown?entity=FR01&domain=Databases&application=Shop',
      ready: (page) => page.getByText('Indirect').first(),
      options: { viewport: { width: 390, height: 844 } },
    },
    { path: '/completeness', ready: (page) => page.getByText('11 of 12 publications are in') },
    { path: '/completeness?at=FR01/2025-01', ready: (page) => page.getByText('1 fact differs') },
    { path: '/?problem', ready: (page) => page.getByRole('alert'), options: { roles: ['nobody'] } },
  ];

  it.each(places)('$path has no barrier that axe knows', async ({ path, ready, options }) => {
    const page = await open(path, { ...options, colorScheme });
    await ready(page).waitFor();
    // Without a second tab to put the results of frames together: these pages have none.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect(found).toEqual([]);
  });
});

it('starts with a script of at most 300 KiB compressed, and charts are no part of it', async () => {
  const page = await readFile(join(PAGES, 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1] ?? '');
  const contents = await Promise.all(scripts.map((script) => readFile(join(PAGES, script))));
  expect(scripts.length).toBeGreaterThan(0);
  expect(contents.reduce((sum, content) => sum + gzipSync(content).length, 0)).toBeLessThan(300 * 1024);
  // A name that is part of ECharts and of nothing else.
  expect(contents.some((content) => content.includes('convertToPixel'))).toBe(false);
});

it('speaks the API that the group node describes today (else: npm run generate -w @prorata/dashboard)', async () => {
  const description = await fetch(`${node.url}/openapi.json`);
  expect(await readFile(CLIENT, 'utf8')).toBe(await clientTypes(await description.text()));
});
