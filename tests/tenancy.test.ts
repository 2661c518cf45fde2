import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerAnalyticRoutes } from '@prorata/analytic';
import { ANALYTIC_MIGRATIONS } from '@prorata/analytic/migrations';
import { registerLedgerRoutes } from '@prorata/ledger';
import { LEDGER_MIGRATIONS } from '@prorata/ledger/migrations';
import {
  type App,
  buildServer,
  checkRowSecurity,
  type Issuer,
  openIssuer,
  PLATFORM_MIGRATIONS,
  type RlsFinding,
  type TenantMode,
} from '@prorata/platform';
import { openTestDatabase, type TestDatabase } from '@prorata/platform/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** One service, one tenant in each mode: the same requests, the same answers, and nothing that crosses (spec 03). */
const TENANTS: readonly { readonly mode: TenantMode; readonly id: string; readonly legalEntity: string }[] = (
  ['POOLED', 'SCHEMA', 'DEDICATED_DB'] as const
).map((mode) => ({ mode, id: randomUUID(), legalEntity: randomUUID() }));

const BOOKS = `JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise
ACH|Achats|1|20261005|613200|Locations|||F100|20261005|Loyer|1000,00|0,00|||20261005||
ACH|Achats|1|20261005|401000|Fournisseurs|||F100|20261005|Loyer|0,00|1000,00|||20261005||
`;

let test: TestDatabase;
let app: App;
let issuer: Issuer;
let dir: string;
beforeAll(async () => {
  const own = TENANTS.filter(({ mode }) => mode !== 'POOLED') as { id: string; mode: 'SCHEMA' | 'DEDICATED_DB' }[];
  test = await openTestDatabase([PLATFORM_MIGRATIONS, LEDGER_MIGRATIONS, ANALYTIC_MIGRATIONS], { tenants: own });
  dir = await mkdtemp(join(tmpdir(), 'prorata-tenancy-'));
  issuer = await openIssuer({ dir, nodeId: randomUUID() });
  app = await buildServer({
    title: 'Analytic',
    version: '0.0.0',
    trust: { issuer, deployment: 'prod' },
    tenantModeOf: (id) => test.db.tenantMode(id),
    requestsPerMinute: false,
    log: false,
    register: (guarded) => {
      registerAnalyticRoutes(guarded, { db: test.db });
      registerLedgerRoutes(guarded, { db: test.db, dir });
    },
  });
  for (const { id, legalEntity } of TENANTS) {
    await test.db.transaction({ tenantId: id, legalEntityId: legalEntity }, async (tx) => {
      await tx.execute(`INSERT INTO tenant (tenant_id, code, label) VALUES ($1, 'ACME', 'Acme')`, [id]);
      await tx.execute(
        `INSERT INTO legal_entity (tenant_id, legal_entity_id, code, label, country_code, currency)
         VALUES ($1, $2, 'FR01', 'Acme France', 'FR', 'EUR')`,
        [id, legalEntity],
      );
    });
  }
});
afterAll(async () => {
  await app.close();
  await test.close();
  await rm(dir, { recursive: true, force: true });
});

type Tenant = (typeof TENANTS)[number];

async function ask(tenant: Tenant, method: 'GET' | 'POST', path: string, body?: unknown, mode = tenant.mode) {
  const token = await issuer.issueToken({
    tenant_id: tenant.id,
    tenant_mode: mode,
    legal_entity_id: tenant.legalEntity,
    country_code: 'FR',
    locale: 'fr',
    supported_locales: ['fr'],
    billing_status: 'ACTIVE',
    enabled_modules: ['ERP_ANALYTIC_CORE'],
    roles: ['analytic.writer', 'ledger.admin'],
    user_id: randomUUID(),
    deployment: 'prod',
  });
  const upload = typeof body === 'string';
  const answer = await app.inject({
    method,
    url: path.startsWith('/') ? path : `/api/erp/analytic/${path}`,
    headers: {
      authorization: `Bearer ${token}`,
      'idempotency-key': randomUUID(),
      ...(body === undefined ? {} : { 'content-type': upload ? 'application/octet-stream' : 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: upload ? body : JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
}

/** From a file of the ledger to the balance of an axis; answers what any tenant must be answered, and the ids made. */
async function scenario(tenant: Tenant) {
  const made = async (path: string, body: unknown) => {
    const answer = await ask(tenant, 'POST', path, body);
    expect(answer.status, `${tenant.mode} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  };
  await made('/api/erp/gl/fec?name=732829320FEC20261231.txt', BOOKS);
  const entries = await ask(tenant, 'GET', '/api/erp/gl/entries');
  const axis = await made('axes', { code: 'COST_CENTER' });
  for (const code of ['CC-100', 'CC-200', 'CC-300']) await made('dimensions', { axis_id: axis.id, code });
  const share = { axis: 'COST_CENTER', method: 'even', dimensions: 'all' };
  const rule = await made('allocation-rules', {
    rule_code: 'CHARGES',
    rule: { schema: 'prorata.allocation-rule/1', match: { accounts: ['6*'] }, axes: [share] },
  });
  await made(`allocation-rules/${rule.id}/post`, undefined);
  const run = { sourceEntryId: entries.body.rows[0].id, allocationRuleId: rule.id };
  const posting = await made('allocations/run', run);
  const balance = await ask(tenant, 'GET', 'balance?axis=COST_CENTER&from=2026-10&to=2026-10');
  return { posting: posting.id as string, totals: posting.result.totals, rows: balance.body.rows, again: run };
}

describe('a tenant in each mode', () => {
  const results: Awaited<ReturnType<typeof scenario>>[] = [];

  it('gets the same answers from the same service', async () => {
    for (const tenant of TENANTS) results.push(await scenario(tenant));
    for (const { totals, rows } of results) {
      expect(totals).toEqual({ COST_CENTER: { 'CC-100': '333.34', 'CC-200': '333.33', 'CC-300': '333.33' } });
      expect(rows).toMatchObject([{ total: '333.34' }, { total: '333.33' }, { total: '333.33' }]);
    }
    for (const [index, tenant] of TENANTS.entries()) {
      const again = await ask(tenant, 'POST', 'allocations/run', results[index]?.again);
      expect(again.body.id, 'an entry is allocated once by a rule').toBe(results[index]?.posting);
    }
  });

  it('sees nothing of the others', async () => {
    for (const [index, tenant] of TENANTS.entries()) {
      for (const [other, { posting }] of results.entries()) {
        const { status } = await ask(tenant, 'GET', `postings/${posting}`);
        expect([tenant.mode, other, status]).toEqual([tenant.mode, other, other === index ? 200 : 404]);
      }
      expect((await ask(tenant, 'GET', 'axes')).body.rows).toHaveLength(1);
    }
  });

  it('is refused with a token of another mode', async () => {
    for (const tenant of TENANTS) {
      const mode = tenant.mode === 'POOLED' ? 'SCHEMA' : 'POOLED';
      expect(await ask(tenant, 'GET', 'axes', undefined, mode)).toMatchObject({
        status: 500,
        body: { code: 'TENANT_MODE_MISMATCH' },
      });
    }
  });

  it('has its rows in its place and nowhere else, behind walls that are whole there', async () => {
    const dedicated = new pg.Client({
      host: test.connection.host,
      user: 'prorata_super',
      database: test.dedicated[0] ?? '',
    });
    await dedicated.connect();
    const shared = (sql: string) => test.admin<RlsFinding>(sql);
    const alone = async (sql: string) => (await dedicated.query<RlsFinding>(sql)).rows;
    const [pooled, schema, database] = TENANTS.map(({ id }) => id);
    const places = [
      { rows: shared, schema: 'prorata', tenant: pooled },
      { rows: shared, schema: `prorata_${schema?.replaceAll('-', '')}`, tenant: schema },
      { rows: alone, schema: 'prorata', tenant: database },
    ];
    for (const place of places) {
      const tables = await tablesWithTenant(place.rows, place.schema);
      expect(tables.length).toBeGreaterThan(30);
      const union = tables.map((name) => `SELECT tenant_id FROM ${place.schema}.${name}`).join(' UNION ALL ');
      const found = await place.rows(`SELECT DISTINCT tenant_id FROM (${union}) AS t`);
      expect(found).toEqual([{ tenant_id: place.tenant }]);
      expect(await checkRowSecurity(place.rows)).toEqual([]);
    }
    await dedicated.end();
  });
});

async function tablesWithTenant(rows: (sql: string) => Promise<unknown[]>, schema: string): Promise<string[]> {
  const found = await rows(
    `SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
      WHERE table_schema = '${schema}' AND column_name = 'tenant_id' AND table_type = 'BASE TABLE'`,
  );
  return (found as { table_name: string }[]).map(({ table_name }) => table_name);
}
