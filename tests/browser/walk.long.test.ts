import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openBrowser } from './browser.ts';

const PRORATA = fileURLToPath(new URL('../../packages/cli/bin/prorata.mjs', import.meta.url));
const README = new URL('../../README.md', import.meta.url);
/** Where the walk stands in the README. */
const SECTION = /## The five-click walk\n([\s\S]*?)\n## /;

/** The sample group as `npm run demo` makes and serves it: the address that it prints, and its end. */
async function openDemo(dir: string): Promise<{ address: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, [PRORATA, 'demo', '--dir', dir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\S+\/sign-in\?code=\S+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => reject(new Error(`the sample group was not served:\n${said.slice(-2000)}`)));
  });
  return {
    address,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

it('leads from the printed address to why, by the names and figures that the README gives', async () => {
  const walk = SECTION.exec(await readFile(README, 'utf8'))?.[1] ?? '';
  const dir = await mkdtemp(join(tmpdir(), 'prorata-walk-'));
  const demo = await openDemo(join(dir, 'group'));
  const { browser, close } = await openBrowser();
  try {
    const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(20_000);
    const told = async (text: string) => {
      expect(walk, 'the README').toContain(text);
      await page.getByText(text, { exact: true }).first().waitFor();
    };
    await page.goto(demo.address); // 1
    await told('€316,198.03');
    await page.getByRole('link', { name: /^Aurelia France/ }).click(); // 2
    await told('€99,469.12');
    await page.getByRole('link', { name: 'Compute', exact: true }).click(); // 3
    await told('€34,941.49');
    await page.getByRole('link', { name: /^Web Shop/ }).click(); // 4
    await told('€11,356.92');
    const first = page.getByRole('table').getByRole('row').nth(1);
    expect(await first.textContent()).toContain('Stratos Virtual Servers (Hours)');
    await first.getByRole('link', { name: /^Where the amount of/ }).click(); // 5
    await page.getByRole('dialog').getByText('Digest of the signed manifest').first().waitFor();
  } finally {
    await close();
    await demo.close();
    await rm(dir, { recursive: true, force: true });
  }
}, 600_000);
