import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LEDGER_EVENTS, LEDGER_MIGRATIONS, registerGlInbox, registerLedgerRoutes } from '@prorata/ledger';
import {
  type App,
  buildServer,
  type EventCatalogue,
  findPlugins,
  type Issuer,
  loadPlugins,
  openIssuer,
  PLATFORM_MIGRATIONS,
  type PluginEntry,
  type PluginHost,
  type RequestContext,
  registerPlugins,
  registerTranslations,
  startWorker,
  type TenantClaims,
} from '@prorata/platform';
import { openTestDatabase, type TestDatabase } from '@prorata/platform/testing';
import { analyticJobs } from '../batch/batch.job.ts';
import { driverSourcesOf } from '../drivers/plugin-sources.ts';
import { ANALYTIC_EVENTS } from '../event-catalogue.ts';
import { ANALYTIC_MIGRATIONS } from '../migrations.ts';
import { reactToLedger } from '../postings/reverse.ts';
import { analyticServices } from '../service/for-plugins.ts';
import { ANALYTIC_MODULE, ANALYTIC_ROLES, type AnalyticNode } from '../service/node.ts';
import { registerAnalyticRoutes } from '../service/register.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** An answer's body: members of members, as tests look them up. */
export interface Json {
  readonly [member: string]: Json;
}

export interface Asked {
  readonly key?: string | false;
  readonly claims?: Partial<TenantClaims>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A legal entity that calls the service over HTTP. */
export interface Company {
  readonly tenantId: string;
  readonly legalEntityId: string;
  readonly userId: string;
  readonly context: RequestContext & { readonly legalEntityId: string };
  ask(method: Method, path: string, body?: unknown, asked?: Asked): Promise<Answer>;
}

export interface TestService extends TestDatabase {
  readonly app: App;
  /** The node's folder, with its keys. */
  readonly dir: string;
  readonly issuer: Issuer;
  readonly host: PluginHost;
  readonly node: AnalyticNode;
  company(of?: { tenantId?: string; currency?: string }): Promise<Company>;
  token(claims: TenantClaims): Promise<string>;
}

export interface TestServiceWishes {
  /** Does batch runs, as `prorata serve` does. */
  readonly works?: boolean;
  readonly plugins?: readonly PluginEntry[];
  readonly pluginEvents?: EventCatalogue;
  /** Instead of a clone in the shared test cluster; the service closes it. */
  readonly database?: TestDatabase;
}

/** The service on a database of its own, with a worker for its jobs where it works; requests go through the whole HTTP stack, without a socket. */
export async function openTestService(wishes: TestServiceWishes = {}): Promise<TestService> {
  const { works = false, plugins = [], pluginEvents = {} } = wishes;
  const dir = await mkdtemp(join(tmpdir(), 'prorata-analytic-'));
  const found = await findPlugins(dir, plugins);
  const tables = found.flatMap(({ migrations }) => migrations ?? []);
  const clone = () =>
    openTestDatabase([PLATFORM_MIGRATIONS, LEDGER_MIGRATIONS, ANALYTIC_MIGRATIONS, ...tables], {
      events: { ...LEDGER_EVENTS, ...ANALYTIC_EVENTS, ...pluginEvents },
    });
  const test = wishes.database ?? (await clone());
  const services = { analytic: (context: RequestContext) => analyticServices({ db: test.db }, context) };
  const host = await loadPlugins(test.db, found, services);
  const issuer = await openIssuer({ dir, nodeId: randomUUID() });
  const node: AnalyticNode = { db: test.db, driverSources: driverSourcesOf(host) };
  const app = await buildServer({
    title: 'Analytic',
    version: '0.0.0',
    trust: { issuer, deployment: 'prod' },
    requestsPerMinute: false,
    log: false,
    register: (guarded) => {
      registerAnalyticRoutes(guarded, node);
      registerPlugins(guarded, host, [ANALYTIC_ROLES.admin]);
      registerTranslations(guarded, {
        db: test.db,
        readers: [ANALYTIC_ROLES.reader, ANALYTIC_ROLES.writer],
        writers: [ANALYTIC_ROLES.writer],
      });
      registerLedgerRoutes(guarded, { db: test.db, dir, react: reactToLedger });
    },
    pages: (pages) => registerGlInbox(pages, { db: test.db, dir, react: reactToLedger }),
  });
  const token = (claims: TenantClaims) => issuer.issueToken(claims);
  const worker = works ? startWorker(test.db, analyticJobs) : undefined;
  return {
    ...test,
    app,
    dir,
    issuer,
    host,
    node,
    token,
    company: (of = {}) => openCompany(test, app, token, of),
    async close() {
      await app.close();
      await worker?.stop();
      await test.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function openCompany(
  test: TestDatabase,
  app: App,
  token: TestService['token'],
  of: { tenantId?: string; currency?: string },
): Promise<Company> {
  const { tenantId = randomUUID(), currency = 'EUR' } = of;
  const [legalEntityId, userId] = [randomUUID(), randomUUID()];
  await test.admin('INSERT INTO tenant (tenant_id, code, label) VALUES ($1, $2, $2) ON CONFLICT DO NOTHING', [
    tenantId,
    `T${tenantId}`,
  ]);
  await test.admin(
    `INSERT INTO legal_entity (tenant_id, legal_entity_id, code, label, country_code, currency)
     VALUES ($1, $2, $3, $3, 'FR', $4)`,
    [tenantId, legalEntityId, legalEntityId.toUpperCase(), currency],
  );
  const claims = claimsOf(tenantId, legalEntityId, userId);
  const own = await token(claims);
  return {
    tenantId,
    legalEntityId,
    userId,
    context: contextOf(claims, legalEntityId),
    async ask(method, path, body, asked = {}) {
      const bearer = asked.claims === undefined ? own : await token({ ...claims, ...asked.claims });
      const key = asked.key ?? randomUUID();
      const upload = typeof body === 'string' || body instanceof Uint8Array;
      const answer = await app.inject({
        method,
        url: path.startsWith('/') ? path : `/api/erp/analytic/${path}`,
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(key === false || method === 'GET' ? {} : { 'idempotency-key': key }),
          ...(body === undefined ? {} : { 'content-type': upload ? 'text/csv' : 'application/json' }),
          ...asked.headers,
        },
        ...(body === undefined ? {} : { payload: upload ? Buffer.from(body) : JSON.stringify(body) }),
      });
      return {
        status: answer.statusCode,
        body: parsed(answer.body),
        text: answer.body,
        headers: answer.headers,
      };
    },
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

export function claimsOf(tenantId: string, legalEntityId: string, userId: string): TenantClaims {
  return {
    tenant_id: tenantId,
    tenant_mode: 'POOLED',
    legal_entity_id: legalEntityId,
    country_code: 'FR',
    locale: 'fr',
    supported_locales: ['fr', 'en'],
    billing_status: 'ACTIVE',
    enabled_modules: [ANALYTIC_MODULE],
    roles: [ANALYTIC_ROLES.writer],
    user_id: userId,
    deployment: 'prod',
  };
}

function contextOf(claims: TenantClaims, legalEntityId: string): Company['context'] {
  return {
    tenantId: claims.tenant_id,
    tenantMode: 'POOLED',
    legalEntityId,
    countryCode: claims.country_code,
    locale: 'fr',
    supportedLocales: ['fr', 'en'],
    billingStatus: 'ACTIVE',
    enabledModules: claims.enabled_modules,
    roles: claims.roles,
    userId: claims.user_id,
    correlationId: randomUUID(),
  };
}
