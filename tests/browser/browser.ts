import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A Chromium: the one that CHROMIUM_PATH names, else one that is installed, else the one from npm (Linux x64). */
export async function openBrowser(): Promise<{ browser: Browser; close(): Promise<void> }> {
  const installed = process.env.CHROMIUM_PATH ?? findInstalled();
  const unpacked = installed === undefined ? await unpack() : undefined;
  const browser = await chromium.launch({
    executablePath: installed ?? unpacked?.path ?? '',
    // The sandbox needs a user other than root; the pages under test are our own.
    args: ['--no-sandbox'],
  });
  return {
    browser,
    async close() {
      await browser.close();
      if (unpacked !== undefined) await rm(unpacked.folder, { recursive: true, force: true });
    },
  };
}

function findInstalled(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...candidates, ...APPLICATIONS].find((path) => existsSync(path));
}

/** Unpacks into a folder of its own: it would take any file called `chromium` in the temporary folder for its own. */
async function unpack(): Promise<{ path: string; folder: string }> {
  const before = process.env.TMPDIR;
  const folder = await mkdtemp(join(tmpdir(), 'prorata-chromium-'));
  process.env.TMPDIR = folder;
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    return { path: await packed.executablePath(), folder };
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
