import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EntityNode } from '@prorata/finops';
import {
  type App,
  type JobWorker,
  type Listening,
  listen,
  Problem,
  registerJobRoutes,
  type SignInCodes,
  signInCodes,
} from '@prorata/platform';
import { cliProblem } from '../problems.ts';
import { modulesOf, operatorClaims } from './claims.ts';
import { entityServices } from './entity-services.ts';
import { serveEvents } from './events-node.ts';
import { OPERATOR_ROLES, startNodeWorker } from './node-jobs.ts';
import { type AnyNode, openNode } from './open-node.ts';

export interface ServeOptions {
  readonly dir: string;
  /** 0 for any free port; 8080 unless told, or any free one where that is taken. */
  readonly port?: number | undefined;
  /** Loopback unless told otherwise. */
  readonly host?: string;
  /** Stop on SIGTERM and SIGINT. */
  readonly signals?: boolean;
  /** Log requests on stderr. */
  readonly log?: boolean;
}

/** A node that answers. */
export interface ServedNode {
  readonly kind: AnyNode['kind'];
  readonly url: string;
  readonly port: number;
  /** The node has a dashboard, and nobody has built its pages yet. */
  readonly lacksPages: boolean;
  /** A link that signs the operator in, once and within ten minutes; undefined for a node without pages. */
  signInLink(): string | undefined;
  stop(): Promise<void>;
  readonly stopped: Promise<void>;
}

const PAGES = fileURLToPath(new URL('../../../dashboard/dist/', import.meta.url));
const hasPages = (): boolean => existsSync(join(PAGES, 'index.html'));
/** Who sees and cancels the jobs of others. */
const JOB_OPERATORS = ['finops.admin', 'analytic.admin', 'ledger.admin', 'group.admin'];

const USUAL_PORT = 8080;

/** Opens the node of a folder and answers HTTP for it; stopping it closes the node too. @throws Problem `PORT_TAKEN` */
export async function serveNode(options: ServeOptions): Promise<ServedNode> {
  const open = await openNode(options.dir);
  const codes = signInCodes();
  const build = (): Promise<App> => appOf(open, { codes, ...(options.log === true ? {} : { log: false }) });
  let listening: Listening;
  let worker: JobWorker | undefined;
  try {
    worker = await startNodeWorker(open);
    listening = await listenAnywhere(build, options);
  } catch (error) {
    await worker?.stop();
    await open.node.close();
    throw error;
  }
  const stopped = listening.stopped.finally(() => worker.stop()).finally(() => open.node.close());
  // Whoever does not wait for the end still hears of a failure through `stop`.
  stopped.catch(() => {});
  return {
    kind: open.kind,
    url: listening.url,
    port: listening.port,
    lacksPages: open.kind === 'group' && !hasPages(),
    stopped,
    async stop() {
      await listening.stop();
      await stopped;
    },
    signInLink() {
      // With an identity provider nobody signs in by a code: the page leads there.
      if (open.kind === 'entity' || open.node.config.identity !== undefined) return undefined;
      const code = codes.create(operatorClaims(open.node.config, { roles: OPERATOR_ROLES[open.kind] }));
      return `${listening.url}/sign-in?code=${encodeURIComponent(code)}`;
    },
  };
}

async function listenAnywhere(build: () => Promise<App>, options: ServeOptions): Promise<Listening> {
  try {
    return await listenOn(await build(), options.port ?? USUAL_PORT, options);
  } catch (error) {
    const taken = error instanceof Problem && error.code === 'PORT_TAKEN';
    if (!taken || options.port !== undefined) throw error;
    return await listenOn(await build(), 0, options);
  }
}

async function appOf(open: AnyNode, wishes: { readonly codes: SignInCodes; readonly log?: false }): Promise<App> {
  if (open.kind === 'entity') {
    return await entityApp(open.node, wishes);
  }
  const { buildGroupApp, dashboardPages, startWatch } = await import('@prorata/group');
  return await buildGroupApp(open.node, {
    ...wishes,
    async also(app) {
      registerJobRoutes(app, { db: open.node.db, operators: JOB_OPERATORS });
      await serveEvents(app, open);
      const watch = startWatch(open.node, {
        onError: (error) => app.log.error({ err: error }, 'the watched folders could not be read'),
      });
      app.addHook('onClose', () => watch.stop());
    },
    ...(hasPages() ? { pages: dashboardPages(PAGES) } : {}),
  });
}

/** An entity node's services on one address: FinOps, analytic accounting, and the inbox for events of its general ledger. */
async function entityApp(
  node: EntityNode,
  wishes: { readonly codes: SignInCodes; readonly log?: false },
): Promise<App> {
  const { buildEntityApp } = await import('@prorata/finops');
  const { register, pages } = await entityServices(node);
  return await buildEntityApp(node, {
    ...wishes,
    modules: modulesOf(node.config),
    pages,
    async also(app) {
      await register(app);
      registerJobRoutes(app, { db: node.db, operators: JOB_OPERATORS });
      await serveEvents(app, { kind: 'entity', node });
    },
  });
}

async function listenOn(app: App, port: number, { host, signals }: ServeOptions): Promise<Listening> {
  try {
    return await listen(app, { port, ...(host === undefined ? {} : { host }), signals: signals ?? false });
  } catch (error) {
    await app.close();
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw cliProblem('PORT_TAKEN', `port ${port} of ${host ?? '127.0.0.1'} is in use`, { port });
    }
    throw error;
  }
}
