import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANALYTIC_MIGRATIONS } from '@prorata/analytic/migrations';
import { FINOPS_MIGRATIONS } from '@prorata/finops';
import { GROUP_MIGRATIONS } from '@prorata/group';
import { LEDGER_MIGRATIONS } from '@prorata/ledger/migrations';
import {
  askForJob,
  checkRowSecurity,
  getJob,
  openDatabase,
  PLATFORM_MIGRATIONS,
  platformJobs,
  type RequestContext,
  type RlsFinding,
  startWorker,
  type TenantEntry,
} from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnServer, startOwnServer } from './support/own-server.ts';

const NODE = '01890000-0000-7000-8000-0000000000aa';
const TENANT = '01890000-0000-7000-8000-0000000000bb';

describe('a PostgreSQL of one’s own', () => {
  let server: OwnServer;
  let dir: string;
  beforeAll(async () => {
    server = await startOwnServer();
    dir = await mkdtemp(join(tmpdir(), 'prorata-url-'));
    await server.admin('postgres', 'CREATE DATABASE entity_node OWNER node_admin');
    for (const name of ['second_node', 'group_node', 'tenant_alone']) {
      await server.admin('postgres', `CREATE DATABASE ${name} OWNER node_admin`);
    }
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const ENTITY = [PLATFORM_MIGRATIONS, FINOPS_MIGRATIONS, LEDGER_MIGRATIONS, ANALYTIC_MIGRATIONS];
  const open = (node: string, database = 'entity_node', migrations = ENTITY) =>
    openDatabase({ dir: join(dir, node), url: server.url(database), migrations, nodeId: NODE });

  it('is reached as a login of the node’s own that is neither owner nor administrator', async () => {
    const db = await open('a');
    const [role] = await db.transaction({ tenantId: TENANT }, (tx) =>
      tx.query(
        `select session_user::text as name, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = session_user`,
      ),
    );
    expect(role).toMatchObject({ rolsuper: false, rolbypassrls: false, rolcreaterole: false });
    expect(role?.name).toMatch(/^prorata_app_[0-9a-f]{10}$/);
    await db.close();
  });

  it('keeps the logins’ passwords where only the node’s owner reads them', async () => {
    const path = join(dir, 'a', 'keys', 'database.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(Object.keys(JSON.parse(await readFile(path, 'utf8')))).toEqual(['app', 'intake', 'reader', 'relay', 'jobs']);
  });

  it('opens again, and serves a second node in a second database', async () => {
    await (await open('a')).close();
    await (await open('b', 'second_node', [PLATFORM_MIGRATIONS])).close();
    await (await open('a')).close();
  });

  it('takes every migration of a group as well, and has its walls', async () => {
    await (await open('g', 'group_node', [PLATFORM_MIGRATIONS, GROUP_MIGRATIONS])).close();
    for (const database of ['entity_node', 'group_node']) {
      const found = await checkRowSecurity(
        async (sql) => (await server.admin(database, sql)) as unknown as RlsFinding[],
      );
      expect(found, `${database} on PostgreSQL ${server.version}`).toEqual([]);
    }
  });

  it('keeps tenants in a schema and in a database of their own, and does the jobs of all', async () => {
    const tenants: readonly TenantEntry[] = [
      { id: '01890000-0000-7000-8000-0000000000cc', mode: 'SCHEMA' },
      { id: '01890000-0000-7000-8000-0000000000dd', mode: 'DEDICATED_DB', url: server.url('tenant_alone') },
    ];
    const db = await openDatabase({
      dir: join(dir, 'b'),
      url: server.url('second_node'),
      migrations: [PLATFORM_MIGRATIONS],
      nodeId: NODE,
      tenants,
    });
    const worker = startWorker(db, platformJobs);
    try {
      for (const tenantId of [TENANT, ...tenants.map(({ id }) => id)]) {
        const context = { tenantId, userId: TENANT, correlationId: TENANT } as RequestContext;
        const { jobId } = await askForJob(db, context, platformJobs, { kind: 'platform.maintenance', payload: {} });
        await expect
          .poll(() => getJob(db, context, jobId), { timeout: 30_000 })
          .toMatchObject({ status: 'COMPLETED', result: { jobs: 0 } });
      }
    } finally {
      await worker.stop();
      await db.close();
    }
  });

  it('is refused for a start as a superuser that would run the application itself', async () => {
    // The grants of a login are an operator's to change; the node looks at every start.
    const [login] = await server.admin(
      'entity_node',
      `select rolname from pg_roles where rolname like 'prorata\\_app\\__%' and rolcanlogin order by 1 limit 1`,
    );
    await server.admin('entity_node', `ALTER ROLE ${String(login?.rolname)} BYPASSRLS`);
    const refused = await Promise.allSettled([
      open('a'),
      open('g', 'group_node', [PLATFORM_MIGRATIONS, GROUP_MIGRATIONS]),
    ]);
    await server.admin('entity_node', `ALTER ROLE ${String(login?.rolname)} NOBYPASSRLS`);
    const reasons = refused.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    for (const result of refused) if (result.status === 'fulfilled') await result.value.close();
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatchObject({ code: 'ROLE_TOO_POWERFUL' });
  });
});
