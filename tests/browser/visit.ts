import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { SampleNode } from './sample-node.ts';

/** A tab with a fresh profile; what the page complained about (scripts, Content-Security-Policy) is collected. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface VisitOptions extends Pick<BrowserContextOptions, 'colorScheme' | 'viewport' | 'locale'> {
  /** Signed in with these roles; not at all when false. */
  readonly roles?: readonly string[] | false;
}

/** Opens a tab on the node, signed in as a reader unless told. */
export async function visit(browser: Browser, node: SampleNode, options: VisitOptions = {}): Promise<Visit> {
  const { roles = ['group.reader'], colorScheme = 'light', viewport = { width: 1440, height: 900 } } = options;
  const context = await browser.newContext({
    baseURL: node.url,
    colorScheme,
    viewport,
    locale: options.locale ?? 'en-GB',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser logs every refused request; those are what some tests are about.
    const refused = message.text().startsWith('Failed to load resource');
    if (!refused && (message.type() === 'error' || message.type() === 'warning')) complaints.push(message.text());
  });
  if (roles !== false) await context.request.post('/session', { data: { token: await node.token(roles) } });
  return { page, context, complaints, close: () => context.close() };
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
