import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../identity/context.ts';

/** Somebody of a tenant and legal entity of their own, unless told. */
export function someContext(change: Partial<RequestContext> = {}): RequestContext {
  return {
    tenantId: randomUUID(),
    tenantMode: 'POOLED',
    legalEntityId: randomUUID(),
    countryCode: 'FR',
    locale: 'fr',
    supportedLocales: ['fr'],
    billingStatus: 'ACTIVE',
    enabledModules: [],
    roles: [],
    userId: randomUUID(),
    correlationId: randomUUID(),
    ...change,
  };
}
