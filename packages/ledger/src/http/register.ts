import { type App, addProblemTitles } from '@prorata/platform';
import { LEDGER_FRENCH } from '../problems.fr.ts';
import { entryRoutes } from './entries.routes.ts';
import { intakeRoutes } from './intake.routes.ts';
import type { LedgerHttp } from './ledger-http.ts';
import { periodRoutes } from './periods.routes.ts';

export { LEDGER_ROLES } from './schema.ts';

/** Registers the read copy on a node's HTTP API, behind its guard. The inbox stands outside of it: `registerGlInbox`. */
export function registerLedgerRoutes(app: App, http: LedgerHttp): void {
  addProblemTitles('fr', LEDGER_FRENCH);
  entryRoutes(app, http);
  periodRoutes(app, http);
  intakeRoutes(app, http);
}
