import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../http/listen.ts';
import { buildServer } from '../http/server.ts';
import { openIssuer } from '../identity/issuer.ts';
import { exampleClaims, exampleRoutes } from './example-server.ts';

// A server in a process of its own, because a signal stops a process: the test starts it and sends SIGTERM.
const dir = await mkdtemp(join(tmpdir(), 'prorata-stop-'));
const issuer = await openIssuer({ dir, nodeId: randomUUID() });
const app = await buildServer({
  title: 'Example',
  version: '1.2.3',
  trust: { issuer, deployment: 'prod' },
  register: (routes) => {
    routes.addHook('onRequest', async ({ url }) => void process.stdout.write(`asked for ${url}\n`));
    exampleRoutes(routes);
  },
  log: false,
});
const listening = await listen(app, { port: 0, signals: true });
process.stdout.write(`${JSON.stringify({ url: listening.url, token: await issuer.issueToken(exampleClaims()) })}\n`);
await listening.stopped;
await rm(dir, { recursive: true, force: true });
