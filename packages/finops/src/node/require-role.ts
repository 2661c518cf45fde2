import { platformProblem, type RequestContext } from '@prorata/platform';

/** Roles that answer for what others brought in: they publish, close and reopen (decision 0143). */
export const CONTROLLING = ['finops.controller', 'finops.admin'] as const;

/** @param what is asked for, for the words of the refusal @throws Problem `FORBIDDEN` */
export function requireRole(context: RequestContext, roles: readonly string[], what: string): void {
  if (roles.some((role) => context.roles.includes(role))) return;
  throw platformProblem('FORBIDDEN', `${what} takes one of the roles ${roles.join(', ')}`, { roles });
}
