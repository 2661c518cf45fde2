import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, openIssuer, type TenantClaims, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessLogOf, openAccessLog } from '../access/access-log.ts';
import { grantReader, revokeReader } from '../access/grants.ts';
import { type AccessQuery, listAccesses as listWritten, purgeAccesses } from '../access/read-accesses.ts';
import { readForShell } from '../access/shell-reads.ts';
import { publicationBundle } from '../intake/publications.ts';
import { receive } from '../intake/receive.ts';
import { GROUP_MODULE, operatorContext } from '../node/group-node.ts';
import { reportEntities } from '../reports/reports.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { buildGroupApp } from './server.ts';

let test: TestGroup;
let app: App;
let de: Member;
let token: (change?: Partial<TenantClaims>) => Promise<string>;
const reader = uuidv7();

beforeAll(async () => {
  test = await openTestGroup();
  const { group } = test;
  const fr = await enrolMember(group, 'FR01');
  de = await enrolMember(group, 'DE02');
  const own = { application_id: 'secret-fr', domain_id: 'Networking', product_id: null, unit: 'none' };
  await receive(group, { file: (await bundleOf(group, fr, { facts: [fact(), fact(own)] })).bytes });
  await receive(group, { file: (await bundleOf(group, de)).bytes });
  app = await buildGroupApp(group, { log: false, requestsPerMinute: false });
  const issuer = await openIssuer({ dir: group.dir, nodeId: group.config.node_id });
  token = (change) =>
    issuer.issueToken({
      tenant_id: group.scope.tenantId,
      tenant_mode: 'POOLED',
      country_code: 'FR',
      locale: 'en',
      supported_locales: ['en'],
      billing_status: 'ACTIVE',
      enabled_modules: [GROUP_MODULE],
      roles: ['group.reader'],
      user_id: reader,
      deployment: 'prod',
      ...change,
    });
});
afterAll(async () => {
  await app?.close();
  await test?.close();
});

const NODE = () => test.group.config.node_id;
const ofDe = () => ({ roles: ['entity.reader'], entity_code: 'DE02', legal_entity_id: de.legalEntityId });
async function get(url: string, change?: Partial<TenantClaims>) {
  const reply = await app.inject({ url, headers: { authorization: `Bearer ${await token(change)}` } });
  return { status: reply.statusCode, body: reply.body, json: () => JSON.parse(reply.body) };
}
/** What is in the table once this process has written what waits. */
const listAccesses = async (group: TestGroup['group'], query: AccessQuery) => {
  await accessLogOf(group).flush();
  return await listWritten(group, query);
};
const total = (rows: readonly { cost: string }[]) => rows.reduce((sum, { cost }) => sum + Number(cost), 0);

describe("an entity's reader", () => {
  it('sees nothing until the group grants it, its own slice then, and nothing once that is taken away', async () => {
    const refused = await get('/api/group/entities', ofDe());
    expect([refused.status, refused.json().code]).toEqual([403, 'READER_NOT_GRANTED']);
    await grantReader(test.group, { entity: 'DE02' });
    await grantReader(test.group, { entity: 'DE02' });
    expect((await get('/api/group/entities', ofDe())).json().rows).toMatchObject([
      { entity: 'DE02', share: '1.00000000' },
    ]);
    expect((await get('/api/group/entities', { ...ofDe(), entity_code: 'FR01' })).status).toBe(403);
    await revokeReader(test.group, { entity: 'DE02' });
    expect((await get('/api/group/entities', ofDe())).status).toBe(403);
    const audit = await test.admin<{ action: string }>(
      `SELECT action FROM audit_log WHERE subject = 'entity_read_grant' ORDER BY position`,
    );
    expect(audit.map(({ action }) => action)).toEqual(['group.reader.grant', 'group.reader.revoke']);
    await grantReader(test.group, { entity: 'DE02' });
  });

  it('adds up to the totals of its entity alone, at every level', async () => {
    const all = (await get('/api/group/entities')).json().rows;
    const mine = all.filter(({ entity }: { entity: string }) => entity === 'DE02');
    expect(all).toHaveLength(2);
    for (const report of ['months', 'entities', 'domains', 'matrix', 'applications', 'products', 'comparison']) {
      const { rows } = (await get(`/api/group/${report}`, ofDe())).json();
      expect(total(rows), report).toBeCloseTo(total(mine), 8);
    }
    const foreign = await get('/api/group/entities?entity=FR01', ofDe());
    expect([foreign.status, foreign.json().code]).toEqual([404, 'ENTITY_UNKNOWN']);
  });

  it('is not known under the code of an entity that nobody enrolled', async () => {
    await expect(grantReader(test.group, { entity: 'ZZ99' })).rejects.toMatchObject({ code: 'ENTITY_UNKNOWN' });
    await expect(revokeReader(test.group, { entity: 'ZZ99' })).rejects.toMatchObject({ code: 'ENTITY_UNKNOWN' });
  });
});

describe('the access log', () => {
  it('has a read before its answer leaves: who, what, how much, and no secret', async () => {
    const bearer = await token();
    const reply = await app.inject({
      url: '/api/group/domains?from=2025-07&to=2025-07&entity=FR01',
      headers: { authorization: `Bearer ${bearer}` },
    });
    const [entry] = (await listAccesses(test.group, { limit: 1 })).rows;
    expect(entry).toMatchObject({
      user_id: reader,
      roles: ['group.reader'],
      entity: null,
      method: 'GET',
      route: '/api/group/domains',
      filters: { from: '2025-07', to: '2025-07', entity: ['FR01'] },
      status: 200,
      rows: reply.json().rows.length,
      correlation_id: reply.headers['x-correlation-id'],
    });
    await accessLogOf(test.group).flush();
    const all = JSON.stringify(await test.admin('SELECT * FROM access_log'));
    expect(all).not.toContain(bearer.slice(0, 20));
    await get('/api/group/months', ofDe());
    expect((await listAccesses(test.group, { entity: 'DE02', limit: 1 })).rows).toMatchObject([
      { route: '/api/group/months' },
    ]);
  });

  it('has what the operator looked at in the shell, also where he was refused', async () => {
    const filters = { from: '2025-07', entity: ['FR01'] };
    const read = { command: 'group report entities', filters };
    const found = await readForShell(test.group, read, () => reportEntities(test.group, filters));
    const gone = { command: 'group publication', filters: { entity: 'FR01', month: '2025-01', revision: 9 } };
    const nothing = readForShell(test.group, gone, () => publicationBundle(test.group, gone.filters));
    await expect(nothing).rejects.toMatchObject({ code: 'PUBLICATION_NOT_FOUND' });
    // Written before the answer is given: the process of a command ends with it.
    expect((await listWritten(test.group, { limit: 2 })).rows).toMatchObject([
      { method: 'SHELL', route: 'group publication', status: 404, rows: null, entity: null },
      {
        method: 'SHELL',
        route: 'group report entities',
        filters,
        status: 200,
        rows: found.rows.length,
        user_id: NODE(),
      },
    ]);
  });

  it('has each of many reads at once, once', async () => {
    const user_id = uuidv7();
    await Promise.all(Array.from({ length: 60 }, () => get('/api/group/filters', { user_id })));
    await accessLogOf(test.group).flush();
    const rows = await test.admin<{ n: number }>('SELECT count(*)::int AS n FROM access_log WHERE user_id = $1', [
      user_id,
    ]);
    expect(rows).toEqual([{ n: 60 }]);
  });

  it('is read by administrators alone, page by page', async () => {
    expect((await get('/api/group/access-log')).status).toBe(403);
    expect((await get('/api/group/access-log', ofDe())).status).toBe(403);
    const admin = { roles: ['group.admin'] };
    const first = (await get('/api/group/access-log?limit=5', admin)).json();
    const second = (await get(`/api/group/access-log?limit=5&before=${first.next}`, admin)).json();
    expect(first.rows).toHaveLength(5);
    expect(first.rows[4].access_id > second.rows[0].access_id).toBe(true);
    expect((await get('/api/group/access-log?before=x', admin)).status).toBe(400);
  });

  it('refuses reads that it cannot keep, forgets none, and takes in what a killed process left', async () => {
    const access = { context: operatorContext(test.group), method: 'GET', filters: {}, status: 200, rows: 1 };
    await test.admin('REVOKE INSERT ON prorata.access_log FROM prorata_app');
    const log = openAccessLog(test.group, 2);
    log.note({ ...access, route: '/kept' });
    log.note({ ...access, route: '/kept' });
    expect(() => log.note({ ...access, route: '/refused' })).toThrow(/wait to be logged/);
    // The process ends here: its file stays, with a line that was cut off.
    await expect(log.close()).rejects.toThrow(/permission denied/);
    const folder = join(test.group.dir, 'access');
    const left = (await readdir(folder)).filter((name) => name.startsWith(`${process.pid}-`));
    for (const name of left)
      if ((await readFile(join(folder, name), 'utf8')).includes('/kept'))
        await appendFile(join(folder, name), '{"half');
    await test.admin('GRANT INSERT ON prorata.access_log TO prorata_app');
    const next = openAccessLog(test.group);
    await next.flush();
    expect((await listWritten(test.group, { route: '/kept' })).rows).toHaveLength(2);
    expect((await listWritten(test.group, { route: '/refused' })).rows).toHaveLength(0);
    await next.close();
  });

  it('is changed by nobody, and loses what is old only', async () => {
    const run = (sql: string) => test.group.db.transaction(test.group.scope, (tx) => tx.execute(sql));
    await expect(run(`UPDATE access_log SET route = '/'`)).rejects.toThrow(/permission denied/);
    await test.admin(
      `UPDATE access_log SET read_at = read_at - interval '60 days' WHERE access_id IN (SELECT access_id FROM access_log LIMIT 3)`,
    );
    // Reads of the tests before may still be on their way into the table.
    await accessLogOf(test.group).flush();
    const [before] = await test.admin<{ n: number }>('SELECT count(*)::int AS n FROM access_log');
    expect(await purgeAccesses(test.group)).toBe(0);
    expect(await purgeAccesses(test.group, 0)).toBe(3);
    const [after] = await test.admin<{ n: number }>('SELECT count(*)::int AS n FROM access_log');
    expect(after?.n).toBe((before?.n ?? 0) - 3);
  });

  it('keeps ten thousand filter values by their digest', async () => {
    const filters = { entity: Array.from({ length: 10_000 }, (_, index) => `E${index}\u0000`) };
    const context = { ...operatorContext(test.group), userId: reader };
    accessLogOf(test.group).note({ context, method: 'GET', route: '/long', filters, status: 200, rows: null });
    const [entry] = (await listAccesses(test.group, { route: '/long', limit: 1 })).rows;
    expect(entry?.filters).toMatchObject({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      characters: expect.any(Number),
    });
  });
});
