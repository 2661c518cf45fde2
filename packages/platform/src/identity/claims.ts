import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';
import type { Deployment, RequestContext } from './context.ts';

const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9._:-]+$' });
const Locale = Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' });

/** The claims of spec 03, "Tenant context", as they stand in a token. Registered JWT claims are checked elsewhere. */
export const TenantClaimsSchema = Type.Object({
  tenant_id: Uuid,
  tenant_mode: Type.Union([Type.Literal('POOLED'), Type.Literal('SCHEMA'), Type.Literal('DEDICATED_DB')]),
  tenant_label: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  legal_entity_id: Type.Optional(Uuid),
  entity_code: Type.Optional(Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,31}$' })),
  country_code: Type.String({ minLength: 1, maxLength: 8 }),
  locale: Locale,
  supported_locales: Type.Array(Locale, { minItems: 1, maxItems: 50 }),
  billing_status: Type.Union([
    Type.Literal('ACTIVE'),
    Type.Literal('TRIAL'),
    Type.Literal('SUSPENDED'),
    Type.Literal('TERMINATED'),
  ]),
  enabled_modules: Type.Array(Name, { maxItems: 100 }),
  roles: Type.Array(Name, { maxItems: 100 }),
  user_id: Uuid,
  /** Only where the token is minted for one request, as by a gateway; otherwise each request gets its own. */
  correlation_id: Type.Optional(Uuid),
  deployment: Type.Union([Type.Literal('prod'), Type.Literal('test')]),
});

export type TenantClaims = Static<typeof TenantClaimsSchema>;

const validClaims = new Ajv({ strict: true }).compile<TenantClaims>(TenantClaimsSchema);

/** @returns what is wrong with `value` as tenant claims, or undefined when nothing is */
export function claimsFault(value: unknown): string | undefined {
  if (validClaims(value)) return undefined;
  const fault = validClaims.errors?.[0];
  return `${fault?.instancePath.slice(1) || 'claims'} ${fault?.message ?? 'invalid'}`;
}

/** Picks the tenant claims out of a checked payload, leaving the registered ones (iss, exp, …) behind. */
export function tenantClaims(payload: Readonly<Record<string, unknown>>): TenantClaims {
  const names = new Set(Object.keys(TenantClaimsSchema.properties));
  const claims = Object.fromEntries(Object.entries(payload).filter(([name]) => names.has(name)));
  if (!validClaims(claims)) throw new TypeError(`tenant claims: ${claimsFault(claims)}`);
  return claims;
}

/** A verified token, before a request gives it a correlation id. */
export type Identity = Omit<RequestContext, 'correlationId'> & {
  readonly correlationId?: string;
  readonly deployment: Deployment;
};

export function identityOf(claims: TenantClaims): Identity {
  return {
    tenantId: claims.tenant_id,
    tenantMode: claims.tenant_mode,
    ...(claims.tenant_label === undefined ? {} : { tenantLabel: claims.tenant_label }),
    ...(claims.legal_entity_id === undefined ? {} : { legalEntityId: claims.legal_entity_id }),
    ...(claims.entity_code === undefined ? {} : { entityCode: claims.entity_code }),
    ...(claims.correlation_id === undefined ? {} : { correlationId: claims.correlation_id }),
    countryCode: claims.country_code,
    locale: claims.locale,
    supportedLocales: claims.supported_locales,
    billingStatus: claims.billing_status,
    enabledModules: claims.enabled_modules,
    roles: claims.roles,
    userId: claims.user_id,
    deployment: claims.deployment,
  };
}
