import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { type App, platformProblem, styleNonce } from '@prorata/platform';

/** The word in the built page that each answer replaces by a nonce of its own (Content-Security-Policy). */
const NONCE_WORD = 'CSP_NONCE';

/** Addresses that belong to the service: a page is never answered for them, however they are misspelt. */
const SERVICE_PATHS = /^\/(api|docs|health|session|assets|openapi\.json|\.well-known)(\/|$)/;

/**
 * Serves the built dashboard: its files as they are, and its one page for every address that a browser asks for as a page, because
 * the page reads its state from the address.
 *
 * @param directory where the build lies, with `index.html` and `assets/`
 */
export function dashboardPages(directory: string): (app: App) => Promise<void> {
  const page = readFileSync(join(directory, 'index.html'), 'utf8');
  return async (app) => {
    // Names of assets carry a digest of their content, so that an address never changes its meaning. One route a file: what is
    // no file is answered by the routes below, as a problem.
    await app.register(fastifyStatic, {
      root: join(directory, 'assets'),
      prefix: '/assets/',
      immutable: true,
      maxAge: '365d',
      index: false,
      wildcard: false,
      // The build lays a .br and a .gz beside each script and style.
      preCompressed: true,
    });
    app.get('/favicon.svg', { schema: { hide: true } }, async (_request, reply) =>
      reply.sendFile('favicon.svg', directory, { immutable: false, maxAge: '1d' }),
    );
    for (const url of ['/', '/*']) {
      app.get(url, { schema: { hide: true } }, async (request, reply) => {
        const path = request.url.split('?', 1)[0] ?? request.url;
        const wantsPage = request.headers.accept?.includes('text/html') === true;
        if (SERVICE_PATHS.test(path) || !wantsPage) throw platformProblem('NOT_FOUND', `GET ${path.slice(0, 200)}`);
        reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
        return page.replaceAll(NONCE_WORD, styleNonce(reply));
      });
    }
  };
}
