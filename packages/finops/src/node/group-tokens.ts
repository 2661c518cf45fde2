import { audienceOf, type DelegatedIssuer } from '@prorata/platform';
import { type EntityNode, FINOPS_MODULE } from './entity.ts';
import { membershipOf } from './join.ts';

/** Role of the group of the admission, and of nobody else. */
export const PULLER_ROLE = 'finops.puller';

/**
 * Whom a token of the group names when it calls an entity's node: the entity by its code in the group, which both sides know from
 * the admission and which outlives every key.
 */
export function pullAudience(entityCode: string): string {
  return audienceOf(`entity:${entityCode}`);
}

/** How the group signs (`iss`): the tenant's code of the admission. */
export function groupIssuer(tenantCode: string): string {
  return `group:${tenantCode}`;
}

/**
 * Takes short-lived tokens that the group signs with the key of its admission. What the group may do is decided here: list what the
 * entity published, fetch it, and say what became of it.
 */
export function groupTokens(entity: EntityNode): DelegatedIssuer {
  return {
    audience: pullAudience(entity.entity.code),
    ownRoles: [PULLER_ROLE],
    accepts: (issuer) => issuer.startsWith('group:'),
    async resolve(issuer, kid) {
      const membership = await entity.db.transaction(entity.scope, membershipOf, { readOnly: true });
      if (membership === undefined) return undefined;
      const { statement, group_kid } = membership;
      if (kid !== group_kid || issuer !== groupIssuer(statement.tenant.code)) return undefined;
      return {
        publicJwk: { ...statement.groupPublicJwk },
        claims: {
          tenant_id: entity.scope.tenantId,
          tenant_mode: entity.db.tenantMode(entity.scope.tenantId),
          legal_entity_id: entity.scope.legalEntityId,
          entity_code: entity.entity.code,
          country_code: entity.entity.country,
          locale: 'en',
          supported_locales: ['en', 'fr'],
          billing_status: 'ACTIVE',
          enabled_modules: [FINOPS_MODULE],
          roles: [PULLER_ROLE],
          user_id: statement.tenant.id,
          deployment: entity.config.deployment,
        },
      };
    },
  };
}
