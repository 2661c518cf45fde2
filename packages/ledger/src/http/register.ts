import { type App, addProblemTitles, type Database } from '@prorata/platform';
import type { LedgerReaction } from '../events/apply.ts';
import { LEDGER_FRENCH } from '../problems.fr.ts';
import { entryRoutes } from './entries.routes.ts';
import { intakeRoutes } from './intake.routes.ts';
import { periodRoutes } from './periods.routes.ts';

export { LEDGER_ROLES } from './schema.ts';

/** What the routes work on. */
export interface LedgerHttp {
  readonly db: Database;
  /** The node's folder: uploads pass through it, and `keys/gl-api.json` stands in it. */
  readonly dir: string;
  /** Follows the reversals that an intake brings. */
  readonly react?: LedgerReaction;
}

/** Registers the read copy on a node's HTTP API, behind its guard. The inbox stands outside of it: `registerGlInbox`. */
export function registerLedgerRoutes(app: App, http: LedgerHttp): void {
  addProblemTitles('fr', LEDGER_FRENCH);
  entryRoutes(app, http);
  periodRoutes(app, http);
  intakeRoutes(app, http);
}
