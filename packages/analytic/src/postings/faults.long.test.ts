import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LEDGER_MIGRATIONS } from '@prorata/ledger';
import { openDatabase, PLATFORM_MIGRATIONS, verifyAuditLog } from '@prorata/platform';
import type { TestDatabase } from '@prorata/platform/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBatchRun, runBatch } from '../batch/batch.ts';
import { ANALYTIC_MIGRATIONS } from '../migrations.ts';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

const TARGET = fileURLToPath(new URL('../testing/kill-target.ts', import.meta.url));
const MONTH = '2026-10';

/** A company with entries of one line to allocate and the rule for them. */
async function prepared(test: TestService, entries: number) {
  const company = await test.company();
  await makeAxis(company, 'A', ['X', 'Y', 'Z']);
  const rule = await makeRule(company, 'R', { axes: [{ axis: 'A', method: 'even', dimensions: 'all' }] });
  const own = [company.tenantId, company.legalEntityId];
  const rows = await test.admin<{ id: string }>(
    `INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date,
       period_month, status, currency, line_count, debit, credit, digest, created_by, updated_by)
     SELECT $1, $2, 'FR', gen_random_uuid(), 'API', 'ACH', n::text, '${MONTH}-15', '${MONTH}-01', 'POSTED', 'EUR', 2, round(n / 100.0, 2), round(n / 100.0, 2),
            sha256('x'), $1, $1 FROM generate_series(1, $3::int) n RETURNING id`,
    [...own, entries],
  );
  await test.admin(
    `INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, debit, credit)
     SELECT e.tenant_id, e.legal_entity_id, e.id, v.n, '${MONTH}-01', 'ACH', true, v.account, e.debit * v.side, e.debit * (1 - v.side)
       FROM gl_entry e, (VALUES (1, '606100', 1), (2, '401000', 0)) v(n, account, side) WHERE e.tenant_id = $1 AND e.legal_entity_id = $2`,
    own,
  );
  await test.admin('ANALYZE');
  return { company, rule, entries: rows.map(({ id }) => id) };
}

/** Nothing lost, doubled or half-written: each posting with its lines, claims, event and balance, and the audit chain sound. */
async function whole(test: TestService, company: Company): Promise<number> {
  await test.admin('ANALYZE ana_posting, ana_posting_line, ana_allocated_line, ana_balance_waiting, outbox_event');
  const faults = await test.admin(
    `WITH p AS (SELECT id, source_entry_id, (result->>'amount')::numeric AS amount FROM ana_posting WHERE legal_entity_id = $1),
          l AS (SELECT posting_id, sum(amount) AS amount FROM ana_posting_line WHERE legal_entity_id = $1 GROUP BY 1),
          h AS (SELECT posting_id, entry_id FROM ana_allocated_line WHERE legal_entity_id = $1),
          v AS (SELECT entity_id, count(*) AS events FROM outbox_event WHERE legal_entity_id = $1 AND event = 'ANALYTIC.ALLOCATION.RUN' GROUP BY 1)
     SELECT p.id FROM p LEFT JOIN l ON l.posting_id = p.id LEFT JOIN h ON h.posting_id = p.id LEFT JOIN v ON v.entity_id = p.id::text
      WHERE p.amount IS DISTINCT FROM l.amount OR h.entry_id IS DISTINCT FROM p.source_entry_id OR v.events IS DISTINCT FROM 1
     UNION ALL SELECT source_entry_id FROM p GROUP BY 1 HAVING count(*) > 1
     UNION ALL SELECT posting_id FROM l WHERE posting_id NOT IN (SELECT id FROM p)`,
    [company.legalEntityId],
  );
  expect(faults).toEqual([]);
  const [sums] = await test.admin<{ same: boolean; postings: number }>(
    `SELECT (SELECT coalesce(sum(amount), 0) FROM ana_balance_now WHERE legal_entity_id = $1)
          = (SELECT coalesce(sum(amount), 0) FROM ana_posting_line WHERE legal_entity_id = $1) AS same,
            (SELECT count(*)::int FROM ana_posting WHERE legal_entity_id = $1) AS postings`,
    [company.legalEntityId],
  );
  expect(sums?.same).toBe(true);
  const reports = await verifyAuditLog(test.db, company.tenantId);
  expect(reports.flatMap((report) => report.faults)).toEqual([]);
  return sums?.postings ?? 0;
}

/** Starts the target, kills it so many milliseconds after it is ready, and answers what it had told. */
async function killed(told: object, afterMs: number): Promise<Map<string, string>> {
  const child = spawn(process.execPath, [TARGET, JSON.stringify(told)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const ready = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
    if (text.startsWith('ready\n')) ready.resolve();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([ready.promise, ended]);
  await Promise.race([sleep(afterMs), ended]);
  child.kill('SIGKILL');
  await ended;
  const lines = text.split('\n').slice(1, -1);
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

const KILLS = Number(process.env.PRORATA_KILLS ?? 60);

describe('a service that is killed', () => {
  let test: TestService;
  beforeAll(async () => {
    test = await openTestService();
  });
  afterAll(() => test.close());
  const where = () => ({ dir: test.connection.host, database: test.connection.database });

  it('many times while it allocates entry by entry, keeps what it answered and leaves nothing half done', async () => {
    const { company, rule, entries } = await prepared(test, 6_000);
    const answered = new Map<string, string>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const open = entries.filter((entry) => !answered.has(entry)).slice(0, 200);
      const told = { ...where(), context: company.context, rule, entries: open };
      for (const [entry, posting] of await killed(told, Math.random() * 120)) answered.set(entry, posting);
      if (kill % 10 === 9) await whole(test, company);
    }
    expect(await whole(test, company)).toBeGreaterThanOrEqual(answered.size);
    const rows = await test.admin<{ id: string; source_entry_id: string }>(
      'SELECT id, source_entry_id FROM ana_posting WHERE legal_entity_id = $1',
      [company.legalEntityId],
    );
    const stored = new Map(rows.map((row) => [row.source_entry_id, row.id]));
    expect([...answered].filter(([entry, posting]) => stored.get(entry) !== posting)).toEqual([]);
    expect(answered.size).toBeGreaterThan(KILLS / 2);
  });

  it('many times while it carries a batch out, and then goes on to the end', async () => {
    const entries = 60_000;
    const { company, rule } = await prepared(test, entries);
    const caller = { context: company.context, method: 'TEST', route: 'faults' };
    const { body } = await createBatchRun(test.node, caller, { month: MONTH, allocationRuleIds: [rule] });
    const told = { ...where(), context: company.context, rule, entries: [], batch: body.id };
    for (let kill = 0; kill < KILLS / 3; kill += 1) {
      await killed(told, Math.random() * 500);
      if (kill % 10 === 9) expect((await whole(test, company)) % 1_000).toBe(0);
    }
    const done = await runBatch(test.node, company.context, body.id);
    expect(done).toMatchObject({ status: 'COMPLETED', posted: entries, existing: 0, refused: 0 });
    expect(await whole(test, company)).toBe(entries);
  });
});

describe('a database that is killed under load', () => {
  it('loses no allocation that was answered, and the service goes on by itself', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'prorata-faults-'));
    const test = await openTestService({ database: await ownDatabase(dir) });
    try {
      const { company, rule, entries } = await prepared(test, 20_000);
      const answered = new Map<string, string>();
      let next = 0;
      let done = false;
      const load = Array.from({ length: 8 }, async () => {
        for (let entry = entries[next++]; entry !== undefined && !done; entry = entries[next++]) {
          // One key an entry, as a client repeats itself until it is answered.
          for (const key = randomUUID(); !done; ) {
            const body = { sourceEntryId: entry, allocationRuleId: rule };
            const answer = await company.ask('POST', 'allocations/run', body, { key });
            if (answer.status === 201) {
              answered.set(entry, String(answer.body.id));
              break;
            }
            expect([503, 500]).toContain(answer.status);
            await sleep(20);
          }
        }
      });
      for (let restart = 0; restart < 5; restart += 1) {
        const before = answered.size;
        await expect.poll(() => answered.size, { timeout: 60_000, interval: 20 }).toBeGreaterThan(before + 100);
        const [postmaster] = (await readFile(join(dir, 'pg', 'postmaster.pid'), 'utf8')).split('\n');
        process.kill(Number(postmaster), 'SIGKILL');
        const cut = performance.now();
        const then = answered.size;
        await expect.poll(() => answered.size, { timeout: 60_000, interval: 20 }).toBeGreaterThan(then + 50);
        console.log(`database killed: 50 allocations later after ${((performance.now() - cut) / 1000).toFixed(1)} s`);
      }
      done = true;
      await Promise.all(load);
      expect(await whole(test, company)).toBeGreaterThanOrEqual(answered.size);
      const rows = await test.admin<{ id: string; source_entry_id: string }>(
        'SELECT id, source_entry_id FROM ana_posting',
      );
      const stored = new Map(rows.map((row) => [row.source_entry_id, row.id]));
      expect([...answered].filter(([entry, posting]) => stored.get(entry) !== posting)).toEqual([]);
    } finally {
      await test.close();
      await rm(dir, { recursive: true, force: true });
    }
  });
});

/** A durable cluster of its own, which may be killed. */
async function ownDatabase(dir: string): Promise<TestDatabase> {
  const migrations = [PLATFORM_MIGRATIONS, LEDGER_MIGRATIONS, ANALYTIC_MIGRATIONS];
  const db = await openDatabase({ dir, migrations });
  const connection = { host: dir, database: 'prorata' };
  return {
    db,
    connection,
    dedicated: [],
    async admin<Row extends object>(sql: string, values?: readonly unknown[]) {
      // A connection each, because the server is killed now and then.
      const client = new pg.Client({ ...connection, user: 'prorata_super', options: '-c search_path=prorata' });
      await client.connect();
      try {
        return (await client.query<Row>(sql, values === undefined ? undefined : [...values])).rows;
      } finally {
        await client.end();
      }
    },
    close: () => db.close(),
  };
}
