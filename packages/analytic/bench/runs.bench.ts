import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { listen } from '@prorata/platform';
import pg from 'pg';
import { makeAxis, makeRule } from '../src/testing/axes.ts';
import { type Company, openTestService, type TestService } from '../src/testing/test-service.ts';
import type { ClientWork } from './process/client.ts';

interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: { readonly name: string; readonly value: number; readonly unit: string };
  readonly ratio?: number;
  readonly note?: string;
}

const ENTRIES = 800;
const ROUNDS = 6;
const CONNECTIONS = 16;

/** `POST /allocations/run` of a 3-axis rule over a socket, against the bare transaction that writes the same rows. */
export async function run(): Promise<BenchResult[]> {
  const test = await openTestService();
  const listening = await listen(test.app, { port: 0 });
  try {
    const results: BenchResult[] = [];
    for (const count of [1, 8]) {
      const entities: Entity[] = [];
      const tenantId = randomUUID();
      while (entities.length < count) entities.push(await entity(test, tenantId));
      // Warm: plans made, code compiled, connections open.
      await runs(listening.port, await entriesOf(test, entities, ENTRIES));
      const bare = await openBare(test, entities);
      await bare.write(await entriesOf(test, entities, ENTRIES));
      // In turns, so that whatever else the machine does meets both alike.
      let [seconds, floorSeconds] = [0, 0];
      const [cost, floorCost] = [noCost(), noCost()];
      for (let round = 0; round < ROUNDS; round += 1) {
        const [ours, theirs] = [await entriesOf(test, entities, ENTRIES), await entriesOf(test, entities, ENTRIES)];
        const before = await costOf(test);
        seconds += ENTRIES / (await runs(listening.port, ours));
        const between = await costOf(test);
        floorSeconds += ENTRIES / (await bare.write(theirs));
        add(cost, before, between);
        add(floorCost, between, await costOf(test));
      }
      await bare.close();
      const [value, floor] = [(ROUNDS * ENTRIES) / seconds, (ROUNDS * ENTRIES) / floorSeconds];
      const name = `allocation runs over HTTP, ${count} legal ${count === 1 ? 'entity' : 'entities of one tenant'}, 16 connections`;
      const bareFloor = { name: 'bare transaction through the driver', value: floor, unit: 'runs/s' };
      const told = ({ service, database }: Cost) => {
        const each = (microseconds: number) => Math.round(microseconds / (ROUNDS * ENTRIES));
        return `${each(service)} µs in Node and ${each(database)} µs in PostgreSQL`;
      };
      const note = `processor time of a run: ${told(cost)}; of the floor: ${told(floorCost)}. The client has a thread of its own.`;
      results.push({ name, value, unit: 'runs/s', floor: bareFloor, ratio: value / floor, note });
    }
    return results;
  } finally {
    await listening.stop();
    await test.close();
  }
}

/** Processor time in microseconds, which other work on the machine changes less than the clock. */
interface Cost {
  service: number;
  database: number;
}

const noCost = (): Cost => ({ service: 0, database: 0 });

/** What was used by a moment: by this thread, and by each session of the database that was open then. */
interface Used {
  readonly service: number;
  readonly sessions: ReadonlyMap<number, number>;
}

/** A session that ended in between is left out; one that began counts whole. */
function add(sum: Cost, from: Used, to: Used): void {
  sum.service += to.service - from.service;
  for (const [pid, used] of to.sessions) sum.database += used - (from.sessions.get(pid) ?? 0);
}

/** Of this thread, and of the sessions of the database where the system tells (Linux: clock ticks of 10 ms, in fields 14 and 15). */
async function costOf(test: TestService): Promise<Used> {
  const sessions = await test.admin<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  const used = new Map<number, number>();
  for (const { pid } of sessions) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    used.set(pid, (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10_000);
  }
  const { user, system } = process.threadCpuUsage();
  return { service: user + system, sessions: used };
}

interface Entity {
  readonly company: Company;
  readonly rule: string;
  readonly token: string;
}

interface Work {
  readonly entity: Entity;
  readonly entry: string;
}

/** A legal entity of a tenant, with one rule. */
async function entity(test: TestService, tenantId: string): Promise<Entity> {
  const company = await test.company({ tenantId });
  for (const [axis, size] of [
    ['A', 3],
    ['B', 2],
    ['C', 4],
  ] as const) {
    await makeAxis(
      company,
      axis,
      Array.from({ length: size }, (_, index) => `${axis}${index}`),
    );
  }
  const axes = ['A', 'B', 'C'].map((axis) => ({ axis, method: 'even', dimensions: 'all' }));
  const rule = await makeRule(company, 'R', { axes });
  const { context } = company;
  const token = await test.token({
    tenant_id: company.tenantId,
    tenant_mode: 'POOLED',
    legal_entity_id: company.legalEntityId,
    country_code: 'FR',
    locale: 'fr',
    supported_locales: ['fr'],
    billing_status: 'ACTIVE',
    enabled_modules: [...context.enabledModules],
    roles: [...context.roles],
    user_id: context.userId,
    deployment: 'prod',
  });
  return { company, rule, token };
}

/** Posted entries of one expense line, taken in turns from the entities. */
async function entriesOf(test: TestService, entities: readonly Entity[], count: number): Promise<Work[]> {
  const work: Work[][] = [];
  for (const one of entities) {
    const batch = randomUUID().slice(0, 8);
    const rows = await test.admin<{ id: string }>(
      `WITH e AS (
         INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date,
           period_month, status, currency, line_count, debit, credit, digest, created_by, updated_by)
         SELECT $1, $2, 'FR', gen_random_uuid(), 'API', 'ACH', $4 || n, '2026-10-15', '2026-10-01', 'POSTED', 'EUR', 2,
                100.01, 100.01, sha256('x'), $1, $1 FROM generate_series(1, $3) n
         RETURNING id)
       , l AS (
         INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, debit, credit)
         SELECT $1, $2, e.id, v.n, '2026-10-01', 'ACH', true, v.account, v.debit, v.credit
           FROM e, (VALUES (1, '606100', 100.01, 0), (2, '401000', 0, 100.01)) AS v(n, account, debit, credit))
       SELECT id FROM e`,
      [one.company.tenantId, one.company.legalEntityId, Math.ceil(count / entities.length), batch],
    );
    work.push(rows.map((row) => ({ entity: one, entry: row.id })));
  }
  await test.admin('ANALYZE');
  return Array.from({ length: count }, (_, n) => work[n % work.length]?.[Math.floor(n / work.length)]).filter(
    (item) => item !== undefined,
  );
}

/** Lets 16 workers empty a list; answers items a second. */
async function drained<T>(items: readonly T[], work: (item: T, worker: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  let next = 0;
  const worker = async (number: number) => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item, number);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => worker(number)));
  return items.length / ((performance.now() - start) / 1000);
}

/** Runs a second, asked for by a client on a thread of its own. */
async function runs(port: number, work: readonly Work[]): Promise<number> {
  const requests = work.map(({ entity: { rule, token }, entry }) => {
    return { token, body: JSON.stringify({ sourceEntryId: entry, allocationRuleId: rule }) };
  });
  const workerData: ClientWork = {
    port,
    path: '/api/erp/analytic/allocations/run',
    connections: CONNECTIONS,
    requests,
  };
  const client = new Worker(new URL('./process/client.ts', import.meta.url), { workerData });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  client.on('message', resolve);
  client.on('error', reject);
  return await promise;
}

interface Bare {
  /** Runs a second. */
  write(work: readonly Work[]): Promise<number>;
  close(): Promise<void>;
}

/** The rows of one run of each entity, as they were stored; the floor writes the same ones again under other ids. */
async function openBare(test: TestService, entities: readonly Entity[]): Promise<Bare> {
  const clients: pg.Client[] = [];
  while (clients.length < CONNECTIONS) {
    const client = new pg.Client({ ...test.connection, user: 'prorata_super', options: '-c search_path=prorata' });
    await client.connect();
    clients.push(client);
  }
  const samples = new Map<Entity, Sample>();
  for (const one of entities) {
    const like = 'SELECT id FROM ana_posting WHERE legal_entity_id = $1 LIMIT 1';
    const rows = await test.admin<{ id: string }>(like, [one.company.legalEntityId]);
    samples.set(one, await sample(test, rows[0]?.id ?? ''));
  }
  return {
    write: (work) =>
      drained(work, async ({ entity: one, entry }, worker) => {
        const client = clients[worker];
        const rows = samples.get(one);
        if (client === undefined || rows === undefined) throw new Error('no floor to write');
        await writeBare(client, one, entry, rows);
      }),
    async close() {
      for (const client of clients) await client.end();
    },
  };
}

interface Sample {
  readonly result: string;
  readonly event: string;
  readonly parts: readonly unknown[][];
}

async function sample(test: TestService, posting: string): Promise<Sample> {
  const [row] = await test.admin<{ result: string }>('SELECT result::text FROM ana_posting WHERE id = $1', [posting]);
  const lines = await test.admin<Record<string, unknown>>(
    'SELECT line_no, part_no, axis_id, dimension_id, amount FROM ana_posting_line WHERE posting_id = $1',
    [posting],
  );
  const [event] = await test.admin<{ payload: string }>('SELECT payload::text FROM outbox_event WHERE entity_id = $1', [
    posting,
  ]);
  const columns = ['line_no', 'part_no', 'axis_id', 'dimension_id', 'amount'];
  return {
    result: row?.result ?? '{}',
    event: event?.payload ?? '{}',
    parts: columns.map((column) => lines.map((line) => line[column])),
  };
}

const POSTING = `
  INSERT INTO ana_posting (tenant_id, legal_entity_id, id, country_code, source_entry_id, allocation_rule_id, kind, posting_date,
    period_month, currency, result, created_by, updated_by)
  VALUES ($1, $2, $3, 'FR', $4, $5, 'ORIGINAL', '2026-10-15', '2026-10-01', 'EUR', $6, $1, $1)`;
const LINES = `
  INSERT INTO ana_posting_line (tenant_id, legal_entity_id, posting_id, line_no, part_no, axis_id, dimension_id, account, period_month, amount)
  SELECT $1, $2, $3, l.line_no, l.part_no, l.axis_id, l.dimension_id, '606100', '2026-10-01', l.amount
    FROM unnest($4::int[], $5::int[], $6::uuid[], $7::uuid[], $8::numeric[]) AS l(line_no, part_no, axis_id, dimension_id, amount)`;
const HELD = `
  INSERT INTO ana_allocated_line (tenant_id, legal_entity_id, entry_id, line_no, axis_id, posting_id)
  SELECT DISTINCT $1::uuid, $2::uuid, $3::uuid, 1, axis, $4::uuid FROM unnest($5::uuid[]) axis`;
const EVENT = `
  INSERT INTO outbox_event (tenant_id, legal_entity_id, id, event, entity_id, correlation_id, occurred_at, payload)
  VALUES ($1, $2, $3::uuid, 'ANALYTIC.ALLOCATION.RUN', $3::uuid::text, $1, now(), $4)`;
const KEY = `
  INSERT INTO idempotency_key (tenant_id, legal_entity_id, user_id, method, route, key, request_hash, status, body, expires_at)
  VALUES ($1, $2, $1, 'POST', 'bare', $3, 'x', 201, $4, now())`;
const AUDIT = `
  INSERT INTO audit_log (tenant_id, legal_entity_id, position, id, at, user_id, correlation_id, action, subject, subject_id, details, row_hash)
  VALUES ($1, $2, nextval('audit_log_position'), $3::uuid, now(), $1, $1, 'bare', 'posting', $3::uuid::text, '{}', sha256('x'))`;
const WAITING = 'INSERT INTO ana_balance_waiting (tenant_id, legal_entity_id, posting_id) VALUES ($1, $2, $3)';

async function writeBare(client: pg.Client, { company, rule }: Entity, entry: string, rows: Sample): Promise<void> {
  const own = [company.tenantId, company.legalEntityId];
  const id = randomUUID();
  const [lineNo, partNo, axes, dimensions, amounts] = rows.parts;
  await client.query('BEGIN');
  await client.query({ name: 'posting', text: POSTING, values: [...own, id, entry, rule, rows.result] });
  const columns = [lineNo, partNo, axes, dimensions, amounts];
  await client.query({ name: 'lines', text: LINES, values: [...own, id, ...columns] });
  await client.query({ name: 'held', text: HELD, values: [...own, entry, id, axes] });
  await client.query({ name: 'event', text: EVENT, values: [...own, id, rows.event] });
  await client.query({ name: 'key', text: KEY, values: [...own, id, rows.result] });
  await client.query({ name: 'waiting', text: WAITING, values: [...own, id] });
  await client.query({ name: 'audit', text: AUDIT, values: [...own, id] });
  await client.query('COMMIT');
}
