import type { App } from '@prorata/platform';
import { entryRoutes } from './entries.routes.ts';
import { intakeRoutes } from './intake.routes.ts';
import type { LedgerHttp } from './ledger-http.ts';
import { periodRoutes } from './periods.routes.ts';

export { LEDGER_ROLES } from './schema.ts';

/** Registers the read copy on a node's HTTP API, behind its guard. The inbox stands outside of it: `registerGlInbox`. */
export function registerLedgerRoutes(app: App, http: LedgerHttp): void {
  entryRoutes(app, http);
  periodRoutes(app, http);
  intakeRoutes(app, http);
}
