import type { Server, ServerResponse } from 'node:http';
import type { App } from './app.ts';

/** How long requests in flight may still take once the process is asked to stop. */
const GRACE_MS = 30_000;

export interface ListenOptions {
  readonly port: number;
  /** Loopback unless told otherwise: whoever opens a node to a network says so. */
  readonly host?: string;
  /** Stop on SIGTERM and SIGINT; off for a server that lives inside another program. */
  readonly signals?: boolean;
}

export interface Listening {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets those in flight finish, closes what `onClose` hooks close. */
  stop(): Promise<void>;
  /** Resolves once the server has stopped, by `stop` or by a signal. */
  readonly stopped: Promise<void>;
}

/** Starts answering, and stops gracefully: a second signal, or half a minute, ends the process at once. */
export async function listen(app: App, options: ListenOptions): Promise<Listening> {
  const host = options.host ?? '127.0.0.1';
  const quiet = whenQuiet(app.server);
  await app.listen({ port: options.port, host });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const { promise: stopped, resolve, reject } = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;

  const stop = (): Promise<void> => {
    if (stopping === undefined) {
      stopping = app.close().finally(() => {
        for (const name of SIGNALS) process.off(name, onSignal);
      });
      quiet(() => app.server.closeAllConnections());
    }
    stopping.then(resolve, reject);
    return stopping;
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (stopping !== undefined) process.exit(1);
    app.log.info({ signal: name }, 'stopping: requests in flight may finish');
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    stop().catch((error: unknown) => app.log.error({ err: error }, 'the server did not stop cleanly'));
  };
  if (options.signals === true) for (const name of SIGNALS) process.on(name, onSignal);
  // Whoever does not wait for `stopped` still hears of a failure through `stop`.
  stopped.catch(() => {});

  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port, stop, stopped };
}

/**
 * Calls back once no request is in flight. Browsers keep connections open, some of them before any request: without this a stop
 * would wait for each of them to time out.
 */
function whenQuiet(server: Server): (then: () => void) => void {
  let inFlight = 0;
  let waiting: (() => void) | undefined;
  server.on('request', (_request, response: ServerResponse) => {
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
      if (inFlight === 0) waiting?.();
    });
  });
  return (then) => {
    waiting = then;
    if (inFlight === 0) then();
  };
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
