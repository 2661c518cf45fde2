import type { TenantMode } from '../database/registry.ts';

import type { Scope } from '../database/scope.ts';

export type BillingStatus = 'ACTIVE' | 'TRIAL' | 'SUSPENDED' | 'TERMINATED';

/** Prod and test nodes never mix: tokens and bundles of the other kind are refused. */
export type Deployment = 'prod' | 'test';

/** Who asks, for whom, in which language: what a verified token says, and nothing that a request could add. */
export interface RequestContext {
  readonly tenantId: string;
  readonly tenantMode: TenantMode;
  readonly tenantLabel?: string;
  /** UUID; absent for somebody who acts on the group as a whole. */
  readonly legalEntityId?: string;
  /** Code of the entity (FR01), where the caller is one. */
  readonly entityCode?: string;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  /** BCP 47. */
  readonly locale: string;
  readonly supportedLocales: readonly string[];
  readonly billingStatus: BillingStatus;
  readonly enabledModules: readonly string[];
  readonly roles: readonly string[];
  /** UUID: it becomes `created_by`. */
  readonly userId: string;
  /** UUID: the same in the answer, the log, the audit row and the events of one request. */
  readonly correlationId: string;
}

/** The part of a context that a database transaction sets. */
export function scopeOf(context: RequestContext): Scope {
  return {
    tenantId: context.tenantId,
    ...(context.legalEntityId === undefined ? {} : { legalEntityId: context.legalEntityId }),
    ...(context.entityCode === undefined ? {} : { entityId: context.entityCode }),
  };
}
