import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemOf } from '../http/errors.ts';
import { type Database, openDatabase } from './database.ts';
import { PLATFORM_MIGRATIONS } from './sets.ts';

const TENANT = '01890000-0000-7000-8000-000000000001';

let dir: string;
let db: Database;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prorata-restart-'));
  db = await openDatabase({ dir, migrations: [PLATFORM_MIGRATIONS] });
  await db.transaction({ tenantId: TENANT }, (tx) =>
    tx.execute(`INSERT INTO tenant (tenant_id, code, label) VALUES ($1, 'ACME', 'Acme')`, [TENANT]),
  );
});
afterAll(async () => {
  await db.close();
  await rm(dir, { recursive: true, force: true });
});

const write = (code: string) =>
  db.transaction({ tenantId: TENANT }, (tx) =>
    tx.execute(
      `INSERT INTO legal_entity (tenant_id, legal_entity_id, code, label, country_code, currency)
       VALUES ($1, gen_random_uuid(), $2, 'E', 'FR', 'EUR')`,
      [TENANT, code],
    ),
  );

// A second or two on a machine that has nothing else to do; the bound leaves room for one that has.
it('loses no write that it answered when the server is killed under load, and answers again by itself', async () => {
  const answered: string[] = [];
  const failures: unknown[] = [];
  let done = false;
  const load = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; !done; n += 1) {
      const code = `W${writer}-${n}`;
      try {
        await write(code);
        answered.push(code);
      } catch (error) {
        failures.push(error);
        await sleep(20);
      }
    }
  });
  await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(100);
  const [postmaster] = (await readFile(join(dir, 'pg', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(postmaster), 'SIGKILL');
  await expect.poll(() => failures.length, { timeout: 20_000 }).toBeGreaterThan(0);
  const before = answered.length;
  await expect.poll(() => answered.length, { timeout: 20_000, interval: 20 }).toBeGreaterThan(before + 50);
  done = true;
  await Promise.all(load);
  expect(new Set(failures.map((error) => problemOf(error).code))).toEqual(new Set(['DATABASE_UNAVAILABLE']));
  const rows = await db.transaction({ tenantId: TENANT }, (tx) =>
    tx.query<{ code: string }>('SELECT code FROM legal_entity'),
  );
  const kept = new Set(rows.map(({ code }) => code));
  expect(answered.filter((code) => !kept.has(code))).toEqual([]);
});
