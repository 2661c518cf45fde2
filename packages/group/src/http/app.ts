import { type App, REPLAYED_HEADER, wasReplayed } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { registerAccessRoutes } from './access.routes.ts';
import { registerAnalysisRoutes } from './analysis.routes.ts';
import { registerEntityRoutes } from './entities.routes.ts';
import { registerExchangeRoutes } from './exchange.routes.ts';
import { registerGovernanceRoutes } from './governance.routes.ts';
import { registerPeriodRoutes } from './periods.routes.ts';
import { registerPublicationRoutes } from './publications.routes.ts';
import { registerQuarantineRoutes } from './quarantine.routes.ts';
import { registerReferenceRoutes } from './references.routes.ts';
import { registerReportRoutes } from './reports.routes.ts';
import { registerSavedViewRoutes } from './saved-views.routes.ts';

/** Everything the group answers over HTTP; behind the platform's guard. */
export async function registerGroupRoutes(app: App, group: GroupNode): Promise<void> {
  await app.register(async (instance) => {
    const scoped = instance as App;
    refuseOtherTenants(scoped, group);
    scoped.addHook('onSend', async (request, reply) => {
      // A refused caller has no context to ask about.
      if (reply.statusCode < 300 && wasReplayed(request.context)) reply.header(REPLAYED_HEADER, 'true');
    });
    registerReportRoutes(scoped, group);
    registerAnalysisRoutes(scoped, group);
    registerPublicationRoutes(scoped, group);
    registerEntityRoutes(scoped, group);
    registerReferenceRoutes(scoped, group);
    registerExchangeRoutes(scoped, group);
    registerPeriodRoutes(scoped, group);
    registerGovernanceRoutes(scoped, group);
    registerQuarantineRoutes(scoped, group);
    registerAccessRoutes(scoped, group);
    registerSavedViewRoutes(scoped, group);
  });
}

/** Use cases work for the node's tenant, so a token of any other one ends here, whatever its roles. */
export function refuseOtherTenants(app: App, group: GroupNode): void {
  app.addHook('onRequest', async (request) => {
    if (request.context.tenantId === group.scope.tenantId) return;
    throw groupProblem('TENANT_UNKNOWN', `the token is for the tenant ${request.context.tenantId}`);
  });
}
