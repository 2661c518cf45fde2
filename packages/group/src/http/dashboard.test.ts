import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import type { App } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { dashboardPages } from './dashboard.ts';
import { buildGroupApp } from './server.ts';

let test: TestGroup;
let app: App;
let build: string;
beforeAll(async () => {
  test = await openTestGroup();
  build = await mkdtemp(join(tmpdir(), 'prorata-pages-'));
  await mkdir(join(build, 'assets'));
  await writeFile(join(build, 'index.html'), '<meta property="csp-nonce" nonce="CSP_NONCE"><div id="root"></div>');
  await writeFile(join(build, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(build, 'assets', 'index-abc.js'), 'export {};');
  await writeFile(join(build, 'assets', 'index-abc.js.br'), brotliCompressSync('export {};'));
  app = await buildGroupApp(test.group, { log: false, pages: dashboardPages(build) });
});
afterAll(async () => {
  await app.close();
  await test.close();
  await rm(build, { recursive: true, force: true });
});

const page = (url: string) => app.inject({ url, headers: { accept: 'text/html,*/*' } });

describe('the pages of the dashboard', () => {
  it.each(['/', '/drilldown?entity=FR01', '/sign-in?code=abc'])(
    'answer %s with the page and a nonce of its own',
    async (url) => {
      const [one, other] = [await page(url), await page(url)];
      const nonce = /nonce="([^"]+)"/.exec(one.body)?.[1] ?? '';
      expect(one.statusCode).toBe(200);
      expect(String(one.headers['content-security-policy'])).toContain(`'nonce-${nonce}'`);
      expect(one.headers['cache-control']).toBe('no-store');
      expect(other.body).not.toContain(nonce);
    },
  );

  it('are kept for good where the name carries a digest', async () => {
    const asset = await app.inject({ url: '/assets/index-abc.js' });
    expect([asset.statusCode, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect((await app.inject({ url: '/favicon.svg' })).statusCode).toBe(200);
  });

  it('travel compressed where the build laid a compressed file beside', async () => {
    const plain = await app.inject({ url: '/assets/index-abc.js' });
    const small = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'gzip, br' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(small.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe('export {};');
    expect(small.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(small.headers['content-type']).toBe(plain.headers['content-type']);
  });

  it.each(['/api/group/nothing', '/assets/none.js', '/health/none'])('are not answered for %s', async (url) => {
    const answer = await page(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are not answered to a program', async () => {
    expect((await app.inject({ url: '/somewhere', headers: { accept: 'application/json' } })).statusCode).toBe(404);
  });
});
