import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

interface Own {
  readonly company: Company;
  readonly rule: string;
  /** Splits by a driver, whose weights each run reads in its transaction. */
  readonly driven: string;
  readonly axis: string;
}

let test: TestService;
let owns: readonly Own[];
beforeAll(async () => {
  test = await openTestService();
  const tenantId = randomUUID();
  owns = await Promise.all([1, 2, 3].map((weight) => configured(tenantId, weight)));
});
afterAll(() => test.close());

/** A company of the tenant whose driver gives X `weight` times as much as Y. */
async function configured(tenantId: string, weight: number): Promise<Own> {
  const company = await test.company({ tenantId });
  const { id: axis } = await makeAxis(company, 'A', ['X', 'Y']);
  const driver = await company.ask('POST', 'drivers', { code: 'KEY', axis_id: axis });
  const weights = `month,dimension,weight\n2026-10,X,${weight}\n2026-10,Y,1\n`;
  const put = await company.ask('PUT', `drivers/${driver.body.id}/values`, weights);
  expect(put.status).toBe(200);
  const rule = await makeRule(company, 'EVEN', { axes: [{ axis: 'A', method: 'even', dimensions: 'all' }] });
  const driven = await makeRule(company, 'DRIVEN', {
    axes: [{ axis: 'A', method: 'driver', driver: 'KEY', dimensions: 'all' }],
  });
  return { company, rule, driven, axis };
}

const put = ({ company }: Own, amount: string) => putEntry(test, company, { lines: [['606100', amount]] });
const run = ({ company }: Own, entry: string, rule: string) =>
  company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rule });

/** One of each company behind each other, so that all of them wait at once. */
async function entries(count: number, amount: string) {
  const all: { own: Own; entry: string }[] = [];
  for (let index = 0; index < count; index += 1)
    for (const own of owns) all.push({ own, entry: await put(own, amount) });
  return all;
}

describe('runs of several companies of a tenant', () => {
  it('share transactions, and each is the one of its company alone', async () => {
    const plain = await entries(10, '24.00');
    const [one, other] = owns;
    if (one === undefined || other === undefined) throw new Error('no companies');
    const foreign = await put(one, '1.00');
    const answers = await Promise.all([
      ...plain.map(({ own, entry }, index) => run(own, entry, index % 2 === 0 ? own.driven : own.rule)),
      run(other, foreign, other.rule),
      run(other, await put(other, '1.00'), one.rule),
    ]);
    const told = answers.map(({ status, body }) => (status === 201 ? body.result?.totals?.A : body.code));
    const driven = ['12.00 12.00', '16.00 8.00', '18.00 6.00'].map((parts) => parts.split(' '));
    const expected = plain.map(({ own }, index) => {
      const [X, Y] = (index % 2 === 0 ? driven[owns.indexOf(own)] : undefined) ?? ['12.00', '12.00'];
      return { X, Y };
    });
    expect(told).toEqual([...expected, 'ENTRY_NOT_FOUND', 'NOT_FOUND']);
    const mixed = await test.admin(
      'SELECT created_at FROM ana_posting WHERE tenant_id = $1 GROUP BY 1 HAVING count(DISTINCT legal_entity_id) = 3',
      [one.company.tenantId],
    );
    expect(mixed.length).toBeGreaterThan(0);
    const strays = await test.admin(
      `SELECT p.id FROM ana_posting p
         LEFT JOIN gl_entry e ON e.id = p.source_entry_id AND e.legal_entity_id = p.legal_entity_id
         LEFT JOIN outbox_event o ON o.entity_id = p.id::text AND o.legal_entity_id = p.legal_entity_id
         LEFT JOIN audit_log a ON a.subject_id = p.id::text AND a.legal_entity_id = p.legal_entity_id
         LEFT JOIN idempotency_key k ON k.body->>'id' = p.id::text AND k.legal_entity_id = p.legal_entity_id
        WHERE p.tenant_id = $1 AND num_nulls(e.id, o.id, a.id, k.key) > 0`,
      [one.company.tenantId],
    );
    expect(strays).toEqual([]);
    const [sums] = await test.admin(
      `SELECT (SELECT sum(amount)::text FROM ana_posting_line WHERE tenant_id = $1) AS lines,
              (SELECT sum(amount)::text FROM ana_balance_now WHERE tenant_id = $1) AS balance`,
      [one.company.tenantId],
    );
    expect(sums).toEqual({ lines: '720.00', balance: '720.00' });
  });

  it('wait for no lock that is of another company', async () => {
    const [locked, ...others] = owns;
    if (locked === undefined) throw new Error('no company');
    const { company, axis, rule } = locked;
    const holding = await run(locked, await put(locked, '1.00'), rule);
    const stuck = await put(locked, '2.00');
    const all = await entries(4, '3.00');
    const [held, ready] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const scope = { tenantId: company.tenantId, legalEntityId: company.legalEntityId };
    const holder = test.db.transaction(scope, async (tx) => {
      const claim = 'INSERT INTO ana_allocated_line (entry_id, line_no, axis_id, posting_id) VALUES ($1, 1, $2, $3)';
      await tx.query(claim, [stuck, axis, holding.body.id]);
      ready.resolve();
      await held.promise;
    });
    await ready.promise;
    let isAnswered = false;
    const waiting = run(locked, stuck, rule).finally(() => {
      isAnswered = true;
    });
    const free = all.filter(({ own }) => others.includes(own));
    const answers = await Promise.all(free.map(({ own, entry }) => run(own, entry, own.rule)));
    expect(answers.map(({ status }) => status)).toEqual(free.map(() => 201));
    expect(isAnswered).toBe(false);
    held.reject(new Error('given up'));
    await expect(holder).rejects.toThrow('given up');
    expect((await waiting).status).toBe(201);
  });

  it('are stored under their own company, or not at all', async () => {
    const [a, b] = owns;
    if (a === undefined || b === undefined) throw new Error('no companies');
    const entry = await put(a, '5.00');
    const store = (scope: { tenantId: string; legalEntityId?: string }, as: Own, of: Own) =>
      test.db.transaction(scope, async (tx) => {
        const id = randomUUID();
        const posting = {
          id,
          country_code: 'FR',
          source_entry_id: entry,
          allocation_rule_id: of.rule,
          posting_date: '2026-10-15',
          currency: 'EUR',
          result: {},
          created_by: randomUUID(),
        };
        const none = Array.from({ length: 7 }, () => []);
        await tx.query(
          `SELECT ana_store_postings(ARRAY[$1]::uuid[], ARRAY[1], ARRAY[0], ARRAY[0], $2, ARRAY[$3]::uuid[], ARRAY[$4]::uuid[],
             ARRAY['2026-10-01']::date[], $5, $6, $7, $8, $9, $10, $11, '{}', '{}', '{}')`,
          [as.company.legalEntityId, JSON.stringify([[posting]]), id, entry, ...none],
        );
      });
    const { tenantId, legalEntityId } = a.company;
    await expect(store({ tenantId }, b, a)).rejects.toThrow(/foreign key/);
    await expect(store({ tenantId, legalEntityId }, b, b)).rejects.toThrow(/is one of legal entity/);
    const kept = await test.admin('SELECT id FROM ana_posting WHERE source_entry_id = $1', [entry]);
    expect(kept).toEqual([]);
  });
});
