import type { App } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { registerAccessRoutes } from './access.routes.ts';
import { registerAnalysisRoutes } from './analysis.routes.ts';
import { registerPublicationRoutes } from './publications.routes.ts';
import { registerReportRoutes } from './reports.routes.ts';

/** Everything the group answers over HTTP; behind the platform's guard. */
export async function registerGroupRoutes(app: App, group: GroupNode): Promise<void> {
  await app.register(async (instance) => {
    const scoped = instance as App;
    // Use cases work for the node's tenant, so a token of any other one ends here, whatever its roles.
    scoped.addHook('onRequest', async (request) => {
      if (request.context.tenantId === group.scope.tenantId) return;
      throw groupProblem('TENANT_UNKNOWN', `the token is for the tenant ${request.context.tenantId}`);
    });
    registerReportRoutes(scoped, group);
    registerAnalysisRoutes(scoped, group);
    registerPublicationRoutes(scoped, group);
    registerAccessRoutes(scoped, group);
  });
}
