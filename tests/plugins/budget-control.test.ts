import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  deliverEvents,
  findPlugins,
  loadPlugins,
  type PluginTx,
  pluginHandle,
  pluginModule,
  type TenantClaims,
} from '@prorata/platform';
import fc from 'fast-check';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { percentOf, readUnits, writeUnits } from '../../examples/budget-control/src/amounts.ts';
import budgetPlugin from '../../examples/budget-control/src/plugin.ts';
import { makeAxis, makeRule } from '../../packages/analytic/src/testing/axes.ts';
import { putEntry } from '../../packages/analytic/src/testing/books.ts';
import {
  type Answer,
  type Asked,
  type Company,
  type Method,
  openTestService,
  type TestService,
} from '../../packages/analytic/src/testing/test-service.ts';

const PATH = fileURLToPath(new URL('../../examples/budget-control/', import.meta.url));
const MODULE = pluginModule('budget-control');
const declared = {
  summary: 'of the plugin',
  about: 'budget version',
  payload: Type.Object({}, { additionalProperties: true }),
};

let test: TestService;
let company: Company;
beforeAll(async () => {
  test = await openTestService({
    plugins: [{ code: 'budget-control', path: PATH }],
    pluginEvents: { 'BUDGET.VERSION.ADOPTED': declared, 'BUDGET.OVERRUN.DETECTED': declared },
  });
  company = await test.company();
});
afterAll(() => test.close());

const CONTROLLER = { enabled_modules: ['ERP_ANALYTIC_CORE', MODULE], roles: ['analytic.writer', 'budget.controller'] };
const of =
  (own: Company) =>
  (method: Method, path: string, body?: unknown, asked: Asked = {}): Promise<Answer> =>
    own.ask(method, path.startsWith('/') ? path : `/api/plugins/budget-control/${path}`, body, {
      ...asked,
      claims: { ...CONTROLLER, ...asked.claims },
    });
const FILE = 'dimension,month,amount\nC1,2026-10,500.00\nC2,2026-10,700\nC1,2026-11,500\n';

describe('budget control', () => {
  it('keeps versions of a budget, each file once, and names every line at fault', async () => {
    const ask = of(company);
    await makeAxis(company, 'CENTER', ['C1', 'C2']);
    const first = await ask('POST', 'budgets/B26/versions?axis=CENTER', FILE);
    expect([first.status, first.body]).toMatchObject([201, { version: 1, lines: 3, total: '1700.00', adopted: true }]);
    const again = await ask('POST', 'budgets/B26/versions?axis=CENTER', `\ufeff${FILE.replaceAll(',', ';')}`);
    expect([again.status, again.body]).toMatchObject([200, { version: 1, adopted: false }]);
    const next = await ask('POST', 'budgets/B26/versions?axis=CENTER', FILE.replace('500.00', '400.00'));
    expect(next.body).toMatchObject({ version: 2, total: '1600.00' });
    const wrong = 'dimension,month,amount\nC1,2026-13,1\nC1,2026-10,1e3\nC9,2026-10,5\nC2,2026-10,5\nC2,2026-10,6\n';
    const refused = await ask('POST', 'budgets/B26/versions?axis=CENTER', wrong);
    expect([refused.status, refused.body.code, refused.body.reason]).toEqual([422, 'PLUGIN_REFUSED', 'BUDGET_INVALID']);
    expect(refused.body.errors).toMatchObject([
      { line: 2 },
      { line: 3 },
      { line: 6 },
      { message: expect.stringContaining('C9') },
    ]);
    expect((await ask('GET', 'budgets')).body.rows).toMatchObject([{ version: 1 }, { version: 2 }]);
  });

  it('compares original, final and actual, with overruns in amounts and percent', async () => {
    const ask = of(company);
    const rule = await makeRule(company, 'EVEN', { axes: [{ axis: 'CENTER', method: 'even', dimensions: 'all' }] });
    const entry = await putEntry(test, company, { lines: [['606100', '1000.00']] });
    await company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rule });
    const { body } = await ask('GET', 'budgets/B26/report?from=2026-10&to=2026-10');
    expect(body).toMatchObject({ budget: { version: 2 }, original_version: 1, currency: 'EUR', overruns: 1 });
    expect(body.rows).toEqual([
      {
        ...{ dimension: 'C1', month: '2026-10', original: '500.00', final: '400.00', actual: '500.00' },
        ...{ difference: '100.00', percent: '125.00', overrun: true },
      },
      {
        ...{ dimension: 'C2', month: '2026-10', original: '700.00', final: '700.00', actual: '500.00' },
        ...{ difference: '-200.00', percent: '71.43', overrun: false },
      },
    ]);
    expect(body.total).toEqual({ original: '1200.00', final: '1100.00', actual: '1000.00', overrun: '100.00' });
    const before = await ask('GET', 'budgets/B26/report?from=2026-10&to=2026-10&version=1');
    expect(before.body).toMatchObject({ budget: { version: 1 }, overruns: 0 });
    const csv = await ask('GET', 'budgets/B26/report?from=2026-10&to=2026-10&format=csv');
    expect([csv.headers['content-type'], csv.text.split('\r\n')[1]]).toEqual([
      'text/csv; charset=utf-8',
      'C1,2026-10,500.00,400.00,500.00,100.00,125.00,true',
    ]);
    expect((await ask('GET', 'budgets/NONE/report?from=2026-10&to=2026-10')).body.reason).toBe('BUDGET_UNKNOWN');
  });

  it('hears of postings, and tells each overrun once until it grows', async () => {
    const context = { ...company.context, enabledModules: [MODULE] };
    const events = async () =>
      (
        await test.admin<{ payload: object }>(
          "SELECT payload FROM outbox_event WHERE event = 'BUDGET.OVERRUN.DETECTED' ORDER BY position",
        )
      ).map(({ payload }) => payload);
    expect(await deliverEvents(test.host, { ...context, enabledModules: [] })).toBe(0);
    expect(await deliverEvents(test.host, context)).toBe(1);
    expect(await events()).toMatchObject([
      {
        ...{ code: 'B26', version: 2, axis: 'CENTER', dimension: 'C1', period_month: '2026-10' },
        ...{ budget: '400.00', actual: '500.00', overrun: '100.00', percent: '125.00', currency: 'EUR' },
      },
    ]);
    expect(await deliverEvents(test.host, context)).toBe(0);
    expect((await of(company)('POST', 'checks/2026-10')).body.rows).toEqual([]);
    const rules = (await company.ask('GET', 'allocation-rules?rule_code=EVEN')).body.rows as unknown as {
      id: string;
    }[];
    const entry = await putEntry(test, company, { lines: [['606100', '10.00']] });
    await company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rules[0]?.id });
    // Two at once take an event once.
    await Promise.all([deliverEvents(test.host, context), deliverEvents(test.host, context)]);
    expect(await events()).toMatchObject([{ overrun: '100.00' }, { overrun: '105.00' }]);
    expect((await of(company)('GET', '/api/plugins')).body.rows).toMatchObject([
      { enabled: true, attempts: 0, problem: null },
    ]);
  });

  it('computes a driver from the budget, whose weights are kept as of that moment', async () => {
    const axes = (await company.ask('GET', 'axes?code=CENTER')).body.rows as unknown as { id: string }[];
    const input = { code: 'BY_BUDGET', axis_id: axes[0]?.id, source: 'budget-control/BUDGET_SHARE' };
    const off = await company.ask('POST', 'drivers', input);
    expect([off.status, off.body.code]).toEqual([422, 'REFERENCE_UNKNOWN']);
    const ask = of(company);
    const driver = await ask('POST', '/api/erp/analytic/drivers', input);
    expect(driver.body).toMatchObject({ source: 'budget-control/BUDGET_SHARE' });
    const path = `/api/erp/analytic/drivers/${driver.body.id}`;
    const computed = await ask('POST', `${path}/values/2026-10/compute`);
    expect([computed.status, computed.body]).toMatchObject([
      200,
      { months: ['2026-10'], values: 2, totals: [{ total: '1100' }] },
    ]);
    expect((await ask('GET', `${path}/values`)).body.rows).toMatchObject([{ weight: '400' }, { weight: '700' }]);
    const none = await ask('POST', `${path}/values/2027-01/compute`);
    expect([none.status, none.body.reason]).toEqual([422, 'BUDGET_UNKNOWN']);
    const plain = await company.ask('POST', 'drivers', { code: 'PLAIN', axis_id: axes[0]?.id });
    const refused = await ask('POST', `/api/erp/analytic/drivers/${plain.body.id}/values/2026-10/compute`);
    expect([refused.status, refused.body.code]).toEqual([409, 'DRIVER_NOT_COMPUTED']);
  });
});

describe('the walls around a plugin', () => {
  const calls: readonly (readonly [string, Method, string, unknown?])[] = [
    ['POST /budgets/{code}/versions', 'POST', 'budgets/B26/versions?axis=CENTER', FILE],
    ['GET /budgets', 'GET', 'budgets'],
    ['GET /budgets/{code}/report', 'GET', 'budgets/B26/report?from=2026-10&to=2026-10'],
    ['POST /checks/{month}', 'POST', 'checks/2026-10'],
  ];
  const kept = () =>
    test.admin(
      `SELECT (SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM budget_control_version t WHERE legal_entity_id = $1) AS versions,
              (SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM budget_control_line t WHERE legal_entity_id = $1) AS lines,
              (SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM budget_control_overrun t WHERE legal_entity_id = $1) AS overruns`,
      [company.legalEntityId],
    );

  it('are tried at every route of the description', async () => {
    const { paths } = (await test.app.inject({ url: '/openapi.json' })).json();
    const routes = Object.entries(paths as Record<string, object>)
      .filter(([path]) => path.startsWith('/api/plugins/budget-control/'))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map(
          (method) => `${method.toUpperCase()} ${path.replace('/api/plugins/budget-control', '')}`,
        ),
      );
    expect(routes.sort()).toEqual(calls.map(([route]) => route).sort());
    expect(budgetPlugin.routes).toHaveLength(calls.length);
  });

  it('keep every other tenant and legal entity out, and who has no role or module', async () => {
    const before = await kept();
    for (const stranger of [await test.company(), await test.company({ tenantId: company.tenantId })]) {
      for (const [route, method, path, body] of calls) {
        const answer = await of(stranger)(method, path, body);
        expect([route, answer.status < 500, answer.text.includes('1600')]).toEqual([route, true, false]);
        if (route === 'GET /budgets') expect(answer.body.rows).toEqual([]);
      }
    }
    for (const [route, method, path, body] of calls) {
      for (const [claims, code] of [
        [{ enabled_modules: ['ERP_ANALYTIC_CORE'] }, 'MODULE_DISABLED'],
        [{ roles: ['analytic.admin'] }, 'FORBIDDEN'],
        [{ billing_status: 'SUSPENDED' }, 'TENANT_SUSPENDED'],
      ] satisfies [Partial<TenantClaims>, string][]) {
        const answer = await of(company)(method, path, body, { claims });
        expect([route, answer.status, answer.body.code]).toEqual([route, 403, code]);
      }
    }
    expect(await kept()).toEqual(before);
  });

  it.each([
    ["SELECT set_config('app.current_tenant', '0', true)", 'set_config'],
    ['SELECT Set_Config($1, $2, true)', 'set_config'],
    ['SET LOCAL app.current_tenant = $1', 'begins with set'],
    ["UPDATE pg_settings SET setting = ''", 'pg_settings'],
    ['SELECT 1; SELECT 2', '2 statements'],
    ['SELECT 1 --\n; SET app.current_tenant TO DEFAULT', '2 statements'],
    ['DO $$ BEGIN END $$', 'not plain SQL'],
    ["SELECT query_to_xml('select 1', true, true, '')", 'query_to_xml'],
    ['SELECT "set_config"($1, $2, true)', 'not plain SQL'],
    ["SELECT U&'x'", 'not plain SQL|a text with a prefix'],
    ["SELECT E'\\x'", 'a text with a prefix'],
    ['DELETE FROM ana_axis', 'writes where'],
    ['WITH gone AS (DELETE FROM budget_control_line RETURNING 1) SELECT 1', 'writes inside'],
    ['SELECT record_writes($1, $1, $1, $1, $1)', 'record_writes|unplain'],
    ['EXPLAIN SELECT 1', 'begins with explain'],
    ['', '0 statements'],
  ])('refuse a statement that reads more than its scope: %s', async (sql, reason) => {
    await expect(reading((tx) => tx.query(sql))).rejects.toMatchObject({
      code: 'PLUGIN_STATEMENT_REFUSED',
      detail: expect.stringMatching(reason),
    });
  });

  it.each([
    ['DELETE FROM ana_axis', 'ana_axis'],
    ["INSERT INTO audit_log (id) VALUES ('x')", 'audit_log'],
    ['UPDATE ana_posting SET result = NULL', 'ana_posting'],
    ['WITH x AS (INSERT INTO budget_control_line DEFAULT VALUES) SELECT 1', 'writes inside'],
    ['INSERT INTO budget_control_line SELECT 1 FROM (DELETE FROM ana_axis RETURNING 1) x', 'writes twice'],
    ['TRUNCATE budget_control_line', 'truncate'],
  ])('refuse a statement that writes more than its own tables: %s', async (sql, reason) => {
    const handle = handleOf(company);
    const writing = handle.write({ action: 'x', payload: {} }, async (tx) => {
      await tx.execute(sql);
      return { status: 200, body: null };
    });
    await expect(writing).rejects.toMatchObject({ detail: expect.stringContaining(reason) });
  });

  it('show a plugin its own scope only, whatever it asks for', async () => {
    const stranger = await test.company();
    await makeAxis(stranger, 'STRANGE', ['S1']);
    const rows = await reading((tx) => tx.query('SELECT code FROM ana_axis'));
    expect(rows).toEqual([{ code: 'CENTER' }]);
    const other = await reading((tx) =>
      tx.query('SELECT code FROM ana_axis WHERE tenant_id = $1', [stranger.tenantId]),
    );
    expect(other).toEqual([]);
  });

  const handleOf = (own: Company) => {
    const [plugin] = test.host.plugins;
    if (plugin === undefined) throw new Error('no plugin');
    return pluginHandle(test.host, plugin, own.context, { method: 'TEST', route: 'test' });
  };
  const reading = <T>(work: (tx: PluginTx) => Promise<T>) => handleOf(company).read(work);
});

describe('a plugin that is not as it has to be', () => {
  const manifest = async () => JSON.parse(await readFile(join(PATH, 'plugin.json'), 'utf8'));
  const table = 'CREATE TABLE budget_control_line (tenant_id uuid NOT NULL, legal_entity_id uuid NOT NULL);';

  it.each<[string, string, object, string | undefined]>([
    ['a manifest with a member that nobody knows', 'PLUGIN_INVALID', { extra: 1 }, undefined],
    ['another schema', 'PLUGIN_INVALID', { schema: 'prorata.plugin/2' }, undefined],
    ['another code than the node says', 'PLUGIN_INVALID', { code: 'other' }, undefined],
    ['a table of somebody else', 'PLUGIN_INVALID', { tables: ['ana_axis'] }, undefined],
    ['a main outside of its folder', 'PLUGIN_INVALID', { main: 'src/../../../x.ts' }, undefined],
    ['a main that is not there', 'PLUGIN_INVALID', { main: 'nowhere.ts' }, undefined],
    [
      'a function in its migrations',
      'PLUGIN_INVALID',
      {},
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1';",
    ],
    ['a grant on a table of the core', 'PLUGIN_INVALID', {}, 'GRANT DELETE ON audit_log TO prorata_app;'],
    ['a policy on a table of the core', 'PLUGIN_INVALID', {}, 'CREATE POLICY p ON ana_axis USING (true);'],
    [
      'row-level security switched off',
      'PLUGIN_INVALID',
      {},
      'ALTER TABLE budget_control_line DISABLE ROW LEVEL SECURITY;',
    ],
    ['a foreign key to the core', 'PLUGIN_INVALID', {}, `${table.slice(0, -2)}, x uuid REFERENCES ana_axis (id));`],
    ['a block of code', 'PLUGIN_STATEMENT_REFUSED', {}, 'DO $$ BEGIN END $$;'],
  ])('%s: the node does not start with it', async (_name, code, change, migration) => {
    const dir = await mkdtemp(join(tmpdir(), 'prorata-plugin-'));
    await cp(PATH, dir, { recursive: true });
    await writeFile(join(dir, 'plugin.json'), JSON.stringify({ ...(await manifest()), ...change }));
    if (migration !== undefined) await writeFile(join(dir, 'migrations', '0002_more.sql'), migration);
    await expect(findPlugins('/', [{ code: 'budget-control', path: dir }])).rejects.toMatchObject({ code });
    await rm(dir, { recursive: true, force: true });
  });

  it.each([
    ['no wall', '', 'no policy|row-level security is not enabled'],
    [
      'a wall without the legal entity',
      `ALTER TABLE budget_control_odd ENABLE ROW LEVEL SECURITY; ALTER TABLE budget_control_odd FORCE ROW LEVEL SECURITY;
       CREATE POLICY p ON budget_control_odd USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid)
         WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid);`,
      'does not compare legal_entity_id',
    ],
    ['no tenant', 'ALTER TABLE budget_control_odd DROP COLUMN tenant_id;', 'has no tenant_id and legal_entity_id'],
    ['no table', 'DROP TABLE budget_control_odd;', 'was not made'],
  ])('%s: its tables are found out before its module is loaded', async (_name, change, detail) => {
    await test.admin(
      `CREATE TABLE budget_control_odd (tenant_id uuid NOT NULL, legal_entity_id uuid NOT NULL); GRANT SELECT ON budget_control_odd TO prorata_app; ${change}`,
    );
    const [found] = await findPlugins('/', [{ code: 'budget-control', path: PATH }]);
    if (found === undefined) throw new Error('no plugin');
    const odd = {
      ...found,
      main: new URL('file:///nowhere'),
      manifest: { ...found.manifest, tables: ['budget_control_odd'] },
    };
    await expect(loadPlugins(test.db, [odd], {})).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      detail: expect.stringMatching(detail),
    });
    await test.admin('DROP TABLE IF EXISTS budget_control_odd');
  });
});

describe('amounts of the plugin', () => {
  it('come back as they went, and a percentage is within half a hundredth', () => {
    const units = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(fc.property(units, (amount) => readUnits(writeUnits(amount)) === amount));
    fc.assert(
      fc.property(
        units,
        units.filter((whole) => whole !== 0n),
        (part, whole) => {
          const hundredths = BigInt((percentOf(part, whole) ?? '').replace('.', '').replace(/^(-?)0+(?=\d)/, '$1'));
          const error = part * 10_000n - hundredths * whole;
          const size = (value: bigint) => (value < 0n ? -value : value);
          expect(size(error) * 2n <= size(whole)).toBe(true);
        },
      ),
    );
  });
});
