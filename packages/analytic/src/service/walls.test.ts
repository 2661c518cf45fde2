import { randomUUID } from 'node:crypto';
import { checkRowSecurity, scopeOf, sealAudit, type TenantClaims } from '@prorata/platform';
import { answerCheck } from '@prorata/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldBalance } from '../balance/fold.ts';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { completed, putEntry } from '../testing/books.ts';
import { type Answer, type Company, type Method, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
let victim: Company;
let things: Readonly<Record<string, string>>;
let routes: { method: Method; path: string }[];
let description: object;
beforeAll(async () => {
  test = await openTestService({ works: true });
  victim = await test.company();
  things = await everything(victim);
  const openapi = await test.app.inject({ url: '/openapi.json' });
  description = openapi.json();
  const paths = openapi.json().paths as Record<string, Record<string, unknown>>;
  routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/erp/analytic') || path.startsWith('/copilot'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase() as Method, path })),
    );
});
afterAll(() => test.close());

const definition = {
  method: 'direct',
  service: ['SECRET_DIM'],
  operating: ['SECRET_OTHER'],
  services: { SECRET_DIM: { SECRET_OTHER: '1' } },
};

/** One of each thing that the service keeps. */
async function everything(company: Company): Promise<Record<string, string>> {
  const axis = await makeAxis(company, 'SECRET_AXIS', ['SECRET_DIM', 'SECRET_OTHER']);
  const driver = await company.ask('POST', 'drivers', { code: 'SECRET_DRIVER', axis_id: axis.id });
  const values = [{ dimension: 'SECRET_DIM', weight: '7' }];
  await company.ask('PUT', `drivers/${driver.body.id}/values/2026-10`, { values });
  const even = { axes: [{ axis: 'SECRET_AXIS', method: 'even', dimensions: 'all' }] };
  const [rule, draft] = [await makeRule(company, 'SECRET_RULE', even), await makeRule(company, 'DRAFT', even, false)];
  const entry = await putEntry(test, company, { lines: [['606100', '10.00']] });
  const fresh = await putEntry(test, company, { lines: [['606100', '11.00']] });
  const posting = await company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rule });
  const batch = await company.ask('POST', 'batch-runs', { month: '2026-01', allocationRuleIds: [rule] });
  await completed(company, String(batch.body.id));
  const cycle = await company.ask('POST', 'cycles', { code: 'SECRET_CYCLE', axis_id: axis.id, definition });
  const cycleRun = await company.ask('POST', `cycles/${cycle.body.id}/run`, { month: '2026-10' });
  return {
    axis: axis.id,
    dimension: axis.dimensions.get('SECRET_DIM') ?? '',
    driver: String(driver.body.id),
    rule,
    draft,
    entry,
    fresh,
    posting: String(posting.body.id),
    batch: String(batch.body.id),
    cycle: String(cycle.body.id),
    cycleRun: String(cycleRun.body.id),
  };
}

interface Call {
  readonly path: string;
  readonly body?: unknown;
}

/** For each route, calls that would reach the victim's things if nothing stood in between. */
function callsOf(method: Method, path: string): Call[] {
  const { axis, dimension, driver, rule, draft, fresh, posting, entry, batch, cycle, cycleRun } = things;
  const ruleBody = {
    schema: 'prorata.allocation-rule/1',
    axes: [{ axis: 'SECRET_AXIS', method: 'even', dimensions: 'all' }],
  };
  const at = (id: string | undefined, body?: unknown): Call => ({ path: path.replace('{id}', id ?? ''), body });
  const month = (id: string | undefined, body?: unknown): Call => ({
    path: path.replace('{id}', id ?? '').replace('{month}', '2026-10'),
    body,
  });
  const calls: Readonly<Record<string, Call[]>> = {
    'POST /axes': [at('', { code: 'OWN' })],
    'GET /axes': [at(''), { path: `${path}?code=SECRET_AXIS` }],
    'GET /axes/{id}': [at(axis)],
    'PATCH /axes/{id}': [at(axis, { is_active: false })],
    'POST /dimensions': [at('', { axis_id: axis, code: 'STOLEN' })],
    'POST /dimensions/import': [at('', 'axis,code,name\nSECRET_AXIS,SECRET_DIM,taken over\n')],
    'GET /dimensions': [at(''), { path: `${path}?axis_id=${axis}` }],
    'GET /dimensions/{id}': [at(dimension)],
    'PATCH /dimensions/{id}': [at(dimension, { is_active: false })],
    'POST /drivers': [at('', { code: 'STOLEN', axis_id: axis })],
    'GET /drivers': [at(''), { path: `${path}?axis_id=${axis}` }],
    'GET /drivers/{id}': [at(driver)],
    'GET /drivers/{id}/values': [at(driver)],
    'PUT /drivers/{id}/values': [at(driver, 'month,dimension,weight\n2026-10,SECRET_DIM,1\n')],
    'POST /drivers/{id}/values/{month}/compute': [month(driver)],
    'PUT /drivers/{id}/values/{month}': [month(driver, { values: [] })],
    'POST /allocation-rules': [at('', { rule_code: 'STOLEN', rule: ruleBody })],
    'GET /allocation-rules': [at(''), { path: `${path}?rule_code=SECRET_RULE` }],
    'GET /allocation-rules/{id}': [at(rule), at(draft)],
    'PUT /allocation-rules/{id}': [at(draft, { rule: ruleBody })],
    'PATCH /allocation-rules/{id}': [at(draft, { description_source: 'x' })],
    'POST /allocation-rules/{id}/post': [at(draft)],
    'POST /allocation-rules/{id}/versions': [at(rule, {})],
    'POST /allocations/run': [at('', { sourceEntryId: fresh, allocationRuleId: rule })],
    'POST /allocations/preview': [at('', { sourceEntryId: fresh, allocationRuleId: rule })],
    'GET /postings': [
      at(''),
      { path: `${path}?source_entry_id=${entry}` },
      { path: `${path}?dimension_id=${dimension}` },
    ],
    'GET /postings/{id}': [at(posting)],
    'GET /postings/{id}/explain': [at(posting)],
    'POST /postings/{id}/reverse': [at(posting, {})],
    'POST /batch-runs': [at('', { month: '2026-10', allocationRuleIds: [rule] })],
    'GET /batch-runs': [at('')],
    'GET /batch-runs/{id}': [at(batch)],
    'GET /batch-runs/{id}/refusals': [at(batch)],
    'POST /batch-runs/{id}/resume': [at(batch)],
    'POST /cycles': [at('', { code: 'STOLEN', axis_id: axis, definition })],
    'GET /cycles': [at('')],
    'GET /cycles/{id}': [at(cycle)],
    'POST /cycles/{id}/run': [at(cycle, { month: '2026-11' })],
    'GET /cycle-runs': [at('')],
    'GET /cycle-runs/{id}': [at(cycleRun)],
    'GET /cycle-runs/{id}/explain': [at(cycleRun)],
    'POST /cycle-runs/{id}/reverse': [at(cycleRun, {})],
    'GET /balance': [{ path: `${path}?axis=SECRET_AXIS&from=2026-01&to=2026-12` }],
    'GET /copilot/intents': [at('')],
  };
  return calls[`${method} ${path.replace('/api/erp/analytic', '')}`] ?? [];
}

/** The digest of everything that is stored for the victim, by table; what settles a moment after a write is settled first. */
async function kept(): Promise<Record<string, unknown>> {
  await sealAudit(test.db, scopeOf(victim.context));
  await foldBalance(test.node, victim.context);
  const tables = await test.admin<{ name: string }>(
    `SELECT c.table_name AS name FROM information_schema.columns c
      WHERE c.table_schema = 'prorata' AND c.column_name = 'legal_entity_id' ORDER BY 1`,
  );
  const digests: Record<string, unknown> = {};
  for (const { name } of tables) {
    const [found] = await test.admin<{ digest: string }>(
      `SELECT count(*) || ' rows, ' || md5(coalesce(string_agg(to_jsonb(t)::text, ' ' ORDER BY to_jsonb(t)::text), '')) AS digest
         FROM ${name} t WHERE tenant_id = $1 AND legal_entity_id = $2`,
      [victim.tenantId, victim.legalEntityId],
    );
    digests[name] = found?.digest;
  }
  return digests;
}

interface Called extends Answer {
  readonly method: Method;
  /** As the description has it. */
  readonly path: string;
  readonly route: string;
}

async function callAll(company: Company, claims: Partial<TenantClaims>): Promise<Called[]> {
  const answers: Called[] = [];
  for (const { method, path } of routes) {
    for (const call of callsOf(method, path)) {
      const answer = await company.ask(method, call.path, call.body, { claims });
      answers.push({ ...answer, method, path, route: `${method} ${call.path}` });
    }
  }
  return answers;
}

describe('the walls', () => {
  it('are tried at every route: a new one has to be added to this test', () => {
    expect(routes.length).toBeGreaterThan(25);
    expect(routes.filter(({ method, path }) => callsOf(method, path).length === 0)).toEqual([]);
  });

  it('keep every other tenant and every other legal entity out of everything: no row, no effect', async () => {
    const before = await kept();
    const strangers = [
      await test.company(),
      await test.company({ tenantId: victim.tenantId }),
      await test.company({ tenantId: randomUUID() }),
    ];
    const secrets = [...Object.values(things), 'SECRET_DIM', 'SECRET_DRIVER'];
    for (const stranger of strangers) {
      for (const { route, status, text } of await callAll(stranger, {})) {
        expect([route, status < 500]).toEqual([route, true]);
        // A refusal repeats what was asked for; an answer holds nothing of the victim's.
        if (status < 300) expect([route, secrets.filter((secret) => text.includes(secret))]).toEqual([route, []]);
        if (/\{?[0-9a-f]{8}-/.test(route) && !route.includes('?')) expect([route, status]).toEqual([route, 404]);
      }
    }
    // The victim's legal entity under another tenant is no legal entity of that tenant.
    const [first] = strangers;
    const mixed = await callAll(first as Company, { legal_entity_id: victim.legalEntityId });
    for (const { route, status, text } of mixed) {
      expect([route, status < 500]).toEqual([route, true]);
      if (status < 300) expect([route, secrets.filter((secret) => text.includes(secret))]).toEqual([route, []]);
    }
    expect(await kept()).toEqual(before);
  });

  it('without a legal entity let nothing be written (400) and show nothing', async () => {
    const before = await kept();
    const { legal_entity_id: _none, ...rest } = claimsOf(victim);
    const token = await test.token(rest as TenantClaims);
    for (const { method, path } of routes) {
      for (const call of callsOf(method, path)) {
        const answer = await victim.ask(method, call.path, call.body, {
          headers: { authorization: `Bearer ${token}` },
        });
        if (method === 'GET') expect([path, answer.text.includes('SECRET_')]).toEqual([path, false]);
        else expect([path, answer.status, answer.body.code]).toEqual([path, 400, 'LEGAL_ENTITY_REQUIRED']);
      }
    }
    expect(await kept()).toEqual(before);
  });

  it('refuse a suspended tenant, a disabled module and a caller without a role, at every route', async () => {
    const before = await kept();
    const refusals: [Partial<TenantClaims>, number, string][] = [
      [{ billing_status: 'SUSPENDED' }, 403, 'TENANT_SUSPENDED'],
      [{ billing_status: 'TERMINATED' }, 403, 'TENANT_SUSPENDED'],
      [{ enabled_modules: [] }, 403, 'MODULE_DISABLED'],
      [{ roles: ['finops.admin'] }, 403, 'FORBIDDEN'],
      [{ tenant_mode: 'SCHEMA' }, 500, 'TENANT_MODE_MISMATCH'],
    ];
    for (const [claims, status, code] of refusals) {
      for (const answer of await callAll(victim, claims)) {
        expect([answer.route, answer.status, answer.body.code]).toEqual([answer.route, status, code]);
      }
    }
    expect(await kept()).toEqual(before);
  });

  it('let a reader read and change nothing', async () => {
    const before = await kept();
    for (const answer of await callAll(victim, { roles: ['analytic.reader'] })) {
      const expected = answer.route.startsWith('GET') ? 200 : 403;
      expect([answer.route, answer.status]).toEqual([answer.route, expected]);
    }
    expect(await kept()).toEqual(before);
  });

  it('open to the owner, at every route as the description says: status, content type, members, headers', async () => {
    const faultOf = answerCheck(description);
    const answers = await callAll(victim, {});
    expect(answers.filter(({ status }) => status < 300).length).toBeGreaterThan(30);
    const faults = answers.map((answer) => {
      return faultOf({ ...answer, contentType: answer.headers['content-type']?.toString() });
    });
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
    // What passes as it is stored is described all the same: rules that are sent, and results of runs.
    const text = JSON.stringify(description);
    for (const member of ['shares', 'largest-remainder', 'splits', 'flows']) expect(text).toContain(`"${member}"`);
    const shown = await victim.ask('GET', `axes/${things.axis}`);
    const held = { headers: { 'if-none-match': String(shown.headers.etag) } };
    const again = await victim.ask('GET', `axes/${things.axis}`, undefined, held);
    const told = { ...again, method: 'GET', path: '/api/erp/analytic/axes/{id}', contentType: undefined };
    expect([again.status, faultOf(told)]).toEqual([304, undefined]);
    expect(faultOf({ ...told, status: 200, text: '{}', contentType: 'application/json' })).toContain('must have');
    expect(faultOf({ ...told, status: 202 })).toContain('is not described');
  });

  it('stand around every table with a tenant: row-level security, forced, with a check', async () => {
    const client = (sql: string) => test.admin<{ table_name: string; problem: string }>(sql);
    expect(await checkRowSecurity(client)).toEqual([]);
    await test.admin('ALTER TABLE ana_balance NO FORCE ROW LEVEL SECURITY');
    expect(await checkRowSecurity(client)).toMatchObject([{ table_name: 'ana_balance' }]);
    await test.admin('ALTER TABLE ana_balance FORCE ROW LEVEL SECURITY');
  });

  it('carry tenant and legal entity in every foreign key between tables of the service', async () => {
    const keys = await test.admin(
      `SELECT conname FROM pg_constraint k
        WHERE k.contype = 'f' AND k.conrelid::regclass::text LIKE 'ana\\_%'
          AND (SELECT count(*) FROM unnest(k.conkey) n JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n
                WHERE a.attname IN ('tenant_id', 'legal_entity_id')) <> 2`,
    );
    expect(keys).toEqual([]);
  });
});

function claimsOf(company: Company): TenantClaims {
  const { tenantId, legalEntityId, userId } = company;
  return {
    tenant_id: tenantId,
    tenant_mode: 'POOLED',
    legal_entity_id: legalEntityId,
    country_code: 'FR',
    locale: 'fr',
    supported_locales: ['fr'],
    billing_status: 'ACTIVE',
    enabled_modules: ['ERP_ANALYTIC_CORE'],
    roles: ['analytic.writer'],
    user_id: userId,
    deployment: 'prod',
  };
}
