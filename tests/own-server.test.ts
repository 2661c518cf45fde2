import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, PLATFORM_MIGRATIONS } from '@prorata/platform';
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
    await server.admin('postgres', 'CREATE DATABASE second_node OWNER node_admin');
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const open = (node: string, database = 'entity_node', url = server.url(database)) =>
    openDatabase({ dir: join(dir, node), url, migrations: [PLATFORM_MIGRATIONS], nodeId: NODE });

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
    expect(Object.keys(JSON.parse(await readFile(path, 'utf8')))).toEqual(['app', 'intake', 'reader', 'relay']);
  });

  it('opens again, and serves a second node in a second database', async () => {
    await (await open('a')).close();
    await (await open('b', 'second_node')).close();
    await (await open('a')).close();
  });

  it('is refused for a start as a superuser that would run the application itself', async () => {
    // The grants of a login are an operator's to change; the node looks at every start.
    const [login] = await server.admin(
      'entity_node',
      `select rolname from pg_roles where rolname like 'prorata\\_app\\__%' and rolcanlogin order by 1 limit 1`,
    );
    await server.admin('entity_node', `ALTER ROLE ${String(login?.rolname)} BYPASSRLS`);
    const refused = await Promise.allSettled([open('a'), open('b', 'second_node')]);
    await server.admin('entity_node', `ALTER ROLE ${String(login?.rolname)} NOBYPASSRLS`);
    const reasons = refused.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    for (const result of refused) if (result.status === 'fulfilled') await result.value.close();
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatchObject({ code: 'ROLE_TOO_POWERFUL' });
  });
});
