import type { NodeConfig } from '@prorata/platform';
import { cliProblem } from '../problems.ts';

const EVERYWHERE = ['events.reader', 'platform.admin'] as const;

/** Roles that the routes of a node ask for, by its kind. */
const ROLES: Readonly<Record<NodeConfig['kind'], readonly string[]>> = {
  entity: [
    ...['analytic.admin', 'analytic.reader', 'analytic.writer'],
    ...['finops.admin', 'finops.analyst', 'finops.controller', 'finops.puller', 'finops.reader'],
    ...['ledger.admin', 'ledger.reader', 'platform.translator', ...EVERYWHERE],
  ],
  group: ['entity.publisher', 'entity.reader', 'group.admin', 'group.reader', ...EVERYWHERE],
};
const FAMILIES = new Set([...ROLES.entity, ...ROLES.group].map(familyOf));

/**
 * Sees to it that a route of the node asks for each role: a token with another one opens nothing. Plugins have roles of their own, which
 * their manifests do not name, so that a node with plugins takes roles of other families than ours.
 *
 * @throws Problem `OPTION_INVALID`
 */
export function requireRoles({ kind, plugins = [] }: NodeConfig, roles: readonly string[]): void {
  const known = ROLES[kind];
  const unknown = roles.find((role) => !known.includes(role) && (plugins.length === 0 || FAMILIES.has(familyOf(role))));
  if (unknown === undefined) return;
  const detail = `--role ${JSON.stringify(unknown.slice(0, 60))} is no role of a node of the kind ${kind}; there are ${[...known].sort().join(', ')}`;
  throw cliProblem('OPTION_INVALID', detail, { value: unknown, roles: [...known].sort() });
}

function familyOf(role: string): string {
  return role.split('.')[0] ?? role;
}
