import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** Where pictures of the pages are left for whoever wants to look: beside the reports of the tests, never in git. */
const PICTURES = process.env.PRORATA_PICTURES ?? fileURLToPath(new URL('../../.vitest/pictures/', import.meta.url));

/** Keeps what the page looks like as `<name>.png`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
