import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { completed, lockMonth, putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';
import { createBatchRun, resumeBatchRun, runBatch } from './batch.ts';
import { CHUNK_ENTRIES } from './plan-chunk.ts';

let test: TestService;
beforeAll(async () => {
  test = await openTestService({ works: true });
});
afterAll(() => test.close());

const even = (...dimensions: string[]) => ({ axes: [{ axis: 'A', method: 'even', dimensions }] });

async function companyWithRule(): Promise<{ company: Company; rule: string }> {
  const company = await test.company();
  await makeAxis(company, 'A', ['X', 'Y', 'Z']);
  return { company, rule: await makeRule(company, 'R', even('X', 'Y', 'Z')) };
}

/** Entries of one line each, straight into the read copy of the ledger. */
async function bulk(company: Company, count: number, month = '2026-10'): Promise<void> {
  const values = [company.tenantId, company.legalEntityId, count, `${month}-15`];
  await test.admin(
    `INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date,
       period_month, status, currency, line_count, debit, credit, digest, created_by, updated_by)
     SELECT $1, $2, 'FR', gen_random_uuid(), 'API', 'BULK', n::text, $4::date, date_trunc('month', $4::date), 'POSTED', 'EUR', 2,
            round(n / 100.0, 2), round(n / 100.0, 2), sha256('x'), $1, $1 FROM generate_series(1, $3) n`,
    values,
  );
  await test.admin(
    `INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, debit, credit)
     SELECT e.tenant_id, e.legal_entity_id, e.id, l.n, e.period_month, e.journal_code, true, l.account,
            CASE l.n WHEN 1 THEN e.debit ELSE 0 END, CASE l.n WHEN 2 THEN e.credit ELSE 0 END
       FROM gl_entry e, (VALUES (1, '606100'), (2, '401000')) AS l(n, account)
      WHERE e.tenant_id = $1 AND e.journal_code = 'BULK' AND e.period_month = $2`,
    [company.tenantId, `${month}-01`],
  );
}

const balance = async (company: Company) =>
  (await company.ask('GET', 'balance?axis=A&from=2026-10&to=2026-10')).body as unknown as Record<string, unknown>;

describe('a batch run', () => {
  it('allocates a month by the guards of a single run, and lists what it could not', async () => {
    const { company, rule } = await companyWithRule();
    const other = await makeRule(company, 'OTHER', even('X'));
    const matched = await putEntry(test, company, { lines: [['606100', '10.00']] });
    const fine = await putEntry(test, company, { lines: [['606100', '1.005']] });
    const before = await putEntry(test, company, { lines: [['606100', '3.00']] });
    const held = await putEntry(test, company, { lines: [['606100', '4.00']] });
    await putEntry(test, company, { lines: [['512000', '5.00']] });
    await putEntry(test, company, { journal: 'AN', lines: [['606100', '5.00']] });
    await putEntry(test, company, { reverses: randomUUID(), lines: [['606100', '5.00']] });
    await putEntry(test, company, { status: 'DRAFT', lines: [['606100', '5.00']] });
    const run = (entry: string, by: string) =>
      company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: by });
    await run(before, rule);
    const holder = await run(held, other);
    const started = await company.ask('POST', 'batch-runs', { month: '2026-10', allocationRuleIds: [rule] });
    expect(started.status).toBe(202);
    const done = await completed(company, String(started.body.id));
    expect(done).toMatchObject({
      status: 'COMPLETED',
      expected: 7,
      seen: 7,
      posted: 1,
      existing: 1,
      unmatched: 3,
      refused: 2,
      problem: null,
    });
    const refusals = await company.ask('GET', `batch-runs/${started.body.id}/refusals`);
    const rows = refusals.body.rows as unknown as Record<string, string>[];
    expect(new Map(rows.map((row) => [row.source_entry_id, row.code]))).toEqual(
      new Map([
        [fine, 'ALLOCATION_IMPOSSIBLE'],
        [held, 'ALREADY_ALLOCATED'],
      ]),
    );
    expect(rows.find((row) => row.source_entry_id === held)?.detail).toContain(String(holder.body.id));
    const single = await company.ask('GET', `postings?source_entry_id=${matched}`);
    const again = await run(matched, rule);
    expect((single.body.rows as unknown as object[])[0]).toEqual(again.body);
    const events = await test.admin(`SELECT event FROM outbox_event WHERE entity_id = $1`, [again.body.id]);
    expect(events).toEqual([{ event: 'ANALYTIC.ALLOCATION.RUN' }]);
  });

  it('that was cut off goes on where it stopped, and ends as if it never was', async () => {
    const { company, rule } = await companyWithRule();
    const entries = 2 * CHUNK_ENTRIES + 37;
    await bulk(company, entries);
    const caller = { context: company.context, method: 'TEST', route: 'batch' };
    const { body } = await createBatchRun(test.node, caller, { month: '2026-10', allocationRuleIds: [rule] });
    let chunks = 0;
    const cut = await runBatch(test.node, company.context, body.id, { stop: () => chunks++ >= 1 });
    expect(cut).toMatchObject({ status: 'RUNNING', seen: CHUNK_ENTRIES, posted: CHUNK_ENTRIES });
    await resumeBatchRun(test.node, caller, body.id);
    const done = await Promise.all([1, 2, 3].map(() => runBatch(test.node, company.context, body.id)));
    expect(done.at(-1)).toMatchObject({ status: 'COMPLETED', seen: entries, posted: entries, refused: 0 });
    const total = ((entries * (entries + 1)) / 2 / 100).toFixed(2);
    expect(await balance(company)).toMatchObject({ ledger: total, allocated: total, unallocated: '0.00' });
    const again = await createBatchRun(test.node, caller, { month: '2026-10', allocationRuleIds: [rule] });
    expect(await runBatch(test.node, company.context, again.body.id)).toMatchObject({ posted: 0, existing: entries });
    expect(await balance(company)).toMatchObject({ allocated: total });
  });

  it('and another one over the same entries at once give each entry one posting', async () => {
    const { company, rule } = await companyWithRule();
    await bulk(company, 300);
    const caller = { context: company.context, method: 'TEST', route: 'batch' };
    const asked = { month: '2026-10', allocationRuleIds: [rule] };
    const runs = await Promise.all([1, 2, 3].map(() => createBatchRun(test.node, caller, asked)));
    const done = await Promise.all(runs.map(({ body }) => runBatch(test.node, company.context, body.id)));
    expect(done.map((run) => run.status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
    expect(done.reduce((sum, run) => sum + run.posted, 0)).toBe(300);
    expect(await balance(company)).toMatchObject({ unallocated: '0.00' });
  });

  it('stops with its problem where the whole run cannot go on, and can be resumed', async () => {
    const { company, rule } = await companyWithRule();
    await bulk(company, 3, '2026-04');
    await lockMonth(test, company, '2026-04');
    const started = await company.ask('POST', 'batch-runs', { month: '2026-04', allocationRuleIds: [rule] });
    const id = String(started.body.id);
    expect(await completed(company, id)).toMatchObject({
      status: 'FAILED',
      seen: 0,
      problem: { code: 'PERIOD_LOCKED' },
    });
    await lockMonth(test, company, '2026-04', 'OPEN');
    expect((await company.ask('POST', `batch-runs/${id}/resume`)).status).toBe(202);
    expect(await completed(company, id)).toMatchObject({ status: 'COMPLETED', posted: 3, problem: null });
    const over = await company.ask('POST', `batch-runs/${id}/resume`);
    expect([over.status, over.body.code]).toEqual([409, 'IMMUTABLE_POSTED']);
  });

  it('stores nothing that was planned from what is not so any more: an entry, a driver, the month', async () => {
    const { company } = await companyWithRule();
    const [axis] = (await company.ask('GET', 'axes')).body.rows as unknown as { id: string }[];
    const driver = await company.ask('POST', 'drivers', { code: 'D', axis_id: axis?.id });
    const weigh = (x: string, y: string) => {
      const values = [
        { dimension: 'X', weight: x },
        { dimension: 'Y', weight: y },
      ];
      return company.ask('PUT', `drivers/${driver.body.id}/values/2026-10`, { values });
    };
    await weigh('1', '1');
    const byDriver = { axes: [{ axis: 'A', method: 'driver', driver: 'D', dimensions: 'all' }] };
    const rule = await makeRule(company, 'W', byDriver);
    await bulk(company, 12);
    const rows = await test.admin<{ id: string }>(
      'SELECT id FROM gl_entry WHERE legal_entity_id = $1 ORDER BY accounting_date, id',
      [company.legalEntityId],
    );
    const caller = { context: company.context, method: 'TEST', route: 'batch' };
    const { body } = await createBatchRun(test.node, caller, { month: '2026-10', allocationRuleIds: [rule] });
    const reverse = `UPDATE gl_entry SET status = 'REVERSED', version = version + 1 WHERE id = $1`;
    let chunks = 0;
    const cut = await runBatch(test.node, company.context, body.id, {
      chunkEntries: 3,
      async progress() {
        chunks += 1;
        // The next chunk is planned by now.
        await new Promise((resolve) => setTimeout(resolve, 60));
        if (chunks === 1) await test.admin(reverse, [rows[4]?.id]);
        if (chunks === 2) await weigh('1', '3');
        if (chunks === 3) await lockMonth(test, company, '2026-10');
      },
    });
    expect(cut).toMatchObject({ status: 'FAILED', problem: { code: 'PERIOD_LOCKED' }, seen: 9, posted: 9 });
    const [postings] = await test.admin<{ of_reversed: number; even: number; weighed: number }>(
      `SELECT count(*) FILTER (WHERE source_entry_id = $2)::int AS of_reversed,
              count(*) FILTER (WHERE result#>>'{drivers,D,Y}' = '1')::int AS even,
              count(*) FILTER (WHERE result#>>'{drivers,D,Y}' = '3')::int AS weighed
         FROM ana_posting WHERE legal_entity_id = $1`,
      [company.legalEntityId, rows[4]?.id],
    );
    expect(postings).toEqual({ of_reversed: 0, even: 6, weighed: 3 });
  });

  it('takes only posted rules', async () => {
    const { company, rule } = await companyWithRule();
    const draft = await makeRule(company, 'D', even('X'), false);
    for (const [id, code] of [
      [draft, 'RULE_NOT_POSTED'],
      [randomUUID(), 'REFERENCE_UNKNOWN'],
    ]) {
      const answer = await company.ask('POST', 'batch-runs', { month: '2026-10', allocationRuleIds: [rule, id] });
      expect([answer.body.code, answer.body.pointer]).toEqual([code, '/allocationRuleIds/1']);
    }
  });
});
