import { audienceOf, type DelegatedIssuer } from '@prorata/platform';
import { GROUP_MODULE, type GroupNode } from '../node/group-node.ts';
import { findKey } from './keys.ts';

/** The role that a push needs; it reaches one entity and reads nothing of the group. */
export const PUBLISHER_ROLE = 'entity.publisher';

/**
 * Takes short-lived tokens that an entity signs with its enrolled key (`iss` `entity:FR01`). What the entity may do is decided here,
 * from what was enrolled: to publish for itself.
 */
export function entityTokens(group: GroupNode): DelegatedIssuer {
  return {
    // The group's key, which the admission told the entity: it needs to know nothing else of this node.
    audience: audienceOf(group.signingKey.kid),
    accepts: (issuer) => issuer.startsWith('entity:'),
    async resolve(issuer, kid) {
      const key = await findKey(group, kid);
      if (key === null || key.revokedAt || issuer !== `entity:${key.entityCode}`) return undefined;
      return {
        publicJwk: { ...key.publicJwk },
        claims: {
          tenant_id: group.scope.tenantId,
          tenant_mode: group.db.tenantMode(group.scope.tenantId),
          legal_entity_id: key.legalEntityId,
          entity_code: key.entityCode,
          country_code: key.country,
          locale: 'en',
          supported_locales: ['en', 'fr'],
          billing_status: 'ACTIVE',
          enabled_modules: [GROUP_MODULE],
          roles: [PUBLISHER_ROLE],
          user_id: key.legalEntityId,
          deployment: group.config.deployment,
        },
      };
    },
  };
}
