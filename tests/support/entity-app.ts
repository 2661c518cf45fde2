import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerAnalyticRoutes } from '@prorata/analytic';
import { ANALYTIC_MIGRATIONS } from '@prorata/analytic/migrations';
import { buildEntityApp, type EntityNode, entityOver, FINOPS_MIGRATIONS } from '@prorata/finops';
import { LEDGER_MIGRATIONS, registerLedgerRoutes } from '@prorata/ledger';
import {
  type App,
  openIssuer,
  openWebhookNode,
  PLATFORM_MIGRATIONS,
  registerEvents,
  registerJobRoutes,
  registerTranslations,
  type TenantClaims,
  uuidv7,
} from '@prorata/platform';
import { openTestDatabase, type TestDatabase } from '@prorata/platform/testing';

/** Everything that an entity node serves, on a database of its own. */
export interface EntityApp {
  readonly app: App;
  readonly entity: EntityNode;
  readonly admin: TestDatabase['admin'];
  /** A token of the entity, with every role unless told. */
  token(change?: Partial<TenantClaims>): Promise<string>;
  close(): Promise<void>;
}

const ALL_ROLES = [
  ...['finops.reader', 'finops.analyst', 'finops.controller', 'finops.admin'],
  ...['analytic.reader', 'analytic.writer', 'analytic.admin', 'ledger.reader', 'ledger.admin', 'platform.admin'],
];

export async function openEntityApp(): Promise<EntityApp> {
  const database = await openTestDatabase([
    PLATFORM_MIGRATIONS,
    LEDGER_MIGRATIONS,
    FINOPS_MIGRATIONS,
    ANALYTIC_MIGRATIONS,
  ]);
  const dir = await mkdtemp(join(tmpdir(), 'prorata-entity-app-'));
  const { db } = database;
  const config = {
    schema: 'prorata.node/1',
    kind: 'entity',
    node_id: uuidv7(),
    deployment: 'prod',
    tenant: { id: uuidv7(), code: 'FR01', label: 'France' },
    currency: 'EUR',
    entity: { id: uuidv7(), code: 'FR01', label: 'France', country: 'FR' },
    webhooks: { allow: ['127.0.0.0/8'] },
  } as const;
  const entity = await entityOver(dir, { ...config, webhooks: { allow: [...config.webhooks.allow] } }, db);
  const webhooks = await openWebhookNode({ db, dir, config: entity.config });
  const app = await buildEntityApp(entity, {
    log: false,
    requestsPerMinute: false,
    also(guarded) {
      registerAnalyticRoutes(guarded, { db });
      registerLedgerRoutes(guarded, { db, dir });
      registerTranslations(guarded, { db, readers: ['analytic.reader'], writers: ['analytic.writer'] });
      registerJobRoutes(guarded, { db, operators: ['finops.admin'] });
      registerEvents(guarded, webhooks, 'entity');
    },
  });
  const issuer = await openIssuer({ dir, nodeId: config.node_id });
  return {
    app,
    entity,
    admin: database.admin,
    token: (change) =>
      issuer.issueToken({
        tenant_id: config.tenant.id,
        tenant_mode: 'POOLED',
        legal_entity_id: config.entity.id,
        entity_code: 'FR01',
        country_code: 'FR',
        locale: 'en',
        supported_locales: ['en'],
        billing_status: 'ACTIVE',
        enabled_modules: ['FINOPS', 'ERP_ANALYTIC_CORE'],
        roles: ALL_ROLES,
        user_id: '01900000-0000-7000-8000-000000000001',
        deployment: 'prod',
        ...change,
      }),
    async close() {
      await app.close();
      await database.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What exists on the node, or could: requests that name it get past the look-up. */
export const KNOWN = ['FR01', '2025-07', '2025-06', '2025', 'EUR', 'PROJECT', 'payroll', '1', '2', '613200', uuidv7()];
