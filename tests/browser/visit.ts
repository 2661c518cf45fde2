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
  /** With a session of its own, for a visit that ends it. */
  readonly ownSession?: boolean;
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
  if (roles !== false) await signIn(context, node, roles, options.ownSession === true);
  return { page, context, complaints, close: () => context.close() };
}

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;
const sessions = new Map<string, Cookies>();

/** One sign-in serves all visits with the same roles: the node takes twenty a minute, to slow down guessing. */
async function signIn(
  context: BrowserContext,
  node: SampleNode,
  roles: readonly string[],
  own: boolean,
): Promise<void> {
  const key = [node.url, ...roles].join(' ');
  const known = own ? undefined : sessions.get(key);
  if (known !== undefined) return await context.addCookies(known);
  const answer = await context.request.post('/session', { data: { token: await node.token(roles) } });
  if (!answer.ok()) throw new Error(`signing in was refused: ${await answer.text()}`);
  if (!own) sessions.set(key, await context.cookies());
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
