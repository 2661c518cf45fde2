import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { SampleNode } from './sample-node.ts';

/** A tab; what the page complained about (scripts, Content-Security-Policy) is collected. */
export interface Visit {
  readonly page: Page;
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface VisitOptions extends Pick<BrowserContextOptions, 'colorScheme' | 'viewport' | 'locale'> {
  /** Signed in with these roles; not at all when false. */
  readonly roles?: readonly string[] | false;
  /** With a profile and a session of its own, for a visit that ends it or looks at what the profile holds. */
  readonly ownSession?: boolean;
}

/** Profiles that visits share, by reader and locale: scripts are compiled once, and one sign-in serves all. */
export interface Profiles {
  readonly shared: Map<string, Promise<BrowserContext>>;
}

const WIDE = { width: 1440, height: 900 };

/** Opens a tab on the node, signed in as a reader unless told. Nothing that a page remembers outlives its visit. */
export async function visit(
  browser: Browser,
  node: SampleNode,
  profiles: Profiles,
  options: VisitOptions = {},
): Promise<Visit> {
  const { roles = ['group.reader'], locale = 'en-GB', colorScheme = 'light', viewport = WIDE } = options;
  const own = options.ownSession === true || roles === false;
  const key = [locale, ...(roles === false ? [] : roles)].join(' ');
  const known = own ? undefined : profiles.shared.get(key);
  const opening = known ?? profile(browser, node, locale, roles);
  if (!own) profiles.shared.set(key, opening);
  const context = await opening;
  const page = await context.newPage();
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  if (viewport !== null) await page.setViewportSize(viewport);
  return {
    page,
    complaints: complaintsOf(page),
    async close() {
      if (own) return await context.close();
      // A page that never arrived has no storage to clear.
      await page.evaluate('localStorage.clear()').catch(() => {});
      await page.close();
    },
  };
}

async function profile(
  browser: Browser,
  node: SampleNode,
  locale: string,
  roles: readonly string[] | false,
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: node.url, locale, acceptDownloads: true });
  // What is waited for comes or does not come: how soon is the machine's business, and no test's.
  context.setDefaultTimeout(30_000);
  if (roles === false) return context;
  const answer = await context.request.post('/session', { data: { token: await node.token(roles) } });
  if (!answer.ok()) throw new Error(`signing in was refused: ${await answer.text()}`);
  return context;
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser logs every refused request; those are what some tests are about.
    const refused = message.text().startsWith('Failed to load resource');
    if (!refused && (message.type() === 'error' || message.type() === 'warning')) complaints.push(message.text());
  });
  return complaints;
}

/** Presses Tab until the named element has the focus, as a reader without a mouse does. */
export async function tabTo(page: Page, role: 'link' | 'button', name: string | RegExp, most = 80): Promise<void> {
  const target = page.getByRole(role, { name }).first();
  await target.waitFor();
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
  }
  throw new Error(`${role} ${name} was not reached by ${most} presses of Tab`);
}
