import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { createBatchRun } from '../src/batch/batch.ts';
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

/** Lines of the month's entries, three an entry (expense, tax, supplier); PRORATA_BENCH_LINES=1000000 is the figure to reach. */
const LINES = Number(process.env.PRORATA_BENCH_LINES ?? 60_000);
const ENTRIES = Math.floor(LINES / 3);

/** What a batch stores, in the order in which rows refer to each other. */
const TABLES = ['ana_posting', 'ana_allocated_line', 'ana_posting_line', 'ana_balance', 'outbox_event'] as const;

/**
 * A month by one rule of three axes, nine parts an entry, against COPY of the rows that the batch stored into the same tables (indexes,
 * foreign keys and all), and against the one SQL statement that computes and stores them.
 */
export async function run(): Promise<BenchResult[]> {
  const test = await openTestService();
  const folder = await mkdtemp(join(tmpdir(), 'prorata-batch-'));
  const client = new pg.Client({ ...test.connection, user: 'prorata_super', options: '-c search_path=prorata' });
  await client.connect();
  try {
    const company = await test.company();
    for (const [axis, size] of Object.entries({ A: 3, B: 2, C: 4 })) {
      await makeAxis(
        company,
        axis,
        Array.from({ length: size }, (_, index) => `${axis}${index}`),
      );
    }
    const axes = ['A', 'B', 'C'].map((axis) => ({ axis, method: 'even', dimensions: 'all' }));
    const rule = await makeRule(company, 'R', { match: { accounts: ['6*'] }, axes });
    await fill(test, company);
    const watch = await watchSessions(test);
    const batch = await batchOf(test, company, rule);
    const batchUsed = await watch.end();
    const stored = await sums(test);
    const copy = await copied(client, folder);
    const statement = await setBased(client, company, rule);
    const computed = await sums(test);
    if (computed !== stored) throw new Error(`the statement stored ${computed}, the batch ${stored}`);
    const value = ENTRIES / batch.seconds;
    const figure = (name: string, floor: Took): BenchResult => ({
      name: `batch of ${LINES} GL lines, 3 axes, ${ENTRIES} postings of 9 parts`,
      value,
      unit: 'entries/s',
      floor: { name, value: ENTRIES / floor.seconds, unit: 'entries/s' },
      ratio: floor.seconds / batch.seconds,
      note:
        `processor time in PostgreSQL: ${batchUsed.toFixed(1)} s of the batch, ${floor.used.toFixed(1)} s of the floor; ` +
        `in Node ${batch.used.toFixed(1)} s. Largest resident size of the batch's process ${batch.mebibytes} MiB`,
    });
    return [
      figure('COPY of the same rows into the same tables', copy),
      figure('one set-based SQL statement that computes and stores the same rows', statement),
    ];
  } finally {
    await client.end();
    await test.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(test: TestService, company: Company): Promise<void> {
  const own = [company.tenantId, company.legalEntityId];
  await test.admin(
    `INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date,
       period_month, status, currency, line_count, debit, credit, digest, created_by, updated_by)
     SELECT $1, $2, 'FR', gen_random_uuid(), 'API', 'ACH', n::text, '2026-10-01'::date + n % 31, '2026-10-01', 'POSTED', 'EUR', 3,
            round(n / 100.0, 2) + 2, round(n / 100.0, 2) + 2, sha256('x'), $1, $1 FROM generate_series(1, $3) n`,
    [...own, ENTRIES],
  );
  await test.admin(
    `INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, debit, credit)
     SELECT e.tenant_id, e.legal_entity_id, e.id, v.n, '2026-10-01', 'ACH', true, v.account,
            CASE v.n WHEN 1 THEN e.debit - 2 WHEN 2 THEN 2 ELSE 0 END, CASE v.n WHEN 3 THEN e.credit ELSE 0 END
       FROM gl_entry e, (VALUES (1, '606100'), (2, '445660'), (3, '401000')) AS v(n, account) WHERE e.tenant_id = $1 AND e.legal_entity_id = $2`,
    own,
  );
  await test.admin('VACUUM ANALYZE gl_entry, gl_entry_line');
}

/** Seconds by the clock, and of processor time, which other work on the machine changes less. */
interface Took {
  readonly seconds: number;
  readonly used: number;
}

/** Processor seconds of a session by now, where the system tells (Linux: clock ticks of 10 ms, in fields 14 and 15). */
async function usedBy(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

/** Adds up what all other sessions of the database use, those too that end before it does; what they used before counts not. */
async function watchSessions(test: TestService): Promise<{ end(): Promise<number> }> {
  const used = new Map<number, number>();
  const look = async () => {
    const others = 'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
    for (const { pid } of await test.admin<{ pid: number }>(others)) used.set(pid, await usedBy(pid));
  };
  await look();
  const before = new Map(used);
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, 500);
  return {
    async end() {
      clearInterval(timer);
      await looking;
      return [...used].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0);
    },
  };
}

async function took(client: pg.Client, work: () => Promise<unknown>): Promise<Took> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const pid = rows[0]?.pid ?? 0;
  const [before, started] = [await usedBy(pid), performance.now()];
  await work();
  return { seconds: (performance.now() - started) / 1000, used: (await usedBy(pid)) - before };
}

interface Batch extends Took {
  readonly mebibytes: number;
}

async function batchOf(test: TestService, company: Company, rule: string): Promise<Batch> {
  const caller = { context: company.context, method: 'BENCH', route: 'batch' };
  const { body } = await createBatchRun(test.node, caller, { month: '2026-10', allocationRuleIds: [rule] });
  const target = fileURLToPath(new URL('./process/batch-target.ts', import.meta.url));
  const { host, database } = test.connection;
  const options = [
    '--dir',
    host,
    '--database',
    database,
    '--context',
    JSON.stringify(company.context),
    '--run',
    body.id,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [target, ...options]);
  const done = JSON.parse(stdout) as Batch & { readonly posted: number };
  if (done.posted !== ENTRIES) throw new Error(`${done.posted} of ${ENTRIES} entries were posted: ${stdout}`);
  return done;
}

/** What was stored, in a form that two ways of storing it agree on. */
async function sums(test: TestService): Promise<string> {
  const [row] = await test.admin<{ digest: string }>(
    `SELECT md5(string_agg(s::text, ' ' ORDER BY s::text)) AS digest
       FROM (SELECT p.source_entry_id, l.dimension_id, l.amount
               FROM ana_posting_line l JOIN ana_posting p USING (tenant_id, legal_entity_id) WHERE p.id = l.posting_id) s`,
  );
  return String(row?.digest);
}

/** Empties the tables that the batch filled. */
async function emptied(client: pg.Client): Promise<void> {
  await client.query('SET session_replication_role = replica');
  await client.query(`TRUNCATE ${TABLES.join(', ')} CASCADE`);
  await client.query('RESET session_replication_role');
}

/** What COPY takes for the rows that the batch stored, into the same tables, one transaction. */
async function copied(client: pg.Client, folder: string): Promise<Took> {
  for (const table of TABLES) {
    await pipeline(client.query(copyTo(`COPY ${table} TO STDOUT`)), createWriteStream(join(folder, table)));
  }
  await emptied(client);
  const result = await took(client, async () => {
    await client.query('BEGIN');
    for (const table of TABLES) {
      await pipeline(createReadStream(join(folder, table)), client.query(copyFrom(`COPY ${table} FROM STDIN`)));
    }
    await client.query('COMMIT');
  });
  await emptied(client);
  return result;
}

async function setBased(client: pg.Client, company: Company, rule: string): Promise<Took> {
  const text = await readFile(new URL('./process/set-based.sql', import.meta.url), 'utf8');
  const named = JSON.stringify({ id: rule, rule_code: 'R', version: 1, digest: 'x'.repeat(64) });
  return await took(client, () =>
    client.query(text, [company.tenantId, company.legalEntityId, rule, '2026-10-01', named]),
  );
}
