import { createHash } from 'node:crypto';
import {
  type Identity,
  identityOf,
  isCountryCode,
  type NodeConfig,
  pluginModule,
  type TenantClaims,
} from '@prorata/platform';

/** Modules that a node of each kind serves, as the routes name them. */
const MODULES: Readonly<Record<NodeConfig['kind'], readonly string[]>> = {
  entity: ['FINOPS', 'ERP_ANALYTIC_CORE'],
  group: ['FINOPS_GROUP'],
};

/** Modules of a node, those of its plugins too. */
export function modulesOf(config: NodeConfig): string[] {
  return [...MODULES[config.kind], ...(config.plugins ?? []).map(({ code }) => pluginModule(code))];
}

export interface ClaimsWishes {
  readonly roles: readonly string[];
  /** The entity that the bearer speaks for; an entity node's own one unless told. */
  readonly legalEntity?: { readonly id: string; readonly code: string } | undefined;
  readonly locale?: string | undefined;
}

/** The country of a group that has none of its own: where nothing national applies, the claim still has to be a country. */
const GROUP_COUNTRY = 'FR';

/** What the embedded issuer says about the operator of a node. */
export function operatorClaims(config: NodeConfig, wishes: ClaimsWishes): TenantClaims {
  const own = config.entity === undefined ? undefined : { id: config.entity.id, code: config.entity.code };
  const legalEntity = wishes.legalEntity ?? own;
  const country = config.entity?.country ?? GROUP_COUNTRY;
  return {
    tenant_id: config.tenant.id,
    tenant_mode: config.database?.tenants?.find(({ id }) => id === config.tenant.id)?.mode ?? 'POOLED',
    tenant_label: config.tenant.label,
    ...(legalEntity === undefined ? {} : { legal_entity_id: legalEntity.id, entity_code: legalEntity.code }),
    country_code: isCountryCode(country) ? country : GROUP_COUNTRY,
    locale: wishes.locale ?? 'en',
    supported_locales: ['en', 'fr'],
    billing_status: 'ACTIVE',
    enabled_modules: modulesOf(config),
    roles: [...wishes.roles],
    user_id: operatorId(config.node_id),
    deployment: config.deployment,
  };
}

/** On whose behalf the node itself acts: its operator. */
export function operatorIdentity(
  config: NodeConfig,
  roles: readonly string[],
): Omit<Identity, 'deployment' | 'correlationId'> {
  const { deployment: _deployment, correlationId: _none, ...identity } = identityOf(operatorClaims(config, { roles }));
  return identity;
}

/**
 * The operator at the shell is one user a node, always the same: an idempotency key sent twice meets the same user. A
 * name-based UUID (RFC 9562, version 8).
 */
function operatorId(nodeId: string): string {
  const hex = createHash('sha256').update(`prorata operator ${nodeId}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
