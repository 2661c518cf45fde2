import { createHash } from 'node:crypto';
import type { NodeConfig } from '../node/config.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { claimsFault, type TenantClaims } from './claims.ts';
import { isCountryCode } from './countries.ts';
import type { OidcConfig } from './oidc-config.ts';

/** What a provider says about somebody, checked: a payload whose signature, issuer, audience and expiry hold. */
export type ProviderClaims = Readonly<Record<string, unknown>>;

/** How a node turns a provider's claims into its own. */
export interface SubjectOptions {
  readonly config: NodeConfig;
  readonly oidc: OidcConfig;
  /** Modules that the node serves. */
  readonly modules: readonly string[];
  /** On a node of several entities: the legal entity behind a code, undefined for an unknown one. */
  readonly findEntity?: (code: string) => Promise<{ readonly id: string; readonly code: string } | undefined>;
}

/** The country of a group that has none of its own: where nothing national applies, the claim still has to be a country. */
const GROUP_COUNTRY = 'FR';

/**
 * Maps what the provider says to the tenant claims of spec 03. The provider decides who somebody is and which of its roles he has; what
 * those mean here stands in `role_map`, and tenant, modules and deployment are the node's own.
 *
 * @throws Problem `SIGN_IN_REFUSED` for another tenant or entity, `SIGN_IN_WITHOUT_ROLE`
 */
export async function subjectOf(claims: ProviderClaims, options: SubjectOptions): Promise<TenantClaims> {
  const { config, oidc } = options;
  refuseOtherTenant(claims, oidc);
  const roles = rolesOf(claims, oidc);
  const entity = await entityOf(claims, options);
  const country = config.entity?.country ?? GROUP_COUNTRY;
  const mapped: TenantClaims = {
    tenant_id: config.tenant.id,
    tenant_mode: config.database?.tenants?.find(({ id }) => id === config.tenant.id)?.mode ?? 'POOLED',
    tenant_label: config.tenant.label,
    ...(entity === undefined ? {} : { legal_entity_id: entity.id, entity_code: entity.code }),
    country_code: isCountryCode(country) ? country : GROUP_COUNTRY,
    locale: localeOf(claims.locale),
    supported_locales: ['en', 'fr'],
    billing_status: 'ACTIVE',
    enabled_modules: [...options.modules],
    roles,
    user_id: userIdOf(oidc.issuer, String(claims.sub)),
    deployment: config.deployment,
  };
  const fault = claimsFault(mapped);
  if (fault !== undefined) throw platformProblem('SIGN_IN_REFUSED', `the provider's claims do not fit: ${fault}`);
  return mapped;
}

/** The same person is the same user here for good: a name-based UUID (RFC 9562, version 8) of issuer and subject. */
export function userIdOf(issuer: string, subject: string): string {
  const hex = createHash('sha256').update(`prorata user ${issuer} ${subject}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function refuseOtherTenant(claims: ProviderClaims, { tenant }: OidcConfig): void {
  if (tenant === undefined || textsAt(claims, tenant.claim).includes(tenant.value)) return;
  throw platformProblem('SIGN_IN_REFUSED', `the claim ${tenant.claim} does not name the tenant of this node`);
}

function rolesOf(claims: ProviderClaims, { roles_claim: path, role_map: map }: OidcConfig): string[] {
  const given = textsAt(claims, path);
  const roles = new Set(given.flatMap((name) => (Object.hasOwn(map, name) ? (map[name] ?? []) : [])));
  if (roles.size > 0) return [...roles].sort();
  const detail = given.length === 0 ? `the claim ${path} is empty` : `no role of the claim ${path} means anything here`;
  throw platformProblem('SIGN_IN_WITHOUT_ROLE', detail);
}

async function entityOf(claims: ProviderClaims, { config, oidc, findEntity }: SubjectOptions) {
  const [code, ...more] = oidc.entity_claim === undefined ? [] : textsAt(claims, oidc.entity_claim);
  if (more.length > 0)
    throw platformProblem('SIGN_IN_REFUSED', `the claim ${oidc.entity_claim} names several entities`);
  const own = config.entity;
  if (own !== undefined) {
    if (code === undefined || code === own.code) return { id: own.id, code: own.code };
    throw platformProblem('SIGN_IN_REFUSED', `the claim ${oidc.entity_claim} names another entity than ${own.code}`);
  }
  if (code === undefined) return undefined;
  const found = await findEntity?.(code);
  if (found !== undefined) return found;
  throw platformProblem('SIGN_IN_REFUSED', `the claim ${oidc.entity_claim} names an entity that is not enrolled here`);
}

/** The texts at a path of the claims: of a list its members, of one text with spaces its words (as `scope` is written). */
function textsAt(claims: ProviderClaims, path: string): string[] {
  let value: unknown = Object.hasOwn(claims, path) ? claims[path] : undefined;
  if (value === undefined) {
    value = claims;
    for (const member of path.split('.')) {
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, member)
          ? Reflect.get(value, member)
          : undefined;
    }
  }
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function localeOf(value: unknown): string {
  return typeof value === 'string' && /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(value) ? value : 'en';
}
