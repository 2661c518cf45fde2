import { type App, buildServer, openIdentityProvider, openIssuer, type ServerOptions } from '@prorata/platform';
import { type EntityNode, FINOPS_MODULE } from '../node/entity.ts';
import { groupTokens } from '../node/group-tokens.ts';
import { registerFinopsRoutes } from './finops.routes.ts';

export interface EntityAppOptions
  extends Partial<Pick<ServerOptions, 'pages' | 'requestsPerMinute' | 'log' | 'logLevel'>> {
  readonly version?: string;
  readonly codes?: ServerOptions['trust']['codes'];
  /** Modules that the node serves, for whoever signs in with the identity provider; FinOps alone unless told. */
  readonly modules?: readonly string[];
  /** Routes of the other services that the node hosts, behind the same guard. */
  readonly also?: (app: App) => void | Promise<void>;
}

/** The entity node's HTTP service, not listening yet: its routes and its issuer. */
export async function buildEntityApp(entity: EntityNode, options: EntityAppOptions = {}): Promise<App> {
  const { version = '0.1.0', codes, also, modules = [FINOPS_MODULE], ...rest } = options;
  return await buildServer({
    title: `Prorata ${entity.entity.code}`,
    version,
    description: 'One entity: import of bills, monthly facts, reports, signed publications.',
    trust: {
      issuer: await openIssuer({ dir: entity.dir, nodeId: entity.config.node_id }),
      deployment: entity.config.deployment,
      delegated: [groupTokens(entity)],
      provider: await openIdentityProvider({ config: entity.config, dir: entity.dir, modules }),
      ...(codes === undefined ? {} : { codes }),
    },
    trustProxy: entity.config.http?.trust_proxy,
    tenantModeOf: (tenantId) => entity.db.tenantMode(tenantId),
    register: async (app) => {
      await registerFinopsRoutes(app, entity);
      await also?.(app);
    },
    ready: { database: () => entity.db.ping() },
    ...rest,
  });
}
