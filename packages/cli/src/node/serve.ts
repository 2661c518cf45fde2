import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readPort } from '../terminal/values.ts';

interface ServeOptions {
  readonly port?: string;
  readonly host?: string;
  readonly log?: boolean;
}

/** `prorata serve`: the node's HTTP API, and for a group the dashboard. Ends with SIGTERM or Ctrl-C. */
export function serveCommand(program: Command, shell: Shell): void {
  addCommand<ServeOptions>(program, shell, {
    name: 'serve',
    summary: "serve the node's HTTP API, its documentation, and a group's dashboard",
    examples: ['serve --dir G --port 8080'],
    dir: "the node's folder",
    options: [
      new Option('--port <number>', 'port; 8080 unless told, or a free one where that is taken; 0 takes any'),
      new Option('--host <address>', 'address to listen on; loopback unless told'),
      new Option('--log', 'log requests on stderr'),
    ],
    async run({ dir, options }) {
      const port = options.port === undefined ? undefined : readPort(options.port);
      const { serveNode } = await import('./serve-node.ts');
      const served = await serveNode({
        dir,
        port,
        signals: true,
        log: options.log === true,
        ...(options.host === undefined ? {} : { host: options.host }),
      });
      const link = served.signInLink();
      const lines = [`Listening on ${served.url}`, `API documentation: ${served.url}/docs`];
      if (served.lacksPages) lines.push('The dashboard is not built yet: stop this, `npm run build`, and serve again.');
      else if (link !== undefined) lines.push(`Dashboard, signed in: ${link}`);
      const document = { url: served.url, docs: `${served.url}/docs`, sign_in: link ?? null };
      return {
        document,
        text: [...lines, 'Ctrl-C stops it.'].join('\n'),
        // The answer is there as soon as the node listens; the command ends when the node does.
        until: served.stopped,
      };
    },
  });
}
