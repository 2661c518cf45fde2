import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type App, type Listening, listen, type SignInCodes, signInCodes } from '@prorata/platform';
import { cliProblem } from '../problems.ts';
import { operatorClaims } from './claims.ts';
import { type AnyNode, openNode } from './open-node.ts';

export interface ServeOptions {
  readonly dir: string;
  /** 0 for any free port. */
  readonly port: number;
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
  /** A link that signs the operator in, once and within ten minutes; undefined for a node without pages. */
  signInLink(): string | undefined;
  stop(): Promise<void>;
  readonly stopped: Promise<void>;
}

const PAGES = fileURLToPath(new URL('../../../dashboard/dist/', import.meta.url));
const OPERATOR_ROLES: Readonly<Record<AnyNode['kind'], readonly string[]>> = {
  entity: ['finops.reader', 'finops.analyst', 'finops.admin'],
  group: ['group.reader', 'group.admin'],
};

/** Opens the node of a folder and answers HTTP for it; stopping it closes the node too. @throws Problem `PORT_TAKEN` */
export async function serveNode(options: ServeOptions): Promise<ServedNode> {
  const open = await openNode(options.dir);
  try {
    return await serveOpen(open, options);
  } catch (error) {
    await open.node.close();
    throw error;
  }
}

async function serveOpen(open: AnyNode, options: ServeOptions): Promise<ServedNode> {
  const codes = signInCodes();
  const app = await appOf(open, { codes, ...(options.log === true ? {} : { log: false }) });
  app.addHook('onClose', () => open.node.close());
  const listening = await listenOn(app, options);
  return {
    kind: open.kind,
    ...listening,
    signInLink() {
      if (open.kind === 'entity') return undefined;
      const code = codes.create(operatorClaims(open.node.config, { roles: OPERATOR_ROLES[open.kind] }));
      return `${listening.url}/sign-in?code=${encodeURIComponent(code)}`;
    },
  };
}

async function appOf(open: AnyNode, wishes: { readonly codes: SignInCodes; readonly log?: false }): Promise<App> {
  if (open.kind === 'entity') {
    const { buildEntityApp } = await import('@prorata/finops');
    return await buildEntityApp(open.node, wishes);
  }
  const { buildGroupApp, dashboardPages } = await import('@prorata/group');
  return await buildGroupApp(open.node, {
    ...wishes,
    ...(existsSync(join(PAGES, 'index.html')) ? { pages: dashboardPages(PAGES) } : {}),
  });
}

async function listenOn(app: App, { port, host, signals }: ServeOptions): Promise<Listening> {
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
