import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from '../http/errors.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { openDatabase } from './database.ts';
import type { MigrationSet } from './migrate.ts';
import { checkRowSecurity, type RlsFinding } from './rls-check.ts';
import { type DatabaseRole, loginName } from './roles.ts';
import { PLATFORM_MIGRATIONS } from './sets.ts';

const HELIOS = '01890000-0000-7000-8000-000000000001';
const OTHER = '01890000-0000-7000-8000-000000000002';

describe('a transaction', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase([PLATFORM_MIGRATIONS]);
    for (const [id, code] of [
      [HELIOS, 'HELIOS'],
      [OTHER, 'OTHER'],
    ] as const) {
      await test.db.transaction({ tenantId: id }, (tx) =>
        tx.execute('insert into tenant (tenant_id, code, label) values ($1, $2, $2)', [id, code]),
      );
    }
  });
  afterAll(() => test.close());

  it('sees the rows of its tenant and no other', async () => {
    const rows = await test.db.transaction({ tenantId: HELIOS }, (tx) => tx.query('select code from tenant'));
    expect(rows).toEqual([{ code: 'HELIOS' }]);
    expect(await test.admin('select code from tenant')).toHaveLength(2);
  });

  it('cannot write a row of another tenant', async () => {
    const id = '01890000-0000-7000-8000-000000000003';
    const write = test.db.transaction({ tenantId: HELIOS }, (tx) =>
      tx.execute(`insert into tenant (tenant_id, code, label) values ($1, 'X', 'X')`, [id]),
    );
    await expect(write).rejects.toThrow(/row-level security/);
  });

  it('leaves nothing of its scope behind on the pooled connection', async () => {
    const scopes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const tenantId = index % 2 === 0 ? HELIOS : OTHER;
        return test.db.transaction({ tenantId }, (tx) => tx.query<{ code: string }>('select code from tenant'));
      }),
    );
    scopes.forEach((rows, index) => {
      expect(rows).toEqual([{ code: index % 2 === 0 ? 'HELIOS' : 'OTHER' }]);
    });
  });

  it('rolls back when its work throws', async () => {
    const failing = test.db.transaction({ tenantId: HELIOS }, async (tx) => {
      await tx.execute(
        `insert into legal_entity (tenant_id, legal_entity_id, code, label, country_code, currency)
         values ($1, $2, 'FR01', 'F', 'FR', 'EUR')`,
        [HELIOS, OTHER],
      );
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await test.admin('select 1 from legal_entity')).toEqual([]);
  });

  it('fails when a statement failed and nobody said so: the server rolls such a transaction back', async () => {
    const swallowed = test.db.transaction({ tenantId: HELIOS }, async (tx) => {
      await tx.execute(
        `insert into legal_entity (tenant_id, legal_entity_id, code, label, country_code, currency)
         values ($1, $2, 'FR02', 'F', 'FR', 'EUR')`,
        [HELIOS, OTHER],
      );
      await tx.execute('select no_such_column from tenant').catch(() => {});
    });
    await expect(swallowed).rejects.toThrow(/rolled back/);
    expect(await test.admin('select 1 from legal_entity')).toEqual([]);
  });

  it('reads numeric, bigint and date as text, in lists as well', async () => {
    const rows = await test.db.transaction({ tenantId: HELIOS }, (tx) =>
      tx.query(
        `select 1234567890.123456789012345678::numeric as n, 9007199254740993::bigint as b, date '2025-07-01' as d,
                array[1234567890.123456789012345678, null]::numeric[] as ns, array[9007199254740993] as bs,
                array[date '2025-07-01'] as ds`,
      ),
    );
    const [n, b, d] = ['1234567890.123456789012345678', '9007199254740993', '2025-07-01'];
    expect(rows).toEqual([{ n, b, d, ns: [n, null], bs: [b], ds: [d] }]);
  });

  it.each(["'; drop table tenant; --", '', 'FR01', '01890000-0000-7000-8000-00000000000g'])(
    'refuses the tenant %j',
    async (tenantId) => {
      await expect(test.db.transaction({ tenantId }, async () => 1)).rejects.toMatchObject({ code: 'SCOPE_INVALID' });
    },
  );

  it('runs as a role that owns nothing', async () => {
    const rows = await test.db.transaction({ tenantId: HELIOS }, (tx) =>
      tx.query('select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user'),
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false }]);
    await expect(
      test.db.transaction({ tenantId: HELIOS }, (tx) => tx.execute('drop table legal_entity')),
    ).rejects.toThrow(/must be owner/);
  });

  it('survives the server cutting its connections, idle ones and one at work', async () => {
    const cut = () =>
      test.admin(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and usename like 'prorata\\_%\\_login'`,
      );
    const read = () => test.db.transaction({ tenantId: HELIOS }, (tx) => tx.query('select code from tenant'));
    await Promise.all([read(), read(), read()]);
    await cut();
    expect(await Promise.all([read(), read(), read()])).toEqual(Array(3).fill([{ code: 'HELIOS' }]));
    const atWork = test.db.transaction({ tenantId: HELIOS }, async (tx) => {
      await cut();
      return await tx.query('select code from tenant');
    });
    // The driver has several words for it; all of them must count as a failure that passes.
    expect(await atWork.then(() => undefined, problemOf)).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await read()).toEqual([{ code: 'HELIOS' }]);
  });

  it('every table with a tenant has its wall, and the check sees one that has not', async () => {
    const check = () => checkRowSecurity((sql) => test.admin<RlsFinding>(sql));
    expect(await check()).toEqual([]);
    await test.admin('create table open_house (tenant_id uuid, amount numeric)');
    expect(await check()).toEqual([
      { table_name: 'open_house', problem: 'no policy' },
      { table_name: 'open_house', problem: 'row-level security is not enabled' },
      { table_name: 'open_house', problem: 'row-level security is not forced' },
    ]);
    await test.admin('alter table open_house enable row level security');
    await test.admin('alter table open_house force row level security');
    await test.admin('create policy anybody on open_house for insert with check (true)');
    expect(await check()).toEqual([
      { table_name: 'open_house', problem: 'a policy does not compare tenant_id: anybody' },
    ]);
    await test.admin('drop table open_house');
  });
});

describe('a database that is reached by its URL', () => {
  let test: TestDatabase;
  let dir: string;
  const name = `url_${process.pid}`;
  beforeAll(async () => {
    test = await openTestDatabase([PLATFORM_MIGRATIONS]);
    dir = await mkdtemp(join(tmpdir(), 'prorata-by-url-'));
    await test.admin(`create database ${name}`);
  });
  afterAll(async () => {
    const logins = await logsIn();
    await test.admin(`drop database ${name} with (force)`);
    for (const { rolname } of logins) await test.admin(`drop role ${rolname}`);
    await rm(dir, { recursive: true, force: true });
    await test.close();
  });
  const url = () => `postgresql:///${name}?host=${encodeURIComponent(test.connection.host)}&user=prorata_super`;
  const open = (node: string, nodeId = HELIOS) =>
    openDatabase({ dir: join(dir, node), url: url(), migrations: [PLATFORM_MIGRATIONS], nodeId });
  const logsIn = () =>
    test.admin<{ rolname: string; rolpassword: string }>(
      'select rolname, rolpassword from pg_authid where rolname = any($1) order by 1',
      [['app', 'intake', 'reader', 'relay'].map((role) => loginName(role as DatabaseRole, name, true))],
    );

  it('runs as a login of its own where the URL names its user in the query', async () => {
    const db = await open('first');
    const [role] = await db.transaction({ tenantId: HELIOS }, (tx) => tx.query('select session_user::text as name'));
    await db.close();
    expect(role).toEqual({ name: loginName('app', name, true) });
  });

  it('stays as it was when another node is pointed at it', async () => {
    const before = await logsIn();
    await expect(open('second', OTHER)).rejects.toMatchObject({ code: 'DATABASE_OF_ANOTHER_NODE' });
    expect(await logsIn()).toEqual(before);
  });

  it('refuses passwords that others may read', async () => {
    const passwords = join(dir, 'first', 'keys', 'database.json');
    await chmod(passwords, 0o644);
    const opened = open('first').then((db) => db.close());
    await expect(opened.finally(() => chmod(passwords, 0o600))).rejects.toMatchObject({ code: 'KEY_FILE_EXPOSED' });
  });

  it('gives a login its grants when a killed start left it without', async () => {
    await test.admin(`revoke prorata_reader from ${loginName('reader', name, true)}`);
    const db = await open('first');
    const read = db.transaction({ tenantId: HELIOS }, (tx) => tx.query('select 1 from tenant'), { role: 'reader' });
    await expect(read.finally(() => db.close())).resolves.toEqual([]);
  });
});

describe('an embedded node', () => {
  let dir: string;
  let set: MigrationSet;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'prorata-node-'));
    const copy = join(dir, 'migrations');
    await mkdir(copy);
    await cp(fileURLToPath(PLATFORM_MIGRATIONS.directory), copy, { recursive: true });
    set = { name: 'platform', directory: pathToFileURL(`${copy}/`) };
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));
  const open = (nodeId = HELIOS) => openDatabase({ dir: join(dir, 'node'), migrations: [set], durable: false, nodeId });

  it('starts once for several openers at the same time, and is migrated once', async () => {
    const opened = await Promise.all([open(), open(), open(), open()]);
    await Promise.all(opened.map((db) => db.ping()));
    await Promise.all(opened.map((db) => db.close()));
  });

  it('refuses a second node', async () => {
    await expect(open(OTHER)).rejects.toMatchObject({ code: 'DATABASE_OF_ANOTHER_NODE' });
  });

  it('runs a new migration, and then refuses code that does not know it', async () => {
    const file = join(dir, 'migrations', '0999_new.sql');
    await writeFile(file, 'CREATE TABLE novelty (id integer);');
    await (await open()).close();
    await rm(file);
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_NEWER_THAN_CODE' });
    await writeFile(file, 'CREATE TABLE novelty (id bigint);');
    await expect(open()).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' });
    await writeFile(file, 'CREATE TABLE novelty (id integer);');
  });

  it('rolls back a migration that fails and keeps those before it', async () => {
    const file = join(dir, 'migrations', '1000_broken.sql');
    await writeFile(file, 'CREATE TABLE half (id integer); SELECT no_such_column FROM half;');
    await expect(open()).rejects.toThrow('1000_broken failed and was rolled back');
    await rm(file);
    await (await open()).close();
  });
});
