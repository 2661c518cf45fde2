import { databaseProblem } from './problems.ts';

/** Whose rows a transaction sees. Row-level security compares against these, so an absent member sees nothing. */
export interface Scope {
  /** UUID of the tenant: the group of companies. */
  readonly tenantId: string;
  /** UUID of the legal entity; needed for the tables of an entity node. */
  readonly legalEntityId?: string;
  /** Code of the entity on a group node (FR01); needed for entity-grained rows reached by a publisher. */
  readonly entityId?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Code of an entity: what a person types and what stands in file names, so no blanks, quotes or slashes. */
export const ENTITY_CODE = /^[A-Z0-9][A-Z0-9_-]{0,31}$/;

/** Stands in a scope for the code of no entity at all: without a code, tables that are walled by it show the whole tenant. */
export const NO_ENTITY = '-';

/**
 * The only place where a scope becomes SQL. `SET LOCAL` with a literal, not `set_config`, because that is the one form
 * which a distributed PostgreSQL passes on to its workers; hence the strict patterns in front of it.
 *
 * @throws Problem `SCOPE_INVALID`
 */
export function scopeStatements(scope: Scope): string {
  const legalEntity = scope.legalEntityId ?? '';
  const entity = scope.entityId ?? '';
  if (!UUID.test(scope.tenantId)) throw databaseProblem('SCOPE_INVALID', 'the tenant is not a UUID');
  if (legalEntity !== '' && !UUID.test(legalEntity)) {
    throw databaseProblem('SCOPE_INVALID', 'the legal entity is not a UUID');
  }
  if (entity !== '' && entity !== NO_ENTITY && !ENTITY_CODE.test(entity))
    throw databaseProblem('SCOPE_INVALID', 'the entity code is malformed');
  return (
    `SET LOCAL app.current_tenant = '${scope.tenantId}'; ` +
    `SET LOCAL app.current_legal_entity = '${legalEntity}'; SET LOCAL app.current_entity = '${entity}'`
  );
}

/**
 * A transaction that was begun without a legal entity goes on as one of its tenant, or as none again.
 *
 * @throws Problem `SCOPE_INVALID`
 */
export function legalEntityStatement(legalEntityId = ''): string {
  if (legalEntityId !== '' && !UUID.test(legalEntityId)) {
    throw databaseProblem('SCOPE_INVALID', 'the legal entity is not a UUID');
  }
  return `SET LOCAL app.current_legal_entity = '${legalEntityId}'`;
}
