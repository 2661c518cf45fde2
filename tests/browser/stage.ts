import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openBrowser } from './browser.ts';
import { openSampleNode, type SampleNode } from './sample-node.ts';
import { type Profiles, type Visit, type VisitOptions, visit } from './visit.ts';

/** One node and one browser for every case: founding a group and starting a browser cost more than most cases. */
export interface Stage {
  readonly node: SampleNode;
  /** Opens a page of the node; it is closed after the test, which fails when the page complained. */
  open(path: string, options?: VisitOptions): Promise<Page>;
  /**
   * Looks at a page in a tab that stays open from test to test, arriving as by a link: scripts are there already, and so are figures that
   * were asked for within half a minute. For tests that read, and that no other has changed figures for.
   */
  look(path: string, options?: Pick<VisitOptions, 'roles'>): Promise<Page>;
}

/** Sets the stage for the cases of one test file; to be called once, at its top. */
export function setStage(): Stage {
  let node: SampleNode | undefined;
  let browser: Browser | undefined;
  let closeBrowser: (() => Promise<void>) | undefined;
  const visits: Visit[] = [];
  const profiles: Profiles = { shared: new Map() };
  const kept = new Map<string, Visit>();

  const set = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the stage is set before the first test, not before');
    return value;
  };
  beforeAll(async () => {
    const [opened, sample] = await Promise.all([openBrowser(), openSampleNode()]);
    browser = opened.browser;
    closeBrowser = opened.close;
    node = sample;
  });
  afterEach(async () => {
    const complaints = [...visits, ...kept.values()].flatMap((one) => one.complaints.splice(0));
    await Promise.all(visits.splice(0).map((one) => one.close()));
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await closeBrowser?.();
    await node?.close();
  });
  return {
    get node() {
      return set(node);
    },
    async open(path, options = {}) {
      const opened = await visit(set(browser), set(node), profiles, options);
      visits.push(opened);
      await opened.page.goto(path);
      return opened.page;
    },
    async look(path, options = {}) {
      const reader = (options.roles || []).join(' ');
      const before = kept.get(reader);
      if (before !== undefined) {
        await leaveFor(before.page, path);
        return before.page;
      }
      const first = await visit(set(browser), set(node), profiles, options);
      kept.set(reader, first);
      await first.page.goto(path);
      return first.page;
    },
  };
}

/** Goes to a path without loading the page again; by way of a page that is none, so that nothing of the last one is left. */
async function leaveFor(page: Page, path: string): Promise<void> {
  await page.unrouteAll();
  const go = (to: string) =>
    page.evaluate(
      `localStorage.clear(); history.pushState({}, '', ${JSON.stringify(to)}); dispatchEvent(new PopStateEvent('popstate'))`,
    );
  await go('/nowhere?lang=en');
  await heading(page, 'No such page').waitFor();
  await go(path);
}

export const heading = (page: Page, name: string): Locator => page.getByRole('heading', { name, level: 1 });

/** The name of the row, and what stands in its cells. */
export async function rowOf(page: Page, name: string): Promise<string[]> {
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  await row.waitFor();
  return await row.getByRole('cell').allInnerTexts();
}
