import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { type ExampleServer, exampleClaims, exampleServer } from '../testing/example-server.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { writePath } from '../write/write-path.ts';
import { sendWritten, writeRequestOf } from './written.ts';

let test: TestDatabase;
let server: ExampleServer;
let authorization: string;
const claims = exampleClaims();
const runs: string[] = [];

beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
  server = await exampleServer({
    requestsPerMinute: false,
    tenantModeOf: (tenant) => test.db.tenantMode(tenant),
    ready: { database: () => test.db.ping() },
    register: (app) => {
      app.post(
        '/runs',
        {
          config: { roles: ['analytic.writer'], idempotency: 'required' },
          schema: {
            body: Type.Object({ code: Type.String() }),
            response: { 201: Type.Object({ code: Type.String(), run: Type.Integer() }) },
          },
        },
        async (request, reply) => {
          const write = writeRequestOf(request, 'thing.run', request.body);
          const answer = await writePath(test.db, request.context, write, async (_tx, record) => {
            runs.push(request.body.code);
            if (request.body.code === 'refused') throw platformProblem('NOT_FOUND', `run ${runs.length}`);
            record.audit({ subject: 'run', subjectId: request.body.code });
            return { status: 201, body: { code: request.body.code, run: runs.length } };
          });
          return sendWritten(reply, answer);
        },
      );
      app.post('/runs/:id/close', { config: { roles: ['analytic.writer'] } }, async (request, reply) => {
        const write = writeRequestOf(request, 'thing.close', undefined);
        const answer = await writePath(test.db, request.context, write, async () => ({ status: 200, body: {} }));
        return sendWritten(reply, answer);
      });
    },
  });
  authorization = `Bearer ${await server.issuer.issueToken(claims)}`;
});
afterAll(async () => {
  await server.stop();
  await test.close();
});

async function run(code: string, key: string) {
  const response = await fetch(`${server.url}/runs`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ code }),
  });
  return {
    status: response.status,
    replayed: response.headers.get('idempotent-replayed'),
    correlation: response.headers.get('x-correlation-id'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

describe('writes over HTTP', () => {
  it('500 at once with one key have one effect and 500 equal answers', async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, () => run('A', 'key-1')));
    expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body])))).toEqual(
      new Set(['[201,{"code":"A","run":1}]']),
    );
    expect(answers.filter((answer) => answer.replayed === null)).toHaveLength(1);
    expect(runs).toEqual(['A']);
    const rows = await test.admin<{ user_id: string; correlation_id: string }>(
      'SELECT user_id, correlation_id FROM audit_log WHERE tenant_id = $1',
      [claims.tenant_id],
    );
    const first = answers.find((answer) => answer.replayed === null);
    expect(rows).toEqual([{ user_id: claims.user_id, correlation_id: first?.correlation }]);
  });

  it('another payload with the same key is refused, and a refusal is replayed as what it was', async () => {
    expect(await run('B', 'key-1')).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const first = await run('refused', 'key-2');
    const second = await run('refused', 'key-2');
    expect(first).toMatchObject({ status: 404, replayed: null, body: { code: 'NOT_FOUND' } });
    expect(second).toMatchObject({ status: 404, replayed: 'true', body: { detail: first.body.detail } });
  });

  it('the same key for another thing of the same route is another payload', async () => {
    const close = async (id: string) => {
      const headers = { authorization, 'idempotency-key': 'key-close' };
      return (await fetch(`${server.url}/runs/${id}/close`, { method: 'POST', headers })).status;
    };
    expect([await close('1'), await close('1'), await close('2')]).toEqual([200, 200, 409]);
  });

  it('connections that the database cuts are replaced', async () => {
    await test.admin(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    // The pool hears of it a moment later; until then an answer is the passing one.
    await expect.poll(async () => (await run('C', 'key-3')).status).toBe(201);
    await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });

  it('a connection that is lost half-way is a passing failure without effect', async () => {
    const failures = [
      Object.assign(new Error('terminating connection'), { severity: 'FATAL', code: '57P01' }),
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
      new Error('Client has encountered a connection error and is not queryable'),
      new Error('Connection terminated unexpectedly'),
    ];
    let failure: Error | undefined;
    const lost = await exampleServer({
      register: (app) => void app.get('/lost', { config: { roles: 'any' } }, async () => Promise.reject(failure)),
    });
    const headers = { authorization: `Bearer ${await lost.token()}` };
    for (failure of failures) {
      const response = await fetch(`${lost.url}/lost`, { headers });
      expect(response.status, failure.message).toBe(503);
      expect(response.headers.get('retry-after')).toBe('5');
      expect(await response.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    }
    await lost.stop();
  });
});
