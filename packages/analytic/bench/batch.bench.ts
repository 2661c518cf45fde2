import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { createBatchRun, runBatch } from '../src/batch/batch.ts';
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

const ENTRIES = 10_000;

/** A month of entries with one expense line each by a 3-axis rule, against COPY of the same rows into tables with the same indexes. */
export async function run(): Promise<BenchResult[]> {
  const test = await openTestService();
  try {
    const company = await test.company();
    for (const [axis, size] of Object.entries({ A: 3, B: 2, C: 4 })) {
      const codes = Array.from({ length: size }, (_, index) => `${axis}${index}`);
      await makeAxis(company, axis, codes);
    }
    const axes = ['A', 'B', 'C'].map((axis) => ({ axis, method: 'even', dimensions: 'all' }));
    const rule = await makeRule(company, 'R', { axes });
    await fill(test, company);
    const caller = { context: company.context, method: 'BENCH', route: 'batch' };
    const { body } = await createBatchRun(test.node, caller, { month: '2026-10', allocationRuleIds: [rule] });
    const started = performance.now();
    const done = await runBatch(test.node, company.context, body.id);
    const value = done.posted / ((performance.now() - started) / 1000);
    if (done.posted !== ENTRIES) throw new Error(`${done.posted} of ${ENTRIES} entries were posted`);
    const floor = ENTRIES / (await copied(test));
    const memory = Math.round(process.memoryUsage().rss / 1024 ** 2);
    return [
      {
        name: `batch of ${ENTRIES} entries, 3 axes, 9 parts each`,
        value,
        unit: 'entries/s',
        floor: { name: 'COPY of the same rows into the same indexes', value: floor, unit: 'entries/s' },
        ratio: value / floor,
        note: `resident memory ${memory} MiB; the batch also writes balance, audit and an event an entry, and checks foreign keys`,
      },
    ];
  } finally {
    await test.close();
  }
}

async function fill(test: TestService, company: Company): Promise<void> {
  await test.admin(
    `WITH e AS (
       INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date,
         period_month, status, currency, line_count, debit, credit, digest, created_by, updated_by)
       SELECT $1, $2, 'FR', gen_random_uuid(), 'API', 'ACH', n::text, '2026-10-15', '2026-10-01', 'POSTED', 'EUR', 2,
              round(n / 100.0, 2), round(n / 100.0, 2), sha256('x'), $1, $1 FROM generate_series(1, $3) n
       RETURNING id, debit)
     INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, debit, credit)
     SELECT $1, $2, e.id, v.n, '2026-10-01', 'ACH', true, v.account, e.debit * v.side, e.debit * (1 - v.side)
       FROM e, (VALUES (1, '606100', 1), (2, '401000', 0)) AS v(n, account, side)`,
    [company.tenantId, company.legalEntityId, ENTRIES],
  );
  await test.admin('ANALYZE');
}

/** Seconds that COPY takes for the rows that the batch stored, into empty tables with the same indexes. */
async function copied(test: TestService): Promise<number> {
  const client = new pg.Client({ ...test.connection, user: 'prorata_super', options: '-c search_path=prorata' });
  await client.connect();
  try {
    let seconds = 0;
    for (const table of ['ana_posting', 'ana_posting_line', 'ana_allocated_line']) {
      const rows = await buffer(client.query(copyTo(`COPY ${table} TO STDOUT`)));
      await client.query(`CREATE TABLE bench_${table} (LIKE ${table} INCLUDING ALL)`);
      const started = performance.now();
      await pipeline(Readable.from([rows]), client.query(copyFrom(`COPY bench_${table} FROM STDIN`)));
      seconds += (performance.now() - started) / 1000;
    }
    return seconds;
  } finally {
    await client.end();
  }
}
