import type { EntityNode } from '@prorata/finops';
import type { App } from '@prorata/platform';

/** What an entity node serves beside FinOps: behind its guard, and before it. */
export interface EntityServices {
  /** Routes behind the guard. */
  register(app: App): Promise<void>;
  /** The inbox of the general ledger, whose signature takes the place of a token. */
  pages(app: App): Promise<void>;
}

/** Analytic accounting, the read copy of the ledger and its inbox, on one address with the node's FinOps. */
export async function entityServices(node: EntityNode): Promise<EntityServices> {
  const { reactToLedger, registerAnalyticRoutes } = await import('@prorata/analytic');
  const { glClientOf, registerGlInbox, registerLedgerRoutes } = await import('@prorata/ledger');
  const { db, dir } = node;
  return {
    async register(app) {
      registerAnalyticRoutes(app, node);
      registerLedgerRoutes(app, { db, dir, react: reactToLedger });
    },
    pages: (pages) => registerGlInbox(pages, { db, dir, react: reactToLedger, client: () => glClientOf(dir) }),
  };
}
