import { Agent, request } from 'node:http';
import { listen } from '@prorata/platform';
import { makeAxis, makeRule } from '../src/testing/axes.ts';
import { type Company, openTestService, type TestService } from '../src/testing/test-service.ts';

interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: { readonly name: string; readonly value: number; readonly unit: string };
  readonly ratio?: number;
  readonly note?: string;
}

/** PRORATA_BENCH_POSTINGS=1000000 is the figure to reach. */
const POSTINGS = Number(process.env.PRORATA_BENCH_POSTINGS ?? 100_000);
const MONTHS = 24;
const REQUESTS = 200;
const BAR_MILLISECONDS = 50;

/** What a controller asks for, over HTTP, one request after the other, on two years of postings with nine parts each. */
export async function run(): Promise<BenchResult[]> {
  const test = await openTestService();
  const listening = await listen(test.app, { port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const company = await test.company();
    const rules = await configured(company);
    const { dimensions, entries } = await fill(test, company, rules);
    const token = await tokenOf(test, company);
    const any = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)];
    const month = () => `2025-${String(1 + Math.floor(Math.random() * 12)).padStart(2, '0')}`;
    const questions: readonly (readonly [string, () => string])[] = [
      ['postings of an entry', () => `postings?source_entry_id=${any(entries)}`],
      ['postings of a dimension and month', () => `postings?dimension_id=${any(dimensions)}&month=${month()}`],
      ['postings of a rule', () => `postings?allocation_rule_id=${any(rules)}`],
      ['postings of a rule and month', () => `postings?allocation_rule_id=${any(rules)}&month=${month()}`],
      ['postings of a month', () => `postings?month=${month()}`],
      ['analytic balance of a month', () => balanceOf(month())],
      ['analytic balance of a year', () => 'balance?axis=A&from=2025-01&to=2025-12'],
    ];
    const results: BenchResult[] = [];
    for (const [name, path] of questions) {
      const times: number[] = [];
      for (let number = 0; number < REQUESTS + 20; number += 1) {
        const started = performance.now();
        await asked(agent, `${listening.url}/api/erp/analytic/${path()}`, token);
        if (number >= 20) times.push(performance.now() - started);
      }
      times.sort((a, b) => a - b);
      const p95 = times[Math.floor(times.length * 0.95)] ?? 0;
      results.push({
        name: `${name}, p95 over HTTP at ${POSTINGS} postings`,
        value: p95,
        unit: 'ms',
        floor: { name: 'bar', value: BAR_MILLISECONDS, unit: 'ms' },
        ratio: BAR_MILLISECONDS / p95,
        note: `median ${(times[Math.floor(times.length / 2)] ?? 0).toFixed(1)} ms`,
      });
    }
    return results;
  } finally {
    agent.destroy();
    await listening.stop();
    await test.close();
  }
}

const balanceOf = (month: string) => `balance?axis=A&from=${month}&to=${month}`;

/** Rules by how often they are used: the first one is the rule of one posting in a thousand, the others share the rest. */
const RULES = 5;

/** @returns the ids of the rules */
async function configured(company: Company): Promise<string[]> {
  for (const axis of ['A', 'B', 'C']) {
    await makeAxis(
      company,
      axis,
      Array.from({ length: 20 }, (_, index) => `${axis}${index}`),
    );
  }
  const even = { axes: ['A', 'B', 'C'].map((axis) => ({ axis, method: 'even', dimensions: 'all' })) };
  const rules: string[] = [];
  while (rules.length < RULES) rules.push(await makeRule(company, `R${rules.length}`, even));
  return rules;
}

/** Postings as a batch leaves them, written past the service: three parts an axis, over entries of two lines. */
async function fill(
  test: TestService,
  company: Company,
  rules: readonly string[],
): Promise<{ dimensions: string[]; entries: string[] }> {
  const own = [company.tenantId, company.legalEntityId];
  const sql = (text: string, ...more: unknown[]) => test.admin<{ id: string }>(text, [...own, ...more]);
  await test.admin('SET session_replication_role = replica');
  await sql(
    `INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date,
       period_month, status, currency, line_count, debit, credit, digest, created_by, updated_by)
     SELECT $1, $2, 'FR', ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'API', 'ACH', n::text, m.day, m.day, 'POSTED', 'EUR', 2, 90, 90, sha256('x'), $1, $1
       FROM generate_series(1, $3::int) n, LATERAL (SELECT ('2024-01-01'::date + make_interval(months => ((n - 1)::bigint * $4::int / $3::int)::int))::date AS day) m`,
    POSTINGS,
    MONTHS,
  );
  await sql(
    `INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, debit, credit)
     SELECT $1, $2, e.id, v.n, e.period_month, 'ACH', true, CASE v.n WHEN 1 THEN '60' || (e.entry_number::int % 40 + 10) ELSE '401000' END,
            CASE v.n WHEN 1 THEN 90 ELSE 0 END, CASE v.n WHEN 2 THEN 90 ELSE 0 END
       FROM gl_entry e, (VALUES (1), (2)) v(n) WHERE e.tenant_id = $1 AND e.legal_entity_id = $2`,
  );
  await sql(
    `INSERT INTO ana_posting (tenant_id, legal_entity_id, id, country_code, source_entry_id, allocation_rule_id, kind, posting_date,
       period_month, currency, result, created_by, updated_by)
     SELECT $1, $2, ('01910000-0000-7000-8000-' || lpad(to_hex(e.entry_number::int), 12, '0'))::uuid, 'FR', e.id, r.id, 'ORIGINAL', e.accounting_date,
            e.period_month, 'EUR', jsonb_build_object('schema', 'prorata.posting-result/1', 'rule', jsonb_build_object('id',
            r.id, 'rule_code', 'R', 'version', 1, 'digest', repeat('a', 64)), 'month', to_char(e.period_month, 'YYYY-MM'),
            'currency', 'EUR', 'scale', 2, 'amount', '90.00', 'weights', '[]'::jsonb, 'drivers', '{}'::jsonb, 'totals', '{}'::jsonb,
            'lines', (SELECT jsonb_agg(jsonb_build_object('line', 1, 'account', '6010', 'amount', '90.00', 'splits', jsonb_build_array(
               jsonb_build_object('axes', jsonb_build_array(a), 'parts', '[{"dimensions":["A0"],"amount":"30.00"},{"dimensions":["A1"],"amount":"30.00"},{"dimensions":["A2"],"amount":"30.00"}]'::jsonb))))
               FROM unnest(ARRAY['A','B','C']) a)), $1, $1
       FROM gl_entry e, LATERAL (SELECT ($3::uuid[])[CASE e.entry_number::int % 1000 WHEN 0 THEN 1 ELSE 2 + e.entry_number::int % $4::int END] AS id) r
      WHERE e.tenant_id = $1 AND e.legal_entity_id = $2 ORDER BY e.id`,
    rules,
    RULES - 1,
  );
  await sql(
    `INSERT INTO ana_posting_line (tenant_id, legal_entity_id, posting_id, line_no, part_no, axis_id, dimension_id, account, period_month, amount)
     SELECT $1, $2, p.id, 1, k + 1, d.axis_id, d.ids[1 + (hashtext(p.id::text) % 17 + 17 + k) % 20], '60' || (e.entry_number::int % 40 + 10),
            p.period_month, 30
       FROM ana_posting p JOIN gl_entry e ON e.id = p.source_entry_id,
            (SELECT axis_id, array_agg(id) AS ids FROM ana_dimension WHERE legal_entity_id = $2 GROUP BY 1) d, generate_series(0, 2) k
      WHERE p.tenant_id = $1 AND p.legal_entity_id = $2`,
  );
  await sql(
    `INSERT INTO ana_balance (tenant_id, legal_entity_id, axis_id, period_month, dimension_id, account, amount, lines)
     SELECT tenant_id, legal_entity_id, axis_id, period_month, dimension_id, account, sum(amount), count(*) FROM ana_posting_line
      WHERE tenant_id = $1 AND legal_entity_id = $2 GROUP BY 1, 2, 3, 4, 5, 6`,
  );
  await sql(
    `INSERT INTO gl_account_month (tenant_id, legal_entity_id, period_month, account, journal_code, debit, credit, lines)
     SELECT tenant_id, legal_entity_id, period_month, account, journal_code, sum(debit), sum(credit), count(*) FROM gl_entry_line
      WHERE tenant_id = $1 AND legal_entity_id = $2 GROUP BY 1, 2, 3, 4, 5`,
  );
  await test.admin('RESET session_replication_role');
  await test.admin('VACUUM ANALYZE');
  const dimensions = await sql('SELECT id FROM ana_dimension WHERE tenant_id = $1 AND legal_entity_id = $2');
  const entries = await sql('SELECT id FROM gl_entry WHERE tenant_id = $1 AND legal_entity_id = $2 LIMIT 5000');
  return { dimensions: dimensions.map(({ id }) => id), entries: entries.map(({ id }) => id) };
}

async function tokenOf(test: TestService, { context }: Company): Promise<string> {
  return await test.token({
    tenant_id: context.tenantId,
    tenant_mode: 'POOLED',
    legal_entity_id: context.legalEntityId,
    country_code: 'FR',
    locale: 'fr',
    supported_locales: ['fr'],
    billing_status: 'ACTIVE',
    enabled_modules: [...context.enabledModules],
    roles: [...context.roles],
    user_id: context.userId,
    deployment: 'prod',
  });
}

async function asked(agent: Agent, url: string, token: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sent = request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
    answer.resume();
    answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${answer.statusCode}`))));
  });
  sent.on('error', reject);
  sent.end();
  await promise;
}
