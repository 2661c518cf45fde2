import type { RequestContext } from '@prorata/platform';
import { type EntityNode, FINOPS_MODULE } from '../node/entity.ts';
import { PULLER_ROLE } from '../node/group-tokens.ts';
import { CONTROLLING } from '../node/require-role.ts';
import { finopsProblem } from '../problems.ts';

/**
 * Who may call a route, for its `config`. Reading is for all four roles. Whoever brings in bills, mappings and runs (analyst) does
 * not close or publish a month, and whoever closes and publishes it (controller) does not change what it is made of; an
 * administrator may do both. The group that pulls publications reaches them and nothing else (decision 0143).
 */
export const READERS = route('finops.reader', 'finops.analyst', 'finops.controller', 'finops.admin');
export const ANALYSTS = route('finops.analyst', 'finops.admin');
export const CONTROLLERS = route(...CONTROLLING);
export const ADMINS = route('finops.admin');

export const PULLERS = route(...READERS.roles, PULLER_ROLE);
/** What became of a bundle says the group, and nobody in its name. */
export const GROUP_ONLY = route(PULLER_ROLE);

function route(...roles: readonly string[]) {
  return { roles: [...roles], module: FINOPS_MODULE };
}

/** Use cases work for the node's entity: a token of any other one ends here, whatever its roles. */
export function refuseOthers(context: RequestContext, entity: EntityNode): void {
  const { tenantId, legalEntityId } = entity.scope;
  if (context.tenantId === tenantId && context.legalEntityId === legalEntityId) return;
  throw finopsProblem('ENTITY_NOT_SERVED', `the token is for ${context.legalEntityId ?? 'no legal entity'}`);
}
