import { randomUUID } from 'node:crypto';
import { type EventCatalogue, PLATFORM_MIGRATIONS, type RequestContext, scopeOf, type Tx } from '@prorata/platform';
import { openTestDatabase, type TestDatabase } from '@prorata/platform/testing';
import { LEDGER_EVENTS } from '../event-catalogue.ts';
import { LEDGER_MIGRATIONS } from '../migrations.ts';

/** A database for one test file, and legal entities to keep books for. */
export interface Books extends TestDatabase {
  /** A new legal entity; of the same tenant as another one where told. */
  entity(tenantId?: string): Promise<RequestContext & { readonly legalEntityId: string }>;
  /** Reads as the application does, in the scope of a legal entity. */
  as<T>(context: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T>;
}

export async function openBooks(events: EventCatalogue = LEDGER_EVENTS): Promise<Books> {
  const test = await openTestDatabase([PLATFORM_MIGRATIONS, LEDGER_MIGRATIONS], { events });
  return {
    ...test,
    async entity(tenantId = randomUUID()) {
      const legalEntityId = randomUUID();
      await test.admin('INSERT INTO tenant (tenant_id, code, label) VALUES ($1, $2, $2) ON CONFLICT DO NOTHING', [
        tenantId,
        `T${tenantId}`,
      ]);
      await test.admin(
        `INSERT INTO legal_entity (tenant_id, legal_entity_id, code, label, country_code, currency)
         VALUES ($1, $2, $3, $3, 'FR', 'EUR')`,
        [tenantId, legalEntityId, legalEntityId.toUpperCase()],
      );
      return {
        tenantId,
        tenantMode: 'POOLED',
        legalEntityId,
        countryCode: 'FR',
        locale: 'fr',
        supportedLocales: ['fr'],
        billingStatus: 'ACTIVE',
        enabledModules: ['ERP_ANALYTIC_CORE'],
        roles: [],
        userId: randomUUID(),
        correlationId: randomUUID(),
      };
    },
    as: (context, work) => test.db.transaction(scopeOf(context), work),
  };
}
