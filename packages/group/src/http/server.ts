import {
  type App,
  buildServer,
  type DelegatedIssuer,
  openIdentityProvider,
  openIssuer,
  type ServerOptions,
} from '@prorata/platform';
import { accessLogOf } from '../access/access-log.ts';
import { legalEntityOf } from '../access/legal-entity.ts';
import { entityTokens } from '../enrolment/entity-tokens.ts';
import { GROUP_MODULE, type GroupNode } from '../node/group-node.ts';
import { logReads } from './access.routes.ts';
import { refuseOtherTenants, registerGroupRoutes } from './app.ts';

export interface GroupAppOptions
  extends Partial<Pick<ServerOptions, 'pages' | 'requestsPerMinute' | 'log' | 'logLevel'>> {
  readonly version?: string;
  readonly codes?: ServerOptions['trust']['codes'];
  /** Routes of the platform that the node hosts beside its own, behind the same guard. */
  readonly also?: (app: App) => void | Promise<void>;
}

/** The group node's HTTP service, not listening yet: its routes, its issuer, and the tokens of enrolled entities. */
export async function buildGroupApp(group: GroupNode, options: GroupAppOptions = {}): Promise<App> {
  const { version = '0.1.0', codes, also, ...rest } = options;
  const delegated: readonly DelegatedIssuer[] = [entityTokens(group)];
  return await buildServer({
    title: 'Prorata group',
    version,
    description: 'The group: intake of signed bundles, consolidated reports, drill-down, completeness.',
    trust: {
      issuer: await openIssuer({ dir: group.dir, nodeId: group.config.node_id }),
      deployment: group.config.deployment,
      delegated,
      provider: await openIdentityProvider({
        config: group.config,
        dir: group.dir,
        modules: [GROUP_MODULE],
        findEntity: (code) => legalEntityOf(group, code),
      }),
      ...(codes === undefined ? {} : { codes }),
    },
    trustProxy: group.config.http?.trust_proxy,
    tenantModeOf: (tenantId) => group.db.tenantMode(tenantId),
    register: async (app) => {
      refuseOtherTenants(app, group);
      logReads(app, accessLogOf(group));
      await registerGroupRoutes(app, group);
      await also?.(app);
    },
    ready: { database: () => group.db.ping() },
    ...rest,
  });
}
