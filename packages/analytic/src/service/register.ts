import type { App } from '@prorata/platform';
import { axisRoutes } from '../axes/axes.routes.ts';
import { balanceRoutes } from '../balance/balance.routes.ts';
import { batchRoutes } from '../batch/batch.routes.ts';
import { cycleRoutes } from '../cycles/cycles.routes.ts';
import { dimensionRoutes } from '../dimensions/dimensions.routes.ts';
import { driverRoutes } from '../drivers/drivers.routes.ts';
import { intentRoutes } from '../intents/intents.routes.ts';
import { postingRoutes } from '../postings/postings.routes.ts';
import { ruleRoutes } from '../rules/rules.routes.ts';
import type { AnalyticNode } from './node.ts';

/** Registers the service on a node's HTTP API, behind its guard; every route states its roles and module. */
export function registerAnalyticRoutes(app: App, node: AnalyticNode): void {
  axisRoutes(app, node);
  dimensionRoutes(app, node);
  driverRoutes(app, node);
  ruleRoutes(app, node);
  postingRoutes(app, node);
  batchRoutes(app, node);
  cycleRoutes(app, node);
  balanceRoutes(app, node);
  intentRoutes(app);
}
